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

static IcelabAddress address_of(const char *text)
{
	IcelabAddress address;

	assert_true(icelab_address_parse(text, strlen(text), &address));
	return address;
}

/* The vectors pad with spaces, which the builder does not: only the length-independent bytes before
 * the sums are compared. */
static void request_of_rfc5769(IcelabStunBuilder *builder, uint8_t *bytes, size_t capacity)
{
	icelab_stun_build_start(
		builder, bytes, capacity, ICELAB_STUN_REQUEST, ICELAB_STUN_BINDING, vector_request + 4);
	icelab_stun_build_attribute(builder, ICELAB_STUN_SOFTWARE, "STUN test client", 16);
	icelab_stun_build_attribute(builder, 0x0024, "\x6E\x00\x01\xFF", 4);
	icelab_stun_build_attribute(builder, 0x8029, "\x93\x2F\xF9\xB1\x51\x26\x3B\x36", 8);
	icelab_stun_build_attribute(builder, ICELAB_STUN_USERNAME, "evtj:h6vY", 9);
	icelab_stun_build_integrity(builder, vector_password, strlen(vector_password));
	icelab_stun_build_fingerprint(builder);
}

static void vector_is_rebuilt(void **state)
{
	uint8_t bytes[256];
	IcelabStunBuilder builder;
	IcelabStunMessage message;

	(void)state;
	request_of_rfc5769(&builder, bytes, sizeof bytes);
	assert_int_equal(icelab_stun_build_end(&builder), sizeof vector_request);
	assert_memory_equal(bytes, vector_request, 73);
	assert_memory_equal(bytes + 73, "\0\0\0\x00\x08\x00\x14", 7);
	assert_int_equal(icelab_stun_parse(bytes, sizeof vector_request, &message), ICELAB_STUN_OK);
	assert_int_equal(
		icelab_stun_check_integrity(&message, vector_password, strlen(vector_password)),
		ICELAB_STUN_RIGHT);
	assert_int_equal(icelab_stun_check_fingerprint(&message), ICELAB_STUN_RIGHT);
}

/* Where no value needs padding, the vector comes out bit by bit. */
static void long_term_is_rebuilt(void **state)
{
	uint8_t bytes[256], key[ICELAB_DIGEST_MAXIMUM];
	IcelabStunBuilder builder;
	size_t length =
		icelab_stun_long_term_key(ICELAB_DIGEST_MD5, (IcelabSpan){vector_user, strlen(vector_user)},
			(IcelabSpan){vector_realm, strlen(vector_realm)},
			(IcelabSpan){vector_long_password, strlen(vector_long_password)}, key);

	(void)state;
	icelab_stun_build_start(&builder, bytes, sizeof bytes, ICELAB_STUN_REQUEST, ICELAB_STUN_BINDING,
		vector_long_term + 4);
	icelab_stun_build_attribute(&builder, ICELAB_STUN_USERNAME, vector_user, strlen(vector_user));
	icelab_stun_build_attribute(&builder, ICELAB_STUN_NONCE, "f//499k954d6OL34oL9FSTvy64sA", 28);
	icelab_stun_build_attribute(&builder, ICELAB_STUN_REALM, vector_realm, strlen(vector_realm));
	icelab_stun_build_integrity(&builder, key, length);
	assert_int_equal(icelab_stun_build_end(&builder), VECTOR_LONG_TERM_LENGTH);
	assert_memory_equal(bytes, vector_long_term, VECTOR_LONG_TERM_LENGTH);
}

static void capacity_is_kept(void **state)
{
	(void)state;
	for (size_t capacity = 0; capacity <= sizeof vector_request + 4; capacity++) {
		uint8_t *bytes = malloc(capacity);
		IcelabStunBuilder builder;

		request_of_rfc5769(&builder, bytes, capacity);
		assert_int_equal(icelab_stun_build_end(&builder),
			capacity < sizeof vector_request ? 0 : sizeof vector_request);
		free(bytes);
	}
}

