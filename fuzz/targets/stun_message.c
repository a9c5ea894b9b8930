/* SPDX-License-Identifier: MIT */
/* One message, read and written. Attack surface: stun/stunmessage.c, stun5389.c and utils.c, which
 * read every datagram that reaches a STUN port before anything is authenticated, also in pieces
 * (stun_message_validate_buffer_length_fast(), on all that a socket receives).
 *
 * The input chooses the dialect, and for each step a message that is read in full, in part and in
 * pieces, every attribute by every getter, or one that is written, by every appender, into as many
 * bytes as the input says. What is read and written must be what the model says
 * (oracles/message_model.h); what was written is read back. */
#include <netinet/in.h>
#include <string.h>

#include <stun/stunmessage.h>

#include "arena.h"
#include "guards.h"
#include "oracles/oracle.h"
#include "stacks/pair.h"

/* Of stun/utils.h and stun5389.h, which have no prefix of their own. */
#include <stun/stun5389.h>
#include <stun/utils.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	READ,    /* a: user, b: FORGE_, c: where it is cut */
	WRITE,   /* a: class and method, b: room; payload: attributes */
	ADDRESS, /* a: family and form, b: room, c: attribute */
	TABLES,
	KINDS,
};

static Pair pair;
static uint8_t scratch[70000];

static const uint16_t asked[] = {STUN_ATTRIBUTE_MAPPED_ADDRESS, STUN_ATTRIBUTE_USERNAME,
	STUN_ATTRIBUTE_MESSAGE_INTEGRITY, STUN_ATTRIBUTE_REALM, STUN_ATTRIBUTE_NONCE,
	STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, STUN_ATTRIBUTE_PRIORITY, STUN_ATTRIBUTE_USE_CANDIDATE,
	STUN_ATTRIBUTE_FINGERPRINT, STUN_ATTRIBUTE_ICE_CONTROLLING};
#define ASKED (sizeof asked / sizeof *asked)

static int to_return(ModelAddressResult result)
{
	switch (result) {
	case MODEL_ADDRESS_FOUND:
		return STUN_MESSAGE_RETURN_SUCCESS;
	case MODEL_ADDRESS_ABSENT:
		return STUN_MESSAGE_RETURN_NOT_FOUND;
	case MODEL_ADDRESS_INVALID:
		return STUN_MESSAGE_RETURN_INVALID;
	case MODEL_ADDRESS_FAMILY:
		break;
	}
	return STUN_MESSAGE_RETURN_UNSUPPORTED_ADDRESS;
}

static void expect_result(const char *name, uint16_t type, int real, int model)
{
	EXPECT(real == model, name, "attribute 0x%04X: %d, expected %d", type, real, model);
}

static void read_address(const StunMessage *real, const ModelView *view, uint16_t type, size_t room)
{
	static const char *const names[] = {
		"find-address", "find-xor-address", "find-xor-address-full"};

	for (int form = 0; form < 3; form++) {
		struct sockaddr_storage *address = icelab_arena_take(room);
		socklen_t length = (socklen_t)room;
		uint32_t cookie = form == 1 ? STUN_MAGIC_COOKIE : 0x01020304;
		ModelAddress expected;
		ModelAddressResult model;
		int result;

		if (!address)
			return;
		switch (form) {
		case 0:
			result = (int)stun_message_find_addr(real, (StunAttribute)type, address, &length);
			break;
		case 1:
			result = (int)stun_message_find_xor_addr(real, (StunAttribute)type, address, &length);
			break;
		default:
			result = (int)stun_message_find_xor_addr_full(
				real, (StunAttribute)type, address, &length, cookie);
			break;
		}
		model = form == 0 ? model_find_address(view, type, room, &expected)
						  : model_find_xor_address(view, type, room, cookie, &expected);
		expect_result(names[form], type, result, to_return(model));
		if (model != MODEL_ADDRESS_FOUND)
			continue;
		if (expected.family == 4) {
			struct sockaddr_in in;
			memcpy(&in, address, sizeof in);
			EXPECT(length == sizeof in && in.sin_family == AF_INET &&
					   memcmp(&in.sin_port, expected.port, 2) == 0 &&
					   memcmp(&in.sin_addr, expected.address, 4) == 0,
				names[form], "attribute 0x%04X: another address", type);
		} else {
			struct sockaddr_in6 in6;
			memcpy(&in6, address, sizeof in6);
			EXPECT(length == sizeof in6 && in6.sin6_family == AF_INET6 && in6.sin6_flowinfo == 0 &&
					   in6.sin6_scope_id == 0 && memcmp(&in6.sin6_port, expected.port, 2) == 0 &&
					   memcmp(&in6.sin6_addr, expected.address, 16) == 0,
				names[form], "attribute 0x%04X: another address", type);
		}
	}
}

