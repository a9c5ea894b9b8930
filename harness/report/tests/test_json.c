/* SPDX-License-Identifier: MIT */
#include "report/json.h"

#include "fixture.h"
#include "report/text.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static JsonParser *parse(const IcelabRun *run)
{
	JsonParser *parser = json_parser_new_immutable();
	GString *out = g_string_new(NULL);

	icelab_json_append(out, run);
	icelab_fixture_assert_harmless(out->str, FALSE);
	assert_true(json_parser_load_from_data(parser, out->str, (gssize)out->len, NULL));
	g_string_free(out, TRUE);
	return parser;
}

static void check_keys(JsonObject *object, const char *expected)
{
	g_autoptr(GList) members = json_object_get_members(object);
	GString *keys = g_string_new(NULL);

	for (GList *member = members; member != NULL; member = member->next)
		g_string_append_printf(keys, "%s%s", keys->len > 0 ? " " : "", (const char *)member->data);
	assert_string_equal(keys->str, expected);
	g_string_free(keys, TRUE);
}

static void keys_are_stable(void **state)
{
	g_autoptr(IcelabRun) run = icelab_fixture_run();
	g_autoptr(JsonParser) parser = parse(run);
	JsonObject *root = json_node_get_object(json_parser_get_root(parser));
	JsonArray *results = json_object_get_array_member(root, "results");

	(void)state;
	check_keys(root,
		"icelab folder wall_ms teardown_ms cells verdicts known unexpected exposed notes results");
	check_keys(
		json_object_get_object_member(root, "verdicts"), "pass warn fail unsupported skip broken");
	for (guint i = 0; i < json_array_get_length(results); i++)
		check_keys(json_array_get_object_element(results, i),
			"adapter scenario policy verdict known reason findings exposures traits lab_ms "
			"gather_ms "
			"judge_ms folder");
}

static void the_run_comes_back(void **state)
{
	g_autoptr(IcelabRun) run = icelab_fixture_run();
	g_autoptr(JsonParser) parser = parse(run);
	g_autofree char *plain = icelab_text_plain(ICELAB_FIXTURE_HOSTILE, 0);
	JsonObject *root = json_node_get_object(json_parser_get_root(parser));
	JsonArray *results = json_object_get_array_member(root, "results");
	JsonObject *hostile = json_array_get_object_element(results, 5);
	JsonObject *finding =
		json_array_get_object_element(json_object_get_array_member(hostile, "findings"), 0);
	JsonObject *verdicts = json_object_get_object_member(root, "verdicts");

	(void)state;
	assert_int_equal(json_array_get_length(results), run->results->len);
	assert_int_equal(json_object_get_int_member(root, "cells"), run->results->len);
	assert_int_equal(json_object_get_int_member(verdicts, "pass"), 5);
	assert_int_equal(json_object_get_int_member(verdicts, "fail"), 2);
	assert_int_equal(json_object_get_int_member(root, "known"), 1);
	assert_int_equal(json_object_get_int_member(root, "unexpected"), 1);
	assert_int_equal(json_object_get_int_member(root, "exposed"), 3);
	assert_string_equal(json_object_get_string_member(finding, "detail"), plain);
	assert_string_equal(json_object_get_string_member(finding, "severity"), "fail");
	assert_true(json_object_get_null_member(hostile, "known"));
	assert_true(json_object_get_double_member(hostile, "gather_ms") == 50.25);
}

static void times_are_numbers_whatever_happened(void **state)
{
	g_autoptr(IcelabRun) run = icelab_run_new();

	(void)state;
	run->wall_ms = NAN;

	g_autoptr(JsonParser) parser = parse(run);
	JsonObject *root = json_node_get_object(json_parser_get_root(parser));

	assert_true(json_object_get_double_member(root, "wall_ms") == 0);
	assert_true(json_object_get_null_member(root, "folder"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_stable),
		cmocka_unit_test(the_run_comes_back),
		cmocka_unit_test(times_are_numbers_whatever_happened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
