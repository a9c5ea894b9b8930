/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "adapter/protocol.h"
#include "model/json.h"

static const char book_text[] = "topology lab\n"
								"node client client\n"
								"node stun stun\n"
								"address stun4 192.0.2.53 stun eth0\n"
								"address stun6 2001:db8:53::1 stun eth0\n"
								"address web4 192.0.2.80 stun eth0\n"
								"address web6 2001:db8:53::80 stun eth0\n"
								"server stun4 3478\n"
								"server stun6 13478\n";

static IcelabBook *read_book(const char *more)
{
	g_autofree char *text = g_strconcat(book_text, more, NULL);
	g_autoptr(GError) error = NULL;
	IcelabBook *book = icelab_book_parse(text, "book", &error);

	assert_null(error);
	return book;
}

static void test_request_line(void **state)
{
	(void)state;
	g_autoptr(IcelabBook) book = read_book("origin web4\norigin web6\n");
	char *stun[] = {(char *)"stun6", (char *)"stun4", (char *)"absent", NULL};
	IcelabGatherRequest request = {.id = "a\"b",
		.policy = {ICELAB_POLICY_DEFAULT, true},
		.book = book,
		.stun = stun,
		.deadline_ms = 10000};
	g_autofree char *line = icelab_request_line(&request);

	assert_string_equal(line,
		"{\"protocol\":1,\"id\":\"a\\\"b\",\"policy\":\"default\",\"consent\":true,"
		"\"stun\":[\"stun:[2001:db8:53::1]:13478\",\"stun:192.0.2.53:3478\"],\"turn\":[],"
		"\"proxy\":null,\"origin\":[\"192.0.2.80\",\"2001:db8:53::80\"],\"deadline_ms\":10000}\n");
}

static void test_request_environment(void **state)
{
	(void)state;
	g_autoptr(IcelabBook) book = read_book("origin web4\norigin web6\n");
	char *stun[] = {(char *)"stun4", (char *)"stun6", NULL};
	IcelabGatherRequest request = {.id = "7",
		.policy = {ICELAB_POLICY_RELAY, false},
		.book = book,
		.stun = stun,
		.deadline_ms = 250};
	g_auto(GStrv) environment = icelab_request_environment(&request);
	static const char *const wanted[] = {"ICELAB_PROTOCOL=1", "ICELAB_ID=7", "ICELAB_POLICY=relay",
		"ICELAB_CONSENT=0", "ICELAB_STUN=stun:192.0.2.53:3478 stun:[2001:db8:53::1]:13478",
		"ICELAB_TURN=", "ICELAB_PROXY=", "ICELAB_ORIGIN=192.0.2.80 2001:db8:53::80",
		"ICELAB_DEADLINE_MS=250", NULL};

	assert_true(g_strv_equal((const char *const *)environment, wanted));
}

/* A random policy's name is asked for in place of a known one; nothing configured is an empty
 * list. */
static void test_request_without_anything(void **state)
{
	(void)state;
	g_autoptr(IcelabBook) book = read_book("");
	char *stun[] = {NULL};
	IcelabGatherRequest request = {.id = "1",
		.policy = {ICELAB_POLICY_DEFAULT, true},
		.policy_name = "x-7f3a",
		.book = book,
		.stun = stun};
	g_autofree char *line = icelab_request_line(&request);
	g_auto(GStrv) environment = icelab_request_environment(&request);

	assert_string_equal(line,
		"{\"protocol\":1,\"id\":\"1\",\"policy\":\"x-7f3a\",\"consent\":true,\"stun\":[],"
		"\"turn\":[],\"proxy\":null,\"origin\":[],\"deadline_ms\":0}\n");
	assert_string_equal(environment[2], "ICELAB_POLICY=x-7f3a");
	assert_string_equal(environment[3], "ICELAB_CONSENT=1");
	assert_string_equal(environment[4], "ICELAB_STUN=");
	assert_string_equal(environment[7], "ICELAB_ORIGIN=");
}

/* What the reader called back with: "type|type|". */
static void keep_type(JsonObject *line, gpointer data)
{
	g_string_append_printf(data, "%s|", icelab_json_text(line, "type"));
	json_object_unref(line);
}

/* Feeds `length` bytes, `step` at a time, and the end. The types that were called back with, or,
 * behind them, the error. */
