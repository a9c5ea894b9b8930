/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/json.h"
#include "model/observation.h"

static IcelabAddress address(const char *text)
{
	IcelabAddress parsed;

	assert_true(icelab_address_parse(text, strlen(text), &parsed));
	return parsed;
}

static JsonObject *line(const char *text)
{
	JsonObject *object = icelab_json_parse(text, strlen(text), 64, NULL);

	assert_non_null(object);
	return object;
}

/* One of everything, none of it a default. */
static IcelabObservation *make(void)
{
	IcelabObservation *observation = icelab_observation_new("a/b", "lan", "default+consent");
	IcelabFlow flow = {
		.node = (char *)"client",
		.interface = (char *)"eth0",
		.outgoing = TRUE,
		.kind = (char *)"stun",
		.protocol = (char *)"udp",
		.source = address("192.168.1.10"),
		.destination = address("192.0.2.53"),
		.source_port = 65535,
		.destination_port = 3478,
		.count = 2,
		.time_us = -5,
	};
	const IcelabNaming naming = {
		.node = (char *)"router",
		.interface = (char *)"eth0",
		.outgoing = TRUE,
		.kind = (char *)"mdns",
		.source = address("10.8.0.2"),
		.destination = address("224.0.0.251"),
		.source_port = 5353,
		.destination_port = 5354,
		.response = TRUE,
		.told = TRUE,
		.name = (char *)"a.local",
		.type = (char *)"A",
		.address = address("10.8.0.3"),
		.count = 6,
		.time_us = 11,
	};
	const IcelabCheck check = {
		.node = (char *)"client",
		.interface = (char *)"lo",
		.outgoing = TRUE,
		.source = address("10.8.0.5"),
		.destination = address("10.8.0.6"),
		.source_port = 40001,
		.destination_port = 40002,
		.controlling = TRUE,
		.tie_breaker = G_MAXUINT64 - 1,
		.has_network = TRUE,
		.network_id = 3,
		.network_cost = 900,
		.time_us = 12,
	};
	IcelabRequest *request = g_new0(IcelabRequest, 1);
	IcelabSensorReport *sensor = g_new0(IcelabSensorReport, 1);
	IcelabRoute *route = g_new0(IcelabRoute, 1);
	IcelabLocalAddress *local = g_new0(IcelabLocalAddress, 1);

	observation->lab_ms = 12.5;
	observation->gather_ms = 1e-7;
	icelab_observation_end(observation, ICELAB_OUTCOME_BROKEN, "\"why\" \033[2J %d", 7);
	icelab_observation_add_event(observation, 1234567890123, FALSE,
		line("{\"type\":\"candidate\",\"candidate\":\"candidate:1 \\u001f\"}"));
	icelab_observation_add_event(observation, 7, TRUE,
		line("{\"type\":\"stats\",\"stats\":{\"x\":[1e21,1.5,null,true,[]],\"\":{}}}"));
	assert_true(icelab_observation_count(observation, &flow));
	flow.source = flow.destination = (IcelabAddress){0};
	flow.protocol = (char *)"";
	flow.kind = (char *)"other";
	assert_true(icelab_observation_count(observation, &flow));
	assert_true(icelab_observation_name(observation, &naming));
	assert_true(icelab_observation_check(observation, &check));
	*request = (IcelabRequest){.time_us = 9,
		.source = address("2001:db8::1"),
		.destination = address("2001:db8::2"),
		.source_port = 1,
		.destination_port = 2,
		.tcp = TRUE,
		.rfc3489 = TRUE,
		.method = 1,
		.transaction = g_strdup("00ff")};
	g_ptr_array_add(observation->requests, request);
	*sensor = (IcelabSensorReport){
		.node = g_strdup("client"), .seen = G_MAXINT64, .drops = 3, .canary = TRUE};
	g_ptr_array_add(observation->sensors, sensor);
	*route = (IcelabRoute){.destination = address("192.0.2.53"),
		.reachable = TRUE,
		.interface = g_strdup("eth0"),
		.source = address("192.168.1.10")};
	g_ptr_array_add(observation->routes, route);
	*local = (IcelabLocalAddress){.address = address("2001:db8::1"),
		.prefix = 128,
		.interface = g_strdup("eth0"),
		.temporary = TRUE,
		.deprecated = TRUE,
		.up = TRUE};
	g_ptr_array_add(observation->locals, local);
	return observation;
}

