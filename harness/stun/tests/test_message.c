/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stun/attribute.h"
#include "stun/builder.h"
#include "stun/message.h"
#include "vectors.h"

#define COOKIE 0x21, 0x12, 0xA4, 0x42
#define ID 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12

static const uint8_t transaction[16] = {COOKIE, ID};

static IcelabStunStatus parse(const uint8_t *bytes, size_t length, IcelabStunMessage *message)
{
	return icelab_stun_parse(bytes, length, message);
}

#define PARSE(...)                                                                                 \
	parse((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}), &message)

/* The types that count, in their order. */
static size_t types_of(const IcelabStunMessage *message, uint16_t types[8])
{
	IcelabStunReader reader;
	IcelabStunAttribute attribute;
	size_t count = 0;

	icelab_stun_start(&reader, message);
	while (icelab_stun_next(&reader, &attribute)) {
		assert_true(count < 8);
		types[count++] = attribute.type;
	}
	return count;
}

static void vectors_are_read(void **state)
{
	static const uint16_t request[] = {ICELAB_STUN_SOFTWARE, 0x0024, 0x8029, ICELAB_STUN_USERNAME,
		ICELAB_STUN_MESSAGE_INTEGRITY, ICELAB_STUN_FINGERPRINT};
	IcelabStunMessage message;
	IcelabStunAttribute attribute;
	uint16_t types[8];

	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		assert_int_equal(parse(vectors[i].bytes, vectors[i].length, &message), ICELAB_STUN_OK);
		assert_int_equal(message.method, ICELAB_STUN_BINDING);
		assert_true(message.has_magic);
		assert_memory_equal(message.transaction, vectors[i].bytes + 4, 16);
	}
	parse(vector_response4, sizeof vector_response4, &message);
	assert_int_equal(message.message_class, ICELAB_STUN_SUCCESS);

	parse(vector_request, sizeof vector_request, &message);
	assert_int_equal(message.message_class, ICELAB_STUN_REQUEST);
	assert_int_equal(types_of(&message, types), 6);
	assert_memory_equal(types, request, sizeof request);
	assert_true(icelab_stun_find(&message, ICELAB_STUN_USERNAME, &attribute));
	assert_int_equal(attribute.length, 9);
	assert_memory_equal(attribute.value, "evtj:h6vY", 9);
	assert_false(icelab_stun_find(&message, ICELAB_STUN_REALM, &attribute));
}

/* As published, B.1 declares its whole size (0x9C) as its length: 20 bytes too many. */
static void uncorrected_vector_is_truncated(void **state)
{
	uint8_t copy[VECTOR_SHA256_LENGTH];
	IcelabStunMessage message;

	(void)state;
	memcpy(copy, vector_sha256, sizeof copy);
	copy[3] = 0x9C;
	assert_int_equal(parse(copy, sizeof copy, &message), ICELAB_STUN_TRUNCATED);
}

static void truncations_are_refused(void **state)
{
	IcelabStunMessage message;

	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		for (size_t length = 0; length < vectors[i].length; length++) {
			uint8_t *copy = exact(vectors[i].bytes, length);
			IcelabStunStatus status = parse(copy, length, &message);

			assert_int_equal(status, length < 20 ? ICELAB_STUN_NOT_STUN : ICELAB_STUN_TRUNCATED);
			/* The same with a header that admits the shorter length: an attribute overruns, or the
			 * cut was between two. */
			if (length >= 20 && length % 4 == 0) {
				size_t offset = 20;

				copy[2] = (uint8_t)((length - 20) >> 8);
				copy[3] = (uint8_t)(length - 20);
				while (offset + 4 <= length)
					offset += 4 + ((size_t)(copy[offset + 2] << 8 | copy[offset + 3]) + 3) / 4 * 4;
				status = parse(copy, length, &message);
				assert_int_equal(status, offset == length ? ICELAB_STUN_OK : ICELAB_STUN_MALFORMED);
			}
			free(copy);
		}
	}
}

static void trailing_bytes_are_refused(void **state)
{
	IcelabStunMessage message;

	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		for (size_t more = 1; more <= 8; more++) {
			uint8_t *longer = calloc(1, vectors[i].length + more);

			memcpy(longer, vectors[i].bytes, vectors[i].length);
			assert_int_equal(
				parse(longer, vectors[i].length + more, &message), ICELAB_STUN_MALFORMED);
			free(longer);
		}
	}
}

