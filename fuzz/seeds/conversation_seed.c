/* SPDX-License-Identifier: MIT */
#include "seeds/conversation_seed.h"

#include <stdlib.h>
#include <string.h>

#include "seeds/seed.h"

static uint8_t bytes[65536];
static size_t size;

void seed_conversation(uint8_t dialect, uint16_t flags, uint8_t options)
{
	uint8_t setup[8] = {dialect, (uint8_t)flags, (uint8_t)(flags >> 8), options, 1};

	memcpy(bytes, setup, sizeof setup);
	size = sizeof setup;
}

void seed_step(uint8_t kind, uint8_t a, uint8_t b, uint8_t c, const void *payload, size_t length)
{
	uint8_t head[6] = {kind, a, b, c, (uint8_t)length, (uint8_t)(length >> 8)};

	if (size + sizeof head + length > sizeof bytes)
		abort();
	memcpy(bytes + size, head, sizeof head);
	if (length > 0)
		memcpy(bytes + size + sizeof head, payload, length);
	size += sizeof head + length;
}

void seed_end(const char *name)
{
	seed_write(name, bytes, size);
}
