/* SPDX-License-Identifier: MIT */
#include "model/observation.h"

#include <string.h>

#include "model/json.h"

#define FORMAT_VERSION 1

G_DEFINE_QUARK(icelab_observation_error, icelab_observation_error)

static const char *const outcomes[] = {"done", "unsupported", "skip", "broken"};

static void set_address(JsonObject *object, const char *member, const IcelabAddress *address)
{
	char text[ICELAB_ADDRESS_TEXT];

	json_object_set_string_member(object, member, icelab_address_format(address, text));
}

static JsonObject *add_object(JsonArray *array)
{
	JsonObject *object = json_object_new();

	json_array_add_object_element(array, object);
	return object;
}

static JsonArray *set_array(JsonObject *object, const char *member)
{
	JsonArray *array = json_array_new();

	json_object_set_array_member(object, member, array);
	return array;
}

static void write_events(const IcelabObservation *observation, JsonArray *array)
{
	for (guint i = 0; i < observation->events->len; i++) {
		const IcelabEvent *event = observation->events->pdata[i];
		JsonObject *object = add_object(array);

		json_object_set_int_member(object, "time_us", event->time_us);
		json_object_set_boolean_member(object, "late", event->late);
		json_object_set_object_member(object, "line", json_object_ref(event->line));
	}
}

static void write_flows(const IcelabObservation *observation, JsonArray *array)
{
	for (guint i = 0; i < observation->flows->len; i++) {
		const IcelabFlow *flow = observation->flows->pdata[i];
		JsonObject *object = add_object(array);

		json_object_set_string_member(object, "node", flow->node);
		json_object_set_string_member(object, "interface", flow->interface);
		json_object_set_boolean_member(object, "outgoing", flow->outgoing);
		json_object_set_string_member(object, "kind", flow->kind);
		json_object_set_string_member(object, "protocol", flow->protocol);
		set_address(object, "source", &flow->source);
		json_object_set_int_member(object, "source_port", flow->source_port);
		set_address(object, "destination", &flow->destination);
		json_object_set_int_member(object, "destination_port", flow->destination_port);
		json_object_set_int_member(object, "count", (gint64)flow->count);
		json_object_set_int_member(object, "time_us", flow->time_us);
	}
}

static void write_requests(const IcelabObservation *observation, JsonArray *array)
{
	for (guint i = 0; i < observation->requests->len; i++) {
		const IcelabRequest *request = observation->requests->pdata[i];
		JsonObject *object = add_object(array);

		json_object_set_int_member(object, "time_us", request->time_us);
		set_address(object, "source", &request->source);
		json_object_set_int_member(object, "source_port", request->source_port);
		set_address(object, "destination", &request->destination);
		json_object_set_int_member(object, "destination_port", request->destination_port);
		json_object_set_boolean_member(object, "tcp", request->tcp);
		json_object_set_boolean_member(object, "rfc3489", request->rfc3489);
		json_object_set_int_member(object, "method", request->method);
		json_object_set_string_member(object, "transaction", request->transaction);
	}
}

static void write_sensors(const IcelabObservation *observation, JsonArray *array)
{
	for (guint i = 0; i < observation->sensors->len; i++) {
		const IcelabSensorReport *sensor = observation->sensors->pdata[i];
		JsonObject *object = add_object(array);

		json_object_set_string_member(object, "node", sensor->node);
		json_object_set_int_member(object, "seen", (gint64)sensor->seen);
		json_object_set_int_member(object, "drops", (gint64)sensor->drops);
		json_object_set_boolean_member(object, "canary", sensor->canary);
	}
}

static void write_kernel(const IcelabObservation *observation, JsonObject *kernel)
{
	JsonArray *routes = set_array(kernel, "routes");
	JsonArray *locals = set_array(kernel, "addresses");

	for (guint i = 0; i < observation->routes->len; i++) {
		const IcelabRoute *route = observation->routes->pdata[i];
		JsonObject *object = add_object(routes);

		set_address(object, "destination", &route->destination);
		json_object_set_boolean_member(object, "reachable", route->reachable);
		json_object_set_string_member(object, "interface", route->interface);
		set_address(object, "source", &route->source);
	}
	for (guint i = 0; i < observation->locals->len; i++) {
		const IcelabLocalAddress *local = observation->locals->pdata[i];
		JsonObject *object = add_object(locals);

		set_address(object, "address", &local->address);
		json_object_set_int_member(object, "prefix", local->prefix);
		json_object_set_string_member(object, "interface", local->interface);
		json_object_set_boolean_member(object, "temporary", local->temporary);
		json_object_set_boolean_member(object, "deprecated", local->deprecated);
		json_object_set_boolean_member(object, "up", local->up);
	}
}