static void read_attribute(
	const StunMessage *real, const ModelView *view, uint16_t type, uint8_t choice)
{
	static const size_t rooms[] = {16, 27, 28, 128};
	StunAttribute attribute = (StunAttribute)type;
	ModelValue value = {NULL, 0};
	bool found = model_find(view, type, &value);
	uint16_t length = 0;
	uint32_t number = 0;
	uint64_t large = 0;
	uint32_t expected_number = 0;
	uint64_t expected_large = 0;

	const uint8_t *at = stun_message_find(real, attribute, &length);
	EXPECT(at == (found ? value.bytes : NULL) && (!found || length == value.length), "find",
		"attribute 0x%04X: %s, %u bytes, expected %s, %zu bytes", type, at ? "found" : "not found",
		length, found ? "found" : "not found", value.length);
	EXPECT(stun_message_has_attribute(real, attribute) == found, "has-attribute",
		"attribute 0x%04X", type);
	int absent = found ? STUN_MESSAGE_RETURN_INVALID : STUN_MESSAGE_RETURN_NOT_FOUND;
	expect_result("find-flag", type, (int)stun_message_find_flag(real, attribute),
		found && value.length == 0 ? STUN_MESSAGE_RETURN_SUCCESS : absent);
	bool is_number = model_find32(view, type, &expected_number);
	expect_result("find-32", type, (int)stun_message_find32(real, attribute, &number),
		is_number ? STUN_MESSAGE_RETURN_SUCCESS : absent);
	EXPECT(
		number == expected_number, "find-32", "0x%08X, expected 0x%08X", number, expected_number);
	bool is_large = model_find64(view, type, &expected_large);
	expect_result("find-64", type, (int)stun_message_find64(real, attribute, &large),
		is_large ? STUN_MESSAGE_RETURN_SUCCESS : absent);
	EXPECT(large == expected_large, "find-64", "another number");

	/* Room for all of it and its NUL, or one byte less. */
	size_t room = value.length + (choice & 1);
	char *text = icelab_arena_take(room);
	if (text) {
		int result = (int)stun_message_find_string(real, attribute, text, room);
		expect_result("find-string", type, result,
			!found       ? STUN_MESSAGE_RETURN_NOT_FOUND
			: choice & 1 ? STUN_MESSAGE_RETURN_SUCCESS
						 : STUN_MESSAGE_RETURN_NOT_ENOUGH_SPACE);
		if (result == STUN_MESSAGE_RETURN_SUCCESS)
			EXPECT((value.length == 0 || memcmp(text, value.bytes, value.length) == 0) &&
					   text[value.length] == '\0',
				"find-string", "another text");
	}
	read_address(real, view, type, rooms[choice >> 1 & 3]);
}

/* A whole message, every attribute. */
static void read_all(const uint8_t *bytes, size_t length, bool agentless, uint8_t choice)
{
	static const ModelRules plain = {MODEL_RFC5389, false};
	ModelView view = {bytes, length, agentless ? &plain : &pair.model.rules};
	StunMessage real = {.agent = agentless ? NULL : &pair.agent,
		.buffer = (uint8_t *)(uintptr_t)bytes,
		.buffer_len = length};
	StunTransactionId id;
	unsigned expected_code = 0;
	int code = 0;

	EXPECT(stun_message_length(&real) == length, "length", "%u, expected %zu",
		stun_message_length(&real), length);
	EXPECT(stun_message_get_class(&real) == model_class(&view), "class", "%d, expected %u",
		(int)stun_message_get_class(&real), model_class(&view));
	EXPECT(stun_message_get_method(&real) == model_method(&view), "method", "%d, expected %u",
		(int)stun_message_get_method(&real), model_method(&view));
	EXPECT(stun_message_has_cookie(&real) == model_has_cookie(&view), "cookie", "%d",
		stun_message_has_cookie(&real));
	stun_message_id(&real, id);
	EXPECT(memcmp(id, bytes + 4, 16) == 0, "transaction-id", "another");
	bool has_code = model_find_error(&view, &expected_code);
	int result = (int)stun_message_find_error(&real, &code);
	EXPECT((result == STUN_MESSAGE_RETURN_SUCCESS) == has_code && (unsigned)code == expected_code,
		"error-code", "%d: %d, expected %u", result, code, expected_code);

	size_t offset = 20;
	for (int count = 0; offset < length && count < 10; count++) {
		read_attribute(&real, &view, model_load16(bytes + offset), (uint8_t)(choice + count));
		size_t value = model_load16(bytes + offset + 2);
		offset += 4 + (view.rules->unaligned ? value : (value + 3) / 4 * 4);
	}
	read_attribute(&real, &view, asked[choice % ASKED], choice);

	/* The fingerprint of what ends with one (RFC 8489 14.7). */
	if (length >= 28) {
		uint8_t sum[4];
		for (int typo = 0; typo < 2; typo++) {
			uint32_t crc = stun_fingerprint(bytes, length, typo);
			model_store32(sum, model_fingerprint(bytes, length, typo));
			EXPECT(memcmp(&crc, sum, 4) == 0, "fingerprint", "another sum");
		}
	}
}