static char *read_in_steps(const char *bytes, gsize length, gsize step)
{
	GString *seen = g_string_new(NULL);
	IcelabLineReader *reader = icelab_line_reader_new(keep_type, seen);
	g_autoptr(GError) error = NULL;
	gboolean right = TRUE;

	for (gsize at = 0; right && at < length; at += step) {
		gsize count = MIN(step, length - at);
		/* In a block of its own size, so that a byte too far is noticed. */
		g_autofree char *piece = g_memdup2(bytes + at, count);

		right = icelab_line_reader_feed(reader, piece, count, &error);
	}
	if (right)
		right = icelab_line_reader_finish(reader, &error);
	assert_true(right == (error == NULL));
	if (error != NULL) {
		assert_true(g_error_matches(error, ICELAB_PROTOCOL_ERROR, 0));
		g_string_append(seen, error->message);
	}
	icelab_line_reader_free(reader);
	return g_string_free(seen, FALSE);
}

#define ALL(text) (text), sizeof(text) - 1

static void assert_reads(const char *bytes, gsize length, const char *wanted)
{
	static const gsize steps[] = {G_MAXSIZE / 2, 1, 2, 3, 7};

	for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
		g_autofree char *seen = read_in_steps(bytes, length, steps[i]);

		assert_string_equal(seen, wanted);
	}
}

static void test_good_lines(void **state)
{
	(void)state;
	assert_reads(ALL(""), "");
	assert_reads(ALL("{\"type\":\"done\"}\n"), "done|");
	assert_reads(ALL("{\"type\":\"policy\",\"policy\":\"default\"}\n"
					 "{\"type\":\"state\",\"state\":\"gathering\"}\r\n"
					 " {\"type\" : \"candidate\", \"candidate\":\"candidate:1\"} \n"
					 "{\"type\":\"candidate\",\"candidate\":\"\"}\n"
					 "{\"type\":\"sdp\",\"when\":\"gathered\",\"sdp\":\"v=0\\r\\n\"}\n"
					 "{\"type\":\"stats\",\"stats\":{\"a\":[1,2.5,null,true]}}\n"
					 "{\"type\":\"error\",\"code\":701,\"text\":\"\\u00e9\xc3\xa9\"}\n"
					 "{\"type\":\"done\"}\n"),
		"policy|state|candidate|candidate|sdp|stats|error|done|");
}

static void test_bad_lines(void **state)
{
	static const struct {
		const char *bytes;
		gsize length;
		const char *wanted;
	} cases[] = {
		{ALL("hello\n"), "output line 1: not JSON: a value was expected"},
		{ALL("\n"), "output line 1: an empty line; print one JSON object a line"},
		{ALL("\r\n"), "output line 1: an empty line; print one JSON object a line"},
		{ALL("{\"type\":\"done\"}\n\n"),
			"done|output line 2: an empty line; print one JSON object a line"},
		{ALL(" \n"), "output line 1: not JSON: a value was expected"},
		{ALL("{\"type\":\"done\"\0}\n"), "output line 1: a NUL byte"},
		{ALL("{\"type\":\"state\",\"state\":\"\\u0000\"}\n"),
			"output line 1: not JSON: a NUL character in a string"},
		{ALL("{\"type\":\"state\",\"state\":\"\xff\"}\n"), "output line 1: not UTF-8"},
		{ALL("{\"type\":\"state\",\"state\":\"\xc3\"}\n"), "output line 1: not UTF-8"},
		{ALL("[\"done\"]\n"), "output line 1: not a JSON object"},
		{ALL("\"done\"\n"), "output line 1: not a JSON object"},
		{ALL("null\n"), "output line 1: not a JSON object"},
		{ALL("{}\n"), "output line 1: unknown type \"\""},
		{ALL("{\"type\":1}\n"), "output line 1: unknown type \"\""},
		{ALL("{\"type\":\"Done\"}\n"), "output line 1: unknown type \"Done\""},
		{ALL("{\"type\":\"\\u001b[2J0123456789012345678901234567890123456789\"}\n"),
			"output line 1: unknown type \"\\033[2J012345678901234567890123456789012\""},
		{ALL("{\"type\":\"policy\"}\n"), "output line 1: a \"policy\" line has no text \"policy\""},
		{ALL("{\"type\":\"candidate\",\"candidate\":null}\n"),
			"output line 1: a \"candidate\" line has no text \"candidate\""},
		{ALL("{\"type\":\"candidate\",\"candidate\":[\"candidate:1\"]}\n"),
			"output line 1: a \"candidate\" line has no text \"candidate\""},
		{ALL("{\"type\":\"sdp\",\"sdp\":4}\n"),
			"output line 1: a \"sdp\" line has no text \"sdp\""},
		{ALL("{\"type\":\"state\"}\n"), "output line 1: a \"state\" line has no text \"state\""},
		/* One object would be read, and the other one lost. */
		{ALL("{\"type\":\"done\"} {\"type\":\"done\"}\n"),
			"output line 1: not JSON: something follows the value"},
		{ALL("{\"type\":\"done\"}"), "output line 1: the output ends within a line"},
		{ALL("{\"type\":\"done\"}\n{"), "done|output line 2: the output ends within a line"},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_reads(cases[i].bytes, cases[i].length, cases[i].wanted);
}

static char *repeat(const char *text, gsize count)
{
	GString *all = g_string_new(NULL);

	for (gsize i = 0; i < count; i++)
		g_string_append(all, text);
	return g_string_free(all, FALSE);
}

/* Deep nesting would end a reader that recurses; brackets hidden from a counter as well. */
static void test_deep_lines(void **state)
{
	static const char *const starts[] = {"[", "{\"a\":", "/*\"*/[", "'[", "[[\"]\","};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(starts); i++) {
		g_autofree char *deep = repeat(starts[i], 40000);
		g_autofree char *line = g_strconcat(deep, "\n", NULL);
		g_autofree char *seen = read_in_steps(line, strlen(line), G_MAXSIZE / 2);

		assert_true(g_str_has_prefix(seen, "output line 1: not JSON: "));
	}
	for (int depth = 31; depth <= 32; depth++) {
		g_autofree char *open = repeat("[", (gsize)depth);
		g_autofree char *close = repeat("]", (gsize)depth);
		g_autofree char *line =
			g_strconcat("{\"type\":\"stats\",\"stats\":", open, close, "}\n", NULL);
		g_autofree char *seen = read_in_steps(line, strlen(line), G_MAXSIZE / 2);

		assert_string_equal(
			seen, depth == 31 ? "stats|" : "output line 1: not JSON: nested too deeply");
	}
}