char *icelab_observation_to_json(const IcelabObservation *observation)
{
	g_autoptr(JsonGenerator) generator = json_generator_new();
	g_autoptr(JsonNode) root = json_node_new(JSON_NODE_OBJECT);
	JsonObject *object = json_object_new();
	JsonObject *kernel = json_object_new();

	json_node_take_object(root, object);
	json_object_set_int_member(object, "icelab_observation", FORMAT_VERSION);
	json_object_set_string_member(object, "adapter", observation->adapter);
	json_object_set_string_member(object, "scenario", observation->scenario);
	json_object_set_string_member(object, "policy", observation->policy);
	json_object_set_string_member(object, "outcome", outcomes[observation->outcome]);
	json_object_set_string_member(
		object, "reason", observation->reason != NULL ? observation->reason : "");
	json_object_set_double_member(object, "lab_ms", observation->lab_ms);
	json_object_set_double_member(object, "gather_ms", observation->gather_ms);
	write_events(observation, set_array(object, "events"));
	write_flows(observation, set_array(object, "flows"));
	write_requests(observation, set_array(object, "requests"));
	write_sensors(observation, set_array(object, "sensors"));
	json_object_set_object_member(object, "kernel", kernel);
	write_kernel(observation, kernel);
	json_generator_set_root(generator, root);
	json_generator_set_pretty(generator, TRUE);
	return json_generator_to_data(generator, NULL);
}

/* The file may have been edited by hand: every member is looked at before it is taken. */
static gboolean get_address(JsonObject *object, const char *member, IcelabAddress *address)
{
	const char *text = icelab_json_text(object, member);

	*address = (IcelabAddress){0};
	return text[0] == '\0' || icelab_address_parse(text, strlen(text), address);
}

static char *get_text(JsonObject *object, const char *member)
{
	return g_strdup(icelab_json_text(object, member));
}

static gboolean read_event(IcelabObservation *observation, JsonObject *object)
{
	JsonObject *line = icelab_json_object(object, "line");

	if (line == NULL)
		return FALSE;
	icelab_observation_add_event(observation, icelab_json_int(object, "time_us"),
		icelab_json_flag(object, "late"), json_object_ref(line));
	return TRUE;
}

static gboolean read_flow(IcelabObservation *observation, JsonObject *object)
{
	g_autofree char *node = get_text(object, "node");
	g_autofree char *interface = get_text(object, "interface");
	g_autofree char *kind = get_text(object, "kind");
	g_autofree char *protocol = get_text(object, "protocol");
	IcelabFlow flow = {
		.node = node,
		.interface = interface,
		.outgoing = icelab_json_flag(object, "outgoing"),
		.kind = kind,
		.protocol = protocol,
		.source_port = (guint16)icelab_json_int(object, "source_port"),
		.destination_port = (guint16)icelab_json_int(object, "destination_port"),
		.count = (guint64)icelab_json_int(object, "count"),
		.time_us = icelab_json_int(object, "time_us"),
	};

	return get_address(object, "source", &flow.source) &&
		   get_address(object, "destination", &flow.destination) &&
		   icelab_observation_count(observation, &flow);
}

static gboolean read_request(IcelabObservation *observation, JsonObject *object)
{
	IcelabRequest *request = g_new0(IcelabRequest, 1);

	g_ptr_array_add(observation->requests, request);
	request->time_us = icelab_json_int(object, "time_us");
	request->source_port = (guint16)icelab_json_int(object, "source_port");
	request->destination_port = (guint16)icelab_json_int(object, "destination_port");
	request->tcp = icelab_json_flag(object, "tcp");
	request->rfc3489 = icelab_json_flag(object, "rfc3489");
	request->method = (guint16)icelab_json_int(object, "method");
	request->transaction = get_text(object, "transaction");
	return get_address(object, "source", &request->source) &&
		   get_address(object, "destination", &request->destination);
}

static gboolean read_sensor(IcelabObservation *observation, JsonObject *object)
{
	IcelabSensorReport *sensor = g_new0(IcelabSensorReport, 1);

	g_ptr_array_add(observation->sensors, sensor);
	sensor->node = get_text(object, "node");
	sensor->seen = (guint64)icelab_json_int(object, "seen");
	sensor->drops = (guint64)icelab_json_int(object, "drops");
	sensor->canary = icelab_json_flag(object, "canary");
	return TRUE;
}

