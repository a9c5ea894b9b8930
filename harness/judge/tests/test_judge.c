/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

static void test_clean_cells(void **state)
{
	static const World *const worlds[] = {&world_lan, &world_full, &world_split, &world_six};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(worlds); i++) {
		g_autoptr(IcelabScenario) scenario = world_scenario(worlds[i], "");

		for (guint k = 0; k < scenario->expectations->len; k++) {
			const IcelabExpectation *expectation = scenario->expectations->pdata[k];
			const char *label = icelab_policy_label(expectation->policy);
			g_autoptr(IcelabResult) result = world_judge(worlds[i], "", label, NULL, NULL);
			g_autofree char *text = world_describe(result);

			if (!g_str_equal(text, "pass\n"))
				fail_msg("%s: %s", label, text);
			assert_string_equal(result->adapter, "adapter");
			assert_string_equal(result->scenario, "world");
			assert_string_equal(result->policy, label);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
