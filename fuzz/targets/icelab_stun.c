/* SPDX-License-Identifier: MIT */
/* Attack surface: the STUN messages that implementations under test send to the lab's servers and
 * past its sensors: icelab_stun_parse(), the readers of attributes, the checks of FINGERPRINT and
 * MESSAGE-INTEGRITY, and the server's answer (harness/stun/).
 *
 * The input is one message; the key is the short-term password of RFC 5769, so that its vectors are
 * seeds. Oracles: attributes lie in the message and follow one another; the message built again
 * from its attributes is read as the same; what the readers of values say is what was built;
 * FINGERPRINT and MESSAGE-INTEGRITY are right exactly where zlib's CRC-32 and GLib's HMAC say so,
 * over bytes found in another way; any shorter or longer message is none; the same is refused
 * twice; the server's answer is one to the request. */
#include <glib.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "oracles/oracle.h"
#include "stun/answer.h"
#include "stun/builder.h"
#include "stun/integrity.h"

#define MESSAGE_LIMIT 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char password[] = "VOkJxbRl1RmTxUk/WvJxBt"; /* RFC 5769 2 */
#define KEY_LENGTH (sizeof password - 1)

static uint16_t load16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* The offset of the first attribute of a type that counts, found without the codec; 0 for none. */
static size_t find(const uint8_t *bytes, size_t length, uint16_t wanted)
{
	bool sealed = false, sealed_twice = false;

	for (size_t at = 20; at + 4 <= length; at += 4 + ((load16(bytes + at + 2) + 3u) & ~3u)) {
		uint16_t type = load16(bytes + at);
		bool counted = !sealed || type == 0x8028 || (type == 0x001C && !sealed_twice);

		if (!counted)
			continue;
		if (type == wanted)
			return at;
		sealed_twice = sealed_twice || type == 0x001C;
		sealed = sealed || type == 0x0008 || type == 0x001C;
	}
	return 0;
}

static void check_fingerprint(const IcelabStunMessage *message)
{
	size_t at = find(message->bytes, message->length, ICELAB_STUN_FINGERPRINT);
	IcelabStunCheck said = icelab_stun_check_fingerprint(message);
	IcelabStunCheck expected = ICELAB_STUN_ABSENT;

	if (message->has_magic && at != 0) {
		uint32_t sum = (uint32_t)crc32(0, message->bytes, (uInt)at) ^ 0x5354554E;
		uint32_t there =
			(uint32_t)load16(message->bytes + at + 4) << 16 | load16(message->bytes + at + 6);

		expected = sum == there ? ICELAB_STUN_RIGHT : ICELAB_STUN_WRONG;
	}
	EXPECT(said == expected, "stun-check-fingerprint", "%d, by zlib %d", said, expected);
}

static void check_integrity(const IcelabStunMessage *message, uint16_t type)
{
	bool sha256 = type == ICELAB_STUN_MESSAGE_INTEGRITY_SHA256;
	size_t at = message->has_magic ? find(message->bytes, message->length, type) : 0;
	IcelabStunCheck said =
		sha256 ? icelab_stun_check_integrity_sha256(message, password, KEY_LENGTH, 16)
			   : icelab_stun_check_integrity(message, password, KEY_LENGTH);

	if (!message->has_magic) {
		EXPECT(said != ICELAB_STUN_RIGHT, "stun-check-integrity", "right without the magic cookie");
		return;
	}
	if (at == 0) {
		EXPECT(
			said == ICELAB_STUN_ABSENT, "stun-check-integrity", "%d of an absent attribute", said);
		return;
	}

	g_autofree uint8_t *copy = g_memdup2(message->bytes, at);
	size_t length = load16(message->bytes + at + 2);
	size_t declared = at + 4 + length - 20;
	g_autoptr(GHmac) hmac = g_hmac_new(
		sha256 ? G_CHECKSUM_SHA256 : G_CHECKSUM_SHA1, (const guchar *)password, KEY_LENGTH);
	uint8_t sum[32];
	gsize sum_length = sizeof sum;

	copy[2] = (uint8_t)(declared >> 8);
	copy[3] = (uint8_t)declared;
	g_hmac_update(hmac, copy, (gssize)at);
	g_hmac_get_digest(hmac, sum, &sum_length);
	EXPECT((said == ICELAB_STUN_RIGHT) == (memcmp(sum, message->bytes + at + 4, length) == 0),
		"stun-check-integrity", "type %04x: %d, not by GLib", type, said);
}

