/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The digests of STUN: MD5 (RFC 1321) and SHA-256 (FIPS 180-4) for keys, HMAC (RFC 2104) over SHA-1
 * and SHA-256 for integrity, CRC-32 for the fingerprint. GLib's GHmac and GChecksum allocate, which
 * the codec must not. */

#define ICELAB_DIGEST_MAXIMUM 32 /* bytes of the longest digest */
#define ICELAB_DIGEST_BLOCK 64

typedef enum {
	ICELAB_DIGEST_MD5,
	ICELAB_DIGEST_SHA1,
	ICELAB_DIGEST_SHA256,
} IcelabDigestKind;

typedef struct {
	IcelabDigestKind kind;
	uint32_t state[8];
	uint64_t length; /* bytes read so far; those not yet in `state` stand in `block` */
	uint8_t block[ICELAB_DIGEST_BLOCK];
} IcelabDigest;

/* 16, 20 or 32 bytes. */
size_t icelab_digest_size(IcelabDigestKind kind);

void icelab_digest_start(IcelabDigest *digest, IcelabDigestKind kind);
void icelab_digest_add(IcelabDigest *digest, const void *bytes, size_t length);
/* Writes the digest and returns its size; `digest` is used up. */
size_t icelab_digest_end(IcelabDigest *digest, uint8_t result[ICELAB_DIGEST_MAXIMUM]);

/* HMAC (RFC 2104) of what is added between start and end; any length of key. */
typedef struct {
	IcelabDigest inner;
	IcelabDigest outer;
} IcelabHmac;

void icelab_hmac_start(IcelabHmac *hmac, IcelabDigestKind kind, const void *key, size_t length);
void icelab_hmac_add(IcelabHmac *hmac, const void *bytes, size_t length);
size_t icelab_hmac_end(IcelabHmac *hmac, uint8_t result[ICELAB_DIGEST_MAXIMUM]);

/* The CRC-32 of ITU V.42 (the one of Ethernet and zip). */
uint32_t icelab_crc32(const void *bytes, size_t length);
