/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "adapter/browser_log.h"

typedef struct {
	GPtrArray *lines;
	int browser; /* what it writes to */
	int copied;  /* what was passed on */
	IcelabBrowserLog *log;
} World;

static void keep(const char *line, gsize length, gpointer data)
{
	g_ptr_array_add(data, g_strndup(line, length));
}

static int set_up(void **state)
{
	World *world = g_new0(World, 1);
	int input[2], output[2];

	assert_int_equal(pipe2(input, O_CLOEXEC), 0);
	assert_int_equal(pipe2(output, O_CLOEXEC | O_NONBLOCK), 0);
	world->lines = g_ptr_array_new_with_free_func(g_free);
	world->browser = input[1];
	world->copied = output[0];
	world->log = icelab_browser_log_new(input[0], output[1], keep, world->lines);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	World *world = *state;

	icelab_browser_log_free(world->log);
	g_ptr_array_unref(world->lines);
	g_free(world);
	return 0;
}

static void say(const World *world, const char *text)
{
	assert_int_equal(write(world->browser, text, strlen(text)), strlen(text));
	icelab_browser_log_read(world->log);
}

static void test_lines(void **state)
{
	const World *world = *state;
	char copy[64] = "";

	say(world, "one\n\ntw");
	assert_int_equal(world->lines->len, 2);
	assert_string_equal(world->lines->pdata[0], "one");
	assert_string_equal(world->lines->pdata[1], "");
	g_autofree char *last = icelab_browser_log_last(world->log);

	assert_string_equal(last, "one");
	say(world, "o\n");
	assert_string_equal(world->lines->pdata[2], "two");
	assert_int_equal(read(world->copied, copy, sizeof copy), 9);
	assert_string_equal(copy, "one\n\ntwo\n");
}

/* Of a line without end only its beginning is looked at, and the next line is a new one. */
static void test_long_line(void **state)
{
	const World *world = *state;
	g_autofree char *text = g_strnfill(3 * ICELAB_BROWSER_LOG_LINE / 2, 'a');

	say(world, text);
	say(world, text);
	assert_int_equal(world->lines->len, 0);
	say(world, "\nnext\n");
	assert_int_equal(world->lines->len, 2);
	assert_int_equal(strlen(world->lines->pdata[0]), ICELAB_BROWSER_LOG_LINE);
	assert_string_equal(world->lines->pdata[1], "next");
}

static void test_end(void **state)
{
	const World *world = *state;

	say(world, "last words");
	assert_true(icelab_browser_log_descriptor(world->log) >= 0);
	close(world->browser);
	icelab_browser_log_read(world->log);
	assert_int_equal(icelab_browser_log_descriptor(world->log), -1);
	icelab_browser_log_read(world->log);
	assert_int_equal(world->lines->len, 0);
}

/* The copy's reader may be gone or slow: the browser must go on all the same. */
static void test_nobody_takes_the_copy(void **state)
{
	const World *world = *state;
	g_autofree char *text = g_strnfill(32 * 1024, '\n');

	for (int i = 0; i < 8; i++)
		say(world, text);
	assert_int_equal(world->lines->len, 8 * 32 * 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_long_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nobody_takes_the_copy, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
