/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/json.h"
#include "model/json_syntax.h"

/* What is wrong with a text, or NULL. */
static const char *check(const char *text, size_t length)
{
	/* In a block of its own size, so that a byte too far is noticed. */
	char *exact = malloc(length > 0 ? length : 1);
	const char *error = NULL;
	bool right;

	assert_non_null(exact);
	memcpy(exact, text, length);
	right = icelab_json_check(exact, length, ICELAB_JSON_DEPTH, &error);
	assert_true(right == (error == NULL));
	free(exact);
	return error;
}

static void test_good(void **state)
{
	static const char *const texts[] = {"{}", "[]", " { } ", "\t[\r\n]\n", "null", "true", "false",
		"\"\"", "0", "-0", "-12", "1.5", "1e9", "1E+9", "1.25e-10", "0.0", "1e200",
		"[1,2,[3,{\"a\":null}],{}]", "{\"a\":1,\"b\":[],\"a\":{}}", "{ \"a\" : 1 , \"b\" : 2 }",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\uFFFF\\uD7ff\\ue000\"", "\"\\ud83d\\ude00\"",
		"\"\\uD800\\uDC00\"", "\"\\uDBFF\\uDFFF\"", "\"\\uABCD\\uEFab\"",
		"\"\xc3\xa9 /* // ' [ {\"", "[[[]]]", "[[],[]]", "[{}]", "{\"\":\"\"}",
		"1234567890123456789012345678901234567890123456789012345678901234"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const char *error = check(texts[i], strlen(texts[i]));

		if (error != NULL)
			fail_msg("%s: %s", texts[i], error);
		/* Whatever it begins with is no JSON, but for numbers and words. */
		for (size_t length = 1; length < strlen(texts[i]); length++) {
			if (strchr("[{\"", texts[i][0]) != NULL)
				assert_true(check(texts[i], length) != NULL ||
							strspn(texts[i] + length, " \n\r\t") == strlen(texts[i]) - length);
		}
	}
}