static void build_value(IcelabStunBuilder *builder, const IcelabStunMessage *message,
	const IcelabStunAttribute *attribute)
{
	IcelabAddress address;
	IcelabSpan text;
	uint16_t port = 0;
	uint16_t types[64];
	size_t count = 0;
	unsigned code = 0;
	char reason[764];

	switch (attribute->type) {
	case ICELAB_STUN_MAPPED_ADDRESS:
		if (icelab_stun_read_address(attribute, &address, &port)) {
			icelab_stun_build_address(builder, attribute->type, &address, port);
			return;
		}
		break;
	case ICELAB_STUN_XOR_MAPPED_ADDRESS:
	case ICELAB_STUN_XOR_PEER_ADDRESS:
	case ICELAB_STUN_XOR_RELAYED_ADDRESS:
		if (icelab_stun_read_xor_address(message, attribute, &address, &port)) {
			icelab_stun_build_xor_address(builder, attribute->type, &address, port);
			return;
		}
		break;
	case ICELAB_STUN_ERROR_CODE:
		if (icelab_stun_read_error_code(attribute, &code, &text)) {
			EXPECT(code >= 300 && code <= 699, "stun-build-value", "code %u", code);
			EXPECT(memchr(text.text, 0, text.length) != NULL ||
					   g_utf8_validate_len(text.text, text.length, NULL),
				"stun-build-value", "a reason that is not UTF-8");
			if (memchr(text.text, '\0', text.length) != NULL)
				break;
			memcpy(reason, text.text, text.length);
			reason[text.length] = '\0';
			icelab_stun_build_error_code(builder, code, reason);
			return;
		}
		break;
	case ICELAB_STUN_UNKNOWN_ATTRIBUTES:
		if (icelab_stun_read_unknown_attributes(attribute, types, G_N_ELEMENTS(types), &count) &&
			count <= G_N_ELEMENTS(types)) {
			icelab_stun_build_unknown_attributes(builder, types, count);
			return;
		}
		break;
	default:
		if (icelab_stun_read_text(attribute, &text))
			EXPECT(text.text == (const char *)attribute->value && text.length == attribute->length,
				"stun-build-value", "a text elsewhere");
		break;
	}
	icelab_stun_build_attribute(builder, attribute->type, attribute->value, attribute->length);
}

/* Bits that the reader must ignore (RFC 8489 14.1, 14.8) are not built. */
static bool same_value(const IcelabStunAttribute *a, const IcelabStunAttribute *b)
{
	uint8_t left[24], right[24];

	if (a->type != b->type || a->length != b->length)
		return false;
	if (memcmp(a->value, b->value, a->length) == 0)
		return true;
	switch (a->type) {
	case ICELAB_STUN_MAPPED_ADDRESS:
	case ICELAB_STUN_XOR_MAPPED_ADDRESS:
	case ICELAB_STUN_XOR_PEER_ADDRESS:
	case ICELAB_STUN_XOR_RELAYED_ADDRESS:
		return memcmp(a->value + 1, b->value + 1, a->length - 1u) == 0;
	case ICELAB_STUN_ERROR_CODE:
		memcpy(left, a->value, 4);
		memcpy(right, b->value, 4);
		return (left[2] & 7) == right[2] && memcmp(a->value + 3, b->value + 3, a->length - 3u) == 0;
	default:
		return false;
	}
}