/* The pieces that a socket's vectors are. */
static void read_pieces(const uint8_t *bytes, size_t length, uint8_t choice, bool allow_empty)
{
	StunInputVector pieces[5];
	size_t sizes[4] = {choice & 7, choice >> 3 & 3, choice >> 5 & 3, choice >> 7};
	bool empty = allow_empty && !icelab_guard("stun-fast-empty-piece");
	size_t offset = 0;
	int count = 0;

	for (int i = 0; i < 4; i++) {
		size_t size = i == 3 ? length - offset : sizes[i];
		if (size > length - offset)
			size = length - offset;
		if (size == 0 && !empty)
			continue;
		pieces[count++] = (StunInputVector){icelab_arena_copy(bytes + offset, size), size};
		offset += size;
	}
	pieces[count] = (StunInputVector){NULL, 0};
	if (count == 0)
		return;
	for (int aligned = 0; aligned < 2; aligned++) {
		int expected = model_measure_header(bytes, length, aligned);
		ssize_t by_count = stun_message_validate_buffer_length_fast(pieces, count, length, aligned);
		ssize_t by_end = stun_message_validate_buffer_length_fast(pieces, -1, length, aligned);
		EXPECT(by_count == expected && by_end == expected, "measure-pieces",
			"%zd and %zd, expected %d", by_count, by_end, expected);
	}
}

static void read_message(const ConversationStep *step)
{
	uint8_t key[16];
	Forge orders = pair_orders(&pair, step, key);
	size_t length =
		forge(&pair.model.rules, &orders, step->payload, step->length, scratch, sizeof scratch);
	const uint8_t *bytes = icelab_arena_copy(scratch, length);

	if (!bytes)
		return;
	for (int aligned = 0; aligned < 2; aligned++) {
		int expected = model_measure(bytes, length, aligned);
		int real = stun_message_validate_buffer_length(bytes, length, aligned);
		EXPECT(real == expected, "measure", "%d, expected %d", real, expected);
	}
	/* A part of it, in memory of its own. */
	size_t part = length > 0 ? step->c % length : 0;
	const uint8_t *start = icelab_arena_copy(scratch, part);
	if (start) {
		int expected = model_measure(start, part, true);
		int real = stun_message_validate_buffer_length(start, part, true);
		EXPECT(real == expected, "measure-part", "%d, expected %d", real, expected);
	}
	read_pieces(bytes, length, step->c, step->b & 1);
	EXPECT(stun_message_validate_buffer_length(NULL, 0, true) == STUN_MESSAGE_BUFFER_INVALID,
		"measure-nothing", "nothing is a message");

	if (model_measure(bytes, length, !pair.model.rules.unaligned) == (int)length)
		read_all(bytes, length, false, step->c);
	if (step->a & 0x80 && model_measure(bytes, length, true) == (int)length)
		read_all(bytes, length, true, step->c);
}

static size_t room(uint8_t choice, uint8_t odd)
{
	size_t size = choice < 64 ? 1300 : (size_t)(choice - 64) * 4;

	/* The end of a buffer that is no multiple of 4 is not found by a released library. */
	return icelab_guard("stun-append-padding") ? size : size + (odd & 3);
}

static void expect_appended(const char *name, const PairMessage *message, int real, bool model)
{
	EXPECT(real == (model ? STUN_MESSAGE_RETURN_SUCCESS : STUN_MESSAGE_RETURN_NOT_ENOUGH_SPACE),
		name, "%d, expected %s", real, model ? "done" : "no room");
	pair_expect_same(name, message);
}