static void header_is_checked(void **state)
{
	IcelabStunMessage message;

	(void)state;
	assert_int_equal(PARSE(0, 1, 0, 0, COOKIE, ID), ICELAB_STUN_OK);
	assert_int_equal(PARSE(0x40, 1, 0, 0, COOKIE, ID), ICELAB_STUN_NOT_STUN);
	assert_int_equal(PARSE(0x80, 1, 0, 0, COOKIE, ID), ICELAB_STUN_NOT_STUN);
	for (uint8_t length = 1; length < 4; length++)
		assert_int_equal(PARSE(0, 1, 0, length, COOKIE, ID, 0, 0, 0), ICELAB_STUN_MALFORMED);
	assert_int_equal(PARSE(0, 1, 0xFF, 0xFC, COOKIE, ID), ICELAB_STUN_TRUNCATED);
}

static void all_types_are_split(void **state)
{
	IcelabStunMessage message;
	uint8_t bytes[20] = {0, 0, 0, 0, COOKIE, ID};
	IcelabStunBuilder builder;

	(void)state;
	/* Each of the 2^14 types must come back from class and method as it was. */
	for (unsigned type = 0; type < 0x4000; type++) {
		uint8_t built[20];

		bytes[0] = (uint8_t)(type >> 8);
		bytes[1] = (uint8_t)type;
		assert_int_equal(parse(bytes, sizeof bytes, &message), ICELAB_STUN_OK);
		icelab_stun_build_start(&builder, built, sizeof built, message.message_class,
			message.method, message.transaction);
		assert_int_equal(icelab_stun_build_end(&builder), 20);
		assert_memory_equal(built, bytes, sizeof bytes);
	}
	assert_int_equal(PARSE(0x01, 0x13, 0, 0, COOKIE, ID), ICELAB_STUN_OK);
	assert_int_equal(message.message_class, ICELAB_STUN_ERROR);
	assert_int_equal(message.method, ICELAB_STUN_ALLOCATE);
	assert_int_equal(PARSE(0x00, 0x16, 0, 0, COOKIE, ID), ICELAB_STUN_OK);
	assert_int_equal(message.message_class, ICELAB_STUN_INDICATION);
	assert_int_equal(message.method, ICELAB_STUN_SEND);
	assert_int_equal(PARSE(0x3E, 0xEF, 0, 0, COOKIE, ID), ICELAB_STUN_OK);
	assert_int_equal(message.message_class, ICELAB_STUN_REQUEST);
	assert_int_equal(message.method, 0xFFF);
}

static void attributes_are_checked(void **state)
{
	IcelabStunMessage message;

	(void)state;
	/* Empty value; three bytes with one of padding, whatever it holds. */
	assert_int_equal(PARSE(0, 1, 0, 4, COOKIE, ID, 0x80, 0x22, 0, 0), ICELAB_STUN_OK);
	assert_int_equal(
		PARSE(0, 1, 0, 8, COOKIE, ID, 0x80, 0x22, 0, 3, 'a', 'b', 'c', 0xFF), ICELAB_STUN_OK);
	/* One byte more than there is, then the padding missing. */
	assert_int_equal(
		PARSE(0, 1, 0, 8, COOKIE, ID, 0x80, 0x22, 0, 5, 'a', 'b', 'c', 'd'), ICELAB_STUN_MALFORMED);
	assert_int_equal(PARSE(0, 1, 0, 8, COOKIE, ID, 0x80, 0x22, 0xFF, 0xFF, 'a', 'b', 'c', 'd'),
		ICELAB_STUN_MALFORMED);
	assert_int_equal(PARSE(0, 1, 0, 8, COOKIE, ID, 0x80, 0x22, 0xFF, 0xFE, 'a', 'b', 'c', 'd'),
		ICELAB_STUN_MALFORMED);
}

static void start(IcelabStunBuilder *builder, uint8_t bytes[256])
{
	icelab_stun_build_start(
		builder, bytes, 256, ICELAB_STUN_REQUEST, ICELAB_STUN_BINDING, transaction);
}

static IcelabStunStatus reread(const IcelabStunBuilder *builder, IcelabStunMessage *message)
{
	size_t length = icelab_stun_build_end(builder);

	assert_int_not_equal(length, 0);
	return parse(builder->bytes, length, message);
}

