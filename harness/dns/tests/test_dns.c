/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns/message.h"

/* Header: id, flags, counts of the four sections. */
#define HEADER(flags, questions, answers, authority, additional)                                   \
	0, 0, (flags), 0, 0, (questions), 0, (answers), 0, (authority), 0, (additional)
#define QUERY 0
#define RESPONSE 0x84
#define LOCAL 5, 'l', 'o', 'c', 'a', 'l', 0
#define A 0, 1
#define AAAA 0, 28
#define ANY 0, 255
#define IN 0, 1
#define IN_FLUSH 0x80, 1
#define TTL 0, 0, 0, 120

typedef struct {
	IcelabDnsReader reader;
	IcelabDnsRecord record;
	const char *error;
} Reading;

static void start(Reading *reading, const uint8_t *bytes, size_t length)
{
	reading->error = NULL;
	assert_true(icelab_dns_start(&reading->reader, bytes, length));
}

static int next(Reading *reading)
{
	return icelab_dns_next(&reading->reader, &reading->record, &reading->error);
}

/* A copy on the heap, so that AddressSanitizer sees a byte too far. */
#define START(...)                                                                                 \
	static const uint8_t message[] = {__VA_ARGS__};                                                \
	uint8_t *copy = malloc(sizeof message);                                                        \
	Reading reading;                                                                               \
	memcpy(copy, message, sizeof message);                                                         \
	start(&reading, copy, sizeof message)

static void test_announcement(void **state)
{
	START(HEADER(RESPONSE, 0, 2, 0, 0), 1, 'h', LOCAL, A, IN_FLUSH, TTL, 0, 4, 10, 8, 0, 2, 0xC0,
		12, AAAA, IN_FLUSH, TTL, 0, 16, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7);
	char text[ICELAB_ADDRESS_TEXT];

	(void)state;
	assert_true(reading.reader.response);
	assert_int_equal(next(&reading), 1);
	assert_int_equal(reading.record.section, ICELAB_DNS_ANSWER);
	assert_string_equal(reading.record.name, "h.local");
	assert_int_equal(reading.record.type, ICELAB_DNS_A);
	assert_int_equal(reading.record.class_code, 1);
	assert_true(reading.record.top_bit);
	assert_int_equal(reading.record.ttl, 120);
	assert_string_equal(icelab_address_format(&reading.record.address, text), "10.8.0.2");
	assert_int_equal(next(&reading), 1);
	assert_string_equal(reading.record.name, "h.local");
	assert_string_equal(icelab_address_format(&reading.record.address, text), "fd00::7");
	assert_int_equal(next(&reading), 0);
	assert_int_equal(next(&reading), 0);
	free(copy);
}

static void test_query_with_what_is_claimed(void **state)
{
	START(HEADER(QUERY, 1, 0, 1, 0), 1, 'h', LOCAL, ANY, IN_FLUSH, 0xC0, 12, A, IN, TTL, 0, 4, 10,
		8, 0, 2);

	(void)state;
	assert_false(reading.reader.response);
	assert_int_equal(next(&reading), 1);
	assert_int_equal(reading.record.section, ICELAB_DNS_QUESTION);
	assert_int_equal(reading.record.type, ICELAB_DNS_ANY);
	assert_true(reading.record.top_bit);
	assert_null(reading.record.data);
	assert_int_equal(reading.record.address.family, 0);
	assert_int_equal(next(&reading), 1);
	assert_int_equal(reading.record.section, ICELAB_DNS_AUTHORITY);
	assert_int_equal(reading.record.address.family, 4);
	assert_false(reading.record.top_bit);
	assert_int_equal(next(&reading), 0);
	free(copy);
}

static void test_sections(void **state)
{
	START(HEADER(RESPONSE, 0, 0, 0, 1), 0, 0, 16, IN, TTL, 0, 2, 1, 'x');

	(void)state;
	assert_int_equal(next(&reading), 1);
	assert_int_equal(reading.record.section, ICELAB_DNS_ADDITIONAL);
	assert_string_equal(reading.record.name, "");
	assert_int_equal(reading.record.type, ICELAB_DNS_TXT);
	assert_int_equal(reading.record.length, 2);
	assert_memory_equal(reading.record.data, "\1x", 2);
	assert_int_equal(next(&reading), 0);
	free(copy);
}

