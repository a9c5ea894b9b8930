/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "web/report.h"

static void test_ids(void **state)
{
	char longest[ICELAB_REPORT_ID_LIMIT + 2];

	(void)state;
	assert_true(icelab_report_is_id("0123456789abcdef"));
	assert_true(icelab_report_is_id("A-z_9"));
	assert_false(icelab_report_is_id(""));
	assert_false(icelab_report_is_id(".."));
	assert_false(icelab_report_is_id("a/b"));
	assert_false(icelab_report_is_id("a b"));
	assert_false(icelab_report_is_id("a%2fb"));
	assert_false(icelab_report_is_id("a\xc3\xa4"));
	memset(longest, 'a', sizeof longest);
	longest[ICELAB_REPORT_ID_LIMIT + 1] = '\0';
	assert_false(icelab_report_is_id(longest));
	longest[ICELAB_REPORT_ID_LIMIT] = '\0';
	assert_true(icelab_report_is_id(longest));
}

static void test_order(void **state)
{
	IcelabReportStream *stream = icelab_report_stream_new("a");
	char buffer[16];

	(void)state;
	assert_int_equal(icelab_report_stream_take(stream, buffer, sizeof buffer), 0);
	assert_true(icelab_report_stream_add(stream, "{}\n[]\n", 6, FALSE));
	assert_true(icelab_report_stream_add(stream, "1\n", 2, FALSE));
	assert_int_equal(icelab_report_stream_take(stream, buffer, 4), 4);
	assert_memory_equal(buffer, "{}\n[", 4);
	assert_int_equal(icelab_report_stream_take(stream, buffer, sizeof buffer), 4);
	assert_memory_equal(buffer, "]\n1\n", 4);
	icelab_report_stream_free(stream);
}

static void test_end(void **state)
{
	IcelabReportStream *stream = icelab_report_stream_new("a");

	(void)state;
	assert_true(icelab_report_stream_add(stream, "", 0, TRUE));
	assert_true(stream->ended);
	assert_false(icelab_report_stream_add(stream, "{}\n", 3, FALSE));
	assert_true(stream->ended);
	icelab_report_stream_free(stream);
}

static void test_no_lines(void **state)
{
	IcelabReportStream *stream = icelab_report_stream_new("a");

	(void)state;
	assert_false(icelab_report_stream_add(stream, "{}", 2, FALSE));
	assert_false(icelab_report_stream_add(stream, "{\0}\n", 4, FALSE));
	/* What was refused does not end the report either. */
	assert_false(icelab_report_stream_add(stream, "{}", 2, TRUE));
	assert_false(stream->ended);
	assert_int_equal(stream->waiting->len, 0);
	icelab_report_stream_free(stream);
}

static void test_limit(void **state)
{
	IcelabReportStream *stream = icelab_report_stream_new("a");
	g_autofree char *body = g_malloc(ICELAB_REPORT_BODY_LIMIT);
	g_autofree char *buffer = g_malloc(ICELAB_REPORT_BODY_LIMIT);
	gsize sent = 0;

	(void)state;
	memset(body, '\n', ICELAB_REPORT_BODY_LIMIT);
	/* Reading makes no room: it is the report that is bounded, not what waits of it. */
	while (icelab_report_stream_add(stream, body, ICELAB_REPORT_BODY_LIMIT, FALSE)) {
		sent += ICELAB_REPORT_BODY_LIMIT;
		assert_int_equal(icelab_report_stream_take(stream, buffer, ICELAB_REPORT_BODY_LIMIT),
			ICELAB_REPORT_BODY_LIMIT);
	}
	assert_int_equal(sent, ICELAB_REPORT_TOTAL_LIMIT);
	assert_true(icelab_report_stream_add(stream, "", 0, TRUE));
	icelab_report_stream_free(stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_no_lines),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