static void test_bad(void **state)
{
	static const struct {
		const char *text;
		const char *error;
	} cases[] = {
		{"", "a value was expected"},
		{" ", "a value was expected"},
		{"x", "a value was expected"},
		{"tru", "a value was expected"},
		{"True", "a value was expected"},
		{"nul", "a value was expected"},
		{"'a'", "a value was expected"},
		{"/**/1", "a value was expected"},
		{"+1", "a value was expected"},
		{".5", "a value was expected"},
		{"-", "a value was expected"},
		{"NaN", "a value was expected"},
		{"[,1]", "a value was expected"},
		{"[1,]", "a value was expected"},
		{"{\"a\":}", "a value was expected"},
		{"1.", "a number without digits"},
		{"1.e5", "a number without digits"},
		{"1e", "a number without digits"},
		{"1e+", "a number without digits"},
		{"1e-x", "a number without digits"},
		{"01", "something follows the value"},
		{"0x10", "something follows the value"},
		{"1 2", "something follows the value"},
		{"{}{}", "something follows the value"},
		{"{} x", "something follows the value"},
		{"[]]", "something follows the value"},
		{"truely", "something follows the value"},
		{"1//", "something follows the value"},
		{"1e201", "a number too large or too small"},
		{"1e-201", "a number too large or too small"},
		{"1e99999999999999999999", "a number too large or too small"},
		{"12345678901234567890123456789012345678901234567890123456789012345",
			"a number too large or too small"},
		{"0.12345678901234567890123456789012345678901234567890123456789012345",
			"a number too large or too small"},
		{"[", "a value was expected"},
		{"[1", "a comma or ] was expected"},
		{"[1}", "a comma or ] was expected"},
		{"[1 2]", "a comma or ] was expected"},
		{"[[]", "a comma or ] was expected"},
		{"{", "a string was expected"},
		{"{1:2}", "a string was expected"},
		{"{\"a\":1,}", "a string was expected"},
		{"{,}", "a string was expected"},
		{"{a:1}", "a string was expected"},
		{"{\"a\"}", "a colon was expected"},
		{"{\"a\" 1}", "a colon was expected"},
		{"{\"a\":1", "a comma or } was expected"},
		{"{\"a\":1]", "a comma or } was expected"},
		{"{\"a\":{}", "a comma or } was expected"},
		{"\"", "a string without end"},
		{"\"a\\\"", "a string without end"},
		{"\"a\tb\"", "a control character in a string"},
		{"\"a\x1f\"", "a control character in a string"},
		{"\"\\", "an unknown escape in a string"},
		{"\"\\x\"", "an unknown escape in a string"},
		{"\"\\U0041\"", "an unknown escape in a string"},
		{"\"\\u", "\\u without four hexadecimal digits"},
		{"\"\\u004\"", "\\u without four hexadecimal digits"},
		{"\"\\u004g\"", "\\u without four hexadecimal digits"},
		{"\"\\u0000\"", "a NUL character in a string"},
		{"\"\\ud83d\"", "half a surrogate pair in a string"},
		{"\"\\ud83dx\"", "half a surrogate pair in a string"},
		{"\"\\ud83d\\n\"", "half a surrogate pair in a string"},
		{"\"\\ud83d\\u0041\"", "half a surrogate pair in a string"},
		{"\"\\ud83d\\ud83d\"", "half a surrogate pair in a string"},
		{"\"\\ud83d\\ue000\"", "half a surrogate pair in a string"},
		{"\"\\uD800\"", "half a surrogate pair in a string"},
		{"\"\\uDA00\"", "half a surrogate pair in a string"},
		{"\"\\uDFFF\"", "half a surrogate pair in a string"},
		{"\"\\udc00\\udc00\"", "half a surrogate pair in a string"},
		{"\"\\ude00\"", "half a surrogate pair in a string"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *error = check(cases[i].text, strlen(cases[i].text));

		if (error == NULL || strcmp(error, cases[i].error) != 0)
			fail_msg("%s: %s", cases[i].text, error != NULL ? error : "right");
	}
	/* A NUL byte is no character of any of it. */
	assert_non_null(check("\0", 1));
	assert_non_null(check("1\0", 2));
	assert_non_null(check("\"\0\"", 3));
	assert_non_null(check("\"\\\0\"", 4));
	assert_non_null(check("\"\\u\0\0\0\0\"", 8));
}

static void test_depth(void **state)
{
	char text[4 * ICELAB_JSON_DEPTH];

	(void)state;
	for (size_t depth = ICELAB_JSON_DEPTH - 1; depth <= ICELAB_JSON_DEPTH + 1; depth++) {
		const char *error;

		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		error = check(text, depth * 2);
		if (depth <= ICELAB_JSON_DEPTH)
			assert_null(error);
		else
			assert_string_equal(error, "nested too deeply");
	}
	/* Less may be asked for, and no more than there is room for. */
	const char *why = NULL;

	assert_true(icelab_json_check("[[]]", 4, 2, &why));
	assert_false(icelab_json_check("[[]]", 4, 1, &why));
	assert_string_equal(why, "nested too deeply");
	assert_false(icelab_json_check(text, 2 * (ICELAB_JSON_DEPTH + 1), 1000, &why));
	/* Beside each other there may be more. */
	memcpy(text, "[", 1);
	for (size_t i = 0; i < ICELAB_JSON_DEPTH; i++)
		memcpy(text + 1 + i * 3, "[],", 3);
	text[ICELAB_JSON_DEPTH * 3] = ']';
	assert_null(check(text, ICELAB_JSON_DEPTH * 3 + 1));
}

/* Where this says yes, json-glib must be able to read it, and what json-glib writes is right. */
static void test_random(void **state)
{
	static const char *const parts[] = {"{", "}", "[", "]", ",", ":", "\"a\"", "1", "-2.5e3",
		"true", "null", " ", "\"", "\\u00e9", "{\"a\":", "[1,2]", "\n"};
	unsigned good = 0;

	(void)state;
	srand(3);
	for (int i = 0; i < 100000; i++) {
		char text[128] = "";

		for (int k = rand() % 8; k >= 0; k--)
			strcat(text, parts[(size_t)rand() % (sizeof parts / sizeof *parts)]);
		if (check(text, strlen(text)) != NULL)
			continue;

		g_autoptr(JsonNode) node = json_from_string(text, NULL);
		g_autofree char *written = node != NULL ? json_to_string(node, FALSE) : NULL;

		if (written == NULL || check(written, strlen(written)) != NULL)
			fail_msg("%s: %s", text, written);
		good++;
	}
	assert_true(good > 1000);
}

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		const char *wanted;
	} cases[] = {
		{"{\"a\":1}\0", 8, "a NUL byte"},
		{"{\"\xff\":1}", 7, "not UTF-8"},
		{"{\"a\":1", 6, "not JSON: a comma or } was expected"},
		{"[1]", 3, "not a JSON object"},
		{"", 0, "not JSON: a value was expected"},
	};
	g_autoptr(JsonObject) object = icelab_json_parse("{\"a\":1} x", 7, 1, NULL);

	(void)state;
	assert_non_null(object);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		g_autoptr(GError) error = NULL;

		assert_null(icelab_json_parse(cases[i].text, cases[i].length, 64, &error));
		assert_true(g_error_matches(error, ICELAB_JSON_ERROR, 0));
		assert_string_equal(error->message, cases[i].wanted);
	}
}