static void test_escapes(void **state)
{
	START(HEADER(QUERY, 1, 0, 0, 0), 5, 'a', '.', '\\', 0, 0xFF, 1, ' ', 0, A, IN);

	(void)state;
	assert_int_equal(next(&reading), 1);
	assert_string_equal(reading.record.name, "a\\046\\092\\000\\255.\\032");
	free(copy);
}

/* Addresses of another class or length are none. */
static void test_no_address(void **state)
{
	START(HEADER(RESPONSE, 0, 3, 0, 0), 0, A, 0, 3, TTL, 0, 4, 10, 8, 0, 2, 0, A, IN, TTL, 0, 3, 10,
		8, 0, 0, AAAA, IN, TTL, 0, 4, 10, 8, 0, 2);

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(next(&reading), 1);
		assert_int_equal(reading.record.address.family, 0);
	}
	assert_int_equal(next(&reading), 0);
	free(copy);
}

static void test_no_message(void **state)
{
	static const uint8_t update[] = {HEADER(0x28, 0, 0, 0, 0)};
	IcelabDnsReader reader;
	IcelabDnsRecord record;
	const char *error;

	(void)state;
	assert_false(icelab_dns_start(&reader, update, sizeof update));
	assert_int_equal(icelab_dns_next(&reader, &record, &error), 0);
	assert_false(icelab_dns_start(&reader, update, ICELAB_DNS_HEADER - 1));
	assert_false(icelab_dns_start(&reader, NULL, 0));
}

#define DAMAGED(message_error, ...)                                                                \
	do {                                                                                           \
		START(__VA_ARGS__);                                                                        \
		assert_int_equal(next(&reading), -1);                                                      \
		assert_string_equal(reading.error, message_error);                                         \
		assert_int_equal(next(&reading), 0);                                                       \
		free(copy);                                                                                \
	} while (0)

static void test_damaged(void **state)
{
	(void)state;
	DAMAGED("a name runs past the end", HEADER(QUERY, 1, 0, 0, 0));
	DAMAGED("a name runs past the end", HEADER(QUERY, 1, 0, 0, 0), 1, 'a');
	DAMAGED("a label runs past the end", HEADER(QUERY, 1, 0, 0, 0), 2, 'a');
	DAMAGED("a pointer runs past the end", HEADER(QUERY, 1, 0, 0, 0), 0xC0);
	DAMAGED("a label of unknown kind", HEADER(QUERY, 1, 0, 0, 0), 0x41, 0, A, IN);
	DAMAGED("a label of unknown kind", HEADER(QUERY, 1, 0, 0, 0), 0x80, 0, A, IN);
	DAMAGED("a record runs past the end", HEADER(QUERY, 1, 0, 0, 0), 0, A, 0);
	DAMAGED("a record runs past the end", HEADER(RESPONSE, 0, 1, 0, 0), 0, A, IN, TTL, 0);
	DAMAGED("a record's data runs past the end", HEADER(RESPONSE, 0, 1, 0, 0), 0, A, IN, TTL, 0, 4,
		1, 2, 3);
	DAMAGED("a pointer leads into the header", HEADER(QUERY, 1, 0, 0, 0), 0xC0, 4, A, IN);
}

/* RFC 1035 4.1.4: to itself, to a later place, round in a circle. */
static void test_loops(void **state)
{
	(void)state;
	DAMAGED("a pointer leads forward", HEADER(QUERY, 1, 0, 0, 0), 0xC0, 12, A, IN);
	DAMAGED("a pointer leads forward", HEADER(QUERY, 1, 0, 0, 0), 0xC0, 18, A, IN, 0);
	DAMAGED("a pointer leads forward", HEADER(QUERY, 1, 0, 0, 0), 1, 'a', 0xC0, 12, A, IN);
	/* The second name leads into itself by way of the first's end. */
	START(HEADER(QUERY, 2, 0, 0, 0), 0, A, IN, 1, 'a', 0xC0, 17, A, IN);
	assert_int_equal(next(&reading), 1);
	assert_int_equal(next(&reading), -1);
	assert_string_equal(reading.error, "a pointer leads forward");
	free(copy);
}

