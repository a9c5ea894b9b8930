/* SPDX-License-Identifier: MIT */
#include "stun/message.h"

#include <string.h>

#include "stun/attribute.h"

/* RFC 8489 5:
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---+---------------------------+-------------------------------+
 * |0 0|     STUN Message Type     |         Message Length        |
 * +---+---------------------------+-------------------------------+
 * |                   Magic Cookie = 0x2112A442                   |
 * +---------------------------------------------------------------+
 * |                                                               |
 * |                   Transaction ID (96 bits)                    |
 * |                                                               |
 * +---------------------------------------------------------------+
 *
 * and of the type, from bit 13 to bit 0: M11-M7, C1, M6-M4, C0, M3-M0.
 *
 * RFC 8489 14, repeated until the message's length is used up:
 *
 * +-------------------------------+-------------------------------+
 * |             Type              |            Length             |
 * +-------------------------------+-------------------------------+
 * |                Value (Length bytes) and padding            ....
 * +---------------------------------------------------------------+
 */

static uint16_t load16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

IcelabStunStatus icelab_stun_measure(const uint8_t *bytes, size_t length, size_t *size)
{
	*size = ICELAB_STUN_HEADER;
	/* RFC 8489 5: "The most significant 2 bits of every STUN message MUST be zeroes." */
	if (length > 0 && bytes[0] & 0xC0)
		return ICELAB_STUN_NOT_STUN;
	if (length < ICELAB_STUN_HEADER)
		return ICELAB_STUN_TRUNCATED;
	/* RFC 8489 5: "Since all STUN attributes are padded to a multiple of 4 bytes, the last 2 bits
	 * of this field are always zero." */
	if (bytes[3] & 3)
		return ICELAB_STUN_MALFORMED;
	/* RFC 8489 5: "The message length MUST contain the size of the message in bytes, not including
	 * the 20-byte STUN header." */
	*size += load16(bytes + 2);
	return length < *size ? ICELAB_STUN_TRUNCATED : ICELAB_STUN_OK;
}

/* Takes the attribute at *offset, whether it counts or not. */
static bool take(const IcelabStunMessage *message, size_t *offset, IcelabStunAttribute *attribute)
{
	const uint8_t *header = message->bytes + *offset;
	size_t rest = message->length - *offset;

	if (rest < 4)
		return false;
	attribute->type = load16(header);
	attribute->length = load16(header + 2);
	attribute->value = header + 4;

	/* RFC 8489 14: "The value in the Length field MUST contain the length of the Value part of the
	 * attribute, prior to padding", and "the padding bits [...] MUST be ignored by the receiver".
	 */
	size_t padded = ((size_t)attribute->length + 3) & ~(size_t)3;

	if (padded > rest - 4)
		return false;
	*offset += 4 + padded;
	return true;
}

static bool counts(const IcelabStunMessage *message, uint16_t *seal, uint16_t type)
{
	bool sha256 = type == ICELAB_STUN_MESSAGE_INTEGRITY_SHA256;
	bool counted = true;

	/* RFC 3489 has the first of the three only, as the last attribute. */
	if (!message->has_magic)
		return true;
	/* RFC 8489 9: "agents MUST ignore all attributes that follow MESSAGE-INTEGRITY, with the
	 * exception of the MESSAGE-INTEGRITY-SHA256 and FINGERPRINT attributes." */
	if (*seal == ICELAB_STUN_MESSAGE_INTEGRITY)
		counted = sha256 || type == ICELAB_STUN_FINGERPRINT;
	/* RFC 8489 9: "Similarly, agents MUST ignore all attributes that follow the
	 * MESSAGE-INTEGRITY-SHA256 attribute [...], with the exception of the FINGERPRINT attribute."
	 */
	else if (*seal == ICELAB_STUN_MESSAGE_INTEGRITY_SHA256)
		counted = type == ICELAB_STUN_FINGERPRINT;
	if (counted && (sha256 || type == ICELAB_STUN_MESSAGE_INTEGRITY))
		*seal = type;
	return counted;
}

