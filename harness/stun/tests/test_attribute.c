/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stun/attribute.h"
#include "vectors.h"

static IcelabStunMessage message;

static IcelabStunAttribute attribute_of(uint16_t type, const void *value, size_t length)
{
	return (IcelabStunAttribute){type, (uint16_t)length, value};
}

static void assert_address(const IcelabAddress *address, const char *expected)
{
	char text[ICELAB_ADDRESS_TEXT];

	assert_string_equal(icelab_address_format(address, text), expected);
}

static void addresses_of_rfc5769(void **state)
{
	IcelabStunAttribute attribute;
	IcelabAddress address;
	uint16_t port;

	(void)state;
	icelab_stun_parse(vector_response4, sizeof vector_response4, &message);
	assert_true(icelab_stun_find(&message, ICELAB_STUN_XOR_MAPPED_ADDRESS, &attribute));
	assert_true(icelab_stun_read_xor_address(&message, &attribute, &address, &port));
	assert_address(&address, "192.0.2.1");
	assert_int_equal(port, 32853);

	icelab_stun_parse(vector_response6, sizeof vector_response6, &message);
	assert_true(icelab_stun_find(&message, ICELAB_STUN_XOR_MAPPED_ADDRESS, &attribute));
	assert_true(icelab_stun_read_xor_address(&message, &attribute, &address, &port));
	assert_address(&address, "2001:db8:1234:5678:11:2233:4455:6677");
	assert_int_equal(port, 32853);
}

static bool read_address(const char *value, size_t length, IcelabAddress *address, uint16_t *port)
{
	uint8_t *copy = exact((const uint8_t *)value, length);
	IcelabStunAttribute attribute = attribute_of(ICELAB_STUN_MAPPED_ADDRESS, copy, length);
	bool right = icelab_stun_read_address(&attribute, address, port);

	free(copy);
	return right;
}

static void plain_addresses(void **state)
{
	static const char v4[] = "\x00\x01\x0D\x96\xC0\x00\x02\x01";
	static const char v6[] = "\x00\x02\x0D\x96\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\x01";
	IcelabAddress address;
	uint16_t port;

	(void)state;
	for (size_t length = 0; length <= sizeof v4; length++)
		assert_int_equal(read_address(v4, length, &address, &port), length == 8);
	for (size_t length = 0; length <= sizeof v6; length++)
		assert_int_equal(read_address(v6, length, &address, &port), length == 20);
	read_address(v4, 8, &address, &port);
	assert_address(&address, "192.0.2.1");
	assert_int_equal(port, 3478);
	read_address(v6, 20, &address, &port);
	assert_address(&address, "2001:db8::1");
	/* The first byte is to be ignored, the family is not. */
	assert_true(read_address("\xFF\x01\x0D\x96\xC0\x00\x02\x01", 8, &address, &port));
	assert_false(read_address("\x00\x03\x0D\x96\xC0\x00\x02\x01", 8, &address, &port));
	assert_false(read_address("\x00\x00\x0D\x96\xC0\x00\x02\x01", 8, &address, &port));
	assert_int_equal(address.family, 0);
}

static void xor_needs_the_cookie(void **state)
{
	static const uint8_t rfc3489[20] = {1, 1, 0, 0, 9, 9, 9, 9};
	IcelabStunAttribute attribute =
		attribute_of(ICELAB_STUN_XOR_MAPPED_ADDRESS, "\x00\x01\x0D\x96\xC0\x00\x02\x01", 8);
	IcelabAddress address;
	uint16_t port;

	(void)state;
	assert_int_equal(icelab_stun_parse(rfc3489, sizeof rfc3489, &message), ICELAB_STUN_OK);
	assert_false(icelab_stun_read_xor_address(&message, &attribute, &address, &port));
}

static void error_codes(void **state)
{
	unsigned code;
	IcelabSpan reason;

	(void)state;
	for (unsigned hundreds = 0; hundreds < 8; hundreds++) {
		for (unsigned number = 0; number < 256; number++) {
			/* The 21 reserved bits are to be ignored. */
			const uint8_t value[] = {0xFF, 0xFF, (uint8_t)(0xF8 | hundreds), (uint8_t)number, 'N'};
			IcelabStunAttribute attribute =
				attribute_of(ICELAB_STUN_ERROR_CODE, value, sizeof value);
			bool right = hundreds >= 3 && hundreds <= 6 && number < 100;

			assert_int_equal(icelab_stun_read_error_code(&attribute, &code, &reason), right);
			if (right) {
				assert_int_equal(code, hundreds * 100 + number);
				assert_int_equal(reason.length, 1);
				assert_int_equal(reason.text[0], 'N');
			}
		}
	}
	for (size_t length = 0; length <= 4; length++) {
		uint8_t *copy = exact((const uint8_t *)"\0\0\4\x14", length);
		IcelabStunAttribute attribute = attribute_of(ICELAB_STUN_ERROR_CODE, copy, length);

		assert_int_equal(icelab_stun_read_error_code(&attribute, &code, &reason), length == 4);
		free(copy);
	}
	assert_int_equal(code, 420);
	assert_int_equal(reason.length, 0);

	uint8_t longer[4 + 128] = {0, 0, 4, 0};
	IcelabStunAttribute attribute = attribute_of(ICELAB_STUN_ERROR_CODE, longer, 4 + 127);

	memset(longer + 4, 'a', 128);
	assert_true(icelab_stun_read_error_code(&attribute, &code, &reason));
	attribute.length++;
	assert_false(icelab_stun_read_error_code(&attribute, &code, &reason));
}