static void everything_comes_back(void **state)
{
	static const char *const texts[] = {
		"192.0.2.1", "255.255.255.255", "0.0.0.0", "2001:db8::1", "fe80::1", "::"};
	static const uint16_t types[] = {ICELAB_STUN_XOR_MAPPED_ADDRESS, ICELAB_STUN_XOR_PEER_ADDRESS,
		ICELAB_STUN_XOR_RELAYED_ADDRESS};
	static const uint16_t unknown[] = {0x0002, 0x0003, 0x7FFF};
	uint8_t bytes[512];
	IcelabStunBuilder builder;
	IcelabStunMessage message;
	IcelabStunAttribute attribute;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		IcelabAddress address = address_of(texts[i]), back;
		uint16_t port = (uint16_t)(i * 13107), port_back;
		uint16_t listed[4];
		unsigned code;
		IcelabSpan reason;
		size_t count;

		icelab_stun_build_start(&builder, bytes, sizeof bytes, ICELAB_STUN_ERROR,
			ICELAB_STUN_ALLOCATE, vector_request + 4);
		icelab_stun_build_address(&builder, ICELAB_STUN_MAPPED_ADDRESS, &address, port);
		for (size_t k = 0; k < 3; k++)
			icelab_stun_build_xor_address(&builder, types[k], &address, port);
		icelab_stun_build_error_code(&builder, 699, "why");
		icelab_stun_build_unknown_attributes(&builder, unknown, 3);
		icelab_stun_build_integrity(&builder, "key", 3);
		icelab_stun_build_integrity_sha256(&builder, "key", 3, 32);
		icelab_stun_build_fingerprint(&builder);

		size_t length = icelab_stun_build_end(&builder);

		assert_int_equal(icelab_stun_parse(bytes, length, &message), ICELAB_STUN_OK);
		assert_int_equal(message.message_class, ICELAB_STUN_ERROR);
		assert_int_equal(message.method, ICELAB_STUN_ALLOCATE);
		assert_true(icelab_stun_find(&message, ICELAB_STUN_MAPPED_ADDRESS, &attribute));
		assert_true(icelab_stun_read_address(&attribute, &back, &port_back));
		assert_true(icelab_address_equal(&address, &back));
		assert_int_equal(port, port_back);
		for (size_t k = 0; k < 3; k++) {
			assert_true(icelab_stun_find(&message, types[k], &attribute));
			assert_true(icelab_stun_read_xor_address(&message, &attribute, &back, &port_back));
			assert_true(icelab_address_equal(&address, &back));
			assert_int_equal(port, port_back);
		}
		assert_true(icelab_stun_find(&message, ICELAB_STUN_ERROR_CODE, &attribute));
		assert_true(icelab_stun_read_error_code(&attribute, &code, &reason));
		assert_int_equal(code, 699);
		assert_int_equal(reason.length, 3);
		assert_true(icelab_stun_find(&message, ICELAB_STUN_UNKNOWN_ATTRIBUTES, &attribute));
		assert_true(icelab_stun_read_unknown_attributes(&attribute, listed, 4, &count));
		assert_int_equal(count, 3);
		assert_memory_equal(listed, unknown, sizeof unknown);
		assert_int_equal(icelab_stun_check_integrity(&message, "key", 3), ICELAB_STUN_RIGHT);
		assert_int_equal(
			icelab_stun_check_integrity_sha256(&message, "key", 3, 32), ICELAB_STUN_RIGHT);
		assert_int_equal(icelab_stun_check_fingerprint(&message), ICELAB_STUN_RIGHT);
	}
}

static void nonsense_spoils(void **state)
{
	static uint8_t bytes[70000];
	static const uint8_t value[65536];
	const IcelabAddress none = {0};
	IcelabStunBuilder builder;

#define START()                                                                                    \
	icelab_stun_build_start(&builder, bytes, sizeof bytes, ICELAB_STUN_REQUEST,                    \
		ICELAB_STUN_BINDING, vector_request + 4)
#define ASSERT_SPOILED() assert_int_equal(icelab_stun_build_end(&builder), 0)
	(void)state;
	icelab_stun_build_start(
		&builder, bytes, sizeof bytes, ICELAB_STUN_REQUEST, 0x1000, vector_request + 4);
	ASSERT_SPOILED();
	START();
	icelab_stun_build_address(&builder, ICELAB_STUN_MAPPED_ADDRESS, &none, 1);
	ASSERT_SPOILED();
	START();
	icelab_stun_build_error_code(&builder, 299, "");
	ASSERT_SPOILED();
	START();
	icelab_stun_build_error_code(&builder, 700, "");
	ASSERT_SPOILED();
	START();
	icelab_stun_build_integrity_sha256(&builder, "key", 3, 12);
	ASSERT_SPOILED();
	/* Once spoiled, nothing mends it. */
	icelab_stun_build_attribute(&builder, ICELAB_STUN_SOFTWARE, "", 0);
	icelab_stun_build_xor_address(&builder, ICELAB_STUN_XOR_MAPPED_ADDRESS, &none, 1);
	ASSERT_SPOILED();

	/* 65532 bytes behind the header are the most that its length field can say. */
	START();
	icelab_stun_build_attribute(&builder, ICELAB_STUN_SOFTWARE, value, 65528);
	assert_int_equal(icelab_stun_build_end(&builder), 65552);
	icelab_stun_build_attribute(&builder, ICELAB_STUN_SOFTWARE, "", 0);
	ASSERT_SPOILED();
	START();
	icelab_stun_build_attribute(&builder, ICELAB_STUN_SOFTWARE, value, 65529);
	ASSERT_SPOILED();
	START();
	icelab_stun_build_attribute(&builder, ICELAB_STUN_SOFTWARE, value, SIZE_MAX);
	ASSERT_SPOILED();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vector_is_rebuilt),
		cmocka_unit_test(long_term_is_rebuilt),
		cmocka_unit_test(capacity_is_kept),
		cmocka_unit_test(everything_comes_back),
		cmocka_unit_test(nonsense_spoils),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
