/* SPDX-License-Identifier: MIT */
#include "report/text.h"

#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void check(const char *text, size_t limit, const char *expected)
{
	g_autofree char *plain = icelab_text_plain(text, limit);

	assert_string_equal(plain, expected);
}

static void printable_text_stays(void **state)
{
	(void)state;
	check("candidate:1 1 UDP 2013266431 192.168.1.10 50000 typ host", 0,
		"candidate:1 1 UDP 2013266431 192.168.1.10 50000 typ host");
	check("Größe \xe2\x80\x93 日本", 0, "Größe \xe2\x80\x93 日本");
	check("", 0, "");
	check(NULL, 0, "");
}

static void controls_are_escaped(void **state)
{
	(void)state;
	check("a\nb\rc\td\\e", 0, "a\\nb\\rc\\td\\\\e");
	check("\033[2J\a\x7f", 0, "\\x1b[2J\\x07\\x7f");
	check("\xc2\x9b"
		  "31m",
		0, "\\u{9b}31m"); /* CSI as one C1 character */
}

static void what_reorders_or_hides_is_escaped(void **state)
{
	(void)state;
	check("\xe2\x80\xae"
		  "x",
		0, "\\u{202e}x");                        /* right-to-left override */
	check("\xe2\x80\x8b", 0, "\\u{200b}");       /* zero width space */
	check("\xe2\x80\xa8", 0, "\\u{2028}");       /* line separator */
	check("e\xcc\x81", 0, "e\\u{301}");          /* combining accent */
	check("\xc2\xa0", 0, "\\u{a0}");             /* no-break space */
	check("\xf4\x8f\xbf\xbd", 0, "\\u{10fffd}"); /* private use */
	check("\xf3\xa0\x81\x81", 0, "\\u{e0041}");  /* tag character */
}

static void invalid_utf8_is_escaped_byte_by_byte(void **state)
{
	(void)state;
	check("a\xff\xfe"
		  "b",
		0, "a\\xff\\xfeb");
	check("\xc0\xaf", 0, "\\xc0\\xaf");          /* overlong */
	check("\xed\xa0\x80", 0, "\\xed\\xa0\\x80"); /* surrogate */
	check("\xe2\x82", 0, "\\xe2\\x82");          /* cut off */
}

static void the_limit_holds(void **state)
{
	(void)state;
	check("abcdef", 6, "abcdef");
	check("abcdefg", 6, "abc...");
	check("日本語です", 7, "日本...");
	check("ab\033\033", 7, "ab...");
	check("abc", 2, "..");
	for (size_t limit = 1; limit < 80; limit++) {
		g_autofree char *plain = icelab_text_plain(ICELAB_FIXTURE_HOSTILE, limit);

		assert_true(icelab_text_columns(plain) <= limit);
	}
}

/* Every one- and two-byte string comes out harmless, and no two come out the same. */
static void short_strings_are_harmless_and_distinct(void **state)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	(void)state;
	for (unsigned i = 1; i < 256; i++) {
		for (unsigned k = 0; k < 256; k++) {
			const char text[] = {(char)i, (char)k, '\0'};
			char *plain = icelab_text_plain(text, 0);

			icelab_fixture_assert_harmless(plain, FALSE);
			assert_null(strchr(plain, '\n'));
			assert_true(g_hash_table_add(seen, plain));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(printable_text_stays),
		cmocka_unit_test(controls_are_escaped),
		cmocka_unit_test(what_reorders_or_hides_is_escaped),
		cmocka_unit_test(invalid_utf8_is_escaped_byte_by_byte),
		cmocka_unit_test(the_limit_holds),
		cmocka_unit_test(short_strings_are_harmless_and_distinct),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
