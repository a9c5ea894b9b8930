/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stun/answer.h"
#include "stun/builder.h"
#include "stun/integrity.h"

static const uint8_t modern[16] = {0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
static const uint8_t classic[16] = {0, 1, 2, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
static const IcelabAddress source = {4, {203, 0, 113, 7}};

static uint8_t question[2048];
static uint8_t answer[ICELAB_STUN_ANSWER];

static void ask(IcelabStunBuilder *builder, const uint8_t transaction[16])
{
	icelab_stun_build_start(
		builder, question, sizeof question, ICELAB_STUN_REQUEST, ICELAB_STUN_BINDING, transaction);
}

/* Answers what was built; whether there was an answer at all. */
static bool answered(const IcelabStunBuilder *builder, IcelabStunMessage *message)
{
	IcelabStunMessage request;
	size_t length = icelab_stun_build_end(builder);

	assert_int_not_equal(length, 0);
	if (!icelab_stun_read_request(question, length, &request))
		return false;
	length = icelab_stun_answer(&request, &source, 40000, answer);
	assert_int_equal(icelab_stun_parse(answer, length, message), ICELAB_STUN_OK);
	assert_int_equal(message->method, request.method);
	assert_memory_equal(message->transaction, request.transaction, 16);
	return true;
}

static void assert_source(const IcelabAddress *address, uint16_t port)
{
	assert_true(icelab_address_equal(address, &source));
	assert_int_equal(port, 40000);
}

static void assert_error(const IcelabStunMessage *message, unsigned expected)
{
	IcelabStunAttribute attribute;
	IcelabSpan reason;
	unsigned code;

	assert_int_equal(message->message_class, ICELAB_STUN_ERROR);
	assert_true(icelab_stun_find(message, ICELAB_STUN_ERROR_CODE, &attribute));
	assert_true(icelab_stun_read_error_code(&attribute, &code, &reason));
	assert_int_equal(code, expected);
}

static void cookie_gets_xor_mapped(void **state)
{
	IcelabStunBuilder builder;
	IcelabStunMessage message;
	IcelabStunAttribute attribute;
	IcelabAddress address;
	uint16_t port;

	(void)state;
	ask(&builder, modern);
	icelab_stun_build_attribute(&builder, ICELAB_STUN_SOFTWARE, "x", 1);
	assert_true(answered(&builder, &message));
	assert_int_equal(message.message_class, ICELAB_STUN_SUCCESS);
	assert_true(icelab_stun_find(&message, ICELAB_STUN_XOR_MAPPED_ADDRESS, &attribute));
	assert_true(icelab_stun_read_xor_address(&message, &attribute, &address, &port));
	assert_source(&address, port);
	assert_false(icelab_stun_find(&message, ICELAB_STUN_MAPPED_ADDRESS, &attribute));
	assert_int_equal(icelab_stun_check_fingerprint(&message), ICELAB_STUN_ABSENT);
}

static void no_cookie_gets_mapped(void **state)
{
	IcelabStunBuilder builder;
	IcelabStunMessage message;
	IcelabStunAttribute attribute;
	IcelabAddress address;
	uint16_t port;

	(void)state;
	ask(&builder, classic);
	assert_true(answered(&builder, &message));
	assert_int_equal(message.message_class, ICELAB_STUN_SUCCESS);
	assert_true(icelab_stun_find(&message, ICELAB_STUN_MAPPED_ADDRESS, &attribute));
	assert_true(icelab_stun_read_address(&attribute, &address, &port));
	assert_source(&address, port);
	assert_false(icelab_stun_find(&message, ICELAB_STUN_XOR_MAPPED_ADDRESS, &attribute));
}

static void fingerprint_is_returned(void **state)
{
	IcelabStunBuilder builder;
	IcelabStunMessage message;

	(void)state;
	ask(&builder, modern);
	icelab_stun_build_fingerprint(&builder);
	assert_true(answered(&builder, &message));
	assert_int_equal(icelab_stun_check_fingerprint(&message), ICELAB_STUN_RIGHT);
	question[27] ^= 1;
	assert_false(answered(&builder, &message));
}

static void unknown_attributes_get_420(void **state)
{
	IcelabStunBuilder builder;
	IcelabStunMessage message;
	IcelabStunAttribute attribute;
	uint16_t types[8];
	size_t count;

	(void)state;
	ask(&builder, modern);
	icelab_stun_build_attribute(&builder, 0x0003, "\0\0\0\0", 4);
	icelab_stun_build_fingerprint(&builder);
	assert_true(answered(&builder, &message));
	assert_error(&message, 420);
	assert_true(icelab_stun_find(&message, ICELAB_STUN_UNKNOWN_ATTRIBUTES, &attribute));
	assert_true(icelab_stun_read_unknown_attributes(&attribute, types, 8, &count));
	assert_int_equal(count, 1);
	assert_int_equal(types[0], 0x0003);
	assert_int_equal(icelab_stun_check_fingerprint(&message), ICELAB_STUN_RIGHT);

	/* RFC 3489 repeats one, so that the list needs no padding. */
	ask(&builder, classic);
	icelab_stun_build_attribute(&builder, 0x0003, "\0\0\0\0", 4);
	assert_true(answered(&builder, &message));
	assert_error(&message, 420);
	assert_true(icelab_stun_find(&message, ICELAB_STUN_UNKNOWN_ATTRIBUTES, &attribute));
	assert_true(icelab_stun_read_unknown_attributes(&attribute, types, 8, &count));
	assert_int_equal(count, 2);
	assert_int_equal(types[1], 0x0003);
}

/* However many there are, the answer keeps its bounds. */
static void many_unknown_attributes_are_cut(void **state)
{
	IcelabStunMessage message;
	IcelabStunAttribute attribute;
	uint16_t types[64];
	size_t count;

	(void)state;
	for (uint16_t number = 1; number <= 100; number++) {
		for (int old = 0; old < 2; old++) {
			IcelabStunBuilder builder;

			ask(&builder, old ? classic : modern);
			for (uint16_t i = 0; i < number; i++)
				icelab_stun_build_attribute(&builder, 0x7000 + i, "", 0);
			assert_true(answered(&builder, &message));
			assert_error(&message, 420);
			assert_true(icelab_stun_find(&message, ICELAB_STUN_UNKNOWN_ATTRIBUTES, &attribute));
			assert_true(icelab_stun_read_unknown_attributes(&attribute, types, 64, &count));
			assert_int_equal(count, number > 32 ? 32 : number + (old && number % 2));
		}
	}
}

static void other_methods_get_400(void **state)
{
	IcelabStunBuilder builder;
	IcelabStunMessage message;

	(void)state;
	icelab_stun_build_start(
		&builder, question, sizeof question, ICELAB_STUN_REQUEST, ICELAB_STUN_ALLOCATE, modern);
	icelab_stun_build_attribute(&builder, 0x0019, "\x11\0\0\0", 4);
	assert_true(answered(&builder, &message));
	assert_error(&message, 400);
}

static void garbage_is_ignored(void **state)
{
	IcelabStunBuilder builder;
	IcelabStunMessage message, request;
	static const uint8_t zeros[64];

	(void)state;
	for (int class = ICELAB_STUN_INDICATION; class <= ICELAB_STUN_ERROR; class ++) {
		icelab_stun_build_start(&builder, question, sizeof question, (IcelabStunClass) class,
			ICELAB_STUN_BINDING, modern);
		assert_false(answered(&builder, &message));
	}
	for (size_t length = 0; length <= sizeof zeros; length++)
		assert_false(icelab_stun_read_request(zeros, length, &request));
	assert_false(
		icelab_stun_read_request((const uint8_t *)"GET / HTTP/1.1\r\n\r\n.", 20, &request));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cookie_gets_xor_mapped),
		cmocka_unit_test(no_cookie_gets_mapped),
		cmocka_unit_test(fingerprint_is_returned),
		cmocka_unit_test(unknown_attributes_get_420),
		cmocka_unit_test(many_unknown_attributes_are_cut),
		cmocka_unit_test(other_methods_get_400),
		cmocka_unit_test(garbage_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
