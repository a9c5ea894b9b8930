/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge/mention.h"

static bool mentions(const char *text, const char *address)
{
	size_t length = strlen(text);
	/* In a block of its own size, so that a byte too far is noticed. */
	char *exact = malloc(length > 0 ? length : 1);
	IcelabAddress wanted;
	bool found;

	assert_non_null(exact);
	memcpy(exact, text, length);
	assert_true(icelab_address_parse(address, strlen(address), &wanted));
	found = icelab_mentions(exact, length, &wanted);
	free(exact);
	return found;
}

static void test_v4(void **state)
{
	static const char *const with[] = {"10.8.0.2", "10.8.0.2.", "10.8.0.2:3478", "udp:10.8.0.2",
		":10.8.0.2:", "UDP:10.8.0.2:5000", "at 10.8.0.2, port 7", "[10.8.0.2]",
		"10.8.0.20 10.8.0.2", "_10.8.0.2_", "::ffff:10.8.0.2", "::FFFF:a08:2",
		"[::ffff:10.8.0.2]:80", "10.8.0.2:10.8.0.20", "x=10.8.0.2;y", "4:10.8.0.2:99"};
	static const char *const without[] = {"", "10.8.0.20", "110.8.0.2", "10.8.0.2.5", "1.10.8.0.2",
		"10.8.0", "10.8.0.02", "010.8.0.2", "10.8.0.", "10 8 0 2", "::10.8.0.2", ":::", ".",
		"10.8.0.3", "abc10.8.0.2"};

	(void)state;
	for (size_t i = 0; i < sizeof with / sizeof *with; i++) {
		if (!mentions(with[i], "10.8.0.2"))
			fail_msg("overlooked in \"%s\"", with[i]);
	}
	for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
		if (mentions(without[i], "10.8.0.2"))
			fail_msg("seen in \"%s\"", without[i]);
	}
	assert_true(mentions("10.8.0.2", "::ffff:10.8.0.2"));
}

static void test_v6(void **state)
{
	static const char *const with[] = {"2001:db8::1", "2001:DB8::1", "2001:db8:0:0:0:0:0:1",
		"2001:0db8::0001", "2001:db8::1.", "2001:db8::1:", "[2001:db8::1]:3478",
		"2001:db8::1:50000", "2001:db8::1%eth0", "fe80::1 2001:db8::1", ":2001:db8::1",
		"{2001:db8::1}", "2001:db8::1/64", "2001:db8::0.0.0.1"};
	static const char *const without[] = {"2001:db8::10", "2001:db8::1:5", "12001:db8::1",
		"2001:db8:1::", "2001:db8::", "2001:db8::1::", "2001:db8:1", "::1", "1", ":",
		"::", ":::", "2001:db8::2:50000", "50000:2001:db8::2"};

	(void)state;
	for (size_t i = 0; i < sizeof with / sizeof *with; i++) {
		if (!mentions(with[i], "2001:db8::1"))
			fail_msg("overlooked in \"%s\"", with[i]);
	}
	for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
		if (mentions(without[i], "2001:db8::1"))
			fail_msg("seen in \"%s\"", without[i]);
	}
	assert_true(mentions("2001:0dB8:aA:fF::9", "2001:db8:aa:ff::9"));
	assert_true(mentions("::1", "::1"));
	assert_true(mentions("2001:db8::", "2001:db8::"));
	assert_true(mentions("port of 2001:db8::: none", "2001:db8::"));
}

/* Whatever stands there: no byte too far, no end that does not come. */
static void test_random_text(void **state)
{
	static const char letters[] = "0123456789abcdefABCDEF::::....[] %x";
	char text[64];

	(void)state;
	srand(1);
	for (int i = 0; i < 20000; i++) {
		size_t length = (size_t)rand() % sizeof text;

		for (size_t k = 0; k < length; k++)
			text[k] = letters[(size_t)rand() % (sizeof letters - 1)];
		text[length < sizeof text ? length : sizeof text - 1] = '\0';
		assert_false(mentions(text, "2001:db8:1234:5678:9abc:def0:1234:5678"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_v4),
		cmocka_unit_test(test_v6),
		cmocka_unit_test(test_random_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
