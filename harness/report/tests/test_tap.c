/* SPDX-License-Identifier: MIT */
#include "report/tap.h"

#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static GStrv tap_lines(void)
{
	g_autoptr(IcelabRun) run = icelab_fixture_run();
	GString *out = g_string_new(NULL);
	GStrv lines;

	icelab_tap_append(out, run);
	icelab_fixture_assert_harmless(out->str, FALSE);
	lines = g_strsplit(out->str, "\n", -1);
	g_string_free(out, TRUE);
	return lines;
}

/* Reads it as a consumer does: test points at the start of a line, in sequence, as many as planned.
 */
static void the_plan_is_kept(void **state)
{
	g_auto(GStrv) lines = tap_lines();
	g_autoptr(IcelabRun) run = icelab_fixture_run();
	unsigned points = 0;
	g_autofree char *plan = g_strdup_printf("1..%u", run->results->len);

	(void)state;
	assert_string_equal(lines[0], "TAP version 13");
	assert_string_equal(lines[1], plan);
	for (char **line = lines; *line != NULL; line++) {
		const char *text = g_str_has_prefix(*line, "not ") ? *line + 4 : *line;

		if (!g_str_has_prefix(text, "ok "))
			continue;
		points++;
		assert_int_equal(g_ascii_strtoull(text + 3, NULL, 10), points);
	}
	assert_int_equal(points, run->results->len);
}

static void verdicts_become_the_right_points(void **state)
{
	static const char *const expected[] = {
		"ok 1 - libnice/lan/default+consent",
		"ok 4 - libnice/lan/force_proxy # SKIP unsupported: needs a proxy",
		"not ok 5 - libnice/vpn-full/default # TODO sockets set IP_UNICAST_IF (libnice#1)",
		"not ok 6 - libnice/vpn-full/default_public_interface_only",
		"ok 8 - libnice/vpn-full/relay # SKIP no coturn here: apt-get install coturn",
		"ok 9 - libnice/ipv6/default", /* a warning is not a failure */
		"not ok 11 - libnice/ipv6/force_proxy",
		/* A stale known failure fails; '#' in a name starts no directive. */
		"not ok 12 - evil\\x1b[31m\\#x/lan/default",
	};
	g_auto(GStrv) lines = tap_lines();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
		assert_true(g_strv_contains((const char *const *)lines, expected[i]));
}

/* Blocks open with "---", close with "...", and every line in between is an indented key with a
 * value. */
static void diagnostics_are_yaml(void **state)
{
	g_autoptr(GRegex) value = g_regex_new("^ +(- )?[a-z]+: '([^']|'')*'$", 0, 0, NULL);
	g_autoptr(GRegex) list = g_regex_new("^  (findings|exposures):$", 0, 0, NULL);
	g_auto(GStrv) lines = tap_lines();
	unsigned blocks = 0;
	gboolean inside = FALSE;

	(void)state;
	for (char **line = lines; *line != NULL; line++) {
		if (strcmp(*line, "  ---") == 0) {
			assert_false(inside);
			inside = TRUE;
			blocks++;
		} else if (strcmp(*line, "  ...") == 0) {
			assert_true(inside);
			inside = FALSE;
		} else if (inside) {
			assert_true(
				g_regex_match(value, *line, 0, NULL) || g_regex_match(list, *line, 0, NULL));
		} else {
			assert_false(g_str_has_prefix(*line, " "));
		}
	}
	assert_false(inside);
	assert_int_equal(blocks, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_plan_is_kept),
		cmocka_unit_test(verdicts_become_the_right_points),
		cmocka_unit_test(diagnostics_are_yaml),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
