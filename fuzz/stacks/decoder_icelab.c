/* SPDX-License-Identifier: MIT */
/* The strict decoder of the lab's sensors and servers (harness/stun/): RFC 8489 to the letter. Of
 * the attributes that it has no reader for, the values' forms are checked here. */
#include "stacks/decoder.h"
#include "stun/attribute.h"
#include "stun/integrity.h"

static uint64_t big_endian(const IcelabStunAttribute *attribute, size_t length)
{
	uint64_t number = 0;

	for (size_t i = 0; i < length; i++)
		number = number << 8 | attribute->value[i];
	return number;
}

static uint8_t check_of(IcelabStunCheck check)
{
	switch (check) {
	case ICELAB_STUN_RIGHT:
		return ICELAB_DECODED_RIGHT;
	case ICELAB_STUN_WRONG:
		return ICELAB_DECODED_WRONG;
	default:
		return ICELAB_DECODED_MISSING;
	}
}

static void read_number(IcelabDecoded *decoded, IcelabDecodedAttribute which,
	const IcelabStunAttribute *attribute, size_t length, size_t used)
{
	if (attribute->length == length)
		icelab_decoded_number(decoded, which, big_endian(attribute, used));
}

static void read_unknown(
	IcelabDecoded *decoded, IcelabDecodedAttribute which, const IcelabStunAttribute *attribute)
{
	size_t count;

	if (icelab_stun_read_unknown_attributes(attribute, NULL, 0, &count))
		icelab_decoded_bytes(decoded, which, attribute->value, attribute->length);
}

static void read_value(const IcelabStunMessage *message, const IcelabStunAttribute *attribute,
	IcelabDecodedAttribute which, IcelabDecoded *decoded)
{
	IcelabAddress address;
	IcelabSpan text;
	uint16_t port;
	unsigned code;

	decoded->states[which] = ICELAB_DECODED_BAD;
	switch (which) {
	case ICELAB_DECODED_MAPPED_ADDRESS:
	case ICELAB_DECODED_ALTERNATE_SERVER: /* RFC 8489 14.15: as MAPPED-ADDRESS */
		if (icelab_stun_read_address(attribute, &address, &port))
			icelab_decoded_address(decoded, which, &address, port);
		break;
	case ICELAB_DECODED_XOR_PEER_ADDRESS:
	case ICELAB_DECODED_XOR_RELAYED_ADDRESS:
	case ICELAB_DECODED_XOR_MAPPED_ADDRESS:
		if (icelab_stun_read_xor_address(message, attribute, &address, &port))
			icelab_decoded_address(decoded, which, &address, port);
		break;
	case ICELAB_DECODED_ERROR_CODE:
		if (icelab_stun_read_error_code(attribute, &code, &text))
			icelab_decoded_number(decoded, which, code);
		break;
	case ICELAB_DECODED_UNKNOWN_ATTRIBUTES:
		read_unknown(decoded, which, attribute);
		break;
	case ICELAB_DECODED_USERNAME:
	case ICELAB_DECODED_REALM:
	case ICELAB_DECODED_NONCE:
	case ICELAB_DECODED_SOFTWARE:
		if (icelab_stun_read_text(attribute, &text))
			icelab_decoded_bytes(decoded, which, text.text, text.length);
		break;
	case ICELAB_DECODED_DATA: /* RFC 8656 18.4: any length */
		icelab_decoded_bytes(decoded, which, attribute->value, attribute->length);
		break;
	case ICELAB_DECODED_CHANNEL_NUMBER: /* RFC 8656 18.1: 4 bytes, of which 2 are reserved */
		read_number(decoded, which, attribute, 4, 2);
		break;
	case ICELAB_DECODED_REQUESTED_TRANSPORT: /* RFC 8656 18.8: 4 bytes, of which 3 are reserved */
		read_number(decoded, which, attribute, 4, 1);
		break;
	case ICELAB_DECODED_LIFETIME: /* RFC 8656 18.2 */
	case ICELAB_DECODED_PRIORITY: /* RFC 8445 16.1 */
		read_number(decoded, which, attribute, 4, 4);
		break;
	case ICELAB_DECODED_RESERVATION_TOKEN: /* RFC 8656 18.10 */
	case ICELAB_DECODED_ICE_CONTROLLED:    /* RFC 8445 16.1 */
	case ICELAB_DECODED_ICE_CONTROLLING:
		read_number(decoded, which, attribute, 8, 8);
		break;
	case ICELAB_DECODED_DONT_FRAGMENT: /* RFC 8656 18.9: no value */
	case ICELAB_DECODED_USE_CANDIDATE: /* RFC 8445 16.1: no value */
		read_number(decoded, which, attribute, 0, 0);
		break;
	case ICELAB_DECODED_COUNT:
		break;
	}
}

void icelab_decode(const uint8_t *bytes, size_t length, IcelabDecoded *decoded)
{
	IcelabStunMessage message;
	IcelabStunReader reader;
	IcelabStunAttribute attribute;

	*decoded = (IcelabDecoded){0};
	if (icelab_stun_parse(bytes, length, &message) != ICELAB_STUN_OK)
		return;
	decoded->accepted = true;
	decoded->message_class = (uint8_t)message.message_class;
	decoded->method = message.method;
	for (size_t i = 0; i < sizeof decoded->transaction; i++)
		decoded->transaction[i] = message.transaction[i];
	decoded->fingerprint = check_of(icelab_stun_check_fingerprint(&message));
	decoded->integrity = check_of(icelab_stun_check_integrity(
		&message, ICELAB_DECODED_PASSWORD, sizeof ICELAB_DECODED_PASSWORD - 1));
	icelab_stun_start(&reader, &message);
	while (icelab_stun_next(&reader, &attribute)) {
		for (unsigned which = 0; which < ICELAB_DECODED_COUNT; which++) {
			/* RFC 8489 14: "only the first occurrence needs to be processed". */
			if (icelab_decoded_types[which] == attribute.type &&
				decoded->states[which] == ICELAB_DECODED_ABSENT)
				read_value(&message, &attribute, (IcelabDecodedAttribute)which, decoded);
		}
	}
}