static char *long_line(gsize length)
{
	static const char head[] = "{\"type\":\"state\",\"state\":\"";
	g_autofree char *padding = g_strnfill(length - (sizeof head - 1) - 2, 'x');

	return g_strconcat(head, padding, "\"}\n", NULL);
}

static void test_long_lines(void **state)
{
	static const struct {
		gsize length;
		const char *wanted;
	} cases[] = {
		{ICELAB_PROTOCOL_LINE_LIMIT, "state|"},
		{ICELAB_PROTOCOL_LINE_LIMIT + 1, "output line 1: longer than 262144 bytes"},
		{1024 * 1024, "output line 1: longer than 262144 bytes"},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *line = long_line(cases[i].length);
		g_autofree char *at_once = read_in_steps(line, strlen(line), G_MAXSIZE / 2);
		g_autofree char *in_steps = read_in_steps(line, strlen(line), 4096);

		assert_string_equal(at_once, cases[i].wanted);
		assert_string_equal(in_steps, cases[i].wanted);
	}
	/* Nor is a line that never ends kept. */
	g_autofree char *endless = g_strnfill(1024 * 1024, '[');
	g_autofree char *seen = read_in_steps(endless, 1024 * 1024, 65536);

	assert_string_equal(seen, "output line 1: longer than 262144 bytes");
}

static void test_total_limit(void **state)
{
	(void)state;
	g_autofree char *line = long_line(ICELAB_PROTOCOL_LINE_LIMIT - 1);
	gsize count = ICELAB_PROTOCOL_TOTAL_LIMIT / ICELAB_PROTOCOL_LINE_LIMIT;
	g_autofree char *most = repeat(line, count);
	g_autofree char *more = g_strconcat(most, "{\"type\":\"done\"}\n", NULL);
	g_autofree char *wanted = repeat("state|", count);
	g_autofree char *whole = read_in_steps(most, strlen(most), 65536);
	g_autofree char *refused = read_in_steps(more, strlen(more), 65536);

	assert_int_equal(strlen(most), ICELAB_PROTOCOL_TOTAL_LIMIT);
	assert_string_equal(whole, wanted);
	assert_true(g_str_has_suffix(refused, ": more than 8388608 bytes of output"));
}

static void test_nothing_is_freed(void **state)
{
	(void)state;
	icelab_line_reader_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request_line),
		cmocka_unit_test(test_request_environment),
		cmocka_unit_test(test_request_without_anything),
		cmocka_unit_test(test_good_lines),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_deep_lines),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_total_limit),
		cmocka_unit_test(test_nothing_is_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
