/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

IcelabBook *world_book(const World *world)
{
	g_autoptr(GError) error = NULL;
	IcelabBook *book = icelab_book_parse(world->book, "book", &error);

	if (error != NULL)
		fail_msg("%s", error->message);
	return book;
}

IcelabScenario *world_scenario(const World *world, const char *protects)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = g_strdup_printf("[scenario]\n"
											"title = A world in memory\n"
											"topology = world\n"
											"stun = %s\n"
											"protects = %s\n"
											"%s",
		world->stun, protects, world->policies);
	IcelabScenario *scenario = icelab_scenario_parse(text, "scenarios/world.ini", &error);

	if (error != NULL)
		fail_msg("%s", error->message);
	return scenario;
}

/* Puts addresses in the place of their names. */
static char *fill_in(const IcelabBook *book, const char *text)
{
	GString *filled = g_string_new(text);
	char address[ICELAB_ADDRESS_TEXT];

	for (guint i = 0; i < book->addresses->len; i++) {
		const IcelabNamedAddress *named = book->addresses->pdata[i];
		g_autofree char *name = g_strdup_printf("{%s}", named->name);

		g_string_replace(filled, name, icelab_address_format(&named->address, address), 0);
	}
	return g_string_free(filled, FALSE);
}

static IcelabAddress read_address(const char *text)
{
	IcelabAddress address = {0};

	if (!g_str_equal(text, "-") && !icelab_address_parse(text, strlen(text), &address))
		fail_msg("no address: %s", text);
	return address;
}

static gboolean has_word(char **words, const char *word)
{
	return g_strv_contains((const char *const *)words, word);
}

static void observe_local(IcelabObservation *observation, char **words)
{
	IcelabLocalAddress *local = g_new0(IcelabLocalAddress, 1);
	g_auto(GStrv) sides = g_strsplit(words[1], "/", 2);

	local->address = read_address(sides[0]);
	local->prefix = (guint8)g_ascii_strtoull(sides[1], NULL, 10);
	local->interface = g_strdup(words[2]);
	local->temporary = has_word(words, "temporary");
	local->deprecated = has_word(words, "deprecated");
	local->up = !has_word(words, "down");
	g_ptr_array_add(observation->locals, local);
}

static void observe_route(IcelabObservation *observation, char **words)
{
	IcelabRoute *route = g_new0(IcelabRoute, 1);

	route->destination = read_address(words[1]);
	route->reachable = !g_str_equal(words[2], "unreachable");
	route->interface = g_strdup(route->reachable ? words[2] : "");
	if (route->reachable)
		route->source = read_address(words[3]);
	g_ptr_array_add(observation->routes, route);
}

static void observe_sensor(IcelabObservation *observation, char **words)
{
	IcelabSensorReport *sensor = g_new0(IcelabSensorReport, 1);

	sensor->node = g_strdup(words[1]);
	sensor->seen = g_ascii_strtoull(words[2], NULL, 10);
	sensor->canary = !has_word(words, "deaf");
	sensor->drops = has_word(words, "drops") ? 1 : 0;
	g_ptr_array_add(observation->sensors, sensor);
}

static void observe_flow(IcelabObservation *observation, char **words)
{
	assert_int_equal(g_strv_length(words), 9);

	IcelabFlow flow = {
		.outgoing = g_str_equal(words[0], "out"),
		.node = words[1],
		.interface = words[2],
		.kind = words[3],
		.protocol = g_str_equal(words[4], "-") ? (char *)"" : words[4],
		.source = read_address(words[5]),
		.source_port = (guint16)g_ascii_strtoull(words[6], NULL, 10),
		.destination = read_address(words[7]),
		.destination_port = (guint16)g_ascii_strtoull(words[8], NULL, 10),
		.count = 1,
	};

	assert_true(icelab_observation_count(observation, &flow));
}

