/* SPDX-License-Identifier: MIT */
#include "stun/attribute.h"

#include <string.h>

static uint16_t load16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* RFC 8489 14.1, and 14.2 with port and address XORed with the header's bytes from the cookie on:
 *
 * +---------------+---------------+-------------------------------+
 * |0 0 0 0 0 0 0 0|    Family     |             Port              |
 * +---------------+---------------+-------------------------------+
 * |              Address (32 bits or 128 bits)                 ....
 * +---------------------------------------------------------------+
 */
static bool read_address(const IcelabStunAttribute *attribute, const uint8_t mask[16],
	IcelabAddress *address, uint16_t *port)
{
	size_t size;

	*address = (IcelabAddress){0};
	if (attribute->length < 4)
		return false;
	/* RFC 8489 14.1: "The first 8 bits [...] MUST be ignored by receivers"; the family is 0x01 for
	 * IPv4 and 0x02 for IPv6. */
	if (attribute->value[1] == 0x01)
		size = 4;
	else if (attribute->value[1] == 0x02)
		size = 16;
	else
		return false;
	/* RFC 8489 14.1: "If the address family is IPv4, the address MUST be 32 bits. If the address
	 * family is IPv6, the address MUST be 128 bits." */
	if (attribute->length != 4 + size)
		return false;

	address->family = size == 4 ? 4 : 6;
	*port = load16(attribute->value + 2) ^ load16(mask);
	for (size_t i = 0; i < sizeof address->bytes && i < size; i++)
		address->bytes[i] = attribute->value[4 + i] ^ mask[i];
	return true;
}

bool icelab_stun_read_address(
	const IcelabStunAttribute *attribute, IcelabAddress *address, uint16_t *port)
{
	static const uint8_t plain[16];

	return read_address(attribute, plain, address, port);
}

bool icelab_stun_read_xor_address(const IcelabStunMessage *message,
	const IcelabStunAttribute *attribute, IcelabAddress *address, uint16_t *port)
{
	/* RFC 8489 14.2: XOR with "the most significant 16 bits of the magic cookie", "the magic
	 * cookie", and for IPv6 "the concatenation of the magic cookie and the transaction ID". */
	return message->has_magic && read_address(attribute, message->transaction, address, port);
}

/* Counts the characters of UTF-8 (RFC 3629 4: no overlong form, no surrogate, up to U+10FFFF).
 * Returns false where the bytes are something else. */
static bool count_characters(const uint8_t *bytes, size_t length, size_t *characters)
{
	*characters = 0;
	for (size_t at = 0; at < length; (*characters)++) {
		uint8_t first = bytes[at++];
		uint8_t low = 0x80, high = 0xBF; /* what the second byte may be */
		size_t more;

		if (first < 0x80)
			continue;
		if (first >= 0xC2 && first <= 0xDF)
			more = 1;
		else if (first >= 0xE0 && first <= 0xEF)
			more = 2;
		else if (first >= 0xF0 && first <= 0xF4)
			more = 3;
		else
			return false;
		if (more > length - at)
			return false;
		if (first == 0xE0)
			low = 0xA0;
		else if (first == 0xED)
			high = 0x9F;
		else if (first == 0xF0)
			low = 0x90;
		else if (first == 0xF4)
			high = 0x8F;
		for (; more > 0; more--, at++) {
			if (bytes[at] < low || bytes[at] > high)
				return false;
			low = 0x80;
			high = 0xBF;
		}
	}
	return true;
}

/* RFC 8489 14.8, 14.9, 14.10, 14.14: "fewer than 128 characters (which can be as long as 509 bytes
 * when encoding them or 763 bytes when decoding them)". */
static bool is_phrase(const uint8_t *bytes, size_t length)
{
	size_t characters;

	return length <= 763 && count_characters(bytes, length, &characters) && characters < 128;
}

static IcelabSpan span_of(const uint8_t *bytes, size_t length)
{
	return (IcelabSpan){(const char *)bytes, length};
}

