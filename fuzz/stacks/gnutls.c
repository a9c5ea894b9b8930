/* SPDX-License-Identifier: MIT */
/* What libnice's stun/ asks of GnuTLS, by the project's own digests: instrumented for
 * MemorySanitizer, which GnuTLS is not, without its allocations and self-tests, which cost more
 * than all of the parsing, and with a random generator that the target sets. The program's own
 * symbols go before the shared library's. */
#include "stacks/gnutls.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "stun/digest.h"

static uint64_t randomness;

void icelab_gnutls_seed(uint64_t seed)
{
	randomness = seed;
}

/* Splitmix64. */
static uint8_t draw(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return (uint8_t)(z >> 56);
}

void icelab_gnutls_foresee(uint8_t *bytes, size_t length)
{
	uint64_t state = randomness;

	for (size_t i = 0; i < length; i++)
		bytes[i] = draw(&state);
}

int gnutls_rnd(gnutls_rnd_level_t level, void *data, size_t length)
{
	uint8_t *bytes = data;

	(void)level;
	for (size_t i = 0; i < length; i++)
		bytes[i] = draw(&randomness);
	return 0;
}

static IcelabDigestKind digest_kind(int algorithm)
{
	switch (algorithm) {
	case GNUTLS_DIG_MD5:
		return ICELAB_DIGEST_MD5;
	case GNUTLS_DIG_SHA1:
		return ICELAB_DIGEST_SHA1;
	case GNUTLS_DIG_SHA256:
		return ICELAB_DIGEST_SHA256;
	default:
		abort(); /* STUN has no other */
	}
}

/* One handle of each kind at a time, as stun/ uses them: a leaked one shows as an abort. */
static struct hmac_hd_st {
	IcelabHmac hmac;
	bool used;
} the_hmac;
static struct hash_hd_st {
	IcelabDigest digest;
	bool used;
} the_hash;

unsigned gnutls_hmac_get_len(gnutls_mac_algorithm_t algorithm)
{
	return (unsigned)icelab_digest_size(digest_kind((int)algorithm));
}

int gnutls_hmac_init(
	gnutls_hmac_hd_t *handle, gnutls_mac_algorithm_t algorithm, const void *key, size_t length)
{
	if (the_hmac.used)
		abort();
	the_hmac.used = true;
	icelab_hmac_start(&the_hmac.hmac, digest_kind((int)algorithm), key, length);
	*handle = &the_hmac;
	return 0;
}

int gnutls_hmac(gnutls_hmac_hd_t handle, const void *bytes, size_t length)
{
	icelab_hmac_add(&handle->hmac, bytes, length);
	return 0;
}

void gnutls_hmac_deinit(gnutls_hmac_hd_t handle, void *result)
{
	uint8_t digest[ICELAB_DIGEST_MAXIMUM];
	size_t size = icelab_hmac_end(&handle->hmac, digest);

	handle->used = false;
	if (result)
		memcpy(result, digest, size);
}

int gnutls_hash_init(gnutls_hash_hd_t *handle, gnutls_digest_algorithm_t algorithm)
{
	if (the_hash.used)
		abort();
	the_hash.used = true;
	icelab_digest_start(&the_hash.digest, digest_kind((int)algorithm));
	*handle = &the_hash;
	return 0;
}

int gnutls_hash(gnutls_hash_hd_t handle, const void *bytes, size_t length)
{
	icelab_digest_add(&handle->digest, bytes, length);
	return 0;
}

void gnutls_hash_deinit(gnutls_hash_hd_t handle, void *result)
{
	uint8_t digest[ICELAB_DIGEST_MAXIMUM];
	size_t size = icelab_digest_end(&handle->digest, digest);

	handle->used = false;
	if (result)
		memcpy(result, digest, size);
}