/* Whether the attributes whose place and size decide what the rest of the message means are right.
 */
static bool is_sealed_well(
	const IcelabStunMessage *message, const IcelabStunAttribute *attribute, bool last)
{
	switch (attribute->type) {
	case ICELAB_STUN_MESSAGE_INTEGRITY:
		/* RFC 3489 11.2.8: MESSAGE-INTEGRITY "MUST be the last attribute within any STUN message".
		 */
		if (!message->has_magic && !last)
			return false;
		/* RFC 8489 14.5: "Since it uses the SHA-1 hash, the HMAC will be 20 bytes." */
		return attribute->length == 20;
	case ICELAB_STUN_MESSAGE_INTEGRITY_SHA256:
		/* RFC 8489 14.6: "The value will be at most 32 bytes, but it MUST be at least 16 bytes and
		 * MUST be a multiple of 4 bytes." */
		return !message->has_magic ||
			   (attribute->length >= 16 && attribute->length <= 32 && attribute->length % 4 == 0);
	case ICELAB_STUN_FINGERPRINT:
		/* RFC 8489 14.7: "When present, the FINGERPRINT attribute MUST be the last attribute in the
		 * message"; its value is a CRC-32. */
		return !message->has_magic || (last && attribute->length == 4);
	default:
		return true;
	}
}

static bool is_well_formed(const IcelabStunMessage *message)
{
	size_t offset = ICELAB_STUN_HEADER;
	uint16_t seal = 0;
	IcelabStunAttribute attribute;

	while (offset < message->length) {
		if (!take(message, &offset, &attribute))
			return false;
		if (counts(message, &seal, attribute.type) &&
			!is_sealed_well(message, &attribute, offset == message->length))
			return false;
	}
	return true;
}

IcelabStunStatus icelab_stun_parse(const uint8_t *bytes, size_t length, IcelabStunMessage *message)
{
	size_t size;

	if (length < ICELAB_STUN_HEADER)
		return ICELAB_STUN_NOT_STUN;

	IcelabStunStatus status = icelab_stun_measure(bytes, length, &size);

	if (status != ICELAB_STUN_OK)
		return status;
	/* RFC 8489 6.3: "checks that the message length is sensible" */
	if (size != length)
		return ICELAB_STUN_MALFORMED;

	uint16_t type = load16(bytes);

	*message = (IcelabStunMessage){.bytes = bytes, .length = length};
	message->message_class = (IcelabStunClass)((type >> 7 & 2) | (type >> 4 & 1));
	message->method = (uint16_t)((type & 0x000F) | (type >> 1 & 0x0070) | (type >> 2 & 0x0F80));
	message->has_magic =
		((uint32_t)load16(bytes + 4) << 16 | load16(bytes + 6)) == ICELAB_STUN_MAGIC;
	memcpy(message->transaction, bytes + 4, sizeof message->transaction);
	return is_well_formed(message) ? ICELAB_STUN_OK : ICELAB_STUN_MALFORMED;
}

void icelab_stun_start(IcelabStunReader *reader, const IcelabStunMessage *message)
{
	*reader = (IcelabStunReader){.message = message, .offset = ICELAB_STUN_HEADER};
}

bool icelab_stun_next(IcelabStunReader *reader, IcelabStunAttribute *attribute)
{
	while (take(reader->message, &reader->offset, attribute)) {
		if (counts(reader->message, &reader->seal, attribute->type))
			return true;
	}
	return false;
}

bool icelab_stun_find(
	const IcelabStunMessage *message, uint16_t type, IcelabStunAttribute *attribute)
{
	IcelabStunReader reader;

	icelab_stun_start(&reader, message);
	while (icelab_stun_next(&reader, attribute)) {
		if (attribute->type == type)
			return true;
	}
	return false;
}
