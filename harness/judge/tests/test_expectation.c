/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "judge/expectation.h"
#include "world.h"

/* What follows from the kernel's routes and addresses. */

static char *compute(const World *world, const char *policy, const char *without, const char *more)
{
	g_autoptr(IcelabBook) book = world_book(world);
	g_autoptr(IcelabScenario) scenario = world_scenario(world, "");
	g_autoptr(IcelabObservation) observation = world_observation(world, policy, without, more);
	g_autoptr(GError) error = NULL;
	IcelabPolicy known;
	IcelabExpectation *expectation;
	char *text;

	assert_true(icelab_policy_from_label(policy, &known));
	expectation = icelab_expectation_compute(scenario, book, observation, known, &error);
	assert_true((expectation == NULL) == (error != NULL));
	if (expectation == NULL)
		return g_strdup(error->message);
	text = icelab_expectation_text(expectation);
	icelab_expectation_free(expectation);
	return text;
}

static void check(const Case *cases, gsize count)
{
	for (gsize i = 0; i < count; i++) {
		g_autofree char *text =
			compute(cases[i].world, cases[i].policy, cases[i].without, cases[i].more);

		if (!g_str_equal(text, cases[i].wanted))
			fail_msg("case %zu:\n%swanted:\n%s", i, text, cases[i].wanted);
	}
}

static void test_lan(void **state)
{
	static const Case cases[] = {
		{&world_lan, CONSENT, NULL, NULL,
			"[policy " CONSENT "]\n"
			"should = host@lan4 srflx@isp4\n"
			"may    = host/tcp@lan4 host@link6 host/tcp@link6 srflx/tcp@isp4\n"
			"raddr  = lan4 link6 hidden\n"
			"wire   = lan4>eth0 link6>eth0\n"
			"uses   = eth0\n"},
		{&world_lan, PRIVATE, NULL, NULL,
			"[policy " PRIVATE "]\n"
			"must   = host@lan4\n"
			"should = srflx@isp4\n"
			"may    = host/tcp@lan4 srflx/tcp@isp4\n"
			"raddr  = lan4 hidden\n"
			"wire   = lan4>eth0\n"},
		{&world_lan, FORCE, NULL, NULL,
			"[policy " FORCE "]\n"
			"must   = srflx@isp4\n"
			"may    = srflx/tcp@isp4\n"
			"raddr  = hidden\n"
			"wire   = lan4>eth0\n"},
		{&world_lan, NO_UDP, NULL, NULL, "[policy " NO_UDP "]\n"},
		{&world_lan, RELAY, NULL, NULL, "[policy " RELAY "]\n"},
		/* An interface that is down, and one without a way to the server. */
		{&world_lan, CONSENT, "local {lan4}\nroute",
			"local {lan4}/24 eth0 down\nroute {stun4} unreachable",
			"[policy " CONSENT "]\n"
			"may    = host@link6 host/tcp@link6 srflx@isp4 srflx/tcp@isp4\n"
			"raddr  = link6 hidden\n"
			"wire   = link6>eth0\n"},
		{&world_lan, PUBLIC, "route", "route {stun4} unreachable\nroute {web4} unreachable",
			"[policy " PUBLIC "]\n"
			"raddr  = hidden\n"},
		{&world_lan, PRIVATE, "route", NULL, "[policy " PRIVATE "]\nraddr  = hidden\n"},
		/* A way to the server, but none to the web: there is no chosen address, and either reading
		 * of the rule is right. */
		{&world_lan, PRIVATE, "route {web4}", "route {web4} unreachable",
			"[policy " PRIVATE "]\n"
			"may    = srflx@isp4 srflx/tcp@isp4\n"
			"raddr  = hidden\n"
			"wire   = lan4>eth0\n"},
		{&world_lan, PUBLIC, "route {stun4}", "route {stun4} unreachable",
			"[policy " PUBLIC "]\n"
			"may    = srflx@isp4 srflx/tcp@isp4\n"
			"raddr  = hidden\n"
			"wire   = lan4>eth0\n"},
	};

	(void)state;
	check(cases, G_N_ELEMENTS(cases));
}

static void test_tunnels(void **state)
{
	static const Case cases[] = {
		{&world_full, PUBLIC, NULL, NULL,
			"[policy " PUBLIC "]\n"
			"must   = srflx@exit4\n"
			"may    = srflx/tcp@exit4\n"
			"raddr  = hidden\n"
			"wire   = tun4>tun0\n"},
		/* The server is routed beside the chosen interface. */
		{&world_full, PUBLIC, "route {stun4}", "route {stun4} eth0 {lan4}",
			"[policy " PUBLIC "]\n"
			"may    = srflx@isp4 srflx@exit4 srflx/tcp@isp4 srflx/tcp@exit4\n"
			"raddr  = hidden\n"
			"wire   = lan4>eth0 tun4>tun0 tun4>eth0\n"},
		/* No NAT at its end: the tunnel's own address is what servers see. */
		{&world_full, PRIVATE, NULL, "local {exit4}/32 tun0",
			"[policy " PRIVATE "]\n"
			"must   = host@tun4\n"
			"may    = host/tcp@tun4\n"
			"raddr  = tun4 hidden\n"
			"wire   = tun4>tun0\n"},
		{&world_full, PRIVATE, "route {stun4}", "local {exit4}/32 tun0\nroute {stun4} tun0 {exit4}",
			"[policy " PRIVATE "]\n"
			"must   = host@tun4\n"
			"may    = host/tcp@tun4 srflx@exit4 srflx/tcp@exit4\n"
			"raddr  = tun4 hidden\n"
			"wire   = exit4>tun0 tun4>tun0\n"},
	};

	(void)state;
	check(cases, G_N_ELEMENTS(cases));
}

