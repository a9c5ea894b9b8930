/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/policy.h"

static void test_labels_names_and_modes(void **state)
{
	static const struct {
		const char *label;
		const char *name;
		IcelabMode mode;
	} cases[ICELAB_POLICY_LABELS] = {
		{"default", "default", ICELAB_MODE_2},
		{"default+consent", "default", ICELAB_MODE_1},
		{"default_public_and_private_interfaces", "default_public_and_private_interfaces",
			ICELAB_MODE_2},
		{"default_public_interface_only", "default_public_interface_only", ICELAB_MODE_3},
		{"disable_non_proxied_udp", "disable_non_proxied_udp", ICELAB_MODE_NO_UDP},
		{"force_proxy", "force_proxy", ICELAB_MODE_3},
		{"relay", "relay", ICELAB_MODE_RELAY},
	};
	const char *const *labels = icelab_policy_labels();

	(void)state;
	for (int i = 0; i < ICELAB_POLICY_LABELS; i++) {
		IcelabPolicy policy;

		assert_string_equal(labels[i], cases[i].label);
		assert_true(icelab_policy_from_label(labels[i], &policy));
		assert_string_equal(icelab_policy_label(policy), cases[i].label);
		assert_string_equal(icelab_policy_name(policy.name), cases[i].name);
		assert_int_equal(icelab_policy_mode(policy), cases[i].mode);
		assert_int_equal(policy.consent, i == 1);
	}
	assert_null(labels[ICELAB_POLICY_LABELS]);
}

static void test_unknown_labels(void **state)
{
	static const char *const labels[] = {
		"", "Default", "default ", "default+Consent", "relay+consent", "consent", "force_proxy2"};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(labels); i++) {
		IcelabPolicy policy = {ICELAB_POLICY_RELAY, true};

		assert_false(icelab_policy_from_label(labels[i], &policy));
		assert_int_equal(policy.name, ICELAB_POLICY_DEFAULT);
		assert_false(policy.consent);
	}
}

/* Consent matters to "default" alone. */
static void test_consent(void **state)
{
	(void)state;
	for (int name = 0; name < ICELAB_POLICIES; name++) {
		IcelabPolicy with = {(IcelabPolicyName)name, true};
		IcelabPolicy without = {(IcelabPolicyName)name, false};

		if (name == ICELAB_POLICY_DEFAULT)
			continue;
		assert_string_equal(icelab_policy_label(with), icelab_policy_label(without));
		assert_int_equal(icelab_policy_mode(with), icelab_policy_mode(without));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_labels_names_and_modes),
		cmocka_unit_test(test_unknown_labels),
		cmocka_unit_test(test_consent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
