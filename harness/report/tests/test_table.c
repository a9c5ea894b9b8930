/* SPDX-License-Identifier: MIT */
#include "report/table.h"

#include "fixture.h"
#include "report/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char *table(gboolean colour, unsigned width)
{
	g_autoptr(IcelabRun) run = icelab_fixture_run();
	IcelabTableStyle style = {.colour = colour, .width = width};
	GString *out = g_string_new(NULL);

	icelab_table_append(out, run, &style);
	return g_string_free(out, FALSE);
}

/* tests/table.txt is the report as a person gets it: read it when it changes. */
static void without_colour_it_is_the_golden_text(void **state)
{
	g_autofree char *golden = NULL;
	g_autofree char *text = table(FALSE, 100);

	(void)state;
	assert_true(g_file_get_contents("tests/table.txt", &golden, NULL, NULL));
	if (strcmp(text, golden) != 0)
		g_printerr("%s", text);
	assert_string_equal(text, golden);
}

static void colour_changes_nothing_but_colour(void **state)
{
	g_autoptr(GRegex) codes = g_regex_new("\033\\[[0-9;]*m", 0, 0, NULL);
	g_autofree char *plain = table(FALSE, 100);
	g_autofree char *colour = table(TRUE, 100);
	g_autofree char *bare = g_regex_replace_literal(codes, colour, -1, 0, "", 0, NULL);

	(void)state;
	assert_string_equal(bare, plain);
	assert_non_null(strstr(colour, "\033[32mpass\033[0m"));
	/* A pass does not make an exposure any less red. */
	assert_non_null(strstr(colour, "\033[1;31m!lan6_temp\033[0m"));
}

static void hostile_evidence_is_harmless(void **state)
{
	g_autofree char *plain = table(FALSE, 100);
	g_autofree char *colour = table(TRUE, 100);

	(void)state;
	icelab_fixture_assert_harmless(plain, FALSE);
	icelab_fixture_assert_harmless(colour, TRUE);
	/* The adapter that is called like a colour cannot colour anything. */
	assert_null(strstr(colour, "evil\033"));
}

static void the_table_fits_the_width(void **state)
{
	static const char *const policies[] = {"default", "default+consent",
		"default_public_and_private_interfaces", "default_public_interface_only",
		"disable_non_proxied_udp", "force_proxy", "relay"};
	g_autoptr(IcelabRun) run = icelab_run_new();
	IcelabTableStyle style = {.colour = false, .width = 100};
	GString *out = g_string_new(NULL);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(policies); i++) {
		IcelabResult *result = icelab_result_new("libnice", "vpn-full-openvpn", policies[i]);

		icelab_result_add_finding(result, "N11", ICELAB_FAIL, "isp4", "candidate", "x");
		icelab_result_add_finding(result, "N8", ICELAB_FAIL, "lan4", "candidate", "x");
		icelab_result_add_exposure(result, "lan6_temp", "host", "x");
		icelab_result_add_exposure(result, "isp4", "host", "x");
		g_ptr_array_add(run->results, result);
	}
	icelab_table_append(out, run, &style);

	g_auto(GStrv) lines = g_strsplit(out->str, "\n", -1);

	for (char **line = lines; *line != NULL && !g_str_has_prefix(*line, "pass:"); line++)
		assert_true(icelab_text_columns(*line) <= style.width);
	g_string_free(out, TRUE);
}

static void an_empty_run_has_a_summary(void **state)
{
	g_autoptr(IcelabRun) run = icelab_run_new();
	IcelabTableStyle style = {.colour = false, .width = 100};
	GString *out = g_string_new(NULL);

	(void)state;
	icelab_table_append(out, run, &style);
	assert_non_null(strstr(out->str, "\n0 cells\n"));
	g_string_free(out, TRUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_colour_it_is_the_golden_text),
		cmocka_unit_test(colour_changes_nothing_but_colour),
		cmocka_unit_test(hostile_evidence_is_harmless),
		cmocka_unit_test(the_table_fits_the_width),
		cmocka_unit_test(an_empty_run_has_a_summary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