static void what_follows_integrity_does_not_count(void **state)
{
	static const uint16_t first[] = {ICELAB_STUN_MESSAGE_INTEGRITY,
		ICELAB_STUN_MESSAGE_INTEGRITY_SHA256, ICELAB_STUN_FINGERPRINT};
	static const uint16_t second[] = {
		ICELAB_STUN_MESSAGE_INTEGRITY_SHA256, ICELAB_STUN_FINGERPRINT};
	IcelabStunMessage message;
	IcelabStunAttribute attribute;
	IcelabStunBuilder builder;
	uint8_t bytes[256];
	uint16_t types[8];

	(void)state;
	start(&builder, bytes);
	icelab_stun_build_integrity(&builder, "key", 3);
	icelab_stun_build_attribute(&builder, ICELAB_STUN_USERNAME, "late", 4);
	icelab_stun_build_integrity_sha256(&builder, "key", 3, 32);
	icelab_stun_build_attribute(&builder, ICELAB_STUN_REALM, "later", 5);
	icelab_stun_build_integrity(&builder, "key", 3);
	icelab_stun_build_fingerprint(&builder);
	assert_int_equal(reread(&builder, &message), ICELAB_STUN_OK);
	assert_int_equal(types_of(&message, types), 3);
	assert_memory_equal(types, first, sizeof first);
	assert_false(icelab_stun_find(&message, ICELAB_STUN_USERNAME, &attribute));
	assert_false(icelab_stun_find(&message, ICELAB_STUN_REALM, &attribute));

	start(&builder, bytes);
	icelab_stun_build_integrity_sha256(&builder, "key", 3, 32);
	icelab_stun_build_integrity(&builder, "key", 3);
	icelab_stun_build_attribute(&builder, ICELAB_STUN_USERNAME, "late", 4);
	icelab_stun_build_fingerprint(&builder);
	assert_int_equal(reread(&builder, &message), ICELAB_STUN_OK);
	assert_int_equal(types_of(&message, types), 2);
	assert_memory_equal(types, second, sizeof second);
}

static void fingerprint_is_last(void **state)
{
	IcelabStunMessage message;
	IcelabStunBuilder builder;
	uint8_t bytes[256];

	(void)state;
	start(&builder, bytes);
	icelab_stun_build_fingerprint(&builder);
	icelab_stun_build_attribute(&builder, ICELAB_STUN_SOFTWARE, "", 0);
	assert_int_equal(reread(&builder, &message), ICELAB_STUN_MALFORMED);

	start(&builder, bytes);
	icelab_stun_build_fingerprint(&builder);
	icelab_stun_build_fingerprint(&builder);
	assert_int_equal(reread(&builder, &message), ICELAB_STUN_MALFORMED);
}

static void sums_have_their_size(void **state)
{
	static const uint8_t zeros[40];
	IcelabStunMessage message;
	IcelabStunBuilder builder;
	uint8_t bytes[256];

	(void)state;
	for (size_t length = 0; length <= sizeof zeros; length++) {
		start(&builder, bytes);
		icelab_stun_build_attribute(&builder, ICELAB_STUN_MESSAGE_INTEGRITY, zeros, length);
		assert_int_equal(
			reread(&builder, &message), length == 20 ? ICELAB_STUN_OK : ICELAB_STUN_MALFORMED);
		start(&builder, bytes);
		icelab_stun_build_attribute(&builder, ICELAB_STUN_MESSAGE_INTEGRITY_SHA256, zeros, length);
		assert_int_equal(reread(&builder, &message), length >= 16 && length <= 32 && length % 4 == 0
														 ? ICELAB_STUN_OK
														 : ICELAB_STUN_MALFORMED);
		start(&builder, bytes);
		icelab_stun_build_attribute(&builder, ICELAB_STUN_FINGERPRINT, zeros, length);
		assert_int_equal(
			reread(&builder, &message), length == 4 ? ICELAB_STUN_OK : ICELAB_STUN_MALFORMED);
	}
}

