/* SPDX-License-Identifier: MIT */
#include "stun/digest.h"

#include <string.h>

static uint32_t rotate(uint32_t value, unsigned bits)
{
	return value << bits | value >> (32 - bits);
}

static uint32_t load_big(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint32_t load_little(const uint8_t *bytes)
{
	return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

/* RFC 1321 3.4: T[i] is the integer part of 4294967296 times abs(sin(i)), i in radians. */
static const uint32_t md5_sines[64] = {
	0xD76AA478,
	0xE8C7B756,
	0x242070DB,
	0xC1BDCEEE,
	0xF57C0FAF,
	0x4787C62A,
	0xA8304613,
	0xFD469501,
	0x698098D8,
	0x8B44F7AF,
	0xFFFF5BB1,
	0x895CD7BE,
	0x6B901122,
	0xFD987193,
	0xA679438E,
	0x49B40821,
	0xF61E2562,
	0xC040B340,
	0x265E5A51,
	0xE9B6C7AA,
	0xD62F105D,
	0x02441453,
	0xD8A1E681,
	0xE7D3FBC8,
	0x21E1CDE6,
	0xC33707D6,
	0xF4D50D87,
	0x455A14ED,
	0xA9E3E905,
	0xFCEFA3F8,
	0x676F02D9,
	0x8D2A4C8A,
	0xFFFA3942,
	0x8771F681,
	0x6D9D6122,
	0xFDE5380C,
	0xA4BEEA44,
	0x4BDECFA9,
	0xF6BB4B60,
	0xBEBFBC70,
	0x289B7EC6,
	0xEAA127FA,
	0xD4EF3085,
	0x04881D05,
	0xD9D4D039,
	0xE6DB99E5,
	0x1FA27CF8,
	0xC4AC5665,
	0xF4292244,
	0x432AFF97,
	0xAB9423A7,
	0xFC93A039,
	0x655B59C3,
	0x8F0CCC92,
	0xFFEFF47D,
	0x85845DD1,
	0x6FA87E4F,
	0xFE2CE6E0,
	0xA3014314,
	0x4E0811A1,
	0xF7537E82,
	0xBD3AF235,
	0x2AD7D2BB,
	0xEB86D391,
};

static void md5_block(uint32_t state[8], const uint8_t block[ICELAB_DIGEST_BLOCK])
{
	static const uint8_t shifts[4][4] = {
		{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];

	for (unsigned i = 0; i < 64; i++) {
		uint32_t mixed;
		unsigned word;

		if (i < 16) {
			mixed = (b & c) | (~b & d);
			word = i;
		} else if (i < 32) {
			mixed = (b & d) | (c & ~d);
			word = 5 * i + 1;
		} else if (i < 48) {
			mixed = b ^ c ^ d;
			word = 3 * i + 5;
		} else {
			mixed = c ^ (b | ~d);
			word = 7 * i;
		}
		mixed += a + md5_sines[i] + load_little(block + word % 16 * 4);
		a = d;
		d = c;
		c = b;
		b += rotate(mixed, shifts[i / 16][i % 4]);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
}

static void sha1_block(uint32_t state[8], const uint8_t block[ICELAB_DIGEST_BLOCK])
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
	uint32_t words[80];

	for (unsigned i = 0; i < 16; i++)
		words[i] = load_big(block + i * 4);
	for (unsigned i = 16; i < 80; i++)
		words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
	for (unsigned i = 0; i < 80; i++) {
		uint32_t mixed;

		if (i < 20)
			mixed = ((b & c) | (~b & d)) + 0x5A827999;
		else if (i < 40)
			mixed = (b ^ c ^ d) + 0x6ED9EBA1;
		else if (i < 60)
			mixed = ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC;
		else
			mixed = (b ^ c ^ d) + 0xCA62C1D6;
		mixed += rotate(a, 5) + e + words[i];
		e = d;
		d = c;
		c = rotate(b, 30);
		b = a;
		a = mixed;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}

/* FIPS 180-4 4.2.2: of the cube roots of the first 64 primes the first 32 bits behind the point. */
static const uint32_t sha256_roots[64] = {
	0x428A2F98,
	0x71374491,
	0xB5C0FBCF,
	0xE9B5DBA5,
	0x3956C25B,
	0x59F111F1,
	0x923F82A4,
	0xAB1C5ED5,
	0xD807AA98,
	0x12835B01,
	0x243185BE,
	0x550C7DC3,
	0x72BE5D74,
	0x80DEB1FE,
	0x9BDC06A7,
	0xC19BF174,
	0xE49B69C1,
	0xEFBE4786,
	0x0FC19DC6,
	0x240CA1CC,
	0x2DE92C6F,
	0x4A7484AA,
	0x5CB0A9DC,
	0x76F988DA,
	0x983E5152,
	0xA831C66D,
	0xB00327C8,
	0xBF597FC7,
	0xC6E00BF3,
	0xD5A79147,
	0x06CA6351,
	0x14292967,
	0x27B70A85,
	0x2E1B2138,
	0x4D2C6DFC,
	0x53380D13,
	0x650A7354,
	0x766A0ABB,
	0x81C2C92E,
	0x92722C85,
	0xA2BFE8A1,
	0xA81A664B,
	0xC24B8B70,
	0xC76C51A3,
	0xD192E819,
	0xD6990624,
	0xF40E3585,
	0x106AA070,
	0x19A4C116,
	0x1E376C08,
	0x2748774C,
	0x34B0BCB5,
	0x391C0CB3,
	0x4ED8AA4A,
	0x5B9CCA4F,
	0x682E6FF3,
	0x748F82EE,
	0x78A5636F,
	0x84C87814,
	0x8CC70208,
	0x90BEFFFA,
	0xA4506CEB,
	0xBEF9A3F7,
	0xC67178F2,
};

static void sha256_block(uint32_t state[8], const uint8_t block[ICELAB_DIGEST_BLOCK])
{
	uint32_t words[64];
	uint32_t s[8];

	for (unsigned i = 0; i < 16; i++)
		words[i] = load_big(block + i * 4);
	for (unsigned i = 16; i < 64; i++) {
		uint32_t x = words[i - 15], y = words[i - 2];

		words[i] = words[i - 16] + words[i - 7] + (rotate(x, 25) ^ rotate(x, 14) ^ x >> 3) +
				   (rotate(y, 15) ^ rotate(y, 13) ^ y >> 10);
	}
	memcpy(s, state, sizeof s);
	for (unsigned i = 0; i < 64; i++) {
		uint32_t one = s[7] + (rotate(s[4], 26) ^ rotate(s[4], 21) ^ rotate(s[4], 7)) +
					   ((s[4] & s[5]) ^ (~s[4] & s[6])) + sha256_roots[i] + words[i];
		uint32_t two = (rotate(s[0], 30) ^ rotate(s[0], 19) ^ rotate(s[0], 10)) +
					   ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

		memmove(s + 1, s, 7 * sizeof *s);
		s[4] += one;
		s[0] = one + two;
	}
	for (unsigned i = 0; i < 8; i++)
		state[i] += s[i];
}

size_t icelab_digest_size(IcelabDigestKind kind)
{
	static const size_t sizes[] = {16, 20, 32};

	return sizes[kind];
}

void icelab_digest_start(IcelabDigest *digest, IcelabDigestKind kind)
{
	/* MD5 and SHA-1 begin alike, SHA-1 with a fifth word. */
	static const uint32_t first[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
	static const uint32_t sha256[8] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F,
		0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};

	*digest = (IcelabDigest){.kind = kind};
	if (kind == ICELAB_DIGEST_SHA256)
		memcpy(digest->state, sha256, sizeof sha256);
	else
		memcpy(digest->state, first, sizeof first);
}

static void add_block(IcelabDigest *digest, const uint8_t block[ICELAB_DIGEST_BLOCK])
{
	switch (digest->kind) {
	case ICELAB_DIGEST_MD5:
		md5_block(digest->state, block);
		break;
	case ICELAB_DIGEST_SHA1:
		sha1_block(digest->state, block);
		break;
	case ICELAB_DIGEST_SHA256:
		sha256_block(digest->state, block);
		break;
	}
}

void icelab_digest_add(IcelabDigest *digest, const void *bytes, size_t length)
{
	const uint8_t *next = bytes;

	while (length > 0) {
		size_t filled = digest->length % ICELAB_DIGEST_BLOCK;
		size_t part = ICELAB_DIGEST_BLOCK - filled < length ? ICELAB_DIGEST_BLOCK - filled : length;

		memcpy(digest->block + filled, next, part);
		digest->length += part;
		next += part;
		length -= part;
		if (digest->length % ICELAB_DIGEST_BLOCK == 0)
			add_block(digest, digest->block);
	}
}

/* Where byte `index` of a number stands in memory: MD5 begins with the lowest byte. */
static uint8_t byte_of(uint64_t value, size_t index, size_t size, IcelabDigestKind kind)
{
	size_t place = kind == ICELAB_DIGEST_MD5 ? index : size - 1 - index;

	return (uint8_t)(value >> place * 8);
}

size_t icelab_digest_end(IcelabDigest *digest, uint8_t result[ICELAB_DIGEST_MAXIMUM])
{
	static const uint8_t padding[ICELAB_DIGEST_BLOCK] = {0x80};
	uint64_t bits = digest->length * 8;
	size_t filled = digest->length % ICELAB_DIGEST_BLOCK;
	size_t size = icelab_digest_size(digest->kind);
	uint8_t length[8];

	/* RFC 1321 3.1 and 3.2, FIPS 180-4 5.1.1: one bit, zeros, and the length in the last 8 bytes.
	 */
	for (size_t i = 0; i < sizeof length; i++)
		length[i] = byte_of(bits, i, sizeof length, digest->kind);
	icelab_digest_add(
		digest, padding, (filled < 56 ? 56 : 56 + (size_t)ICELAB_DIGEST_BLOCK) - filled);
	icelab_digest_add(digest, length, sizeof length);

	for (size_t i = 0; i < size; i++)
		result[i] = byte_of(digest->state[i / 4], i % 4, 4, digest->kind);
	return size;
}

void icelab_hmac_start(IcelabHmac *hmac, IcelabDigestKind kind, const void *key, size_t length)
{
	uint8_t inner[ICELAB_DIGEST_BLOCK] = {0};
	uint8_t outer[ICELAB_DIGEST_BLOCK];

	/* RFC 2104 2: "Applications that use keys longer than B bytes will first hash the key". */
	if (length > sizeof inner) {
		icelab_digest_start(&hmac->inner, kind);
		icelab_digest_add(&hmac->inner, key, length);
		icelab_digest_end(&hmac->inner, inner);
	} else if (length > 0) {
		memcpy(inner, key, length);
	}
	for (size_t i = 0; i < sizeof inner; i++) {
		outer[i] = inner[i] ^ 0x5C;
		inner[i] ^= 0x36;
	}
	icelab_digest_start(&hmac->inner, kind);
	icelab_digest_add(&hmac->inner, inner, sizeof inner);
	icelab_digest_start(&hmac->outer, kind);
	icelab_digest_add(&hmac->outer, outer, sizeof outer);
}

void icelab_hmac_add(IcelabHmac *hmac, const void *bytes, size_t length)
{
	icelab_digest_add(&hmac->inner, bytes, length);
}

size_t icelab_hmac_end(IcelabHmac *hmac, uint8_t result[ICELAB_DIGEST_MAXIMUM])
{
	size_t size = icelab_digest_end(&hmac->inner, result);

	icelab_digest_add(&hmac->outer, result, size);
	return icelab_digest_end(&hmac->outer, result);
}

uint32_t icelab_crc32(const void *bytes, size_t length)
{
	const uint8_t *next = bytes;
	uint32_t sum = 0xFFFFFFFF;

	/* Bit by bit, lowest first, with the reversed polynomial: STUN messages are too short for a
	 * table to pay. */
	for (size_t i = 0; i < length; i++) {
		sum ^= next[i];
		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? 0xEDB88320 : 0);
	}
	return ~sum;
}
