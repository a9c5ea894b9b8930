/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stun/builder.h"
#include "stun/integrity.h"
#include "vectors.h"

static IcelabSpan span_of(const char *text)
{
	return (IcelabSpan){text, strlen(text)};
}

static IcelabStunMessage parsed(const uint8_t *bytes, size_t length)
{
	IcelabStunMessage message;

	assert_int_equal(icelab_stun_parse(bytes, length, &message), ICELAB_STUN_OK);
	return message;
}

static IcelabStunCheck check_short_term(const uint8_t *bytes, size_t length, const char *password)
{
	IcelabStunMessage message = parsed(bytes, length);

	return icelab_stun_check_integrity(&message, password, strlen(password));
}

static void fingerprints_of_rfc5769(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		IcelabStunMessage message = parsed(vectors[i].bytes, vectors[i].length);

		assert_int_equal(icelab_stun_check_fingerprint(&message),
			vectors[i].has_fingerprint ? ICELAB_STUN_RIGHT : ICELAB_STUN_ABSENT);
	}
}

/* Any byte of a message with a fingerprint, changed by any value: parsed no more, or the
 * fingerprint is wrong or gone. */
static void flips_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		uint8_t *copy = exact(vectors[i].bytes, vectors[i].length);

		for (size_t at = 0; vectors[i].has_fingerprint && at < vectors[i].length; at++) {
			for (unsigned flip = 1; flip < 256; flip++) {
				IcelabStunMessage message;

				copy[at] = vectors[i].bytes[at] ^ (uint8_t)flip;
				if (icelab_stun_parse(copy, vectors[i].length, &message) == ICELAB_STUN_OK)
					assert_int_not_equal(
						icelab_stun_check_fingerprint(&message), ICELAB_STUN_RIGHT);
			}
			copy[at] = vectors[i].bytes[at];
		}
		free(copy);
	}
}

static void integrity_of_rfc5769(void **state)
{
	uint8_t key[ICELAB_DIGEST_MAXIMUM];
	IcelabStunMessage message = parsed(vector_long_term, VECTOR_LONG_TERM_LENGTH);
	size_t length = icelab_stun_long_term_key(ICELAB_DIGEST_MD5, span_of(vector_user),
		span_of(vector_realm), span_of(vector_long_password), key);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(check_short_term(vectors[i].bytes, vectors[i].length, vector_password),
			ICELAB_STUN_RIGHT);
		assert_int_equal(
			check_short_term(vectors[i].bytes, vectors[i].length, "VOkJxbRl1RmTxUk/WvJxBT"),
			ICELAB_STUN_WRONG);
	}
	assert_int_equal(length, 16);
	assert_int_equal(icelab_stun_check_integrity(&message, key, length), ICELAB_STUN_RIGHT);
	assert_int_equal(icelab_stun_check_integrity(&message, key, length - 1), ICELAB_STUN_WRONG);
	assert_int_equal(
		icelab_stun_check_integrity_sha256(&message, key, length, 32), ICELAB_STUN_ABSENT);
}

static void sha256_of_rfc8489(void **state)
{
	uint8_t key[ICELAB_DIGEST_MAXIMUM], hash[ICELAB_DIGEST_MAXIMUM];
	IcelabStunMessage message = parsed(vector_sha256, VECTOR_SHA256_LENGTH);
	size_t length = icelab_stun_long_term_key(ICELAB_DIGEST_SHA256, span_of(vector_user),
		span_of(vector_realm), span_of(vector_long_password), key);
	IcelabStunAttribute attribute;
	IcelabDigest digest;

	(void)state;
	assert_int_equal(length, 32);
	assert_int_equal(
		icelab_stun_check_integrity_sha256(&message, key, length, 32), ICELAB_STUN_RIGHT);
	key[0] ^= 1;
	assert_int_equal(
		icelab_stun_check_integrity_sha256(&message, key, length, 32), ICELAB_STUN_WRONG);
	assert_int_equal(icelab_stun_check_integrity(&message, key, length), ICELAB_STUN_ABSENT);

	/* RFC 8489 14.4 */
	icelab_digest_start(&digest, ICELAB_DIGEST_SHA256);
	icelab_digest_add(&digest, vector_user, strlen(vector_user));
	icelab_digest_add(&digest, ":example.org", 12);
	icelab_digest_end(&digest, hash);
	assert_true(icelab_stun_find(&message, ICELAB_STUN_USERHASH, &attribute));
	assert_int_equal(attribute.length, 32);
	assert_memory_equal(attribute.value, hash, 32);
}