bool icelab_stun_read_error_code(
	const IcelabStunAttribute *attribute, unsigned *code, IcelabSpan *reason)
{
	/* RFC 8489 14.8:
	 *
	 * +-------------------------------------------+-----+---------------+
	 * |           Reserved, should be 0           |Class|    Number     |
	 * +-------------------------------------------+-----+---------------+
	 * |      Reason Phrase (variable)                                ....
	 * +-----------------------------------------------------------------+
	 */
	if (attribute->length < 4)
		return false;

	unsigned hundreds = attribute->value[2] & 7;
	unsigned number = attribute->value[3];

	/* RFC 8489 14.8: "The value MUST be between 3 and 6." "The value MUST be between 0 and 99." */
	if (hundreds < 3 || hundreds > 6 || number > 99)
		return false;
	if (!is_phrase(attribute->value + 4, attribute->length - (size_t)4))
		return false;
	*code = hundreds * 100 + number;
	*reason = span_of(attribute->value + 4, attribute->length - (size_t)4);
	return true;
}

bool icelab_stun_read_text(const IcelabStunAttribute *attribute, IcelabSpan *text)
{
	size_t characters;

	switch (attribute->type) {
	case ICELAB_STUN_USERNAME:
		/* RFC 8489 14.3: fewer than 509 bytes when written, but a receiver MUST "be able to parse a
		 * UTF-8-encoded sequence of 763 or fewer octets". */
		if (attribute->length > 763 ||
			!count_characters(attribute->value, attribute->length, &characters))
			return false;
		break;
	case ICELAB_STUN_REALM:
	case ICELAB_STUN_NONCE:
	case ICELAB_STUN_SOFTWARE:
		if (!is_phrase(attribute->value, attribute->length))
			return false;
		break;
	default:
		return false;
	}
	*text = span_of(attribute->value, attribute->length);
	return true;
}

bool icelab_stun_read_unknown_attributes(
	const IcelabStunAttribute *attribute, uint16_t *types, size_t capacity, size_t *count)
{
	/* RFC 8489 14.13: "The attribute contains a list of 16-bit values". */
	if (attribute->length % 2 != 0)
		return false;
	*count = attribute->length / 2;
	for (size_t i = 0; i < *count && i < capacity; i++)
		types[i] = load16(attribute->value + i * 2);
	return true;
}

static bool is_known(uint16_t type)
{
	switch (type) {
	case ICELAB_STUN_MAPPED_ADDRESS:
	case ICELAB_STUN_USERNAME:
	case ICELAB_STUN_MESSAGE_INTEGRITY:
	case ICELAB_STUN_ERROR_CODE:
	case ICELAB_STUN_UNKNOWN_ATTRIBUTES:
	case ICELAB_STUN_REALM:
	case ICELAB_STUN_NONCE:
	case ICELAB_STUN_MESSAGE_INTEGRITY_SHA256:
	case ICELAB_STUN_PASSWORD_ALGORITHM:
	case ICELAB_STUN_USERHASH:
	case ICELAB_STUN_XOR_MAPPED_ADDRESS:
		return true;
	default:
		return false;
	}
}

size_t icelab_stun_unknown_required(
	const IcelabStunMessage *message, uint16_t *types, size_t capacity)
{
	IcelabStunReader reader;
	IcelabStunAttribute attribute;
	size_t count = 0;

	icelab_stun_start(&reader, message);
	while (count < capacity && icelab_stun_next(&reader, &attribute)) {
		bool repeated = false;

		/* RFC 8489 14: "Attributes with type values between 0x0000 and 0x7FFF are
		 * comprehension-required attributes". */
		if (attribute.type >= 0x8000 || is_known(attribute.type))
			continue;
		for (size_t i = 0; i < count && !repeated; i++)
			repeated = types[i] == attribute.type;
		if (!repeated)
			types[count++] = attribute.type;
	}
	return count;
}