static IcelabObservation *read_back(const char *text)
{
	g_autoptr(GError) error = NULL;
	IcelabObservation *observation = icelab_observation_from_json(text, "file", &error);

	if (error != NULL)
		fail_msg("%s\n%s", error->message, text);
	return observation;
}

static void assert_events_and_flows(const IcelabObservation *observation)
{
	const IcelabEvent *event = observation->events->pdata[0];
	const IcelabFlow *flow = observation->flows->pdata[0];
	const IcelabAddress source = address("192.168.1.10");

	assert_int_equal(observation->events->len, 2);
	assert_int_equal(event->time_us, 1234567890123);
	assert_false(event->late);
	assert_string_equal(icelab_json_text(event->line, "candidate"), "candidate:1 \x1f");
	event = observation->events->pdata[1];
	assert_true(event->late);
	assert_int_equal(observation->flows->len, 2);
	assert_string_equal(flow->node, "client");
	assert_string_equal(flow->interface, "eth0");
	assert_true(flow->outgoing);
	assert_string_equal(flow->kind, "stun");
	assert_string_equal(flow->protocol, "udp");
	assert_true(icelab_address_equal(&flow->source, &source));
	assert_int_equal(flow->source_port, 65535);
	assert_int_equal(flow->destination_port, 3478);
	assert_int_equal(flow->count, 2);
	assert_int_equal(flow->time_us, -5);
	flow = observation->flows->pdata[1];
	assert_int_equal(flow->source.family, 0);
}

static void assert_names(const IcelabObservation *observation)
{
	const IcelabNaming *naming = observation->namings->pdata[0];
	const IcelabAddress source = address("10.8.0.2");
	const IcelabAddress destination = address("224.0.0.251");
	const IcelabAddress told = address("10.8.0.3");

	assert_int_equal(observation->namings->len, 1);
	assert_string_equal(naming->node, "router");
	assert_string_equal(naming->interface, "eth0");
	assert_true(naming->outgoing && naming->response && naming->told);
	assert_string_equal(naming->kind, "mdns");
	assert_true(icelab_address_equal(&naming->source, &source));
	assert_true(icelab_address_equal(&naming->destination, &destination));
	assert_true(icelab_address_equal(&naming->address, &told));
	assert_int_equal(naming->source_port, 5353);
	assert_int_equal(naming->destination_port, 5354);
	assert_string_equal(naming->name, "a.local");
	assert_string_equal(naming->type, "A");
	assert_int_equal(naming->count, 6);
	assert_int_equal(naming->time_us, 11);
}

static void assert_facts(const IcelabObservation *observation)
{
	const IcelabRequest *request = observation->requests->pdata[0];
	const IcelabSensorReport *sensor = observation->sensors->pdata[0];
	const IcelabRoute *route = observation->routes->pdata[0];
	const IcelabLocalAddress *local = observation->locals->pdata[0];

	assert_int_equal(request->time_us, 9);
	assert_int_equal(request->source_port, 1);
	assert_int_equal(request->destination_port, 2);
	assert_true(request->tcp && request->rfc3489);
	assert_int_equal(request->method, 1);
	assert_string_equal(request->transaction, "00ff");
	assert_string_equal(sensor->node, "client");
	assert_true(sensor->seen == G_MAXINT64);
	assert_int_equal(sensor->drops, 3);
	assert_true(sensor->canary);
	assert_true(route->reachable);
	assert_string_equal(route->interface, "eth0");
	assert_int_equal(route->source.family, 4);
	assert_int_equal(local->address.family, 6);
	assert_int_equal(local->prefix, 128);
	assert_true(local->temporary && local->deprecated && local->up);
}

static void assert_checks(const IcelabObservation *observation)
{
	const IcelabCheck *check = observation->checks->pdata[0];
	const IcelabAddress source = address("10.8.0.5");
	const IcelabAddress destination = address("10.8.0.6");

	assert_int_equal(observation->checks->len, 1);
	assert_string_equal(check->node, "client");
	assert_string_equal(check->interface, "lo");
	assert_true(check->outgoing && check->controlling && check->has_network);
	assert_true(icelab_address_equal(&check->source, &source));
	assert_true(icelab_address_equal(&check->destination, &destination));
	assert_int_equal(check->source_port, 40001);
	assert_int_equal(check->destination_port, 40002);
	assert_true(check->tie_breaker == G_MAXUINT64 - 1);
	assert_int_equal(check->network_id, 3);
	assert_int_equal(check->network_cost, 900);
	assert_int_equal(check->time_us, 12);
}

