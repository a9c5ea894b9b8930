/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "adapter/adapter.h"
#include "adapter/protocol.h"

static IcelabAdapter *parse(const char *bytes, gsize length, GError **error)
{
	/* In a block of its own size, so that a byte too far is noticed. */
	g_autofree char *exact = g_memdup2(bytes, length);

	return icelab_adapter_parse("libnice", "/opt/adapters/libnice", exact, length, error);
}

static void test_good(void **state)
{
	static const char json[] =
		"{\"protocol\":1,\"name\":\"other\",\"version\":\"0.1.21\",\"policies\":[\"default\",1,"
		"\"relay\"],\"features\":[\"consent\"],\"issues\":\"https://example.org/\"}\n";
	g_autoptr(GError) error = NULL;
	g_autoptr(IcelabAdapter) adapter = parse(json, strlen(json), &error);

	(void)state;
	assert_null(error);
	assert_non_null(adapter);
	/* The name is the user's for it, not its own. */
	assert_string_equal(adapter->name, "libnice");
	assert_string_equal(adapter->path, "/opt/adapters/libnice");
	assert_string_equal(adapter->version, "0.1.21");
	assert_string_equal(adapter->issues, "https://example.org/");
	assert_int_equal(g_strv_length(adapter->policies), 2);
	assert_string_equal(adapter->policies[0], "default");
	assert_string_equal(adapter->policies[1], "relay");
	assert_int_equal(g_strv_length(adapter->features), 1);
}

static void test_least(void **state)
{
	static const char json[] = "{\"protocol\":1,\"policies\":[\"relay\"],\"features\":\"consent\"}";
	g_autoptr(IcelabAdapter) adapter = parse(json, strlen(json), NULL);

	(void)state;
	assert_non_null(adapter);
	assert_string_equal(adapter->version, "");
	assert_string_equal(adapter->issues, "");
	assert_int_equal(g_strv_length(adapter->features), 0);
}

static void test_wishes(void **state)
{
	static const struct {
		const char *json;
		guint deadline_ms;
		gboolean page;
	} cases[] = {
		{"{\"protocol\":1,\"policies\":[\"relay\"]}", 0, FALSE},
		{"{\"protocol\":1,\"policies\":[\"relay\"],\"deadline_ms\":60000,"
		 "\"features\":[\"sdp\",\"web\"]}",
			60000, TRUE},
		{"{\"protocol\":1,\"policies\":[\"relay\"],\"deadline_ms\":-1}", 0, FALSE},
		{"{\"protocol\":1,\"policies\":[\"relay\"],\"deadline_ms\":\"5\"}", 0, FALSE},
		/* A run must end. */
		{"{\"protocol\":1,\"policies\":[\"relay\"],\"deadline_ms\":4294967297}", 600000, FALSE},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(IcelabAdapter) adapter = parse(cases[i].json, strlen(cases[i].json), NULL);

		assert_non_null(adapter);
		assert_int_equal(adapter->deadline_ms, cases[i].deadline_ms);
		assert_int_equal(icelab_adapter_needs_page(adapter), cases[i].page);
	}
}

#define ALL(text) (text), sizeof(text) - 1

static void test_refused(void **state)
{
	static const struct {
		const char *bytes;
		gsize length;
		const char *what;
	} cases[] = {
		{ALL(""), "it printed nothing"},
		{ALL("\n"), "what it printed is no JSON object"},
		{ALL("usage: adapter\n"), "what it printed is no JSON object"},
		{ALL("[1]"), "what it printed is no JSON object"},
		{ALL("null"), "what it printed is no JSON object"},
		{ALL("{\"protocol\":1,\"policies\":[\"relay\"]"), "what it printed is no JSON object"},
		{ALL("{\"protocol\":1,\"policies\":[\"relay\"]}\0"), "what it printed is no JSON object"},
		{ALL("{\"protocol\":1,\"policies\":[\"\xff\"]}"), "what it printed is no JSON object"},
		{ALL("{\"policies\":[\"relay\"]}"), "it does not speak adapter protocol 1"},
		{ALL("{\"protocol\":2,\"policies\":[\"relay\"]}"), "it does not speak adapter protocol 1"},
		{ALL("{\"protocol\":\"1\",\"policies\":[\"relay\"]}"),
			"it does not speak adapter protocol 1"},
		{ALL("{\"protocol\":1}"), "it names no policy"},
		{ALL("{\"protocol\":1,\"policies\":[]}"), "it names no policy"},
		{ALL("{\"protocol\":1,\"policies\":[1,null,[\"relay\"],{}]}"), "it names no policy"},
		{ALL("{\"protocol\":1,\"policies\":\"relay\"}"), "it names no policy"},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *wanted =
			g_strdup_printf("libnice --describe: %s; it must print one JSON "
							"object with protocol, name, version and policies",
				cases[i].what);

		assert_null(parse(cases[i].bytes, cases[i].length, &error));
		assert_true(g_error_matches(error, ICELAB_ADAPTER_ERROR, 0));
		assert_string_equal(error->message, wanted);
	}
}

static void test_hostile(void **state)
{
	g_autofree char *deep = g_strnfill(ICELAB_PROTOCOL_LINE_LIMIT, '[');
	g_autofree char *huge = g_strnfill(ICELAB_PROTOCOL_LINE_LIMIT + 1, ' ');
	g_autoptr(GError) nested = NULL;
	g_autoptr(GError) large = NULL;

	(void)state;
	assert_null(parse(deep, strlen(deep), &nested));
	assert_non_null(strstr(nested->message, "no JSON object"));
	assert_null(parse(huge, strlen(huge), &large));
	assert_non_null(strstr(large->message, "it printed too much"));
	icelab_adapter_free(NULL);
}

static void test_supports(void **state)
{
	static const char plain[] = "{\"protocol\":1,\"policies\":[\"default\",\"relay\"]}";
	static const char asking[] =
		"{\"protocol\":1,\"policies\":[\"default\"],\"features\":[\"restart\",\"consent\"]}";
	g_autoptr(IcelabAdapter) without = parse(plain, strlen(plain), NULL);
	g_autoptr(IcelabAdapter) with = parse(asking, strlen(asking), NULL);
	const IcelabPolicy consent = {ICELAB_POLICY_DEFAULT, true};
	const IcelabPolicy none = {ICELAB_POLICY_DEFAULT, false};
	const IcelabPolicy relay = {ICELAB_POLICY_RELAY, false};

	(void)state;
	assert_true(icelab_adapter_supports(without, none));
	assert_true(icelab_adapter_supports(without, relay));
	assert_false(icelab_adapter_supports(without, consent));
	assert_true(icelab_adapter_supports(with, none));
	assert_true(icelab_adapter_supports(with, consent));
	assert_false(icelab_adapter_supports(with, relay));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_least),
		cmocka_unit_test(test_wishes),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_supports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