static void observe_naming(IcelabObservation *observation, char **words)
{
	gboolean asks = g_str_equal(words[0], "asks");

	assert_int_equal(g_strv_length(words), 7);

	IcelabNaming naming = {
		.outgoing = !g_str_equal(words[0], "hears"),
		.node = words[1],
		.interface = words[2],
		.kind = (char *)"mdns",
		.source = read_address(words[3]),
		.source_port = 5353,
		.destination = read_address("224.0.0.251"),
		.destination_port = 5353,
		.response = !asks,
		.told = !asks,
		.name = words[4],
		.type = words[5],
		.address = read_address(words[6]),
	};

	assert_true(icelab_observation_name(observation, &naming));
}

static void observe_check(IcelabObservation *observation, char **words)
{
	IcelabCheck check = {.node = (char *)"client",
		.interface = (char *)"lo",
		.outgoing = TRUE,
		.destination = read_address("192.168.1.10"),
		.tie_breaker = g_ascii_strtoull(words[1], NULL, 10),
		.has_network = words[2] != NULL};

	if (check.has_network) {
		check.network_id = (guint16)g_ascii_strtoull(words[2], NULL, 10);
		check.network_cost = (guint16)g_ascii_strtoull(words[3], NULL, 10);
	}

	assert_true(icelab_observation_check(observation, &check));
}

static void observe_event(IcelabObservation *observation, const char *type, const char *rest)
{
	JsonObject *line = json_object_new();
	gboolean late = g_str_equal(type, "late");
	g_autoptr(GString) text = g_string_new(rest);

	if (late || g_str_equal(type, "candidate")) {
		json_object_set_string_member(line, "type", "candidate");
		json_object_set_string_member(line, "candidate", rest);
	} else if (g_str_equal(type, "line")) {
		g_autoptr(JsonNode) node = json_from_string(rest, NULL);

		json_object_unref(line);
		line = json_node_dup_object(node);
	} else if (g_str_equal(type, "stats") || g_str_equal(type, "error")) {
		JsonNode *node = json_from_string(rest, NULL);

		assert_non_null(node);
		if (g_str_equal(type, "error") && JSON_NODE_HOLDS_OBJECT(node)) {
			json_object_unref(line);
			line = json_node_dup_object(node);
			json_node_unref(node);
		} else {
			json_object_set_member(line, "stats", node);
		}
		json_object_set_string_member(line, "type", type);
	} else {
		gboolean initial = g_str_equal(type, "initial");

		if (!initial && !g_str_equal(type, "sdp"))
			fail_msg("no line of an observation: %s", type);
		g_string_replace(text, "|", "\r\n", 0);
		json_object_set_string_member(line, "type", "sdp");
		json_object_set_string_member(line, "when", initial ? "initial" : "gathered");
		json_object_set_string_member(line, "sdp", text->str);
	}
	icelab_observation_add_event(observation, 0, late, line);
}

static void observe_line(IcelabObservation *observation, const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", -1);
	g_auto(GStrv) halves = g_strsplit(line, " ", 2);
	static const struct {
		const char *word;
		void (*observe)(IcelabObservation *observation, char **words);
	} kinds[] = {
		{"local", observe_local},
		{"route", observe_route},
		{"sensor", observe_sensor},
		{"out", observe_flow},
		{"in", observe_flow},
		{"tells", observe_naming},
		{"hears", observe_naming},
		{"asks", observe_naming},
		{"check", observe_check},
	};

	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (g_str_equal(words[0], kinds[i].word)) {
			kinds[i].observe(observation, words);
			return;
		}
	}
	observe_event(observation, words[0], halves[1] != NULL ? halves[1] : "");
}

void world_observe(IcelabObservation *observation, const IcelabBook *book, const char *lines)
{
	g_autofree char *filled = fill_in(book, lines);
	g_auto(GStrv) list = g_strsplit(filled, "\n", -1);

	for (guint i = 0; list[i] != NULL; i++) {
		if (list[i][0] != '\0')
			observe_line(observation, list[i]);
	}
}