/* Recordings of before names and checks were read have no list of them. */
static void test_no_names(void **state)
{
	g_autoptr(IcelabObservation) observation = make();
	g_autofree char *text = icelab_observation_to_json(observation);
	JsonObject *object = icelab_json_parse(text, strlen(text), 64, NULL);
	g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), object);

	(void)state;
	json_object_remove_member(object, "names");
	json_object_remove_member(object, "checks");
	json_object_unref(object);
	g_autofree char *old = icelab_json_write(node);
	g_autoptr(IcelabObservation) again = read_back(old);

	assert_int_equal(again->namings->len, 0);
	assert_int_equal(again->checks->len, 0);
	assert_facts(again);
}

static void test_round_trip(void **state)
{
	g_autoptr(IcelabObservation) observation = make();
	g_autofree char *text = icelab_observation_to_json(observation);
	g_autoptr(IcelabObservation) again = read_back(text);
	g_autofree char *second = icelab_observation_to_json(again);

	(void)state;
	assert_string_equal(text, second);
	assert_string_equal(again->adapter, "a/b");
	assert_string_equal(again->scenario, "lan");
	assert_string_equal(again->policy, "default+consent");
	assert_int_equal(again->outcome, ICELAB_OUTCOME_BROKEN);
	assert_string_equal(again->reason, "\"why\" \033[2J 7");
	assert_true(again->lab_ms == 12.5 && again->gather_ms == 1e-7);
	assert_events_and_flows(again);
	assert_names(again);
	assert_checks(again);
	assert_facts(again);
}

static void test_outcomes(void **state)
{
	(void)state;
	for (int outcome = ICELAB_OUTCOME_DONE; outcome <= ICELAB_OUTCOME_BROKEN; outcome++) {
		g_autoptr(IcelabObservation) observation = icelab_observation_new("", "", "");

		icelab_observation_end(observation, (IcelabOutcome)outcome, "first");
		g_autofree char *text = icelab_observation_to_json(observation);
		g_autoptr(IcelabObservation) again = read_back(text);

		assert_int_equal(again->outcome, outcome);
		assert_string_equal(again->reason, "first");
	}

	g_autoptr(IcelabObservation) silent = icelab_observation_new("", "", "");
	g_autofree char *text = icelab_observation_to_json(silent);
	g_autoptr(IcelabObservation) again = read_back(text);

	assert_null(again->reason);
}

#define HEAD                                                                                       \
	"{\"icelab_observation\":1,\"adapter\":\"\",\"scenario\":\"\",\"policy\":\"\",\"reason\":"     \
	"\"\","                                                                                        \
	"\"outcome\":"

static void assert_refused(const char *text, const char *wanted)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(IcelabObservation) observation = icelab_observation_from_json(text, "file", &error);

	if (observation != NULL)
		fail_msg("read: %s", text);
	assert_non_null(error);
	if (wanted != NULL && !g_str_equal(error->message, wanted))
		fail_msg("%s\nwanted: %s", error->message, wanted);
	assert_true(g_str_has_prefix(error->message, "file: "));
}

