/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "stun/digest.h"

static const char *hex(const uint8_t *bytes, size_t length)
{
	static char text[2 * ICELAB_DIGEST_MAXIMUM + 1];

	for (size_t i = 0; i < length; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return text;
}

static void assert_digest(
	IcelabDigestKind kind, const char *text, unsigned repeat, const char *expected)
{
	IcelabDigest digest;
	uint8_t result[ICELAB_DIGEST_MAXIMUM];

	icelab_digest_start(&digest, kind);
	for (unsigned i = 0; i < repeat; i++)
		icelab_digest_add(&digest, text, strlen(text));
	assert_string_equal(hex(result, icelab_digest_end(&digest, result)), expected);
}

static void md5_of_rfc1321(void **state)
{
	(void)state;
	assert_digest(ICELAB_DIGEST_MD5, "", 1, "d41d8cd98f00b204e9800998ecf8427e");
	assert_digest(ICELAB_DIGEST_MD5, "a", 1, "0cc175b9c0f1b6a831c399e269772661");
	assert_digest(ICELAB_DIGEST_MD5, "abc", 1, "900150983cd24fb0d6963f7d28e17f72");
	assert_digest(ICELAB_DIGEST_MD5, "message digest", 1, "f96b697d7cb7938d525a2f31aaf161d0");
	assert_digest(
		ICELAB_DIGEST_MD5, "abcdefghijklmnopqrstuvwxyz", 1, "c3fcd3d76192e4007dfb496cca67e13b");
	assert_digest(ICELAB_DIGEST_MD5,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 1,
		"d174ab98d277d9f5a5611c2c9f419d9f");
	assert_digest(ICELAB_DIGEST_MD5, "1234567890", 8, "57edf4a22be3c955ac49da2e2107b67a");
}

static void sha1_of_rfc3174(void **state)
{
	(void)state;
	assert_digest(ICELAB_DIGEST_SHA1, "abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_digest(ICELAB_DIGEST_SHA1, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
		"84983e441c3bd26ebaae4aa1f95129e5e54670f1");
	assert_digest(ICELAB_DIGEST_SHA1, "a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
	assert_digest(ICELAB_DIGEST_SHA1,
		"0123456701234567012345670123456701234567012345670123456701234567", 10,
		"dea356a2cddd90c7a7ecedc5ebb563934f460452");
}

static void sha256_of_fips180(void **state)
{
	(void)state;
	assert_digest(ICELAB_DIGEST_SHA256, "", 1,
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_digest(ICELAB_DIGEST_SHA256, "abc", 1,
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_digest(ICELAB_DIGEST_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		1, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	assert_digest(ICELAB_DIGEST_SHA256, "a", 1000000,
		"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* The padding takes a second block from 56 bytes on; each length around that must agree however the
 * text was cut. */
static void cuts_do_not_matter(void **state)
{
	uint8_t text[200];

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)(i * 7);
	for (int kind = ICELAB_DIGEST_MD5; kind <= ICELAB_DIGEST_SHA256; kind++) {
		for (size_t length = 0; length <= sizeof text; length++) {
			IcelabDigest whole, cut;
			uint8_t expected[ICELAB_DIGEST_MAXIMUM], result[ICELAB_DIGEST_MAXIMUM];

			icelab_digest_start(&whole, (IcelabDigestKind)kind);
			icelab_digest_add(&whole, text, length);
			icelab_digest_start(&cut, (IcelabDigestKind)kind);
			for (size_t i = 0; i < length; i++)
				icelab_digest_add(&cut, text + i, 1);
			assert_int_equal(
				icelab_digest_end(&whole, expected), icelab_digest_size((IcelabDigestKind)kind));
			assert_memory_equal(expected, result, icelab_digest_end(&cut, result));
		}
	}
}

static void assert_hmac(IcelabDigestKind kind, const void *key, size_t key_length, const void *text,
	size_t length, const char *expected)
{
	IcelabHmac hmac;
	uint8_t result[ICELAB_DIGEST_MAXIMUM];

	icelab_hmac_start(&hmac, kind, key, key_length);
	icelab_hmac_add(&hmac, text, length);
	assert_string_equal(hex(result, icelab_hmac_end(&hmac, result)), expected);
}

static void hmac_of_rfc2202_and_rfc4231(void **state)
{
	static const char jefe[] = "what do ya want for nothing?";
	static const char larger[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	uint8_t key[131], text[50];

	(void)state;
	memset(key, 0x0B, sizeof key);
	assert_hmac(
		ICELAB_DIGEST_SHA1, key, 20, "Hi There", 8, "b617318655057264e28bc0b6fb378c8ef146be00");
	assert_hmac(ICELAB_DIGEST_SHA256, key, 20, "Hi There", 8,
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	assert_hmac(ICELAB_DIGEST_SHA1, "Jefe", 4, jefe, sizeof jefe - 1,
		"effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	assert_hmac(ICELAB_DIGEST_SHA256, "Jefe", 4, jefe, sizeof jefe - 1,
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xAA, sizeof key);
	memset(text, 0xDD, sizeof text);
	assert_hmac(
		ICELAB_DIGEST_SHA1, key, 20, text, sizeof text, "125d7342b9ac11cd91a39af48aa17b4f63f175d3");
	assert_hmac(ICELAB_DIGEST_SHA256, key, 20, text, sizeof text,
		"773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
	assert_hmac(ICELAB_DIGEST_SHA1, key, 80, larger, sizeof larger - 1,
		"aa4ae5e15272d00e95705637ce8a3b55ed402112");
	assert_hmac(ICELAB_DIGEST_SHA256, key, 131, larger, sizeof larger - 1,
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void crc32_of_v42(void **state)
{
	(void)state;
	assert_int_equal(icelab_crc32("", 0), 0);
	/* The check value of the Rocksoft model for CRC-32/ISO-HDLC. */
	assert_int_equal(icelab_crc32("123456789", 9), 0xCBF43926);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(md5_of_rfc1321),
		cmocka_unit_test(sha1_of_rfc3174),
		cmocka_unit_test(sha256_of_fips180),
		cmocka_unit_test(cuts_do_not_matter),
		cmocka_unit_test(hmac_of_rfc2202_and_rfc4231),
		cmocka_unit_test(crc32_of_v42),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
