/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include "model/address.h"

/* Parses a copy that ends where the memory ends, so that AddressSanitizer sees a read behind it. */
static bool parse(const char *text, IcelabAddress *address)
{
	size_t length = strlen(text);
	char *copy = malloc(length);

	if (length > 0)
		memcpy(copy, text, length);
	bool right = icelab_address_parse(copy, length, address);

	free(copy);
	return right;
}

static IcelabAddress address_of(const char *text)
{
	IcelabAddress address;

	assert_true(parse(text, &address));
	return address;
}

static void assert_refused(const char *text)
{
	IcelabAddress address;

	memset(&address, 0xFF, sizeof address);
	if (parse(text, &address))
		fail_msg("accepted: \"%s\"", text);
	assert_int_equal(address.family, 0);
}

static void v4_is_read(void **state)
{
	IcelabAddress address = address_of("192.0.2.255");

	(void)state;
	assert_int_equal(address.family, 4);
	assert_memory_equal(address.bytes, "\xC0\x00\x02\xFF\0\0\0\0\0\0\0\0\0\0\0", 16);
	address_of("0.0.0.0");
	address_of("255.255.255.255");
}

static void wrong_v4_is_refused(void **state)
{
	static const char *const wrong[] = {"", "1", "1.2", "1.2.3", "1.2.3.", ".1.2.3", "1..2.3",
		"1.2.3.4.", "1.2.3.4.5", "256.1.1.1", "1.2.3.256", "1.2.3.999999999999", "01.2.3.4",
		"1.2.3.04", "00.0.0.0", "0x7f.0.0.1", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4/24", "1.2.3.4:80",
		"+1.2.3.4", "-1.2.3.4", "1.2.3.a", "1,2,3,4", "127.1", "2130706433", "1.2.3.4%eth0",
		"1.2.3.\xD9\xA1"};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_refused(wrong[i]);
}

static void wrong_v6_is_refused(void **state)
{
	static const char *const wrong[] = {":", ":::", "::::", "1", "1:", ":1", "1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:", ":1:2:3:4:5:6:7:8",
		"1:2:3:4:5:6:7:8:9", "1::2::3", "::1::", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
		"1:2:3:4::5:6:7:8", "12345::", "::12345", "::00001", "g::", "::g", "fe80::1%eth0",
		"fe80::1%1", "[::1]", "::1/128", "::1 ", " ::1", "::1.2.3", "::1.2.3.4.5", "::1.2.3.256",
		"::01.2.3.4", "1.2.3.4::", "::1.2.3.4:1", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:1.2.3.4",
		"::1:2:3:4:5:6:7:1.2.3.4", "1.2.3.4:1::", "::ffff:1.2.3.4%eth0", "0x1::", "1:::2",
		"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2550"};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_refused(wrong[i]);
}

static void nul_is_no_end(void **state)
{
	IcelabAddress address;

	(void)state;
	assert_false(icelab_address_parse("1.2.3.4\0", 8, &address));
	assert_false(icelab_address_parse("::1\0", 4, &address));
	assert_false(icelab_address_parse("::\0001", 4, &address));
	assert_false(icelab_address_parse(NULL, 0, &address));
	/* Nor is anything read behind the length. */
	assert_true(icelab_address_parse("1.2.3.456", 7, &address));
	assert_int_equal(address.bytes[3], 4);
}