static void test_refused(void **state)
{
	static const struct {
		const char *text;
		const char *wanted;
	} cases[] = {
		{"", "file: not JSON: a value was expected"},
		{"[]", "file: not a JSON object"},
		{"{}", "file: not an observation of version 1 of this format"},
		{"{\"icelab_observation\":2}", "file: not an observation of version 1 of this format"},
		{"{\"icelab_observation\":\"1\"}", "file: not an observation of version 1 of this format"},
		{"{\"icelab_observation\":1}",
			"file: adapter, scenario, policy, outcome, reason and kernel are not all there"},
		{HEAD "\"done\"}",
			"file: adapter, scenario, policy, outcome, reason and kernel are not all there"},
		{HEAD "\"well\",\"kernel\":{}}",
			"file: adapter, scenario, policy, outcome, reason and kernel are not all there"},
		{HEAD "\"done\",\"kernel\":{}}", "file: the list \"events\" is missing"},
		{HEAD "\"done\",\"kernel\":{},\"events\":{}}", "file: the list \"events\" is missing"},
		{HEAD "\"done\",\"kernel\":{},\"events\":[{\"time_us\":1,\"late\":true,\"line\":7}]}",
			"file: element 0 of \"events\" is damaged"},
		{HEAD "\"done\",\"kernel\":{},\"events\":[],\"flows\":[],"
			  "\"requests\":[],\"sensors\":[],\"names\":{}}",
			"file: the list \"names\" is missing"},
		{HEAD "\"done\",\"kernel\":{},\"events\":[1]}", "file: element 0 of \"events\" is damaged"},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_refused(cases[i].text, cases[i].wanted);
}

static char kind_of(const char *value)
{
	if (value[0] == '"' || value[0] == '[' || value[0] == '{' || value[0] == 'n')
		return value[0];
	if (value[0] == 't' || value[0] == 'f')
		return 't';
	return strpbrk(value, ".e") != NULL ? '.' : '0';
}

/* Puts every value in turn into the place of each member's own. What is of another type is refused,
 * but for the times of the whole and what is within an adapter's line. */
static void test_damaged_types(void **state)
{
	static const char *const values[] = {"null", "[]", "{}", "1.5", "1", "\"x\"", "true"};
	static const char *const open[] = {
		"lab_ms", "gather_ms", "type", "candidate", "stats", "x", "", NULL};
	g_autoptr(IcelabObservation) observation = make();
	g_autofree char *text = icelab_observation_to_json(observation);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint refused = 0;

	(void)state;
	for (guint i = 0; lines[i] != NULL; i++) {
		char *kept = lines[i];
		char *value = strstr(kept, "\" : ");
		g_auto(GStrv) words = g_strsplit(kept, "\"", 3);

		if (value == NULL || g_strv_contains(open, words[1]) || g_str_has_suffix(kept, "{") ||
			g_str_has_suffix(kept, "["))
			continue;
		value += strlen("\" : ");
		for (guint k = 0; k < G_N_ELEMENTS(values); k++) {
			if (kind_of(value) == kind_of(values[k]))
				continue;
			g_autofree char *head = g_strndup(kept, (gsize)(value - kept));
			g_autofree char *changed =
				g_strconcat(head, values[k], g_str_has_suffix(kept, ",") ? "," : "", NULL);
			g_autofree char *whole = NULL;

			lines[i] = changed;
			whole = g_strjoinv("\n", lines);
			lines[i] = kept;
			assert_refused(whole, NULL);
			refused++;
		}
	}
	assert_true(refused > 250);
}

static void test_damaged_values(void **state)
{
	static const struct {
		const char *old;
		const char *new;
		const char *list;
	} cases[] = {
		{"\"source_port\" : 65535", "\"source_port\" : 65536", "flows"},
		{"\"source_port\" : 65535", "\"source_port\" : -1", "flows"},
		{"\"destination_port\" : 3478", "\"destination_port\" : 65536", "flows"},
		{"\"count\" : 2", "\"count\" : -1", "flows"},
		{"\"source\" : \"192.168.1.10\"", "\"source\" : \"192.168.1\"", "flows"},
		{"\"destination\" : \"192.0.2.53\"", "\"destination\" : \"x\"", "flows"},
		{"\"source_port\" : 5353", "\"source_port\" : 65536", "names"},
		{"\"destination_port\" : 5354", "\"destination_port\" : -1", "names"},
		{"\"count\" : 6", "\"count\" : -1", "names"},
		{"\"source\" : \"10.8.0.2\"", "\"source\" : \"10.8.0\"", "names"},
		{"\"destination\" : \"224.0.0.251\"", "\"destination\" : \"x\"", "names"},
		{"\"address\" : \"10.8.0.3\"", "\"address\" : \"a.local\"", "names"},
		{"\"names\" : [", "\"names\" : [1,", "names"},
		{"\"source_port\" : 40001", "\"source_port\" : 65536", "checks"},
		{"\"destination_port\" : 40002", "\"destination_port\" : -1", "checks"},
		{"\"network_id\" : 3", "\"network_id\" : 65536", "checks"},
		{"\"network_cost\" : 900", "\"network_cost\" : -1", "checks"},
		{"\"source\" : \"10.8.0.5\"", "\"source\" : \"x\"", "checks"},
		{"\"destination\" : \"10.8.0.6\"", "\"destination\" : \"x\"", "checks"},
		{"\"fffffffffffffffe\"", "\"fffffffffffffff\"", "checks"},
		{"\"fffffffffffffffe\"", "\"ffffffffffffffffe\"", "checks"},
		{"\"fffffffffffffffe\"", "\"0xffffffffffffff\"", "checks"},
		{"\"method\" : 1", "\"method\" : 65536", "requests"},
		{"\"source_port\" : 1,", "\"source_port\" : 65536,", "requests"},
		{"\"destination_port\" : 2,", "\"destination_port\" : -1,", "requests"},
		{"\"source\" : \"2001:db8::1\"", "\"source\" : \"x\"", "requests"},
		{"\"destination\" : \"2001:db8::2\"", "\"destination\" : \"x\"", "requests"},
		{"\"seen\" : 9223372036854775807", "\"seen\" : -1", "sensors"},
		{"\"drops\" : 3", "\"drops\" : -1", "sensors"},
		{"\"source\" : \"192.168.1.10\"\n", "\"source\" : \"x\"\n", "routes"},
		{"\"destination\" : \"192.0.2.53\",\n        \"reachable",
			"\"destination\" : \"x\",\n        \"reachable", "routes"},
		{"\"prefix\" : 128", "\"prefix\" : 129", "addresses"},
		{"\"address\" : \"2001:db8::1\"", "\"address\" : \"x\"", "addresses"},
	};
	g_autoptr(IcelabObservation) observation = make();
	g_autofree char *text = icelab_observation_to_json(observation);

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GString) changed = g_string_new(text);
		g_autofree char *wanted =
			g_strdup_printf("file: element 0 of \"%s\" is damaged", cases[i].list);

		if (g_string_replace(changed, cases[i].old, cases[i].new, 1) != 1)
			fail_msg("%s is not there", cases[i].old);
		assert_refused(changed->str, wanted);
	}
}

