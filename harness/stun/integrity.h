/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/span.h"
#include "stun/digest.h"
#include "stun/message.h"

/* What vouches for a STUN message: FINGERPRINT (RFC 8489 14.7), MESSAGE-INTEGRITY (14.5) and
 * MESSAGE-INTEGRITY-SHA256 (14.6). */

typedef enum {
	ICELAB_STUN_ABSENT,
	ICELAB_STUN_RIGHT,
	ICELAB_STUN_WRONG,
} IcelabStunCheck;

/* ABSENT in a message without the magic cookie: RFC 3489 knows no fingerprint. */
IcelabStunCheck icelab_stun_check_fingerprint(const IcelabStunMessage *message);

/* The short-term key is the password itself, after OpaqueString (RFC 8489 9.1.1); the long-term key
 * comes from icelab_stun_long_term_key(). Never RIGHT in a message without the magic cookie, for
 * which RFC 3489 11.2.8 computes another sum. */
IcelabStunCheck icelab_stun_check_integrity(
	const IcelabStunMessage *message, const void *key, size_t key_length);

/* `minimum` is the shortest truncated value that the usage accepts, in bytes: 32 unless the usage
 * says otherwise (RFC 8489 14.6). */
IcelabStunCheck icelab_stun_check_integrity_sha256(
	const IcelabStunMessage *message, const void *key, size_t key_length, size_t minimum);

/* The digest of username ":" realm ":" password, all after OpaqueString, by the password algorithm
 * MD5 or SHA-256 (RFC 8489 18.5.1). Returns the key's length. */
size_t icelab_stun_long_term_key(IcelabDigestKind algorithm, IcelabSpan username, IcelabSpan realm,
	IcelabSpan password, uint8_t key[ICELAB_DIGEST_MAXIMUM]);

/* For the builder: the sums over the `length` bytes before the attribute that will hold them. The
 * fingerprint expects the header's length to be final; the integrity takes `size`, the length of
 * its own value, and puts the length that belongs to it in the header's place. */
uint32_t icelab_stun_fingerprint(const uint8_t *bytes, size_t length);
void icelab_stun_integrity(IcelabDigestKind kind, const uint8_t *bytes, size_t length, size_t size,
	const void *key, size_t key_length, uint8_t sum[ICELAB_DIGEST_MAXIMUM]);