/* A chain of pointers, each before the last: legal, and followed to its end. */
static void test_chain(void **state)
{
	START(HEADER(QUERY, 3, 0, 0, 0), 1, 'c', 0, A, IN, 1, 'b', 0xC0, 12, A, IN, 1, 'a', 0xC0, 19, A,
		IN);

	(void)state;
	assert_int_equal(next(&reading), 1);
	assert_int_equal(next(&reading), 1);
	assert_string_equal(reading.record.name, "b.c");
	assert_int_equal(next(&reading), 1);
	assert_string_equal(reading.record.name, "a.b.c");
	assert_int_equal(next(&reading), 0);
	free(copy);
}

/* `labels` labels of `size` octets each and one of `last`, all of an octet that is escaped. */
static int read_long_name(size_t labels, uint8_t size, uint8_t last, Reading *reading)
{
	uint8_t bytes[512] = {HEADER(QUERY, 1, 0, 0, 0)};
	size_t length = ICELAB_DNS_HEADER;

	for (size_t i = 0; i <= labels; i++) {
		bytes[length] = i < labels ? size : last;
		memset(bytes + length + 1, 0xFF, bytes[length]);
		length += bytes[length] + 1u;
	}
	start(reading, bytes, length + 5);
	return next(reading);
}

static void test_longest_name(void **state)
{
	Reading reading;

	(void)state;
	/* 3 * 64 + 62 + 1 = 255 octets. */
	assert_int_equal(read_long_name(3, 63, 61, &reading), 1);
	assert_int_equal(strlen(reading.record.name), 4 * (3 * 63 + 61) + 3);
	assert_int_equal(read_long_name(3, 63, 62, &reading), -1);
	assert_string_equal(reading.error, "a name has more than 255 octets");
}

/* Whatever the bytes: it ends, in no more steps than the message can hold records. */
static void test_any_bytes(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t length = ICELAB_DNS_HEADER + (size_t)(round % 90);
		uint8_t *bytes = malloc(length);
		Reading reading;
		size_t steps = 0;

		for (size_t i = 0; i < length; i++) {
			random = random * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(random >> 24);
			/* Lengths and pointers that lead somewhere. */
			if (random >> 12 & 1)
				bytes[i] = random >> 13 & 1 ? 0xC0 : (uint8_t)(bytes[i] % length);
		}
		bytes[2] &= 0x87;
		start(&reading, bytes, length);
		while (next(&reading) == 1)
			steps++;
		assert_true(steps <= length / 5);
		free(bytes);
	}
}

static void test_type_names(void **state)
{
	char text[ICELAB_DNS_TYPE_TEXT];

	(void)state;
	assert_string_equal(icelab_dns_type_name(ICELAB_DNS_A, text), "A");
	assert_string_equal(icelab_dns_type_name(ICELAB_DNS_AAAA, text), "AAAA");
	assert_string_equal(icelab_dns_type_name(ICELAB_DNS_PTR, text), "PTR");
	assert_string_equal(icelab_dns_type_name(ICELAB_DNS_TXT, text), "TXT");
	assert_string_equal(icelab_dns_type_name(ICELAB_DNS_SRV, text), "SRV");
	assert_string_equal(icelab_dns_type_name(ICELAB_DNS_NSEC, text), "NSEC");
	assert_string_equal(icelab_dns_type_name(ICELAB_DNS_ANY, text), "ANY");
	assert_string_equal(icelab_dns_type_name(65535, text), "TYPE65535");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_announcement),
		cmocka_unit_test(test_query_with_what_is_claimed),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_no_address),
		cmocka_unit_test(test_no_message),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_loops),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_longest_name),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_type_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