static bool start(PairMessage *message, uint8_t choice, size_t capacity)
{
	static const uint16_t methods[] = {
		1, 3, 4, 6, 7, 8, 9, 0xFFF, 0x080, 0x100, 0x010, 0x00F, 0x5A5};
	unsigned message_class = choice & 3;
	unsigned method = methods[(choice >> 2) % (sizeof methods / sizeof *methods)];
	StunTransactionId id;

	if (!pair_take(message, capacity))
		return false;
	for (int i = 0; i < 16; i++)
		id[i] = (uint8_t)(choice * 3 + i);
	if (choice & 0x80)
		model_store32(id, STUN_MAGIC_COOKIE);
	message->real.agent = choice & 0x40 ? NULL : &pair.agent;
	static const ModelRules plain = {MODEL_RFC5389, false};
	message->model.writer.rules = choice & 0x40 ? &plain : &pair.model.rules;
	bool model = model_start(&message->model.writer, message_class, method, id);
	bool real = stun_message_init(&message->real, (StunClass)message_class, (StunMethod)method, id);
	EXPECT(real == model, "init", "%d, expected %d", real, model);
	if (model)
		pair_expect_same("init", message);
	return model;
}

/* What was written is a message, and says what it was told. */
static void read_back(const PairMessage *message)
{
	ModelView view = model_view(&message->model);
	StunMessage real = message->real;
	bool aligned = !view.rules->unaligned;

	EXPECT(stun_message_validate_buffer_length(message->real.buffer, view.length, aligned) ==
			   (int)view.length,
		"read-back", "%zu bytes were written that are no message", view.length);
	for (size_t offset = 20; offset < view.length;) {
		size_t length = model_load16(view.bytes + offset + 2);
		read_attribute(&real, &(ModelView){message->real.buffer, view.length, view.rules},
			model_load16(view.bytes + offset), 1);
		offset += 4 + (aligned ? (length + 3) / 4 * 4 : length);
	}
}

static void write_message(const ConversationStep *step)
{
	PairMessage message;
	ModelWriter *writer = &message.model.writer;
	const uint8_t *bytes = step->payload;
	size_t left = step->length;

	if (!start(&message, step->a, room(step->b, step->c)))
		return;
	for (int count = 0; left >= 4 && count < 8; count++) {
		uint16_t type = model_load16(bytes);
		StunAttribute attribute = (StunAttribute)type;
		size_t length = bytes[3] < left - 4 ? bytes[3] : left - 4;
		uint8_t *value = icelab_arena_copy(bytes + 4, length);
		uint8_t *text = icelab_arena_take(length + 1);
		uint32_t number = length >= 4 ? model_load32(bytes + 4) : 0;
		if (!value || !text)
			return;
		switch (bytes[2] % 7) {
		case 0:
			expect_appended("append-flag", &message,
				(int)stun_message_append_flag(&message.real, attribute),
				model_append_bytes(writer, type, NULL, 0));
			break;
		case 1:
			expect_appended("append-32", &message,
				(int)stun_message_append32(&message.real, attribute, number),
				model_append32(writer, type, number));
			break;
		case 2:
			expect_appended("append-64", &message,
				(int)stun_message_append64(
					&message.real, attribute, (uint64_t)number << 32 | ~number),
				model_append64(writer, type, (uint64_t)number << 32 | ~number));
			break;
		case 3:
			memcpy(text, value, length);
			text[length] = '\0';
			expect_appended("append-string", &message,
				(int)stun_message_append_string(&message.real, attribute, (char *)text),
				model_append_bytes(writer, type, text, strlen((char *)text)));
			break;
		case 4: {
			unsigned code = 300 + number % 400;
			expect_appended("append-error", &message,
				(int)stun_message_append_error(&message.real, (StunError)code),
				model_append_error(writer, code));
			break;
		}
		default:
			expect_appended("append-bytes", &message,
				(int)stun_message_append_bytes(&message.real, attribute, value, length),
				model_append_bytes(writer, type, value, length));
			break;
		}
		bytes += 4 + length;
		left -= 4 + length;
	}
	read_back(&message);
}

