/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/scenario.h"

/* The sets in memory, and a scenario held against the book of its topology. */

static void test_sets(void **state)
{
	IcelabExpectation *expectation =
		icelab_expectation_new((IcelabPolicy){ICELAB_POLICY_RELAY, false});
	g_autofree char *udp =
		icelab_expected_text(ICELAB_CANDIDATE_SRFLX, ICELAB_TRANSPORT_UDP, "exit4");
	g_autofree char *tcp =
		icelab_expected_text(ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_TCP, "lan4");

	(void)state;
	assert_int_equal(expectation->policy.name, ICELAB_POLICY_RELAY);
	assert_string_equal(udp, "srflx@exit4");
	assert_string_equal(tcp, "host/tcp@lan4");
	icelab_expectation_add(expectation->may, ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_UDP, "lan4");
	icelab_expectation_add(expectation->may, ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_UDP, "lan4");
	assert_int_equal(expectation->may->len, 1);
	assert_true(icelab_expectation_has(
		expectation->may, ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_UDP, "lan4"));
	assert_false(icelab_expectation_has(
		expectation->may, ICELAB_CANDIDATE_SRFLX, ICELAB_TRANSPORT_UDP, "lan4"));
	assert_false(icelab_expectation_has(
		expectation->may, ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_TCP, "lan4"));
	assert_false(icelab_expectation_has(
		expectation->may, ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_UDP, "lan40"));
	icelab_expectation_add_wire(expectation, "lan4", "eth0");
	icelab_expectation_add_wire(expectation, "lan4", "eth0");
	assert_int_equal(expectation->wire->len, 1);
	assert_true(icelab_expectation_has_wire(expectation, "lan4", "eth0"));
	assert_false(icelab_expectation_has_wire(expectation, "tun4", "eth0"));
	assert_false(icelab_expectation_has_wire(expectation, "lan4", "tun0"));
	g_ptr_array_add(expectation->raddr, g_strdup("lan4"));
	assert_true(icelab_names_have(expectation->raddr, "lan4"));
	assert_false(icelab_names_have(expectation->raddr, "lan"));
	assert_false(icelab_names_have(expectation->uses, "lan4"));
	icelab_expectation_free(expectation);
}

static const char book_text[] = "topology lan\n"
								"node client client\n"
								"node stun stun\n"
								"address lan4 192.168.1.10 client eth0\n"
								"address isp4 203.0.113.10 client eth1\n"
								"address stun4 192.0.2.53 stun eth0\n"
								"address web4 192.0.2.80 stun eth0\n"
								"server stun4 3478\n";

static const char good[] = "[scenario]\n"
						   "title = A title\n"
						   "topology = lan\n"
						   "stun = stun4\n"
						   "protects = lan4 isp4\n"
						   "[policy default]\n"
						   "must = host@lan4\n"
						   "should = srflx@isp4\n"
						   "may = host/tcp@lan4\n"
						   "raddr = lan4 hidden\n"
						   "wire = lan4>eth0\n"
						   "uses = eth0\n"
						   "cites = N7\n"
						   "[policy relay]\n"
						   "may = relay@stun4\n"
						   "cites = J1\n";

static void test_against_book(void **state)
{
#define NO_ADDRESS(line)                                                                           \
	"lan.ini:" line ": the topology lan has no address called \"lan9\"; see its address book "     \
	"with \"icelab shell lan\""
	static const struct {
		const char *old;
		const char *new;
		const char *wanted; /* NULL where it fits */
	} cases[] = {
		{"uses = eth0", "uses = eth0", NULL},
		/* Interfaces and clauses are none of the book's. */
		{"uses = eth0", "uses = eth9", NULL},
		{"stun = stun4", "stun =", NULL},
		{"stun = stun4", "stun = stun4 web4",
			"lan.ini:1: the topology lan has no server called \"web4\""},
		{"stun = stun4", "stun = stun9",
			"lan.ini:1: the topology lan has no server called \"stun9\""},
		{"protects = lan4 isp4", "protects = isp4 lan9", NO_ADDRESS("1")},
		{"protects = lan4 isp4", "protects = lan9", NO_ADDRESS("1")},
		{"wire = lan4>eth0", "wire = lan9>eth0", NO_ADDRESS("6")},
		{"raddr = lan4 hidden", "raddr = lan9", NO_ADDRESS("6")},
		{"must = host@lan4", "must = host@lan4 srflx@lan9", NO_ADDRESS("6")},
		{"should = srflx@isp4", "should = srflx@lan9", NO_ADDRESS("6")},
		{"may = host/tcp@lan4", "may = host/tcp@lan9", NO_ADDRESS("6")},
		{"raddr = lan4 hidden", "raddr = hidden lan9", NO_ADDRESS("6")},
		{"wire = lan4>eth0", "wire = lan4>eth0 lan9>eth0", NO_ADDRESS("6")},
		{"may = relay@stun4", "may = relay@lan9", NO_ADDRESS("14")},
	};
	g_autoptr(IcelabBook) book = icelab_book_parse(book_text, "book", NULL);

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GString) text = g_string_new(good);
		g_autoptr(GError) error = NULL;
		g_autoptr(IcelabScenario) scenario = NULL;

		assert_int_equal(g_string_replace(text, cases[i].old, cases[i].new, 1), 1);
		scenario = icelab_scenario_parse(text->str, "lan.ini", &error);
		assert_null(error);
		assert_int_equal(icelab_scenario_check(scenario, book, &error), cases[i].wanted == NULL);
		if (cases[i].wanted == NULL) {
			assert_null(error);
			continue;
		}
		assert_true(g_error_matches(error, ICELAB_SCENARIO_ERROR, 0));
		assert_string_equal(error->message, cases[i].wanted);
	}
}

static void test_expectation_of_policy(void **state)
{
	g_autoptr(IcelabScenario) scenario = icelab_scenario_parse(good, "lan.ini", NULL);
	const IcelabExpectation *expectation =
		icelab_scenario_expectation(scenario, (IcelabPolicy){ICELAB_POLICY_RELAY, false});

	(void)state;
	assert_ptr_equal(expectation, scenario->expectations->pdata[1]);
	expectation =
		icelab_scenario_expectation(scenario, (IcelabPolicy){ICELAB_POLICY_DEFAULT, false});
	assert_ptr_equal(expectation, scenario->expectations->pdata[0]);
	assert_null(icelab_scenario_expectation(scenario, (IcelabPolicy){ICELAB_POLICY_DEFAULT, true}));
	assert_null(
		icelab_scenario_expectation(scenario, (IcelabPolicy){ICELAB_POLICY_FORCE_PROXY, false}));
	icelab_scenario_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_against_book),
		cmocka_unit_test(test_expectation_of_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
