/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run/queue.h"

static IcelabPlanned cells[] = {
	{.folder = (char *)"a"},
	{.folder = (char *)"b", .policy.consent = true},
	{.folder = (char *)"c"},
	{.folder = (char *)"d", .policy.consent = true},
	{.folder = (char *)"e"},
};

/* Two groups: of the first three cells, and of the last two. */
static GPtrArray *make_queues(void)
{
	g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	const IcelabPlan plan = {.groups = groups};

	for (guint i = 0; i < G_N_ELEMENTS(cells); i++) {
		if (i == 0 || i == 3)
			g_ptr_array_add(groups, g_ptr_array_new());
		g_ptr_array_add(groups->pdata[groups->len - 1], &cells[i]);
	}
	return icelab_queues_new(&plan);
}

static void test_order(void **state)
{
	g_autoptr(GPtrArray) queues = make_queues();
	const IcelabQueue *first = queues->pdata[0];

	(void)state;
	assert_int_equal(queues->len, 2);
	assert_string_equal(((IcelabPlanned *)first->cells->pdata[0])->folder, "b");
	assert_string_equal(((IcelabPlanned *)first->cells->pdata[1])->folder, "a");
	assert_string_equal(((IcelabPlanned *)first->cells->pdata[2])->folder, "c");
}

static void test_choice(void **state)
{
	g_autoptr(GPtrArray) queues = make_queues();
	IcelabQueue *three = queues->pdata[0], *two = queues->pdata[1];

	(void)state;
	assert_ptr_equal(icelab_queues_choose(queues, 2), three);
	three->jobs = 1;
	assert_ptr_equal(icelab_queues_choose(queues, 2), two);
	two->jobs = 1;
	assert_ptr_equal(icelab_queues_choose(queues, 2), three);
	three->next = 2;
	assert_ptr_equal(icelab_queues_choose(queues, 2), two);
	assert_null(icelab_queues_choose(queues, 3));
	assert_ptr_equal(icelab_queues_choose(queues, 1), two);
	two->next = 2;
	assert_ptr_equal(icelab_queues_choose(queues, 1), three);
	three->jobs = 0;
	/* Whoever has no lab has it made for a single cell. */
	assert_ptr_equal(icelab_queues_choose(queues, 9), three);
	three->next = 3;
	assert_null(icelab_queues_choose(queues, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_choice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