static gboolean read_route(IcelabObservation *observation, JsonObject *object)
{
	IcelabRoute *route = g_new0(IcelabRoute, 1);

	g_ptr_array_add(observation->routes, route);
	route->reachable = icelab_json_flag(object, "reachable");
	route->interface = get_text(object, "interface");
	return get_address(object, "destination", &route->destination) &&
		   get_address(object, "source", &route->source);
}

static gboolean read_local(IcelabObservation *observation, JsonObject *object)
{
	IcelabLocalAddress *local = g_new0(IcelabLocalAddress, 1);

	g_ptr_array_add(observation->locals, local);
	local->prefix = (guint8)icelab_json_int(object, "prefix");
	local->interface = get_text(object, "interface");
	local->temporary = icelab_json_flag(object, "temporary");
	local->deprecated = icelab_json_flag(object, "deprecated");
	local->up = icelab_json_flag(object, "up");
	return get_address(object, "address", &local->address);
}

typedef gboolean (*ReadElement)(IcelabObservation *observation, JsonObject *object);

static gboolean read_array(IcelabObservation *observation, JsonObject *object, const char *member,
	ReadElement read, const char *where, GError **error)
{
	JsonArray *array = icelab_json_array(object, member);

	if (array == NULL) {
		g_set_error(
			error, ICELAB_OBSERVATION_ERROR, 0, "%s: the list \"%s\" is missing", where, member);
		return FALSE;
	}
	for (guint i = 0; i < json_array_get_length(array); i++) {
		JsonNode *element = json_array_get_element(array, i);

		if (!JSON_NODE_HOLDS_OBJECT(element) || !read(observation, json_node_get_object(element))) {
			g_set_error(error, ICELAB_OBSERVATION_ERROR, 0, "%s: element %u of \"%s\" is damaged",
				where, i, member);
			return FALSE;
		}
	}
	return TRUE;
}

static gboolean read_outcome(IcelabObservation *observation, JsonObject *object)
{
	const char *text = icelab_json_text(object, "outcome");
	const char *reason = icelab_json_text(object, "reason");

	for (guint outcome = 0; outcome < G_N_ELEMENTS(outcomes); outcome++) {
		if (!g_str_equal(outcomes[outcome], text))
			continue;
		observation->outcome = (IcelabOutcome)outcome;
		observation->reason = reason[0] != '\0' ? g_strdup(reason) : NULL;
		return TRUE;
	}
	return FALSE;
}

IcelabObservation *icelab_observation_from_json(const char *text, const char *where, GError **error)
{
	g_autoptr(IcelabObservation) observation = NULL;
	g_autoptr(JsonObject) object = NULL;
	JsonObject *kernel;

	object = icelab_json_parse(text, strlen(text), error);
	if (object == NULL) {
		g_prefix_error(error, "%s: ", where);
		return NULL;
	}
	if (icelab_json_int(object, "icelab_observation") != FORMAT_VERSION) {
		g_set_error(error, ICELAB_OBSERVATION_ERROR, 0,
			"%s: not an observation of version %d of this format", where, FORMAT_VERSION);
		return NULL;
	}

	g_autofree char *adapter = get_text(object, "adapter");
	g_autofree char *scenario = get_text(object, "scenario");
	g_autofree char *policy = get_text(object, "policy");

	observation = icelab_observation_new(adapter, scenario, policy);
	observation->lab_ms = icelab_json_double(object, "lab_ms");
	observation->gather_ms = icelab_json_double(object, "gather_ms");
	kernel = icelab_json_object(object, "kernel");
	if (!read_outcome(observation, object) || kernel == NULL) {
		g_set_error(
			error, ICELAB_OBSERVATION_ERROR, 0, "%s: no outcome, or no kernel facts", where);
		return NULL;
	}
	if (!read_array(observation, object, "events", read_event, where, error) ||
		!read_array(observation, object, "flows", read_flow, where, error) ||
		!read_array(observation, object, "requests", read_request, where, error) ||
		!read_array(observation, object, "sensors", read_sensor, where, error) ||
		!read_array(observation, kernel, "routes", read_route, where, error) ||
		!read_array(observation, kernel, "addresses", read_local, where, error))
		return NULL;
	return g_steal_pointer(&observation);
}