static void first_of_two_is_found(void **state)
{
	IcelabStunMessage message;
	IcelabStunAttribute attribute;
	IcelabStunBuilder builder;
	uint8_t bytes[256];

	(void)state;
	start(&builder, bytes);
	icelab_stun_build_attribute(&builder, ICELAB_STUN_SOFTWARE, "one", 3);
	icelab_stun_build_attribute(&builder, ICELAB_STUN_SOFTWARE, "two", 3);
	assert_int_equal(reread(&builder, &message), ICELAB_STUN_OK);
	assert_true(icelab_stun_find(&message, ICELAB_STUN_SOFTWARE, &attribute));
	assert_memory_equal(attribute.value, "one", 3);
}

/* RFC 3489 11.1: 128 bits of transaction and no cookie; 0x8028 means nothing there. */
static void rfc3489_is_read(void **state)
{
	IcelabStunMessage message;
	uint16_t types[8];

	(void)state;
	assert_int_equal(PARSE(0, 1, 0, 8, 9, 9, 9, 9, ID, 0, 3, 0, 4, 0, 0, 0, 0), ICELAB_STUN_OK);
	assert_false(message.has_magic);
	assert_int_equal(message.message_class, ICELAB_STUN_REQUEST);
	assert_int_equal(message.method, ICELAB_STUN_BINDING);
	assert_memory_equal(message.transaction, "\x09\x09\x09\x09\x01\x02", 6);
	assert_int_equal(types_of(&message, types), 1);

	assert_int_equal(
		PARSE(0, 1, 0, 12, 9, 9, 9, 9, ID, 0x80, 0x28, 0, 4, 1, 2, 3, 4, 0x80, 0x22, 0, 0),
		ICELAB_STUN_OK);
	assert_int_equal(types_of(&message, types), 2);
	/* Nor does 0x001C, whatever its length; all attributes count. */
	assert_int_equal(PARSE(0, 1, 0, 8, 9, 9, 9, 9, ID, 0, 0x1C, 0, 0, 0, 6, 0, 0), ICELAB_STUN_OK);
	assert_int_equal(types_of(&message, types), 2);
}

/* RFC 3489 11.2.8: MESSAGE-INTEGRITY has 20 bytes and nothing behind it. */
static void rfc3489_integrity_is_last(void **state)
{
	static const uint8_t classic[16] = {9};
	IcelabStunMessage message;
	IcelabStunBuilder builder;
	uint8_t bytes[256];

	(void)state;
	icelab_stun_build_start(
		&builder, bytes, sizeof bytes, ICELAB_STUN_REQUEST, ICELAB_STUN_BINDING, classic);
	icelab_stun_build_integrity(&builder, "key", 3);
	assert_int_equal(reread(&builder, &message), ICELAB_STUN_OK);
	icelab_stun_build_attribute(&builder, ICELAB_STUN_USERNAME, "late", 4);
	assert_int_equal(reread(&builder, &message), ICELAB_STUN_MALFORMED);
}

static void stream_is_measured(void **state)
{
	size_t size;

	(void)state;
	for (size_t length = 0; length <= sizeof vector_request; length++) {
		uint8_t *copy = exact(vector_request, length);
		IcelabStunStatus status = icelab_stun_measure(copy, length, &size);

		assert_int_equal(
			status, length < sizeof vector_request ? ICELAB_STUN_TRUNCATED : ICELAB_STUN_OK);
		assert_int_equal(size, length < 20 ? 20 : sizeof vector_request);
		free(copy);
	}
	/* The first byte already tells that this is HTTP. */
	assert_int_equal(icelab_stun_measure((const uint8_t *)"G", 1, &size), ICELAB_STUN_NOT_STUN);
	assert_int_equal(
		icelab_stun_measure((const uint8_t *)"\x16\x03\x01\x02\x01\x01\x01\x01\x01\x01"
											 "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01",
			20, &size),
		ICELAB_STUN_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_are_read),
		cmocka_unit_test(uncorrected_vector_is_truncated),
		cmocka_unit_test(truncations_are_refused),
		cmocka_unit_test(trailing_bytes_are_refused),
		cmocka_unit_test(header_is_checked),
		cmocka_unit_test(all_types_are_split),
		cmocka_unit_test(attributes_are_checked),
		cmocka_unit_test(what_follows_integrity_does_not_count),
		cmocka_unit_test(fingerprint_is_last),
		cmocka_unit_test(sums_have_their_size),
		cmocka_unit_test(first_of_two_is_found),
		cmocka_unit_test(rfc3489_is_read),
		cmocka_unit_test(rfc3489_integrity_is_last),
		cmocka_unit_test(stream_is_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