/* The lines that begin with none of the lines of `without`; each of those must take one away. */
static char *leave_out(const char *lines, const char *without)
{
	g_auto(GStrv) list = g_strsplit(lines, "\n", -1);
	g_auto(GStrv) prefixes = g_strsplit(without, "\n", -1);
	GString *left = g_string_new(NULL);
	guint used = 0;

	for (guint i = 0; list[i] != NULL; i++) {
		gboolean out = FALSE;

		for (guint k = 0; prefixes[k] != NULL; k++) {
			if (g_str_has_prefix(list[i], prefixes[k])) {
				out = TRUE;
				used |= 1u << k;
			}
		}
		if (!out)
			g_string_append_printf(left, "%s\n", list[i]);
	}
	assert_int_equal(used, (1u << g_strv_length(prefixes)) - 1);
	return g_string_free(left, FALSE);
}

IcelabObservation *world_observation(
	const World *world, const char *policy, const char *without, const char *more)
{
	g_autoptr(IcelabBook) book = world_book(world);
	IcelabObservation *observation = icelab_observation_new("adapter", "world", policy);
	IcelabPolicy known;
	const char *clean =
		icelab_policy_from_label(policy, &known) ? world->clean[icelab_policy_mode(known)] : "";
	g_autofree char *whole = g_strconcat(world->facts, clean, NULL);
	g_autofree char *lines = without != NULL ? leave_out(whole, without) : g_strdup(whole);

	world_observe(observation, book, lines);
	if (more != NULL)
		world_observe(observation, book, more);
	return observation;
}

IcelabResult *world_judge(const World *world, const char *protects, const char *policy,
	const char *without, const char *more)
{
	g_autoptr(IcelabBook) book = world_book(world);
	g_autoptr(IcelabScenario) scenario = world_scenario(world, protects);
	g_autoptr(IcelabObservation) observation = world_observation(world, policy, without, more);

	return icelab_judge(scenario, book, observation);
}

static int compare_texts(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void append_sorted(GString *text, GPtrArray *lines)
{
	g_ptr_array_sort(lines, compare_texts);
	for (guint i = 0; i < lines->len; i++)
		g_string_append_printf(text, "%s\n", (const char *)lines->pdata[i]);
}

char *world_describe(const IcelabResult *result)
{
	g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) exposures = g_ptr_array_new_with_free_func(g_free);
	GString *text = g_string_new(icelab_verdict_name(result->verdict));

	if (result->reason != NULL)
		g_string_append_printf(text, ": %s", result->reason);
	g_string_append_c(text, '\n');
	for (guint i = 0; i < result->findings->len; i++) {
		const IcelabFinding *finding = result->findings->pdata[i];

		g_ptr_array_add(
			findings, g_strdup_printf("%s %s %s %s", finding->clause,
						  icelab_verdict_name(finding->severity), finding->name, finding->seen));
	}
	for (guint i = 0; i < result->exposures->len; i++) {
		const IcelabExposure *exposure = result->exposures->pdata[i];

		g_ptr_array_add(exposures, g_strdup_printf("%s %s", exposure->name, exposure->channel));
	}
	append_sorted(text, findings);
	append_sorted(text, exposures);
	return g_string_free(text, FALSE);
}

void world_check_cases(const Case *cases, gsize count, const char *protects)
{
	for (gsize i = 0; i < count; i++) {
		g_autoptr(IcelabResult) result =
			world_judge(cases[i].world, protects, cases[i].policy, cases[i].without, cases[i].more);
		g_autofree char *text = world_describe(result);

		if (!g_str_equal(text, cases[i].wanted))
			fail_msg("case %zu, %s, \"%s\":\n%swanted:\n%s", i, cases[i].policy,
				cases[i].more != NULL ? cases[i].more : cases[i].without, text, cases[i].wanted);
	}
}
