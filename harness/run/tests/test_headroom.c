/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run/headroom.h"

static void test_processor_time(void **state)
{
	IcelabProcessorTime time;

	(void)state;
	assert_true(icelab_processor_time_parse(
		"cpu  10 20 30 4000 500 6 7 8 9 9\ncpu0 1 1 1 1 1 1 1 1 1 1\n", &time));
	assert_int_equal(time.idle, 4500);
	assert_int_equal(time.busy, 81);
	assert_false(icelab_processor_time_parse("", &time));
	assert_false(icelab_processor_time_parse("cpu", &time));
	assert_false(icelab_processor_time_parse("cpu  1 2 3 4 5 6 7\n", &time));
	assert_false(icelab_processor_time_parse("cpu0 1 2 3 4 5 6 7 8 9 10\n", &time));
}

static void test_idle_processors(void **state)
{
	const IcelabProcessorTime from = {100, 100}, half = {150, 150}, busy = {200, 99};

	(void)state;
	assert_true(icelab_idle_processors(&from, &half, 4) == 2);
	assert_true(icelab_idle_processors(&from, &from, 4) == 0);
	/* It goes back a little at times. */
	assert_true(icelab_idle_processors(&from, &busy, 4) == 0);
}

static void test_memory(void **state)
{
	(void)state;
	assert_int_equal(
		icelab_memory_available("MemTotal: 9 kB\nMemAvailable:    3 kB\nBuffers: 1 kB\n"), 3072);
	assert_int_equal(icelab_memory_available("MemTotal: 9 kB\n"), 0);
	assert_int_equal(icelab_memory_available(""), 0);
}

/* The first look has nothing to compare with, and the second one comes too soon. */
static void test_looks(void **state)
{
	IcelabHeadroom headroom = {0};

	(void)state;
	assert_false(icelab_headroom_has_room(&headroom));
	assert_true(headroom.last_us != 0);
	assert_false(icelab_headroom_has_room(&headroom));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_processor_time),
		cmocka_unit_test(test_idle_processors),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
