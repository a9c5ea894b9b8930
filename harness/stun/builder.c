/* SPDX-License-Identifier: MIT */
#include "stun/builder.h"

#include <string.h>

#include "stun/integrity.h"

static void store16(uint8_t *bytes, size_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

void icelab_stun_build_start(IcelabStunBuilder *builder, uint8_t *bytes, size_t capacity,
	IcelabStunClass message_class, uint16_t method, const uint8_t transaction[16])
{
	unsigned class_bits = (unsigned)message_class;

	*builder = (IcelabStunBuilder){.bytes = bytes, .capacity = capacity};
	/* RFC 8489 5: a method has 12 bits. */
	if (capacity < ICELAB_STUN_HEADER || method > 0x0FFF) {
		builder->spoiled = true;
		return;
	}
	store16(bytes, (method & 0x000Fu) | (method & 0x0070u) << 1 | (method & 0x0F80u) << 2 |
					   (class_bits & 1) << 4 | (class_bits & 2) << 7);
	store16(bytes + 2, 0);
	memcpy(bytes + 4, transaction, 16);
	builder->length = ICELAB_STUN_HEADER;
}

/* Makes room for an attribute, writes its header and padding, and brings the message's length up to
 * date. Returns where the value goes, or NULL where there is no room. */
static uint8_t *reserve(IcelabStunBuilder *builder, uint16_t type, size_t length)
{
	/* Both length fields have 16 bits; the longest message that is a multiple of 4 is 65532. */
	const size_t longest = 0xFFFC;
	size_t padded = builder->unpadded ? length : (length + 3) & ~(size_t)3;

	if (builder->spoiled || length > longest - 4 ||
		padded + 4 > builder->capacity - builder->length ||
		builder->length + padded + 4 - ICELAB_STUN_HEADER > longest) {
		builder->spoiled = true;
		return NULL;
	}

	uint8_t *header = builder->bytes + builder->length;

	store16(header, type);
	store16(header + 2, length);
	memset(header + 4 + length, 0, padded - length);
	builder->length += 4 + padded;
	store16(builder->bytes + 2, builder->length - ICELAB_STUN_HEADER);
	return header + 4;
}

void icelab_stun_build_attribute(
	IcelabStunBuilder *builder, uint16_t type, const void *value, size_t length)
{
	uint8_t *place = reserve(builder, type, length);

	if (place != NULL && length > 0)
		memcpy(place, value, length);
}

static void build_address(IcelabStunBuilder *builder, uint16_t type, const IcelabAddress *address,
	uint16_t port, const uint8_t mask[16])
{
	size_t size = address->family == 4 ? 4 : 16;

	if (address->family != 4 && address->family != 6) {
		builder->spoiled = true;
		return;
	}

	uint8_t *place = reserve(builder, type, 4 + size);

	if (place == NULL)
		return;
	place[0] = 0;
	place[1] = address->family == 4 ? 0x01 : 0x02;
	place[2] = (uint8_t)(port >> 8) ^ mask[0];
	place[3] = (uint8_t)port ^ mask[1];
	for (size_t i = 0; i < size; i++)
		place[4 + i] = address->bytes[i] ^ mask[i];
}

void icelab_stun_build_address(
	IcelabStunBuilder *builder, uint16_t type, const IcelabAddress *address, uint16_t port)
{
	static const uint8_t plain[16];

	build_address(builder, type, address, port, plain);
}

void icelab_stun_build_xor_address(
	IcelabStunBuilder *builder, uint16_t type, const IcelabAddress *address, uint16_t port)
{
	if (!builder->spoiled)
		build_address(builder, type, address, port, builder->bytes + 4);
}

void icelab_stun_build_error_code(IcelabStunBuilder *builder, unsigned code, const char *reason)
{
	size_t length = strlen(reason);
	uint8_t *place = NULL;

	if (code < 300 || code > 699)
		builder->spoiled = true;
	else
		place = reserve(builder, ICELAB_STUN_ERROR_CODE, 4 + length);
	if (place == NULL)
		return;
	store16(place, 0);
	place[2] = (uint8_t)(code / 100);
	place[3] = (uint8_t)(code % 100);
	memcpy(place + 4, reason, length);
}

void icelab_stun_build_unknown_attributes(
	IcelabStunBuilder *builder, const uint16_t *types, size_t count)
{
	uint8_t *place = reserve(builder, ICELAB_STUN_UNKNOWN_ATTRIBUTES, count * 2);

	if (place == NULL)
		return;
	for (size_t i = 0; i < count; i++)
		store16(place + i * 2, types[i]);
}

static void build_integrity(IcelabStunBuilder *builder, uint16_t type, IcelabDigestKind kind,
	const void *key, size_t key_length, size_t size)
{
	size_t before = builder->length;
	uint8_t *place = reserve(builder, type, size);
	uint8_t sum[ICELAB_DIGEST_MAXIMUM];

	if (place == NULL)
		return;
	icelab_stun_integrity(kind, builder->bytes, before, size, key, key_length, sum);
	memcpy(place, sum, size);
}

void icelab_stun_build_integrity(IcelabStunBuilder *builder, const void *key, size_t key_length)
{
	build_integrity(
		builder, ICELAB_STUN_MESSAGE_INTEGRITY, ICELAB_DIGEST_SHA1, key, key_length, 20);
}

void icelab_stun_build_integrity_sha256(
	IcelabStunBuilder *builder, const void *key, size_t key_length, size_t size)
{
	/* RFC 8489 14.6: at most 32 bytes, at least 16, a multiple of 4. */
	if (size < 16 || size > 32 || size % 4 != 0)
		builder->spoiled = true;
	else
		build_integrity(builder, ICELAB_STUN_MESSAGE_INTEGRITY_SHA256, ICELAB_DIGEST_SHA256, key,
			key_length, size);
}

void icelab_stun_build_fingerprint(IcelabStunBuilder *builder)
{
	size_t before = builder->length;
	uint8_t *place = reserve(builder, ICELAB_STUN_FINGERPRINT, 4);

	if (place == NULL)
		return;

	/* RFC 8489 14.7: the header's length already counts the FINGERPRINT attribute. */
	uint32_t sum = icelab_stun_fingerprint(builder->bytes, before);

	store16(place, sum >> 16);
	store16(place + 2, sum & 0xFFFF);
}

size_t icelab_stun_build_end(const IcelabStunBuilder *builder)
{
	return builder->spoiled ? 0 : builder->length;
}