static void text_is_canonical(void **state)
{
	static const struct {
		const char *text;
		const char *canonical;
	} pairs[] = {
		{"1.2.3.4", "1.2.3.4"},
		{"10.100.0.255", "10.100.0.255"},
		/* RFC 5952 1 and 4 */
		{"2001:0db8:0:0:0:0:2:1", "2001:db8::2:1"},
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
		{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
		{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
		{"2001:DB8::AbCd", "2001:db8::abcd"},
		{"2001:db8::0:1", "2001:db8::1"},
		{"0:0:0:0:0:0:0:0", "::"},
		{"0:0:0:0:0:0:0:1", "::1"},
		{"1:0:0:0:0:0:0:0", "1::"},
		{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
		{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
		{"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
		{"0:0:3:4:5:6:7:8", "::3:4:5:6:7:8"},
		{"fe80::0001:00a0:0f00:000b", "fe80::1:a0:f00:b"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
		/* RFC 5952 5 */
		{"::ffff:c000:0201", "::ffff:192.0.2.1"},
		{"::FFFF:192.0.2.1", "::ffff:192.0.2.1"},
		{"::ffff:0.0.0.0", "::ffff:0.0.0.0"},
		{"::1.2.3.4", "::1.2.3.4"},
		{"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
		{"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	};
	char text[ICELAB_ADDRESS_TEXT];
	const IcelabAddress none = {0};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		IcelabAddress address = address_of(pairs[i].text);

		assert_string_equal(icelab_address_format(&address, text), pairs[i].canonical);
	}
	assert_string_equal(icelab_address_format(&none, text), "");
}

/* The C library as the second opinion, on texts that are nearly right and on addresses with runs of
 * zeros. Fixed seed: the same texts each time. */
static void library_agrees(void **state)
{
	static const char letters[] = "0123abF:::::....";
	uint32_t seed = 1;
	unsigned accepted = 0;

	(void)state;
#define NEXT() ((seed = seed * 1664525 + 1013904223) >> 16)
	for (int i = 0; i < 300000; i++) {
		char text[25];
		size_t length = NEXT() % (sizeof text - 1);
		uint8_t bytes[16] = {0};
		IcelabAddress address;
		int family = 0;

		for (size_t k = 0; k < length; k++)
			text[k] = letters[NEXT() % (sizeof letters - 1)];
		text[length] = '\0';
		if (inet_pton(AF_INET, text, bytes) == 1)
			family = 4;
		else if (inet_pton(AF_INET6, text, bytes) == 1)
			family = 6;
		if (parse(text, &address) != (family != 0) || address.family != family)
			fail_msg("\"%s\" is of family %d", text, family);
		if (family != 0) {
			assert_memory_equal(address.bytes, bytes, family == 4 ? 4 : 16);
			accepted++;
		}
	}
	assert_true(accepted > 1000);
	for (int i = 0; i < 100000; i++) {
		IcelabAddress address = {.family = 6}, back;
		char text[ICELAB_ADDRESS_TEXT], expected[ICELAB_ADDRESS_TEXT];

		for (size_t k = 0; k < 16; k++)
			address.bytes[k] = NEXT() % 3 ? 0 : NEXT() % 4 ? 0xFF : (uint8_t)NEXT();
		icelab_address_format(&address, text);
		assert_string_equal(text, inet_ntop(AF_INET6, address.bytes, expected, sizeof expected));
		assert_true(parse(text, &back));
		assert_true(icelab_address_equal(&address, &back));
	}
}

typedef bool (*Predicate)(const IcelabAddress *);

static void assert_all(Predicate predicate, bool expected, const char *const *texts)
{
	for (; *texts != NULL; texts++) {
		IcelabAddress address = address_of(*texts);

		if (predicate(&address) != expected)
			fail_msg("%s is%s", *texts, expected ? " not" : "");
	}
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void kinds_are_told(void **state)
{
	const IcelabAddress none = {0};

	(void)state;
	assert_all(icelab_address_is_unspecified, true, TEXTS("0.0.0.0", "::", "::ffff:0.0.0.0"));
	assert_all(icelab_address_is_unspecified, false, TEXTS("0.0.0.1", "::1", "1.0.0.0"));
	assert_all(icelab_address_is_loopback, true,
		TEXTS("127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"));
	assert_all(icelab_address_is_loopback, false,
		TEXTS("126.255.255.255", "128.0.0.0", "::2", "::", "::127.0.0.1", "7f00::"));
	assert_all(icelab_address_is_link_local, true,
		TEXTS("169.254.0.0", "169.254.255.255", "fe80::", "febf:ffff::1", "::ffff:169.254.1.1"));
	assert_all(icelab_address_is_link_local, false,
		TEXTS("169.253.255.255", "169.255.0.0", "fec0::", "fe7f::", "ff02::1"));
	assert_all(icelab_address_is_multicast, true,
		TEXTS("224.0.0.0", "239.255.255.255", "ff00::", "ff02::fb"));
	assert_all(icelab_address_is_multicast, false,
		TEXTS("223.255.255.255", "240.0.0.0", "fe80::1", "255.255.255.255"));
	assert_all(icelab_address_is_private, true,
		TEXTS("10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0",
			"192.168.255.255", "100.64.0.0", "100.127.255.255", "fc00::", "fdff:ffff::1",
			"::ffff:192.168.1.10"));
	assert_all(icelab_address_is_private, false,
		TEXTS("9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
			"192.169.0.0", "100.63.255.255", "100.128.0.0", "fbff::", "fe00::", "203.0.113.1"));
	assert_all(icelab_address_is_v4_mapped, true, TEXTS("::ffff:1.2.3.4", "::ffff:0:0"));
	assert_all(icelab_address_is_v4_mapped, false,
		TEXTS("::1.2.3.4", "::fffe:1.2.3.4", "1::ffff:1.2.3.4", "255.255.1.2"));
	assert_all(icelab_address_is_obsolete_v6, true,
		TEXTS("fec0::", "feff:ffff::", "::1.2.3.4", "::2", "::255.255.255.255"));
	assert_all(icelab_address_is_obsolete_v6, false,
		TEXTS("::", "::1", "fe80::1", "ff00::", "::ffff:1.2.3.4", "1.2.3.4", "::1:0:0"));
	assert_all(icelab_address_is_eui64, true, TEXTS("fe80::211:22ff:fe33:4455"));
	assert_all(icelab_address_is_eui64, false,
		TEXTS("fe80::211:22ff:fd33:4455", "fe80::211:22fe:fe33:4455", "1.2.3.4"));

	/* No address is of no kind. */
	assert_false(icelab_address_is_unspecified(&none));
	assert_false(icelab_address_is_loopback(&none));
	assert_false(icelab_address_is_private(&none));
	assert_false(icelab_address_is_obsolete_v6(&none));
}

static void mapped_is_unmapped(void **state)
{
	IcelabAddress mapped = address_of("::ffff:192.168.1.10");
	IcelabAddress plain = address_of("192.168.1.10");
	IcelabAddress unmapped = icelab_address_unmapped(&mapped);

	(void)state;
	assert_false(icelab_address_equal(&mapped, &plain));
	assert_true(icelab_address_equal(&unmapped, &plain));
	unmapped = icelab_address_unmapped(&plain);
	assert_true(icelab_address_equal(&unmapped, &plain));
	plain = address_of("2001:db8::1");
	unmapped = icelab_address_unmapped(&plain);
	assert_true(icelab_address_equal(&unmapped, &plain));
}

static void prefixes_are_compared(void **state)
{
	IcelabAddress a = address_of("192.0.2.128"), b = address_of("192.0.2.129");
	IcelabAddress six = address_of("c000:280::");

	(void)state;
	assert_true(icelab_address_same_prefix(&a, &b, 0));
	assert_true(icelab_address_same_prefix(&a, &b, 24));
	assert_true(icelab_address_same_prefix(&a, &b, 31));
	assert_false(icelab_address_same_prefix(&a, &b, 32));
	assert_false(icelab_address_same_prefix(&a, &b, 1000));
	assert_true(icelab_address_same_prefix(&a, &a, 1000));
	assert_false(icelab_address_same_prefix(&a, &six, 0));
	a = address_of("2001:db8::1");
	b = address_of("2001:db8::3");
	assert_true(icelab_address_same_prefix(&a, &b, 126));
	assert_false(icelab_address_same_prefix(&a, &b, 127));
	assert_false(icelab_address_same_prefix(&a, &b, 129));
	assert_true(icelab_address_same_prefix(&a, &a, 129));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(v4_is_read),
		cmocka_unit_test(wrong_v4_is_refused),
		cmocka_unit_test(wrong_v6_is_refused),
		cmocka_unit_test(nul_is_no_end),
		cmocka_unit_test(text_is_canonical),
		cmocka_unit_test(library_agrees),
		cmocka_unit_test(kinds_are_told),
		cmocka_unit_test(mapped_is_unmapped),
		cmocka_unit_test(prefixes_are_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
