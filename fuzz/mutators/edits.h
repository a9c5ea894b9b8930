/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What the mutators of flat inputs share: dice, and bytes that are put in and taken out. */

static uint64_t edits_state;

static inline void edits_start(unsigned seed)
{
	edits_state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
}

static inline unsigned below(unsigned limit)
{
	edits_state ^= edits_state << 13;
	edits_state ^= edits_state >> 7;
	edits_state ^= edits_state << 17;
	return limit > 0 ? (unsigned)(edits_state >> 16) % limit : 0;
}

/* The new size; the old one where there is no room below `maximum`. */
static inline size_t put_in(
	uint8_t *data, size_t size, size_t maximum, size_t at, const void *bytes, size_t length)
{
	if (size + length > maximum || at > size)
		return size;
	memmove(data + at + length, data + at, size - at);
	memcpy(data + at, bytes, length);
	return size + length;
}

static inline size_t take_out(uint8_t *data, size_t size, size_t at, size_t length)
{
	memmove(data + at, data + at + length, size - at - length);
	return size - length;
}
