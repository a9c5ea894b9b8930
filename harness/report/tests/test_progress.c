/* SPDX-License-Identifier: MIT */
#include "report/progress.h"

#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *record(bool live)
{
	g_autoptr(IcelabRun) run = icelab_fixture_run();
	char *text = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);
	IcelabProgress *progress = icelab_progress_start(stream, live, run->results->len);

	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = g_ptr_array_index(run->results, i);

		icelab_progress_begin(progress, result->adapter, result->scenario, result->policy);
		icelab_progress_update(progress, result);
	}
	icelab_progress_finish(progress);
	fclose(stream);
	return text;
}

static void elsewhere_each_cell_has_a_line(void **state)
{
	char *text = record(false);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	(void)state;
	icelab_fixture_assert_harmless(text, FALSE);
	assert_int_equal(g_strv_length(lines), 13); /* 12 cells and the end of the last line */
	assert_string_equal(lines[0], "[1/12] pass        libnice/lan/default+consent");
	assert_string_equal(
		lines[4], "[5/12] FAIL        libnice/vpn-full/default (known failure) (exposure)");
	assert_string_equal(
		lines[11], "[12/12] pass        evil\\x1b[31m#x/lan/default (listed as a known failure)");
	free(text);
}

static void live_it_leaves_nothing_behind(void **state)
{
	char *text = record(true);
	g_auto(GStrv) draws = g_strsplit(text, "\r\033[K", -1);
	guint count = g_strv_length(draws);

	(void)state;
	assert_string_equal(draws[1], "0/12 cells, 0 failed  libnice/lan/default+consent");
	assert_string_equal(draws[count - 1], "");
	for (guint i = 0; i < count; i++) {
		icelab_fixture_assert_harmless(draws[i], FALSE);
		assert_null(strchr(draws[i], '\n'));
		assert_true(strlen(draws[i]) < 80);
	}
	free(text);
}

/* A line that wraps, or a name that moves the cursor, could not be wiped. */
static void live_it_stays_on_its_line(void **state)
{
	char *text = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);
	IcelabProgress *progress = icelab_progress_start(stream, true, 1);
	const char *drawn;

	(void)state;
	icelab_progress_begin(progress, ICELAB_FIXTURE_HOSTILE, ICELAB_FIXTURE_HOSTILE, "default");
	fflush(stream);
	assert_true(g_str_has_prefix(text, "\r\033[K"));
	drawn = text + strlen("\r\033[K");
	icelab_fixture_assert_harmless(drawn, FALSE);
	assert_null(strchr(drawn, '\n'));
	assert_int_equal(g_utf8_strlen(drawn, -1), 79);
	icelab_progress_finish(progress);
	fclose(stream);
	free(text);
}

/* Only what makes the run fail counts: neither a known failure nor what could not be judged. */
static void failures_are_those_of_the_run(void **state)
{
	static const unsigned expected[] = {0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1};
	g_autoptr(IcelabRun) run = icelab_fixture_run();

	(void)state;
	assert_int_equal(run->results->len, G_N_ELEMENTS(expected));
	for (guint i = 0; i < run->results->len; i++) {
		char *text = NULL;
		size_t length = 0;
		FILE *stream = open_memstream(&text, &length);
		IcelabProgress *progress = icelab_progress_start(stream, true, 1);
		g_autofree char *drawn = g_strdup_printf("\r\033[K1/1 cells, %u failed", expected[i]);

		icelab_progress_update(progress, g_ptr_array_index(run->results, i));
		icelab_progress_finish(progress);
		fclose(stream);
		assert_true(g_str_has_prefix(text, drawn));
		free(text);
	}
}

static void none_is_fine(void **state)
{
	(void)state;
	icelab_progress_finish(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elsewhere_each_cell_has_a_line),
		cmocka_unit_test(live_it_leaves_nothing_behind),
		cmocka_unit_test(live_it_stays_on_its_line),
		cmocka_unit_test(failures_are_those_of_the_run),
		cmocka_unit_test(none_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
