/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

/* Recorded runs: each folder of fixtures/ holds what `icelab run --keep` leaves of a cell
 * (scenario.ini, book, observation.json) and expected.txt, what must be said of it. */

static char *read_text(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autoptr(GError) error = NULL;
	char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, &error))
		fail_msg("%s", error->message);
	return text;
}

static void check_fixture(const char *folder)
{
	g_autofree char *scenario_text = read_text(folder, "scenario.ini");
	g_autofree char *book_text = read_text(folder, "book");
	g_autofree char *observation_text = read_text(folder, "observation.json");
	g_autofree char *expected = read_text(folder, "expected.txt");
	g_autoptr(GError) error = NULL;
	g_autoptr(IcelabScenario) scenario = NULL;
	g_autoptr(IcelabBook) book = NULL;
	g_autoptr(IcelabObservation) observation = NULL;

	scenario = icelab_scenario_parse(scenario_text, "scenario.ini", &error);
	if (scenario != NULL)
		book = icelab_book_parse(book_text, "book", &error);
	if (book != NULL)
		observation = icelab_observation_from_json(observation_text, "observation.json", &error);
	if (observation == NULL)
		fail_msg("%s: %s", folder, error->message);

	g_autoptr(IcelabResult) result = icelab_judge(scenario, book, observation);
	g_autofree char *text = world_describe(result);

	if (!g_str_equal(text, expected))
		fail_msg("%s:\n%sexpected.txt:\n%s", folder, text, expected);
}

static int compare_texts(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void test_fixtures(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) all = g_dir_open(ICELAB_FIXTURES, 0, &error);
	g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	(void)state;
	if (all == NULL)
		fail_msg("%s", error->message);
	while ((name = g_dir_read_name(all)) != NULL)
		g_ptr_array_add(folders, g_build_filename(ICELAB_FIXTURES, name, NULL));
	if (folders->len == 0)
		fail_msg("%s is empty", ICELAB_FIXTURES);
	g_ptr_array_sort(folders, compare_texts);
	for (guint i = 0; i < folders->len; i++)
		check_fixture(folders->pdata[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
