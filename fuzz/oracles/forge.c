/* SPDX-License-Identifier: MIT */
#include "oracles/forge.h"

#include <string.h>

enum {
	USERNAME = 0x0006,
	INTEGRITY = 0x0008,
	REALM = 0x0014,
	NONCE = 0x0015,
	FINGERPRINT = 0x8028
};

/* Where a message whose header says `end` bytes has its first attribute of `type`, 0: nowhere. */
static size_t place_of(const ModelRules *rules, const uint8_t *message, size_t end, uint16_t type)
{
	for (size_t offset = 20; offset + 4 <= end;) {
		size_t length = model_load16(message + offset + 2);
		if (model_load16(message + offset) == type)
			return offset;
		offset += 4 + (rules->unaligned ? length : (length + 3) / 4 * 4);
	}
	return 0;
}

static void insert(const ModelRules *rules, uint8_t *message, size_t *length, size_t capacity,
	uint16_t type, size_t width)
{
	size_t padded = rules->unaligned ? width : (width + 3) / 4 * 4;

	if (width > 0xFFFF || *length < 20 || *length + 4 + padded > capacity)
		return;
	memmove(message + 20 + 4 + padded, message + 20, *length - 20);
	model_store16(message + 20, type);
	model_store16(message + 22, (unsigned)width);
	memset(message + 24, 'w', padded);
	*length += 4 + padded;
	model_store16(message + 2, (unsigned)(model_load16(message + 2) + 4 + padded));
}

size_t forge(const ModelRules *rules, const Forge *orders, const uint8_t *bytes, size_t length,
	uint8_t *message, size_t capacity)
{
	if (length > capacity)
		length = capacity;
	if (length > 0)
		memcpy(message, bytes, length);
	if (length < 20 || capacity < 20)
		return length;

	if (orders->what & FORGE_LENGTH) {
		if (!rules->unaligned)
			length &= ~(size_t)3;
		model_store16(message + 2, (unsigned)(length - 20));
	}
	if (orders->what & FORGE_ID && orders->id)
		memcpy(message + 4, orders->id, 16);
	if (orders->what & FORGE_COOKIE)
		model_store32(message + 4, 0x2112A442);
	if (orders->what & FORGE_BARE) {
		size_t seal = place_of(rules, message, length, INTEGRITY);
		size_t sum = place_of(rules, message, length, FINGERPRINT);
		size_t cut = seal && (!sum || seal < sum) ? seal : sum;
		if (cut) {
			length = cut;
			model_store16(message + 2, (unsigned)(length - 20));
		}
	}
	if (orders->wide)
		insert(rules, message, &length, capacity, orders->wide, orders->width);

	/* Appending needs an end that both the header and the bytes agree on. */
	ModelWriter writer = {message, capacity, rules};
	bool whole = model_length(&writer) == length;
	if (orders->what & FORGE_CREDENTIALS && whole) {
		if (orders->username.length)
			model_append_bytes(&writer, USERNAME, orders->username.bytes, orders->username.length);
		if (orders->realm.length)
			model_append_bytes(&writer, REALM, orders->realm.bytes, orders->realm.length);
		if (orders->nonce.length)
			model_append_bytes(&writer, NONCE, orders->nonce.bytes, orders->nonce.length);
		length = model_length(&writer);
	}
	size_t seal = 0;
	if (orders->what & FORGE_INTEGRITY && orders->key) {
		seal = place_of(rules, message, length, INTEGRITY);
		if (!seal && whole && model_append(&writer, INTEGRITY, 20)) {
			seal = length;
			length = model_length(&writer);
		}
	}
	size_t sum = 0;
	if (orders->what & FORGE_FINGERPRINT) {
		sum = place_of(rules, message, length, FINGERPRINT);
		if (!sum && whole && model_append(&writer, FINGERPRINT, 4)) {
			sum = length;
			length = model_length(&writer);
		}
	}
	/* Without a value: the sum of all but the last 8 octets does not depend on itself then. */
	if (orders->tail && whole && model_append(&writer, orders->tail, 0))
		length = model_length(&writer);
	if (seal && seal + 24 <= length)
		model_integrity(rules, message, seal + 4, model_length(&writer), orders->key,
			orders->key_length, message + seal + 4);
	if (sum && sum + 8 <= length)
		model_store32(message + sum + 4, model_fingerprint(message, length, orders->typo));
	if (orders->what & FORGE_DAMAGE) {
		/* From the end: the sums stand there. */
		size_t bit = orders->damage % (length * 8 > 256 ? 256 : length * 8);
		message[length - 1 - bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	return length;
}