static void write_address(const ConversationStep *step)
{
	static const size_t lengths[] = {sizeof(struct sockaddr_in), sizeof(struct sockaddr_in6),
		sizeof(struct sockaddr_storage), sizeof(struct sockaddr_storage), 15, 27, 16, 200};
	ModelAddress model = {.family = step->a & 1 ? 6 : 4};
	struct sockaddr_storage address;
	socklen_t length = (socklen_t)lengths[step->a >> 1 & 7];
	uint16_t type = asked[step->c % ASKED];
	uint32_t cookie = 0x2112A442;
	PairMessage message;
	int expected = STUN_MESSAGE_RETURN_SUCCESS;
	int result;

	if (!start(&message, step->a, room(step->b, step->c)))
		return;
	memset(&address, 0, sizeof address);
	for (int i = 0; i < 16; i++)
		model.address[i] = i < (int)step->length ? step->payload[i] : (uint8_t)(i * 17 + step->c);
	model.port[0] = step->c;
	model.port[1] = step->a;
	if (model.family == 4) {
		struct sockaddr_in in = {.sin_family = AF_INET};
		memcpy(&in.sin_port, model.port, 2);
		memcpy(&in.sin_addr, model.address, 4);
		memcpy(&address, &in, sizeof in);
		if (length < sizeof(struct sockaddr_in))
			expected = STUN_MESSAGE_RETURN_INVALID;
	} else {
		struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
		memcpy(&in6.sin6_port, model.port, 2);
		memcpy(&in6.sin6_addr, model.address, 16);
		memcpy(&address, &in6, sizeof in6);
		if (length < sizeof(struct sockaddr_in6))
			expected = STUN_MESSAGE_RETURN_INVALID;
	}
	if (length > sizeof address && step->a >> 4 == 0)
		length = sizeof address;
	if ((step->a >> 4 & 3) == 3) {
		address.ss_family = AF_UNIX;
		expected = length < sizeof(struct sockaddr) ? STUN_MESSAGE_RETURN_INVALID
													: STUN_MESSAGE_RETURN_UNSUPPORTED_ADDRESS;
		/* The family is looked at before the length where there is a sum to make of it. */
		if ((step->a >> 4 & 12) != 0)
			expected = STUN_MESSAGE_RETURN_UNSUPPORTED_ADDRESS;
	}
	switch (step->a >> 6) {
	case 0:
		result = (int)stun_message_append_addr(
			&message.real, (StunAttribute)type, (struct sockaddr *)&address, length);
		break;
	case 1:
	case 2:
		result =
			(int)stun_message_append_xor_addr(&message.real, (StunAttribute)type, &address, length);
		model_xor_address(&model, cookie, message.model.writer.bytes + 4);
		break;
	default:
		cookie = 0x0A0B0C0D;
		result = (int)stun_message_append_xor_addr_full(
			&message.real, (StunAttribute)type, &address, length, cookie);
		model_xor_address(&model, cookie, message.model.writer.bytes + 4);
		break;
	}
	if (expected == STUN_MESSAGE_RETURN_SUCCESS &&
		!model_append_address(&message.model.writer, type, &model))
		expected = STUN_MESSAGE_RETURN_NOT_ENOUGH_SPACE;
	EXPECT(result == expected, "append-address", "%d, expected %d", result, expected);
	pair_expect_same("append-address", &message);
	read_back(&message);
}

static void read_tables(void)
{
	static bool done;

	/* They do not depend on the input. */
	if (done)
		return;
	done = true;
	for (unsigned code = 300; code < 700; code++) {
		const char *reason = model_reason(code);
		const char *real = stun_strerror((StunError)code);
		/* Any other text that is there. */
		EXPECT(real && strlen(real) < 128 && (!reason || strcmp(real, reason) == 0), "reason",
			"%u is %s, expected %s", code, real, reason ? reason : "any");
	}
	/* RFC 8489 14: "comprehension-optional attributes [...] 0x8000 to 0xFFFF". */
	for (unsigned type = 0; type < 0x10000; type++)
		EXPECT(stun_optional((uint16_t)type) == (type >= 0x8000), "optional", "0x%04X", type);
}

static void take(const ConversationStep *step)
{
	switch (step->kind % KINDS) {
	case READ:
		read_message(step);
		break;
	case WRITE:
		write_message(step);
		break;
	case ADDRESS:
		write_address(step);
		break;
	case TABLES:
		read_tables();
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Conversation conversation;
	ConversationStep step;

	conversation_start(&conversation, data, size);
	pair_start(&pair, &conversation);
	while (conversation_next(&conversation, &step))
		take(&step);
	icelab_arena_reset();
	return 0;
}