static bool is_text(uint16_t type, const char *text, size_t length)
{
	uint8_t *copy = exact((const uint8_t *)text, length);
	IcelabStunAttribute attribute = attribute_of(type, copy, length);
	IcelabSpan span;
	bool right = icelab_stun_read_text(&attribute, &span);

	if (right)
		assert_int_equal(span.length, length);
	free(copy);
	return right;
}

static void text_is_utf8(void **state)
{
	static const char *const right[] = {"", "plain", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80",
		"\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF",
		"\xE3\x83\x9E"};
	/* Lone and missing continuations, overlong forms, surrogates, beyond U+10FFFF. */
	static const char *const wrong[] = {"\x80", "\xBF", "\xC2", "\xE3\x83", "\xF0\x90\x80",
		"\xC2\x41", "\xE3\x41\x9E", "\xE3\x83\x41", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80",
		"\xE0\x9F\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
		"\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF", "a\xFF"};

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof *right; i++)
		assert_true(is_text(ICELAB_STUN_USERNAME, right[i], strlen(right[i])));
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(is_text(ICELAB_STUN_USERNAME, wrong[i], strlen(wrong[i])));
}

static void text_has_its_length(void **state)
{
	static const uint16_t phrases[] = {ICELAB_STUN_REALM, ICELAB_STUN_NONCE, ICELAB_STUN_SOFTWARE};
	char text[1024];

	(void)state;
	memset(text, 'a', sizeof text);
	assert_true(is_text(ICELAB_STUN_USERNAME, text, 763));
	assert_false(is_text(ICELAB_STUN_USERNAME, text, 764));
	for (size_t i = 0; i < 3; i++) {
		assert_true(is_text(phrases[i], text, 127));
		assert_false(is_text(phrases[i], text, 128));
	}
	/* Not bytes but characters are counted. */
	for (size_t i = 0; i + 4 <= sizeof text; i += 4)
		memcpy(text + i, "\xF0\x90\x80\x80", 4);
	assert_true(is_text(ICELAB_STUN_REALM, text, 127 * 4));
	assert_false(is_text(ICELAB_STUN_REALM, text, 128 * 4));
	assert_false(is_text(ICELAB_STUN_MAPPED_ADDRESS, "text", 4));
}

static void unknown_attributes_are_listed(void **state)
{
	uint16_t types[3] = {0, 0, 0xAAAA};
	size_t count = 0;
	IcelabStunAttribute attribute =
		attribute_of(ICELAB_STUN_UNKNOWN_ATTRIBUTES, "\x00\x02\x00\x03\x7F\xFF", 6);

	(void)state;
	assert_true(icelab_stun_read_unknown_attributes(&attribute, types, 2, &count));
	assert_int_equal(count, 3);
	assert_int_equal(types[0], 0x0002);
	assert_int_equal(types[1], 0x0003);
	assert_int_equal(types[2], 0xAAAA);
	attribute.length = 5;
	assert_false(icelab_stun_read_unknown_attributes(&attribute, types, 2, &count));
}

static void unknown_required_are_collected(void **state)
{
	/* Known, optional, then 0x0024 twice and 0x7FFF, and one behind MESSAGE-INTEGRITY. */
	static const uint8_t bytes[] = {0, 1, 0, 48, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9,
		10, 11, 12, 0, 6, 0, 0, 0x80, 0, 0, 0, 0, 0x24, 0, 0, 0, 0x24, 0, 0, 0x7F, 0xFF, 0, 0, 0, 8,
		0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x25, 0, 0};
	uint16_t types[4];

	(void)state;
	assert_int_equal(icelab_stun_parse(bytes, sizeof bytes, &message), ICELAB_STUN_OK);
	assert_int_equal(icelab_stun_unknown_required(&message, types, 4), 2);
	assert_int_equal(types[0], 0x0024);
	assert_int_equal(types[1], 0x7FFF);
	assert_int_equal(icelab_stun_unknown_required(&message, types, 1), 1);
	assert_int_equal(icelab_stun_unknown_required(&message, types, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_of_rfc5769),
		cmocka_unit_test(plain_addresses),
		cmocka_unit_test(xor_needs_the_cookie),
		cmocka_unit_test(error_codes),
		cmocka_unit_test(text_is_utf8),
		cmocka_unit_test(text_has_its_length),
		cmocka_unit_test(unknown_attributes_are_listed),
		cmocka_unit_test(unknown_required_are_collected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
