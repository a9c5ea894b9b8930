/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "adapter/chromium_log.h"
#include "adapter/firefox_log.h"
#include "adapter/policy_proof.h"

#define ROUTING                                                                                    \
	"[1:1:1124/131821.273326:VERBOSE3:third_party/blink/renderer/modules/peerconnection/"          \
	"peer_connection_dependency_factory.cc:1108] WebRTC routing preferences: "
#define PERMISSION                                                                                 \
	"[1:7:1124/132022.829316:VERBOSE1:third_party/blink/renderer/platform/p2p/"                    \
	"filtering_network_manager.cc:154] FilteringNetworkManager received permission status: "

typedef void (*Take)(const char *line, gsize length, IcelabPolicyProof *proof);

/* From a block of its own size, so that a sanitizer sees what is read behind it. */
static void take(Take listener, const char *line, IcelabPolicyProof *proof)
{
	gsize length = strlen(line);
	g_autofree char *bytes = g_memdup2(line, length);

	listener(bytes, length, proof);
}

static void assert_text(const IcelabPolicyProof *proof, const char *expected)
{
	g_autofree char *text = icelab_policy_proof_text(proof);

	assert_string_equal(text, expected);
}

static void test_all_that_is_expected(void **state)
{
	g_autoptr(IcelabPolicyProof) proof = icelab_policy_proof_new("log");

	(void)state;
	/* What nothing is expected of proves nothing. */
	assert_false(icelab_policy_proof_is_complete(proof));
	icelab_policy_proof_expect(proof, "a", "1");
	icelab_policy_proof_expect(proof, "b", "2");
	icelab_policy_proof_state(proof, "a", 1, "1", 1);
	icelab_policy_proof_state(proof, "c", 1, "1", 1);
	assert_false(icelab_policy_proof_is_complete(proof));
	assert_false(icelab_policy_proof_is_refuted(proof));
	assert_text(proof, "log: b = (not stated) and not 2");
	icelab_policy_proof_state(proof, "b", 1, "2", 1);
	assert_true(icelab_policy_proof_is_complete(proof));
	assert_text(proof, "log: a = 1, b = 2");
}

/* One that differs is final, whatever is said before or after it. */
static void test_one_that_differs(void **state)
{
	g_autoptr(IcelabPolicyProof) proof = icelab_policy_proof_new("log");

	(void)state;
	icelab_policy_proof_expect(proof, "a", "1");
	icelab_policy_proof_state(proof, "a", 1, "1", 1);
	assert_true(icelab_policy_proof_is_complete(proof));
	icelab_policy_proof_state(proof, "a", 1, "12", 2);
	assert_true(icelab_policy_proof_is_refuted(proof));
	icelab_policy_proof_state(proof, "a", 1, "1", 1);
	assert_false(icelab_policy_proof_is_complete(proof));
	assert_text(proof, "log: a = 12 and not 1");
}

static void test_hostile_values(void **state)
{
	g_autoptr(IcelabPolicyProof) proof = icelab_policy_proof_new("log");
	g_autofree char *endless = g_strnfill(10000, 'x');

	(void)state;
	icelab_policy_proof_expect(proof, "a", "1");
	icelab_policy_proof_state(proof, endless, 10000, endless, 10000);
	assert_false(icelab_policy_proof_is_refuted(proof));
	icelab_policy_proof_state(proof, "a", 1, "\033[2J\n\xff", 6);
	assert_true(icelab_policy_proof_is_refuted(proof));
	assert_text(proof, "log: a = ?[2J?? and not 1");
}

static void test_chromium(void **state)
{
	static const struct {
		const char *line;
		gboolean complete, refuted;
	} cases[] = {
		{ROUTING "policy: default, multiple_routes: 1, allow_mdns_obfuscation: 1", TRUE, FALSE},
		{ROUTING "multiple_routes: 1, policy: default", TRUE, FALSE},
		{ROUTING "policy: default_public_interface_only, multiple_routes: 0", FALSE, TRUE},
		{ROUTING "policy: ", FALSE, TRUE},
		{ROUTING "policy", FALSE, FALSE},
		{ROUTING, FALSE, FALSE},
		{ROUTING ", , : , ", FALSE, FALSE},
		{"", FALSE, FALSE},
		{"[", FALSE, FALSE},
		{"]", FALSE, FALSE},
		{"[]", FALSE, FALSE},
		{"WebRTC routing preferences: policy: default", FALSE, FALSE},
		/* A page can say anything on its console. */
		{"[1:1:1124/1.1:INFO:CONSOLE:1] \"" ROUTING "policy: default\"", FALSE, FALSE},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(IcelabPolicyProof) proof = icelab_policy_proof_new("log");

		icelab_policy_proof_expect(proof, "policy", "default");
		take(icelab_chromium_log_take, cases[i].line, proof);
		if (icelab_policy_proof_is_complete(proof) != cases[i].complete ||
			icelab_policy_proof_is_refuted(proof) != cases[i].refuted)
			fail_msg("%s", cases[i].line);
	}
}

static void test_chromium_permission(void **state)
{
	g_autoptr(IcelabPolicyProof) proof = icelab_policy_proof_new("log");

	(void)state;
	icelab_policy_proof_expect(proof, "permission", "denied");
	take(icelab_chromium_log_take, PERMISSION "denied", proof);
	assert_true(icelab_policy_proof_is_complete(proof));
	take(icelab_chromium_log_take, PERMISSION "granted", proof);
	assert_true(icelab_policy_proof_is_refuted(proof));
}

static void test_firefox(void **state)
{
	static const struct {
		const char *line;
		gboolean complete, refuted;
	} cases[] = {
		{"icelab: media.x = true", TRUE, FALSE},
		{"icelab: media.x = false", FALSE, TRUE},
		{"icelab: media.x = unknown", FALSE, TRUE},
		{"icelab: media.x = ", FALSE, TRUE},
		{"icelab: media.x =", FALSE, FALSE},
		{"icelab: media.xy = true", FALSE, FALSE},
		{"icelab: ReferenceError: Services is not defined", FALSE, FALSE},
		{"icelab: ", FALSE, FALSE},
		{"icelab", FALSE, FALSE},
		{"console.log: icelab: media.x = true", FALSE, FALSE},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(IcelabPolicyProof) proof = icelab_policy_proof_new("script");

		icelab_policy_proof_expect(proof, "media.x", "true");
		take(icelab_firefox_log_take, cases[i].line, proof);
		if (icelab_policy_proof_is_complete(proof) != cases[i].complete ||
			icelab_policy_proof_is_refuted(proof) != cases[i].refuted)
			fail_msg("%s", cases[i].line);
	}
}

static void test_firefox_script(void **state)
{
	static const char *const names[] = {"a.b", "c", NULL};
	g_autofree char *script = icelab_firefox_script(names);

	(void)state;
	assert_true(g_str_has_prefix(script, "//\nconst names = ['a.b', 'c'];\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_that_is_expected),
		cmocka_unit_test(test_one_that_differs),
		cmocka_unit_test(test_hostile_values),
		cmocka_unit_test(test_chromium),
		cmocka_unit_test(test_chromium_permission),
		cmocka_unit_test(test_firefox),
		cmocka_unit_test(test_firefox_script),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
