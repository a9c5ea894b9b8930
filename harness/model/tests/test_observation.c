/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/observation.h"

static IcelabAddress address(const char *text)
{
	IcelabAddress parsed;

	assert_true(icelab_address_parse(text, strlen(text), &parsed));
	return parsed;
}

static void test_first_end_stays(void **state)
{
	g_autoptr(IcelabObservation) observation = icelab_observation_new("", "", "");

	(void)state;
	icelab_observation_end(observation, ICELAB_OUTCOME_DONE, "%d", 0);
	icelab_observation_end(observation, ICELAB_OUTCOME_SKIP, "%d", 1);
	icelab_observation_end(observation, ICELAB_OUTCOME_BROKEN, "%d", 2);
	assert_int_equal(observation->outcome, ICELAB_OUTCOME_SKIP);
	assert_string_equal(observation->reason, "1");
	icelab_observation_free(NULL);
}

static void test_counting(void **state)
{
	g_autoptr(IcelabObservation) observation = icelab_observation_new("", "", "");
	const IcelabFlow flow = {.node = (char *)"client",
		.interface = (char *)"eth0",
		.kind = (char *)"udp",
		.protocol = (char *)"udp",
		.source_port = 1,
		.destination_port = 2,
		.time_us = 5};
	IcelabFlow others[10];

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(others); i++)
		others[i] = flow;
	others[1].node = (char *)"router";
	others[2].interface = (char *)"eth1";
	others[3].kind = (char *)"stun";
	others[4].protocol = (char *)"tcp";
	others[5].source_port = 2;
	others[6].destination_port = 1;
	others[7].outgoing = TRUE;
	others[8].source = address("192.0.2.1");
	others[9].destination = address("192.0.2.1");
	for (guint round = 0; round < 3; round++) {
		for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
			others[i].time_us = round;
			assert_true(icelab_observation_count(observation, &others[i]));
		}
	}
	assert_int_equal(observation->flows->len, G_N_ELEMENTS(others));
	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		const IcelabFlow *counted = observation->flows->pdata[i];

		/* One frame each time, the time that of the first. */
		assert_int_equal(counted->count, 3);
		assert_int_equal(counted->time_us, 0);
	}
	others[0].count = 40;
	assert_true(icelab_observation_count(observation, &others[0]));
	assert_int_equal(((IcelabFlow *)observation->flows->pdata[0])->count, 43);
}

static void test_flow_limit(void **state)
{
	g_autoptr(IcelabObservation) observation = icelab_observation_new("", "", "");
	IcelabFlow flow = {.node = (char *)"client",
		.interface = (char *)"eth0",
		.kind = (char *)"udp",
		.protocol = (char *)"udp"};

	(void)state;
	for (guint i = 0; i < ICELAB_FLOW_LIMIT; i++) {
		flow.source_port = (guint16)i;
		assert_true(icelab_observation_count(observation, &flow));
	}
	/* A known one still counts. */
	assert_true(icelab_observation_count(observation, &flow));
	flow.source_port = 65535;
	assert_false(icelab_observation_count(observation, &flow));
	assert_int_equal(observation->flows->len, ICELAB_FLOW_LIMIT);
}

static void test_naming(void **state)
{
	g_autoptr(IcelabObservation) observation = icelab_observation_new("", "", "");
	const IcelabNaming naming = {.node = (char *)"client",
		.interface = (char *)"eth0",
		.kind = (char *)"mdns",
		.name = (char *)"a.local",
		.type = (char *)"A"};
	IcelabNaming others[14];

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(others); i++)
		others[i] = naming;
	others[1].node = (char *)"router";
	others[2].interface = (char *)"eth1";
	others[3].kind = (char *)"dns";
	others[4].name = (char *)"b.local";
	others[5].type = (char *)"AAAA";
	others[6].outgoing = TRUE;
	others[7].response = TRUE;
	others[8].told = TRUE;
	others[9].source_port = 1;
	others[10].destination_port = 1;
	others[11].source = address("192.0.2.1");
	others[12].destination = address("192.0.2.1");
	others[13].address = address("192.0.2.1");
	for (guint round = 0; round < 3; round++) {
		for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
			others[i].time_us = round;
			assert_true(icelab_observation_name(observation, &others[i]));
		}
	}
	assert_int_equal(observation->namings->len, G_N_ELEMENTS(others));
	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		const IcelabNaming *counted = observation->namings->pdata[i];

		assert_int_equal(counted->count, 3);
		assert_int_equal(counted->time_us, 0);
	}
	others[0].count = 40;
	assert_true(icelab_observation_name(observation, &others[0]));
	assert_int_equal(((IcelabNaming *)observation->namings->pdata[0])->count, 43);
}

static void test_naming_limit(void **state)
{
	g_autoptr(IcelabObservation) observation = icelab_observation_new("", "", "");
	char name[16];
	IcelabNaming naming = {.node = (char *)"client",
		.interface = (char *)"eth0",
		.kind = (char *)"mdns",
		.name = name,
		.type = (char *)"A"};

	(void)state;
	for (guint i = 0; i < ICELAB_NAMING_LIMIT; i++) {
		g_snprintf(name, sizeof name, "%u", i);
		assert_true(icelab_observation_name(observation, &naming));
	}
	assert_true(icelab_observation_name(observation, &naming));
	strcpy(name, "another");
	assert_false(icelab_observation_name(observation, &naming));
	assert_int_equal(observation->namings->len, ICELAB_NAMING_LIMIT);
}

static void test_checks(void **state)
{
	g_autoptr(IcelabObservation) observation = icelab_observation_new("", "", "");
	const IcelabCheck check = {.node = (char *)"client", .interface = (char *)"eth0"};
	IcelabCheck others[12];
	IcelabCheck many = check;

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(others); i++)
		others[i] = check;
	others[1].node = (char *)"router";
	others[2].interface = (char *)"eth1";
	others[3].outgoing = TRUE;
	others[4].controlling = TRUE;
	others[5].tie_breaker = 1;
	others[6].has_network = TRUE;
	others[7].network_id = 1;
	others[8].network_cost = 1;
	others[9].source_port = 1;
	others[10].destination_port = 1;
	others[11].source = address("192.0.2.1");
	for (guint round = 0; round < 3; round++) {
		for (guint i = 0; i < G_N_ELEMENTS(others); i++)
			assert_true(icelab_observation_check(observation, &others[i]));
	}
	assert_int_equal(observation->checks->len, G_N_ELEMENTS(others));
	many.destination = address("192.0.2.1");
	for (guint i = G_N_ELEMENTS(others); i < ICELAB_CHECK_LIMIT; i++) {
		many.tie_breaker = i;
		assert_true(icelab_observation_check(observation, &many));
	}
	assert_true(icelab_observation_check(observation, &many));
	many.tie_breaker = 0;
	assert_false(icelab_observation_check(observation, &many));
	assert_int_equal(observation->checks->len, ICELAB_CHECK_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_end_stays),
		cmocka_unit_test(test_counting),
		cmocka_unit_test(test_flow_limit),
		cmocka_unit_test(test_naming),
		cmocka_unit_test(test_naming_limit),
		cmocka_unit_test(test_checks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