/* What was read can be written and read again, by others as well. */
static void test_write(void **state)
{
	static const char text[] =
		"{\"numbers\":[1e21,1e-7,-2.5e+30,100000000000000000000,0.5,-0,7,1e20,12.5],"
		"\"1e+5.0\":\"1e+5.0 \\\" 1e+5.0 \\\\\",\"words\":[true,false,null],"
		"\"text\":\"\\u0001\\u001f\\u007f\\ud83d\\ude00/\\u2028\"}";
	g_autoptr(JsonObject) object = icelab_json_parse(text, strlen(text), 64, NULL);
	g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), object);
	g_autofree char *written = icelab_json_write(node);
	g_autoptr(JsonObject) again = icelab_json_parse(written, strlen(written), 64, NULL);

	(void)state;
	assert_non_null(object);
	if (again == NULL)
		fail_msg("%s", written);

	g_autoptr(JsonNode) second = json_node_init_object(json_node_alloc(), again);

	assert_true(json_node_equal(node, second));
	assert_non_null(strstr(written, "1e+21,"));
	assert_non_null(strstr(written, "\"1e+5.0 \\\" 1e+5.0 \\\\\""));
}

/* Whatever type a member is of, the others are not there. */
static void test_members(void **state)
{
	static const char text[] =
		"{\"text\":\"x\",\"int\":7,\"double\":1.5,\"flag\":true,\"no\":false,"
		"\"null\":null,\"object\":{},\"array\":[]}";
	static const char *const names[] = {
		"text", "int", "double", "flag", "no", "null", "object", "array", "absent"};
	g_autoptr(JsonObject) object = icelab_json_parse(text, strlen(text), 2, NULL);
	GLogLevelFlags before = g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);

	(void)state;
	assert_non_null(object);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *name = names[i];
		double number = icelab_json_double(object, name);

		assert_string_equal(icelab_json_text(object, name), i == 0 ? "x" : "");
		assert_int_equal(icelab_json_has_text(object, name), i == 0);
		assert_int_equal(icelab_json_int(object, name), i == 1 ? 7 : 0);
		assert_true(number == (i == 1 ? 7 : i == 2 ? 1.5 : 0));
		assert_int_equal(icelab_json_flag(object, name), i == 3);
		assert_int_equal(icelab_json_object(object, name) != NULL, i == 6);
		assert_int_equal(icelab_json_array(object, name) != NULL, i == 7);
	}
	g_log_set_always_fatal(before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
