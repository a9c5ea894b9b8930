/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge/clause.h"
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

static void test_doubtful_sensors(void **state)
{
	static const Case cases[] = {
		{&world_full, PRIVATE, "sensor", NULL, "broken: no sensor on client has reported\n"},
		{&world_full, PRIVATE, "sensor client", NULL, "broken: no sensor on client has reported\n"},
		{&world_full, PRIVATE, "sensor vpn", NULL, "broken: no sensor on vpn has reported\n"},
		{&world_full, PRIVATE, "sensor router", "sensor router 4 deaf",
			"broken: the sensor on router did not see its canary\n"},
		{&world_full, PRIVATE, "sensor client", "sensor client 4 drops",
			"broken: the sensor on client dropped 1 frames\n"},
		{&world_full, PRIVATE, "sensor",
			"sensor client 4 deaf\nsensor router 4\nsensor stun 4\nsensor vpn 4",
			"broken: the sensor on client did not see its canary\n"},
		/* More than are needed, but one of them blind. */
		{&world_full, PRIVATE, NULL, "sensor core 4\nsensor more 4 deaf",
			"broken: the sensor on more did not see its canary\n"},
		{&world_full, PRIVATE, NULL, "sensor core 0", "pass\n"},
		/* Nothing is said of an implementation that was not seen, though it leaks. */
		{&world_full, PRIVATE, "sensor client",
			"sensor client 4 drops\ncandidate candidate:9 1 UDP 1 {lan4} 5 typ host",
			"broken: the sensor on client dropped 1 frames\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "lan4");
}

#define SAYS                                                                                       \
	", but the kernel's routes and the policy's rules say otherwise; \"icelab expect world\" "     \
	"prints what they say\n"

static void test_doubtful_expectations(void **state)
{
	static const Case cases[] = {
		{&world_full, PRIVATE, "route {stun4}", "route {stun4} eth0 {lan4}",
			"broken: scenarios/world.ini:20: [policy " PRIVATE "] should has srflx@exit4" SAYS},
		{&world_full, PRIVATE, "route {web4}", "route {web4} eth0 {lan4}",
			"broken: scenarios/world.ini:20: [policy " PRIVATE "] must has host@tun4" SAYS},
		{&world_full, PRIVATE, "local {tun4}", "local 10.8.0.3/24 tun0",
			"broken: the client has 10.8.0.3 on tun0, which the address book of vpn-full does not "
			"name; give it a name in the topology\n"},
		{&world_full, PRIVATE, NULL, "local 10.8.0.3/24 tun0 down", "pass\n"},
		{&world_full, FORCE, NULL, NULL,
			"broken: scenarios/world.ini expects nothing of the policy force_proxy\n"},
		{&world_full, "x-7f3a", NULL, NULL,
			"broken: scenarios/world.ini expects nothing of the policy x-7f3a\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

/* A scenario that speaks of what the topology does not have. */
static void test_doubtful_scenario(void **state)
{
	g_autoptr(IcelabResult) result = world_judge(&world_full, "lan9", PRIVATE, NULL, NULL);
	g_autofree char *text = world_describe(result);

	(void)state;
	assert_string_equal(text,
		"broken: scenarios/world.ini:1: the topology vpn-full has no address called \"lan9\"; see "
		"its address book with \"icelab shell world\"\n");
}

static void test_outcomes(void **state)
{
	static const struct {
		IcelabOutcome outcome;
		const char *wanted;
	} cases[] = {
		{ICELAB_OUTCOME_UNSUPPORTED, "unsupported: it says why\n"},
		{ICELAB_OUTCOME_SKIP, "skip: it says why\n"},
		{ICELAB_OUTCOME_BROKEN, "broken: it says why\n"},
	};
	g_autoptr(IcelabBook) book = world_book(&world_lan);
	g_autoptr(IcelabScenario) scenario = world_scenario(&world_lan, "lan4");

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(IcelabObservation) observation =
			world_observation(&world_lan, PRIVATE, "sensor", NULL);

		observation->lab_ms = 1.5;
		observation->gather_ms = 2.5;
		icelab_observation_end(observation, cases[i].outcome, "it says %s", "why");

		g_autoptr(IcelabResult) result = icelab_judge(scenario, book, observation);
		g_autofree char *text = world_describe(result);

		assert_string_equal(text, cases[i].wanted);
		assert_true(result->lab_ms > 1.4 && result->lab_ms < 1.6);
		assert_true(result->gather_ms > 2.4 && result->gather_ms < 2.6);
		assert_null(result->signature);
	}
}

/* What cannot be read makes the cell broken: it may hide anything. */
static void test_hostile_text(void **state)
{
#define CANDIDATE(why, shown) "broken: a candidate line cannot be read: " why ": \"" shown "\"\n"
#define LINE(number, why, shown)                                                                   \
	"broken: line " number " of a session description cannot be read: " why ": \"" shown "\"\n"
	static const Case cases[] = {
		{&world_six, PRIVATE, NULL, "candidate hello",
			CANDIDATE("line: does not begin with \"candidate:\"", "hello")},
		{&world_six, PRIVATE, NULL, "candidate candidate:9 1 UDP 1 010.0.0.1 5 typ host",
			CANDIDATE("connection-address: neither an IP address nor a name",
				"candidate:9 1 UDP 1 010.0.0.1 5 typ host")},
		{&world_six, PRIVATE, NULL, "late candidate:9 1 UDP 1 {lan4} 5 typ \033[2J",
			CANDIDATE("line: a control character or a byte beyond ASCII",
				"candidate:9 1 UDP 1 192.168.1.10 5 typ \\033[2J")},
		{&world_six, PRIVATE, NULL, "sdp v=0|c=IN IP4 ::1|",
			LINE("2", "address: of the other family than its addrtype", "c=IN IP4 ::1")},
		{&world_six, PRIVATE, NULL, "sdp v=0|s=-|a=candidate:9 1 UDP 1 {lan4} 5 typ|",
			LINE("3", "typ: neither host, srflx, prflx nor relay",
				"a=candidate:9 1 UDP 1 192.168.1.10 5 typ")},
		{&world_six, PRIVATE, NULL, "initial o=\033|",
			LINE("1", "line: a control character", "o=\\033")},
		/* The end of candidates, and lines of other types that look like candidates. */
		{&world_six, PRIVATE, NULL, "candidate ", "pass\n"},
		{&world_six, PRIVATE, NULL, "stats {\"candidate\":\"hello\",\"sdp\":\"c=IN IP4 x\"}",
			"pass\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

static void test_many_candidates(void **state)
{
	(void)state;
	for (guint count = 1000; count <= 1001; count++) {
		g_autoptr(GString) more = g_string_new(NULL);

		/* Three there are already, and one of them is told again. */
		for (guint i = 1; i <= count - 3; i++)
			g_string_append_printf(
				more, "candidate candidate:1 %u UDP %u {lan4} 5 typ host\n", 1 + i % 256, i);
		g_string_append(more, "candidate candidate:1 1 UDP 2130706431 {lan4} 50000 typ host\n");

		const Case one = {&world_six, PRIVATE, NULL, more->str,
			count == 1000 ? "pass\n" : "broken: more than 1000 candidates\n"};

		world_check_cases(&one, 1, "");
	}
}

static void test_many_described_candidates(void **state)
{
	g_autoptr(GString) more = g_string_new("sdp v=0|");

	(void)state;
	for (guint i = 1; i <= 1001; i++)
		g_string_append_printf(more, "a=candidate:1 %u UDP %u {lan4} 5 typ host|", 1 + i % 256, i);

	const Case one = {&world_six, PRIVATE, NULL, more->str, "broken: more than 1000 candidates\n"};

	world_check_cases(&one, 1, "");
}

/* No text, however broken, ends the judge itself. */
static void test_random_text(void **state)
{
	static const char valid[] =
		"candidate:2 1 UDP 1694498815 203.0.113.10 61000 typ srflx raddr 192.168.1.10 rport 50000";
	g_autoptr(IcelabBook) book = world_book(&world_full);
	g_autoptr(IcelabScenario) scenario = world_scenario(&world_full, "lan4 isp4 tun4");

	(void)state;
	srand(2);
	for (guint i = 0; i < 3000; i++) {
		g_autoptr(IcelabObservation) observation =
			world_observation(&world_full, PRIVATE, NULL, NULL);
		g_autofree char *line = g_strdup(valid);
		g_autofree char *sdp = NULL;
		JsonObject *candidate = json_object_new();
		JsonObject *description = json_object_new();

		for (guint k = 0; k < 1 + i % 3; k++)
			line[(gsize)rand() % (sizeof valid - 1)] = (char)(1 + rand() % 255);
		sdp = g_strdup_printf("v=0\r\nc=IN IP4 %s\r\na=%s\n", line + 60, line);
		json_object_set_string_member(candidate, "type", "candidate");
		json_object_set_string_member(candidate, "candidate", line);
		json_object_set_string_member(description, "type", "sdp");
		json_object_set_string_member(description, "sdp", sdp);
		icelab_observation_add_event(observation, 0, FALSE, candidate);
		icelab_observation_add_event(observation, 0, TRUE, description);

		g_autoptr(IcelabResult) result = icelab_judge(scenario, book, observation);

		assert_true(result->verdict != ICELAB_UNSUPPORTED && result->verdict != ICELAB_SKIP);
		assert_true((result->verdict == ICELAB_BROKEN) == (result->reason != NULL));
	}
}

/* The same arguments, the same result. */
static void test_pure(void **state)
{
	g_autoptr(IcelabBook) book = world_book(&world_full);
	g_autoptr(IcelabScenario) scenario = world_scenario(&world_full, "lan4 isp4");
	g_autoptr(IcelabObservation) observation = world_observation(&world_full, DEFAULT, NULL,
		"candidate candidate:9 1 UDP 1 {lan4} 5 typ host\n"
		"in stun eth0 stun udp {isp4} 5 {stun4} 3478");
	g_autofree char *before = icelab_observation_to_json(observation);
	g_autoptr(IcelabResult) first = icelab_judge(scenario, book, observation);
	g_autoptr(IcelabResult) second = icelab_judge(scenario, book, observation);
	g_autofree char *after = icelab_observation_to_json(observation);
	g_autofree char *one = world_describe(first);
	g_autofree char *two = world_describe(second);

	(void)state;
	assert_string_equal(one, "fail\nN11 fail lan4 candidate host udp\nisp4 wire\nlan4 host\n");
	assert_string_equal(one, two);
	assert_string_equal(before, after);
	assert_string_equal(first->signature, second->signature);
}

static void test_clauses(void **state)
{
	(void)state;
	assert_string_equal(icelab_clause("N8")->id, "N8");
	assert_string_equal(icelab_clause("N8")->source, "RFC 8828 5.2, mode 3");
	assert_string_equal(icelab_clause("L38")->id, "L38");
	assert_null(icelab_clause("N99"));
	assert_null(icelab_clause(""));
	assert_null(icelab_clause("N"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean_cells),
		cmocka_unit_test(test_doubtful_sensors),
		cmocka_unit_test(test_doubtful_expectations),
		cmocka_unit_test(test_doubtful_scenario),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_many_candidates),
		cmocka_unit_test(test_many_described_candidates),
		cmocka_unit_test(test_random_text),
		cmocka_unit_test(test_pure),
		cmocka_unit_test(test_clauses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