/* Every byte that MESSAGE-INTEGRITY covers, and its own. */
static void changed_messages_are_wrong(void **state)
{
	uint8_t copy[sizeof vector_request];
	const size_t covered = sizeof vector_request - 8;

	(void)state;
	for (size_t at = 0; at < covered; at++) {
		IcelabStunMessage message;

		memcpy(copy, vector_request, sizeof copy);
		copy[at] ^= 0x01;
		if (icelab_stun_parse(copy, sizeof copy, &message) == ICELAB_STUN_OK)
			assert_int_not_equal(
				icelab_stun_check_integrity(&message, vector_password, strlen(vector_password)),
				ICELAB_STUN_RIGHT);
	}
}

static void truncated_sha256_needs_leave(void **state)
{
	static const uint8_t transaction[16] = {0x21, 0x12, 0xA4, 0x42};
	uint8_t bytes[128];

	(void)state;
	for (size_t size = 16; size <= 32; size += 4) {
		IcelabStunBuilder builder;

		icelab_stun_build_start(
			&builder, bytes, sizeof bytes, ICELAB_STUN_REQUEST, ICELAB_STUN_BINDING, transaction);
		icelab_stun_build_integrity_sha256(&builder, "key", 3, size);
		icelab_stun_build_fingerprint(&builder);

		IcelabStunMessage message = parsed(bytes, icelab_stun_build_end(&builder));

		for (size_t minimum = 16; minimum <= 32; minimum += 4)
			assert_int_equal(icelab_stun_check_integrity_sha256(&message, "key", 3, minimum),
				size >= minimum ? ICELAB_STUN_RIGHT : ICELAB_STUN_WRONG);
		assert_int_equal(icelab_stun_check_fingerprint(&message), ICELAB_STUN_RIGHT);
	}
}

/* What vouches for a message must not be taken over from RFC 3489, which computes it otherwise. */
static void nothing_is_right_without_cookie(void **state)
{
	static const uint8_t transaction[16] = {1, 2, 3};
	uint8_t bytes[128];
	IcelabStunBuilder builder;
	IcelabStunMessage message;

	(void)state;
	icelab_stun_build_start(
		&builder, bytes, sizeof bytes, ICELAB_STUN_REQUEST, ICELAB_STUN_BINDING, transaction);
	icelab_stun_build_integrity(&builder, "key", 3);
	message = parsed(bytes, icelab_stun_build_end(&builder));
	assert_int_equal(icelab_stun_check_integrity(&message, "key", 3), ICELAB_STUN_WRONG);

	icelab_stun_build_start(
		&builder, bytes, sizeof bytes, ICELAB_STUN_REQUEST, ICELAB_STUN_BINDING, transaction);
	icelab_stun_build_integrity_sha256(&builder, "key", 3, 32);
	icelab_stun_build_fingerprint(&builder);
	message = parsed(bytes, icelab_stun_build_end(&builder));
	assert_int_equal(icelab_stun_check_integrity_sha256(&message, "key", 3, 32), ICELAB_STUN_WRONG);
	assert_int_equal(icelab_stun_check_fingerprint(&message), ICELAB_STUN_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fingerprints_of_rfc5769),
		cmocka_unit_test(flips_are_refused),
		cmocka_unit_test(integrity_of_rfc5769),
		cmocka_unit_test(sha256_of_rfc8489),
		cmocka_unit_test(changed_messages_are_wrong),
		cmocka_unit_test(truncated_sha256_needs_leave),
		cmocka_unit_test(nothing_is_right_without_cookie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