static void test_truncated(void **state)
{
	g_autoptr(IcelabObservation) observation = make();
	g_autofree char *text = icelab_observation_to_json(observation);

	(void)state;
	for (gsize length = strlen(text); length-- > 0;) {
		g_autofree char *cut = g_strndup(text, length);

		assert_refused(cut, NULL);
	}
}

/* What the random changes make of it is read or refused, nothing else. */
static void test_random_changes(void **state)
{
	g_autoptr(IcelabObservation) observation = make();
	g_autofree char *text = icelab_observation_to_json(observation);
	gsize length = strlen(text);

	(void)state;
	srand(4);
	for (guint i = 0; i < 3000; i++) {
		g_autofree char *changed = g_strdup(text);
		g_autoptr(GError) error = NULL;

		changed[(gsize)rand() % length] = "{}[],:\"0-1e.a\xff"[rand() % 14];

		g_autoptr(IcelabObservation) again = icelab_observation_from_json(changed, "file", &error);

		assert_true((again == NULL) == (error != NULL));
	}
}

static void test_huge(void **state)
{
	g_autofree char *deep = g_strnfill(4 * 1024 * 1024, '[');
	g_autoptr(IcelabObservation) observation = icelab_observation_new("", "", "");

	(void)state;
	assert_refused(deep, "file: not JSON: nested too deeply");
	for (guint i = 0; i < 20000; i++)
		icelab_observation_add_event(observation, i, FALSE, line("{\"type\":\"done\"}"));

	g_autofree char *text = icelab_observation_to_json(observation);
	g_autoptr(IcelabObservation) again = read_back(text);

	assert_int_equal(again->events->len, 20000);
}

/* More flows than any lab records. */
static void test_too_many_flows(void **state)
{
	g_autoptr(GString) text =
		g_string_new(HEAD "\"done\",\"kernel\":{\"routes\":[],\"addresses\":[]},"
						  "\"events\":[],\"requests\":[],\"sensors\":[],\"flows\":[");

	(void)state;
	for (guint i = 0; i <= ICELAB_FLOW_LIMIT; i++)
		g_string_append_printf(text,
			"%s{\"node\":\"\",\"interface\":\"\",\"outgoing\":true,\"kind\":\"\",\"protocol\":\"\","
			"\"source\":\"\",\"source_port\":%u,\"destination\":\"\",\"destination_port\":1,"
			"\"count\":1,\"time_us\":0}",
			i > 0 ? "," : "", i);
	g_string_append(text, "]}");
	assert_refused(text->str, "file: element 4096 of \"flows\" is damaged");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_no_names),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_damaged_types),
		cmocka_unit_test(test_damaged_values),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_random_changes),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_too_many_flows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
