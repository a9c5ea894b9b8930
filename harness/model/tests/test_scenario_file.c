/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "model/scenario.h"

#define HEAD                                                                                       \
	"[scenario]\n"                                                                                 \
	"title = A \"title\" \\d with = and ; in it\n"                                                 \
	"topology = vpn-full\n"
#define RELAY "[policy relay]\ncites = J1\n"

static void test_good(void **state)
{
	static const char text[] = "# What it is about\n" HEAD "stun = stun4  stun4b\n"
							   "protects =\tlan4 isp4\n"
							   "\n"
							   "# Why\n"
							   "[policy default+consent]\n"
							   "must = host@lan4 prflx@isp4\n"
							   "should   =   srflx@exit4   relay@x \n"
							   "may = host/tcp@lan4 srflx/tcp@isp4\n"
							   "raddr = lan4 hidden tun4\n"
							   "wire = lan4>eth0 tun4>tun0\n"
							   "uses = eth0 tun0\n"
							   "cites = N4 I1\n"
							   "  [policy relay]  \n"
							   "  cites = J1\n";
	g_autoptr(GError) error = NULL;
	g_autoptr(IcelabScenario) scenario =
		icelab_scenario_parse(text, "scenarios/vpn.full.ini", &error);
	const IcelabExpectation *expectation;
	const IcelabExpected *expected;
	const IcelabWire *wire;

	(void)state;
	if (error != NULL)
		fail_msg("%s", error->message);
	assert_string_equal(scenario->name, "vpn.full");
	assert_string_equal(scenario->path, "scenarios/vpn.full.ini");
	assert_string_equal(scenario->title, "A \"title\" \\d with = and ; in it");
	assert_string_equal(scenario->topology, "vpn-full");
	assert_int_equal(g_strv_length(scenario->stun), 2);
	assert_string_equal(scenario->stun[1], "stun4b");
	assert_int_equal(g_strv_length(scenario->protects), 2);
	assert_string_equal(scenario->protects[0], "lan4");
	assert_int_equal(scenario->expectations->len, 2);
	expectation = scenario->expectations->pdata[0];
	assert_int_equal(expectation->policy.name, ICELAB_POLICY_DEFAULT);
	assert_true(expectation->policy.consent);
	assert_int_equal(expectation->line, 9);
	assert_int_equal(expectation->must->len, 2);
	expected = expectation->must->pdata[1];
	assert_int_equal(expected->type, ICELAB_CANDIDATE_PRFLX);
	assert_int_equal(expected->transport, ICELAB_TRANSPORT_UDP);
	assert_string_equal(expected->name, "isp4");
	assert_int_equal(expectation->should->len, 2);
	expected = expectation->should->pdata[1];
	assert_int_equal(expected->type, ICELAB_CANDIDATE_RELAY);
	expected = expectation->may->pdata[1];
	assert_int_equal(expected->type, ICELAB_CANDIDATE_SRFLX);
	assert_int_equal(expected->transport, ICELAB_TRANSPORT_TCP);
	assert_int_equal(expectation->raddr->len, 2);
	assert_true(expectation->raddr_hidden);
	assert_int_equal(expectation->wire->len, 2);
	wire = expectation->wire->pdata[1];
	assert_string_equal(wire->name, "tun4");
	assert_string_equal(wire->interface, "tun0");
	assert_int_equal(expectation->uses->len, 2);
	assert_int_equal(expectation->cites->len, 2);
	expectation = scenario->expectations->pdata[1];
	assert_int_equal(expectation->line, 17);
	assert_false(expectation->raddr_hidden);
	assert_int_equal(expectation->must->len + expectation->raddr->len, 0);
}

static void test_name(void **state)
{
	g_autoptr(IcelabScenario) plain = icelab_scenario_parse(HEAD RELAY, "lan", NULL);

	(void)state;
	assert_string_equal(plain->name, "lan");
	assert_null(plain->stun[0]);
	assert_null(plain->protects[0]);
}

static void check_refused(const char *text, const char *wanted)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *whole = g_strdup_printf("a/b.ini:%s", wanted);

	if (icelab_scenario_parse(text, "a/b.ini", &error) != NULL)
		fail_msg("read, wanted: %s", wanted);
	assert_true(g_error_matches(error, ICELAB_SCENARIO_ERROR, 0));
	if (!g_str_equal(error->message, whole))
		fail_msg("%s\nwanted: %s", error->message, whole);
}