static void check_rebuilt(const IcelabStunMessage *message)
{
	static uint8_t bytes[MESSAGE_LIMIT];
	IcelabStunBuilder builder;
	IcelabStunReader reader, again;
	IcelabStunAttribute attribute, other;
	IcelabStunMessage rebuilt;
	const uint8_t *behind = message->bytes + 20;

	if (message->length > sizeof bytes)
		return;
	icelab_stun_build_start(&builder, bytes, message->length, message->message_class,
		message->method, message->transaction);
	icelab_stun_start(&reader, message);
	while (icelab_stun_next(&reader, &attribute)) {
		EXPECT(attribute.value - 4 >= behind &&
				   attribute.value + attribute.length <= message->bytes + message->length,
			"stun-check-rebuilt", "an attribute outside");
		behind = attribute.value + attribute.length;
		build_value(&builder, message, &attribute);
	}

	size_t length = icelab_stun_build_end(&builder);

	EXPECT(length > 0 && length <= message->length, "stun-check-rebuilt", "built %zu of %zu",
		length, message->length);
	EXPECT(icelab_stun_parse(bytes, length, &rebuilt) == ICELAB_STUN_OK, "stun-check-rebuilt",
		"not read again");
	EXPECT(rebuilt.message_class == message->message_class && rebuilt.method == message->method &&
			   rebuilt.has_magic == message->has_magic &&
			   memcmp(rebuilt.transaction, message->transaction, 16) == 0,
		"stun-check-rebuilt", "another header");
	icelab_stun_start(&reader, message);
	icelab_stun_start(&again, &rebuilt);
	while (icelab_stun_next(&reader, &attribute)) {
		EXPECT(icelab_stun_next(&again, &other), "stun-check-rebuilt", "an attribute less");
		EXPECT(same_value(&attribute, &other), "stun-check-rebuilt", "another value of type %04x",
			attribute.type);
	}
	EXPECT(!icelab_stun_next(&again, &other), "stun-check-rebuilt", "an attribute more");
}

static void check_answer(const uint8_t *data, size_t size)
{
	static const IcelabAddress sources[] = {{4, {192, 0, 2, 1}}, {6, {0x20, 0x01, [15] = 1}}};
	uint8_t bytes[ICELAB_STUN_ANSWER];
	IcelabStunMessage request, answer;
	IcelabStunAttribute attribute;
	IcelabAddress address;
	uint16_t port = 0;

	if (!icelab_stun_read_request(data, size, &request))
		return;

	const IcelabAddress *source = &sources[data[19] & 1];
	size_t length = icelab_stun_answer(&request, source, 32853, bytes);

	EXPECT(length > 0 && icelab_stun_parse(bytes, length, &answer) == ICELAB_STUN_OK,
		"stun-check-answer", "%zu bytes", length);
	EXPECT(
		answer.method == request.method && memcmp(answer.transaction, request.transaction, 16) == 0,
		"stun-check-answer", "to another request");
	EXPECT(icelab_stun_check_fingerprint(&answer) == icelab_stun_check_fingerprint(&request),
		"stun-check-answer", "another fingerprint");
	if (answer.message_class == ICELAB_STUN_ERROR) {
		EXPECT(icelab_stun_find(&answer, ICELAB_STUN_ERROR_CODE, &attribute), "stun-check-answer",
			"no code");
		return;
	}
	EXPECT(answer.message_class == ICELAB_STUN_SUCCESS, "stun-check-answer", "class %d",
		answer.message_class);
	EXPECT(icelab_stun_find(&answer,
			   answer.has_magic ? ICELAB_STUN_XOR_MAPPED_ADDRESS : ICELAB_STUN_MAPPED_ADDRESS,
			   &attribute),
		"stun-check-answer", "no address");
	EXPECT(answer.has_magic ? icelab_stun_read_xor_address(&answer, &attribute, &address, &port)
							: icelab_stun_read_address(&attribute, &address, &port),
		"stun-check-answer", "no address");
	EXPECT(icelab_address_equal(&address, source) && port == 32853, "stun-check-answer",
		"another address");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IcelabStunMessage message, again;
	uint16_t unknown[8];
	size_t measured = 0;
	IcelabStunStatus status = icelab_stun_parse(data, size, &message);

	EXPECT(icelab_stun_parse(data, size, &again) == status, "stun-input", "not the same twice");
	EXPECT((icelab_stun_measure(data, size, &measured) == ICELAB_STUN_OK && measured == size) ||
			   status != ICELAB_STUN_OK,
		"stun-input", "of another size");
	EXPECT(measured >= 20 && measured % 4 == 0 && measured <= 20 + 65532, "stun-input",
		"measured %zu", measured);
	if (status != ICELAB_STUN_OK)
		return 0;
	EXPECT(
		icelab_stun_parse(data, size - 1, &again) != ICELAB_STUN_OK, "stun-input", "a byte less");
	check_rebuilt(&message);
	check_fingerprint(&message);
	check_integrity(&message, ICELAB_STUN_MESSAGE_INTEGRITY);
	check_integrity(&message, ICELAB_STUN_MESSAGE_INTEGRITY_SHA256);
	EXPECT(icelab_stun_unknown_required(&message, unknown, 8) <= 8, "stun-input", "too many");
	check_answer(data, size);
	return 0;
}
