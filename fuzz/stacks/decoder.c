/* SPDX-License-Identifier: MIT */
#include "stacks/decoder.h"

const uint16_t icelab_decoded_types[ICELAB_DECODED_COUNT] = {
#define X(identifier, name, type) type,
	ICELAB_DECODED_ATTRIBUTES(X)
#undef X
};

/* FNV-1a. */
#define START 0xCBF29CE484222325u
#define PRIME 0x100000001B3u

static uint64_t mix(uint64_t sum, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		sum = (sum ^ bytes[i]) * PRIME;
	return sum;
}

static void set(IcelabDecoded *decoded, IcelabDecodedAttribute which, uint64_t value)
{
	decoded->states[which] = ICELAB_DECODED_VALUE;
	decoded->values[which] = value;
}

void icelab_decoded_bytes(
	IcelabDecoded *decoded, IcelabDecodedAttribute which, const void *bytes, size_t length)
{
	set(decoded, which, mix(START + length, bytes, length));
}

void icelab_decoded_number(IcelabDecoded *decoded, IcelabDecodedAttribute which, uint64_t number)
{
	set(decoded, which, number);
}

void icelab_decoded_address(IcelabDecoded *decoded, IcelabDecodedAttribute which,
	const IcelabAddress *address, uint16_t port)
{
	set(decoded, which,
		mix(START + port + ((uint64_t)address->family << 16), address->bytes,
			address->family == 4 ? 4 : 16));
}