static void test_bad_heads(void **state)
{
	static const struct {
		const char *text;
		const char *wanted;
	} cases[] = {
		{"", "1: the group [scenario] is missing"},
		{RELAY, "1: the group [scenario] is missing"},
		{"# x\n[scenario]\ntopology = lan\n" RELAY, "2: title is missing in [scenario]"},
		{"\n[scenario]\ntitle = x\n" RELAY, "2: topology is missing in [scenario]"},
		{HEAD, "1: no [policy NAME] group: nothing is expected"},
		{HEAD "servers = stun4\n" RELAY,
			"4: unknown key \"servers\"; known are title, topology, stun and protects"},
		{"[scenario]\ntitle = x\ntopology = ../etc\n" RELAY,
			"3: \"../etc\" is no topology; name a file of netns/"},
		{"[scenario]\ntitle = x\ntopology = a/b\n" RELAY,
			"3: \"a/b\" is no topology; name a file of netns/"},
		{"[scenario]\ntitle = x\n  topology  =  .hidden\n" RELAY,
			"3: \".hidden\" is no topology; name a file of netns/"},
		{HEAD RELAY "[mutant]\nx = 1\n",
			"6: unknown group [mutant]; known are [scenario] and [policy NAME]"},
		{HEAD RELAY "[policy]\nx = 1\n",
			"6: unknown group [policy]; known are [scenario] and [policy NAME]"},
		{HEAD RELAY "[policy relays]\ncites = J1\n",
			"6: \"relays\" is no policy; known are default, default+consent, "
			"default_public_and_private_interfaces, default_public_interface_only, "
			"disable_non_proxied_udp, force_proxy, relay"},
		{HEAD RELAY "\n " RELAY, "7: the group [policy relay] stands twice"},
		{HEAD RELAY HEAD, "6: the group [scenario] stands twice"},
		{HEAD "topology = lan\n" RELAY, "4: the key \"topology\" stands twice"},
		{HEAD RELAY " cites=N8\n", "6: the key \"cites\" stands twice"},
		{HEAD "\xff\n" RELAY, "1: not UTF-8"},
		{HEAD "[policy relay]\ncites = J1\r", "5: a control character (byte 13)"},
		{HEAD "stun = stun4\x1b[2J\n" RELAY, "4: a control character (byte 27)"},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		check_refused(cases[i].text, cases[i].wanted);
	/* The same key in two groups is not the same, and a comment is none. The head may stand last.
	 */
	g_autoptr(IcelabScenario) scenario =
		icelab_scenario_parse("# x = y\n# x = y\n\n\n[policy relay]\nmay = relay@x\ncites = "
							  "J1\n[policy default]\nmay = relay@x\ncites = "
							  "N7\n" HEAD,
			"x", NULL);

	assert_non_null(scenario);
	assert_int_equal(scenario->expectations->len, 2);
}

/* Where GKeyFile itself says no: the line, and its words. */
static void test_no_ini(void **state)
{
	static const struct {
		const char *text;
		const char *line;
	} cases[] = {
		{"hello\n", "1"},
		{HEAD "must\n", "4"},
		{HEAD "# comment\n\n[policy relay\ncites = J1\n", "6"},
		{"title = x\n" HEAD, "1"},
		/* A name that GKeyFile does not allow. */
		{HEAD "# comment\n= 1\n", "5"},
		{HEAD "[policy relay]\n\na[b = 1\ncites = J1\n", "6"},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *start = g_strdup_printf("a/b.ini:%s: ", cases[i].line);

		assert_null(icelab_scenario_parse(cases[i].text, "a/b.ini", &error));
		assert_true(g_error_matches(error, ICELAB_SCENARIO_ERROR, 0));
		if (!g_str_has_prefix(error->message, start))
			fail_msg("%s, not %s", error->message, start);
		assert_true(strlen(error->message) > strlen(start));
	}
}

/* Each key stands in line 7, behind a group that has the same key. */
static void test_bad_policies(void **state)
{
#define NO_CANDIDATE(word)                                                                         \
	"7: \"" word "\" is no candidate; write TYPE@NAME or TYPE/tcp@NAME with host, srflx, prflx "   \
	"or relay"
#define NO_FLOW(word) "7: \"" word "\" is no flow; write SOURCE>INTERFACE, as in tun4>tun0"
	static const struct {
		const char *key;
		const char *wanted;
	} cases[] = {
		{"must = host@lan4 host", NO_CANDIDATE("host")},
		{"should = @lan4", NO_CANDIDATE("@lan4")},
		{"may = host@", NO_CANDIDATE("host@")},
		{"must=hosts@lan4", NO_CANDIDATE("hosts@lan4")},
		{"must = hos@lan4", NO_CANDIDATE("hos@lan4")},
		{"must = Host@lan4", NO_CANDIDATE("Host@lan4")},
		{"must = /tcp@lan4", NO_CANDIDATE("/tcp@lan4")},
		{"must = host/udp@lan4", NO_CANDIDATE("host/udp@lan4")},
		{"must = host/tcp/tcp@lan4", NO_CANDIDATE("host/tcp/tcp@lan4")},
		{"  must = host@lan4 # why", NO_CANDIDATE("#")},
		{"must = host@lan4\\q host\\", NO_CANDIDATE("host\\")},
		{"wire = lan4", NO_FLOW("lan4")},
		{"wire = lan4>eth0>tun0", NO_FLOW("lan4>eth0>tun0")},
		{"wire = lan4>", NO_FLOW("lan4>")},
		{"wire = >eth0", NO_FLOW(">eth0")},
		{"wires = lan4>eth0",
			"7: unknown key \"wires\"; known are must, should, may, raddr, wire, uses and cites"},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf(HEAD "[policy default]\n"
													 "cites = N7\n"
													 "[policy relay]\n"
													 "%s\n"
													 "cites = J1\n",
			cases[i].key);

		check_refused(text, cases[i].wanted);
	}
	check_refused(
		HEAD "[policy relay]\nmay = relay@x\n", "4: cites is missing: which clauses is this from?");
	check_refused(
		HEAD "[policy relay]\ncites =\n", "4: cites is missing: which clauses is this from?");
}

/* In a group whose name begins another's, and behind a key as long. */
static void test_similar_lines(void **state)
{
	(void)state;
	check_refused(HEAD "[policy default+consent]\n"
					   "uses = x\n"
					   "must = host@x\n"
					   "cites = N4\n"
					   "[policy default]\n"
					   "uses = x\n"
					   "must = x\n"
					   "cites = N7\n",
		"10: \"x\" is no candidate; write TYPE@NAME or TYPE/tcp@NAME with host, srflx, prflx or "
		"relay");
}

static void write_file(const char *folder, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void remove_file(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	assert_int_equal(g_unlink(path), 0);
}

static void test_folder(void **state)
{
	static const char *const names[] = {
		"f.ini", "b.ini", "e.ini", "a.ini", "g.ini", "d.ini", "c.ini"};
	g_autofree char *folder = g_dir_make_tmp("icelab-XXXXXX", NULL);
	g_autoptr(GPtrArray) scenarios = NULL;
	g_autoptr(GPtrArray) none = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) absent = NULL;
	g_autofree char *wanted =
		g_strdup_printf("%s/zz.ini:1: the group [scenario] is missing", folder);

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		write_file(folder, names[i], HEAD RELAY);
	write_file(folder, "known-failures.ini", "[x]\n");
	write_file(folder, "README.md", "no INI\n");
	scenarios = icelab_scenario_load_folder(folder, NULL);
	assert_int_equal(scenarios->len, G_N_ELEMENTS(names));
	for (guint i = 0; i < scenarios->len; i++) {
		const IcelabScenario *scenario = scenarios->pdata[i];

		assert_int_equal(scenario->name[0], 'a' + (int)i);
	}
	write_file(folder, "zz.ini", "");
	none = icelab_scenario_load_folder(folder, &error);
	assert_null(none);
	assert_string_equal(error->message, wanted);
	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		remove_file(folder, names[i]);
	remove_file(folder, "zz.ini");
	remove_file(folder, "known-failures.ini");
	remove_file(folder, "README.md");
	assert_int_equal(g_rmdir(folder), 0);
	none = icelab_scenario_load_folder(folder, &absent);
	assert_null(none);
	assert_non_null(absent);
	assert_null(icelab_scenario_load("/nonexistent/x.ini", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_bad_heads),
		cmocka_unit_test(test_no_ini),
		cmocka_unit_test(test_bad_policies),
		cmocka_unit_test(test_similar_lines),
		cmocka_unit_test(test_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
