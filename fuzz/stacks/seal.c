/* SPDX-License-Identifier: MIT */
#include "stacks/seal.h"

#include <string.h>

#include "stun/integrity.h"

enum { INTEGRITY = 0x0008, FINGERPRINT = 0x8028 };

/* The offset of the attribute's header; 0 where there is none of that size. */
static size_t find(const uint8_t *message, size_t length, unsigned type, size_t size)
{
	for (size_t at = 20; at + 4 <= length;) {
		unsigned here = (unsigned)(message[at] << 8 | message[at + 1]);
		size_t value = (size_t)(message[at + 2] << 8 | message[at + 3]);

		if (here == type && value == size && length - at - 4 >= size)
			return at;
		at += 4 + ((value + 3) & ~(size_t)3);
	}
	return 0;
}

void seal_integrity(uint8_t *message, size_t length, const void *key, size_t key_length)
{
	uint8_t sum[ICELAB_DIGEST_MAXIMUM];
	size_t at = find(message, length, INTEGRITY, 20);

	if (at == 0)
		return;
	icelab_stun_integrity(ICELAB_DIGEST_SHA1, message, at, 20, key, key_length, sum);
	memcpy(message + at + 4, sum, 20);
}

void seal_fingerprint(uint8_t *message, size_t length)
{
	size_t at = find(message, length, FINGERPRINT, 4);
	uint32_t sum;

	if (at == 0)
		return;
	sum = icelab_stun_fingerprint(message, at);
	for (int i = 0; i < 4; i++)
		message[at + 4 + (size_t)i] = (uint8_t)(sum >> (24 - 8 * i));
}
