/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/result.h"

static void test_verdict_names(void **state)
{
	static const char *const names[] = {"pass", "warn", "fail", "unsupported", "skip", "broken"};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		assert_string_equal(icelab_verdict_name((IcelabVerdict)i), names[i]);
	assert_string_equal(icelab_verdict_name((IcelabVerdict)6), "broken");
}

static void test_findings(void **state)
{
	g_autoptr(IcelabResult) result = icelab_result_new("adapter", "scenario", "relay");
	const IcelabFinding *finding;

	(void)state;
	assert_string_equal(result->adapter, "adapter");
	assert_string_equal(result->scenario, "scenario");
	assert_string_equal(result->policy, "relay");
	assert_int_equal(result->verdict, ICELAB_PASS);
	icelab_result_add_finding(result, "N5", ICELAB_WARN, "lan4", "wire", "first");
	assert_int_equal(result->verdict, ICELAB_WARN);
	assert_int_equal(((IcelabFinding *)result->findings->pdata[0])->severity, ICELAB_WARN);
	/* The same clause, name and place count once, as the first was seen and as hard as any. */
	icelab_result_add_finding(result, "N5", ICELAB_FAIL, "lan4", "wire", "second");
	icelab_result_add_finding(result, "N5", ICELAB_WARN, "lan4", "wire", "third");
	assert_int_equal(result->findings->len, 1);
	assert_int_equal(result->verdict, ICELAB_FAIL);
	finding = result->findings->pdata[0];
	assert_int_equal(finding->severity, ICELAB_FAIL);
	assert_string_equal(finding->clause, "N5");
	assert_string_equal(finding->name, "lan4");
	assert_string_equal(finding->seen, "wire");
	assert_string_equal(finding->detail, "first");
	/* A warning does not make it better. */
	icelab_result_add_finding(result, "N8", ICELAB_WARN, "lan4", "wire", "");
	icelab_result_add_finding(result, "N5", ICELAB_WARN, "tun4", "wire", "");
	icelab_result_add_finding(result, "N5", ICELAB_WARN, "lan4", "raddr", "");
	assert_int_equal(result->findings->len, 4);
	assert_int_equal(result->verdict, ICELAB_FAIL);
}

static void test_exposures(void **state)
{
	g_autoptr(IcelabResult) result = icelab_result_new("", "", "");

	(void)state;
	icelab_result_add_exposure(result, "lan4", "host", "first");
	icelab_result_add_exposure(result, "lan4", "host", "second");
	assert_int_equal(result->exposures->len, 1);
	assert_string_equal(((IcelabExposure *)result->exposures->pdata[0])->name, "lan4");
	assert_string_equal(((IcelabExposure *)result->exposures->pdata[0])->channel, "host");
	assert_string_equal(((IcelabExposure *)result->exposures->pdata[0])->where, "first");
	icelab_result_add_exposure(result, "lan4", "raddr", "");
	icelab_result_add_exposure(result, "isp4", "host", "");
	assert_int_equal(result->exposures->len, 3);
	/* No rule is broken by that. */
	assert_int_equal(result->verdict, ICELAB_PASS);
}

static void test_traits(void **state)
{
	g_autoptr(IcelabResult) result = icelab_result_new("", "", "");

	(void)state;
	icelab_result_add_trait(result, "network-id", "1", "first");
	icelab_result_add_trait(result, "network-id", "1", "second");
	assert_int_equal(result->traits->len, 1);
	assert_string_equal(((IcelabTrait *)result->traits->pdata[0])->attribute, "network-id");
	assert_string_equal(((IcelabTrait *)result->traits->pdata[0])->value, "1");
	assert_string_equal(((IcelabTrait *)result->traits->pdata[0])->where, "first");
	icelab_result_add_trait(result, "network-id", "2", "");
	icelab_result_add_trait(result, "network-cost", "1", "");
	assert_int_equal(result->traits->len, 3);
	/* No rule is broken by that. */
	assert_int_equal(result->verdict, ICELAB_PASS);
}

static void test_run(void **state)
{
	g_autoptr(IcelabRun) run = icelab_run_new();

	(void)state;
	g_ptr_array_add(run->results, icelab_result_new("a", "s", "p"));
	g_ptr_array_add(run->notes, g_strdup("a note"));
	run->folder = g_strdup("/runs/1");
	assert_int_equal(run->results->len, 1);
	assert_int_equal(run->notes->len, 1);
	icelab_run_free(NULL);
	icelab_result_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdict_names),
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_exposures),
		cmocka_unit_test(test_traits),
		cmocka_unit_test(test_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
