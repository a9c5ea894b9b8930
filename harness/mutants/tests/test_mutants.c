/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mutants/mutant.h"

/* Runs in the room's folder (icelab_unit_test), so that the file needs no path. */
static GKeyFile *read_table(void)
{
	GKeyFile *table = g_key_file_new();

	assert_true(g_key_file_load_from_file(table, "mutants.ini", G_KEY_FILE_NONE, NULL));
	return table;
}

static void test_table_and_code_agree(void **state)
{
	g_autoptr(GKeyFile) table = read_table();

	(void)state;
	for (size_t i = 0; i < icelab_mutants_count; i++) {
		const IcelabMutant *mutant = &icelab_mutants[i];
		const char *name = mutant->hooks.name;
		g_autofree char *policy = g_key_file_get_string(table, name, "policy", NULL);

		assert_true(g_key_file_has_group(table, name));
		assert_ptr_equal(icelab_mutant_find(name), mutant);
		if (mutant->policy != NULL) {
			g_autofree char *label =
				g_strconcat(mutant->policy, mutant->consent ? "+consent" : "", NULL);

			assert_string_equal(policy, label);
		}
	}
	assert_null(icelab_mutant_find("no-such-mutant"));
}

static void test_every_group_can_be_run(void **state)
{
	g_autoptr(GKeyFile) table = read_table();
	g_auto(GStrv) names = g_key_file_get_groups(table, NULL);

	(void)state;
	assert_int_equal(g_strv_length(names), icelab_mutants_count);
	for (size_t i = 0; names[i] != NULL; i++) {
		g_autofree char *program = g_build_filename(MUTANTS_FOLDER, names[i], NULL);
		g_autofree char *name = g_strdup_printf("\"name\":\"%s\"", names[i]);
		char *arguments[] = {program, (char[]){"--describe"}, NULL};
		g_autofree char *answer = NULL;
		int status = -1;

		assert_true(g_spawn_sync(
			NULL, arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, &answer, NULL, &status, NULL));
		assert_int_equal(status, 0);
		assert_non_null(strstr(answer, name));
	}
}

static void test_every_leak_names_its_cell_and_what_catches_it(void **state)
{
	g_autoptr(GKeyFile) table = read_table();
	g_auto(GStrv) names = g_key_file_get_groups(table, NULL);

	(void)state;
	for (size_t i = 0; names[i] != NULL; i++) {
		gboolean leaks = !g_str_equal(names[i], "none");

		assert_true(g_key_file_has_key(table, names[i], "title", NULL));
		assert_int_equal(g_key_file_has_key(table, names[i], "scenario", NULL), leaks);
		assert_int_equal(g_key_file_has_key(table, names[i], "policy", NULL), leaks);
		assert_int_equal(g_key_file_has_key(table, names[i], "clause", NULL) ||
							 g_key_file_has_key(table, names[i], "exposure", NULL),
			leaks);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_and_code_agree),
		cmocka_unit_test(test_every_group_can_be_run),
		cmocka_unit_test(test_every_leak_names_its_cell_and_what_catches_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