static void test_dual_stack(void **state)
{
#define OLD "local {lan6_old}/64 eth0\n"
	static const Case cases[] = {
		/* A permanent address beside the temporary one is discarded (T1) ... */
		{&world_six, PRIVATE, "local {lan6_old}", OLD,
			"[policy " PRIVATE "]\n"
			"must   = host@lan4 host@lan6_temp\n"
			"should = srflx@isp4\n"
			"may    = host/tcp@lan4 host/tcp@lan6_temp srflx@lan6_temp srflx/tcp@isp4 "
			"srflx/tcp@lan6_temp\n"
			"raddr  = lan4 lan6_temp hidden\n"
			"wire   = lan4>eth0 lan6_temp>eth0\n"},
		{&world_six, CONSENT, "local {lan6_old}\nlocal {ula6}", OLD,
			"[policy " CONSENT "]\n"
			"should = host@lan4 host@lan6_temp srflx@isp4\n"
			"may    = host/tcp@lan4 host/tcp@lan6_temp srflx@lan6_temp srflx/tcp@isp4 "
			"srflx/tcp@lan6_temp\n"
			"raddr  = lan4 lan6_temp hidden\n"
			"wire   = lan4>eth0 lan6_temp>eth0\n"
			"uses   = eth0\n"},
		/* ... and wanted where there is none. */
		{&world_six, CONSENT, "local {lan6_old}\nlocal {lan6_temp}\nroute {stun6}\nroute {web6}",
			OLD "route {stun6} eth0 {lan6_old}\n"
				"route {web6} eth0 {lan6_old}",
			"[policy " CONSENT "]\n"
			"should = host@lan4 host@lan6_old srflx@isp4 srflx@lan6_temp\n"
			"may    = host/tcp@lan4 host@ula6 host/tcp@ula6 host/tcp@lan6_old srflx/tcp@isp4 "
			"srflx/tcp@lan6_temp\n"
			"raddr  = lan4 ula6 lan6_old hidden\n"
			"wire   = lan4>eth0 ula6>eth0 lan6_old>eth0\n"
			"uses   = eth0\n"},
		/* One that tells its MAC, and no better one: nobody is asked for it. */
		{&world_six, PRIVATE,
			"local {lan6_old}\nlocal {lan6_temp}\nlocal {ula6}\nroute {stun6}\nroute {web6}",
			"local {lan6_temp}/64 eth0 down\n"
			"route {stun6} eth0 {lan6_eui64}\n"
			"route {web6} eth0 {lan6_eui64}",
			"[policy " PRIVATE "]\n"
			"must   = host@lan4\n"
			"should = srflx@isp4\n"
			"may    = host/tcp@lan4 host@lan6_eui64 host/tcp@lan6_eui64 srflx@lan6_eui64 "
			"srflx/tcp@isp4 srflx/tcp@lan6_eui64\n"
			"raddr  = lan4 lan6_eui64 hidden\n"
			"wire   = lan4>eth0 lan6_eui64>eth0\n"},
		/* IPv6 leaves nowhere. */
		{&world_six, PRIVATE, "route {stun6}\nroute {web6}",
			"route {stun6} unreachable\nroute {web6} unreachable",
			"[policy " PRIVATE "]\n"
			"must   = host@lan4\n"
			"should = srflx@isp4\n"
			"may    = host/tcp@lan4 srflx/tcp@isp4\n"
			"raddr  = lan4 hidden\n"
			"wire   = lan4>eth0\n"},
		{&world_six, PUBLIC, NULL, NULL,
			"[policy " PUBLIC "]\n"
			"must   = srflx@isp4\n"
			"should = srflx@lan6_temp\n"
			"may    = srflx/tcp@isp4 srflx/tcp@lan6_temp\n"
			"raddr  = hidden\n"
			"wire   = lan4>eth0 lan6_temp>eth0\n"},
	};

	(void)state;
	check(cases, G_N_ELEMENTS(cases));
}

static void test_what_cannot_be_computed(void **state)
{
	World absent = world_lan;
	World first = world_lan;
	World strange = world_lan;
	const Case cases[] = {
		{&absent, PRIVATE, NULL, NULL, "lan has no server called \"stun9\""},
		{&first, PRIVATE, NULL, NULL, "lan has no server called \"stun9\""},
		{&world_lan, RELAY, "local", "local 192.168.9.9/24 eth1",
			"the client has 192.168.9.9 on eth1, which the address book of lan does not name; give "
			"it a name in the topology"},
		{&world_lan, RELAY, NULL, "local 192.168.9.9/24 eth1",
			"the client has 192.168.9.9 on eth1, which the address book of lan does not name; give "
			"it a name in the topology"},
		{&world_lan, RELAY, NULL, "local 127.9.9.9/8 lo\nlocal 192.168.9.9/24 eth1 down",
			"[policy " RELAY "]\n"},
	};

	(void)state;
	absent.stun = "stun4 stun9";
	first.stun = "stun9 stun4";
	strange.stun = "";
	check(cases, G_N_ELEMENTS(cases));

	g_autofree char *none = compute(&strange, PUBLIC, NULL, NULL);

	assert_string_equal(none, "[policy " PUBLIC "]\nraddr  = hidden\n");
}

/* What is printed can be written into a file, and is then agreed with. */
static void test_text_is_a_group(void **state)
{
	static const World *const worlds[] = {&world_lan, &world_full, &world_split, &world_six};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(worlds); i++) {
		for (const char *const *label = icelab_policy_labels(); *label != NULL; label++) {
			World world = *worlds[i];
			g_autofree char *text = compute(worlds[i], *label, NULL, NULL);
			g_autofree char *group = g_strconcat(text, "cites = N8\n", NULL);

			world.policies = group;

			g_autoptr(IcelabResult) result = world_judge(&world, "", *label, NULL, NULL);

			assert_int_equal(result->verdict, ICELAB_PASS);
		}
	}
}

static void test_disagreement(void **state)
{
	static const struct {
		const char *old;
		const char *new;
		const char *wanted;
	} cases[] = {
		{"must = host@lan4", "must = host@lan4 host@link6", "must has host@link6"},
		{"must = host@lan4", "must = host/tcp@lan4", "must has host/tcp@lan4"},
		{"must = host@lan4", "must =", "must lacks host@lan4"},
		{"should = srflx@isp4", "should =", "should lacks srflx@isp4"},
		{"should = srflx@isp4", "should = srflx@isp4 relay@stun4", "should has relay@stun4"},
		{"may = host/tcp@lan4", "may =", "may lacks host/tcp@lan4"},
		{"may = host/tcp@lan4", "may = host/tcp@lan4 prflx@isp4", "may has prflx@isp4"},
		{"raddr = lan4 hidden", "raddr = lan4 link6 hidden", "raddr has link6"},
		{"raddr = lan4 hidden", "raddr = hidden", "raddr lacks lan4"},
		{"raddr = lan4 hidden", "raddr = lan4", "raddr lacks hidden"},
		{"wire = lan4>eth0", "wire = lan4>eth0 lan4>tun0", "wire has lan4>tun0"},
		{"wire = lan4>eth0", "wire =", "wire lacks lan4>eth0"},
		{"cites = N7", "uses = eth0\ncites = N7", "uses has eth0"},
	};
	const char *group = strstr(world_lan.policies, "[policy " PRIVATE);

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		World world = world_lan;
		g_autoptr(GString) policies = g_string_new(group);
		g_autofree char *wanted = g_strdup_printf(
			"broken: scenarios/world.ini:6: [policy " PRIVATE
			"] %s, but the kernel's routes and the policy's rules say otherwise; \"icelab expect "
			"world\" prints what they say\n",
			cases[i].wanted);

		assert_int_equal(g_string_replace(policies, cases[i].old, cases[i].new, 1), 1);
		world.policies = policies->str;

		const Case one = {&world, PRIVATE, NULL, NULL, wanted};

		world_check_cases(&one, 1, "");
	}

	World unused = world_lan;
	World unknown = world_lan;
	const Case last[] = {
		{&unused, CONSENT, NULL, NULL,
			"broken: scenarios/world.ini:6: [policy " CONSENT
			"] uses lacks eth0, but the kernel's routes and the policy's rules say otherwise; "
			"\"icelab expect world\" prints what they say\n"},
		{&unknown, RELAY, NULL, NULL, "broken: scenarios/world.ini:6: there is no clause N99\n"},
		{&unknown, NO_UDP, NULL, NULL, "broken: scenarios/world.ini:8: there is no clause N98\n"},
	};

	unused.policies = "[policy " CONSENT "]\n"
					  "should = host@lan4 srflx@isp4\n"
					  "may = host@link6 host/tcp@lan4 host/tcp@link6 srflx/tcp@isp4\n"
					  "raddr = lan4 link6 hidden\n"
					  "wire = lan4>eth0 link6>eth0\n"
					  "cites = N4\n";
	unknown.policies = "[policy " RELAY "]\ncites = N8 N99\n"
					   "[policy " NO_UDP "]\ncites = N98 N10\n";
	WORLD_CHECK(last, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lan),
		cmocka_unit_test(test_tunnels),
		cmocka_unit_test(test_dual_stack),
		cmocka_unit_test(test_what_cannot_be_computed),
		cmocka_unit_test(test_text_is_a_group),
		cmocka_unit_test(test_disagreement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
