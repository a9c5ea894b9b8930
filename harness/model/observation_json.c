/* SPDX-License-Identifier: MIT */
#include "model/observation.h"

#include <string.h>

#include "model/json.h"
#include "model/json_syntax.h"

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

static void write_namings(const IcelabObservation *observation, JsonArray *array)
{
	for (guint i = 0; i < observation->namings->len; i++) {
		const IcelabNaming *naming = observation->namings->pdata[i];
		JsonObject *object = add_object(array);

		json_object_set_string_member(object, "node", naming->node);
		json_object_set_string_member(object, "interface", naming->interface);
		json_object_set_boolean_member(object, "outgoing", naming->outgoing);
		json_object_set_string_member(object, "kind", naming->kind);
		set_address(object, "source", &naming->source);
		json_object_set_int_member(object, "source_port", naming->source_port);
		set_address(object, "destination", &naming->destination);
		json_object_set_int_member(object, "destination_port", naming->destination_port);
		json_object_set_boolean_member(object, "response", naming->response);
		json_object_set_boolean_member(object, "told", naming->told);
		json_object_set_string_member(object, "name", naming->name);
		json_object_set_string_member(object, "rrtype", naming->type);
		set_address(object, "address", &naming->address);
		json_object_set_int_member(object, "count", (gint64)naming->count);
		json_object_set_int_member(object, "time_us", naming->time_us);
	}
}

static void write_checks(const IcelabObservation *observation, JsonArray *array)
{
	for (guint i = 0; i < observation->checks->len; i++) {
		const IcelabCheck *check = observation->checks->pdata[i];
		JsonObject *object = add_object(array);
		/* A number of JSON's has no 64 bits. */
		g_autofree char *tie_breaker =
			g_strdup_printf("%016" G_GINT64_MODIFIER "x", check->tie_breaker);

		json_object_set_string_member(object, "node", check->node);
		json_object_set_string_member(object, "interface", check->interface);
		json_object_set_boolean_member(object, "outgoing", check->outgoing);
		set_address(object, "source", &check->source);
		json_object_set_int_member(object, "source_port", check->source_port);
		set_address(object, "destination", &check->destination);
		json_object_set_int_member(object, "destination_port", check->destination_port);
		json_object_set_boolean_member(object, "controlling", check->controlling);
		json_object_set_string_member(object, "tie_breaker", tie_breaker);
		json_object_set_boolean_member(object, "has_network", check->has_network);
		json_object_set_int_member(object, "network_id", check->network_id);
		json_object_set_int_member(object, "network_cost", check->network_cost);
		json_object_set_int_member(object, "time_us", check->time_us);
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
	write_namings(observation, set_array(object, "names"));
	write_checks(observation, set_array(object, "checks"));
	write_requests(observation, set_array(object, "requests"));
	write_sensors(observation, set_array(object, "sensors"));
	json_object_set_object_member(object, "kernel", kernel);
	write_kernel(observation, kernel);
	return icelab_json_write(root);
}

/* The file may have been edited by hand: every member is looked at before it is taken. */
static gboolean get_address(JsonObject *object, const char *member, IcelabAddress *address)
{
	const char *text = icelab_json_text(object, member);

	*address = (IcelabAddress){0};
	return text[0] == '\0' || icelab_address_parse(text, strlen(text), address);
}

/* A number from 0 to `limit`. */
static gboolean get_number(JsonObject *object, const char *member, guint64 limit, guint64 *number)
{
	gint64 value = icelab_json_int(object, member);

	*number = (guint64)value;
	return value >= 0 && *number <= limit;
}

static gboolean get_u16(JsonObject *object, const char *member, guint16 *port)
{
	guint64 number;

	if (!get_number(object, member, G_MAXUINT16, &number))
		return FALSE;
	*port = (guint16)number;
	return TRUE;
}

typedef struct {
	const char *name;
	GType type;
} Member;

#define MEMBERS 15

static gboolean has_members(JsonObject *object, const Member members[MEMBERS])
{
	for (guint i = 0; i < MEMBERS && members[i].name != NULL; i++) {
		JsonNode *node = json_object_get_member(object, members[i].name);

		if (node == NULL || !JSON_NODE_HOLDS_VALUE(node) ||
			json_node_get_value_type(node) != members[i].type)
			return FALSE;
	}
	return TRUE;
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
	/* Copied where it is counted. */
	IcelabFlow flow = {
		.node = (char *)icelab_json_text(object, "node"),
		.interface = (char *)icelab_json_text(object, "interface"),
		.outgoing = icelab_json_flag(object, "outgoing"),
		.kind = (char *)icelab_json_text(object, "kind"),
		.protocol = (char *)icelab_json_text(object, "protocol"),
		.time_us = icelab_json_int(object, "time_us"),
	};

	return get_address(object, "source", &flow.source) &&
		   get_address(object, "destination", &flow.destination) &&
		   get_u16(object, "source_port", &flow.source_port) &&
		   get_u16(object, "destination_port", &flow.destination_port) &&
		   get_number(object, "count", G_MAXINT64, &flow.count) &&
		   icelab_observation_count(observation, &flow);
}

static gboolean read_naming(IcelabObservation *observation, JsonObject *object)
{
	/* Copied where it is counted. */
	IcelabNaming naming = {
		.node = (char *)icelab_json_text(object, "node"),
		.interface = (char *)icelab_json_text(object, "interface"),
		.outgoing = icelab_json_flag(object, "outgoing"),
		.kind = (char *)icelab_json_text(object, "kind"),
		.response = icelab_json_flag(object, "response"),
		.told = icelab_json_flag(object, "told"),
		.name = (char *)icelab_json_text(object, "name"),
		.type = (char *)icelab_json_text(object, "rrtype"),
		.time_us = icelab_json_int(object, "time_us"),
	};

	return get_address(object, "source", &naming.source) &&
		   get_address(object, "destination", &naming.destination) &&
		   get_address(object, "address", &naming.address) &&
		   get_u16(object, "source_port", &naming.source_port) &&
		   get_u16(object, "destination_port", &naming.destination_port) &&
		   get_number(object, "count", G_MAXINT64, &naming.count) &&
		   icelab_observation_name(observation, &naming);
}

static gboolean get_u64(JsonObject *object, const char *member, guint64 *number)
{
	const char *text = icelab_json_text(object, member);

	return strlen(text) == 16 && strspn(text, "0123456789abcdef") == 16 &&
		   g_ascii_string_to_unsigned(text, 16, 0, G_MAXUINT64, number, NULL);
}

static gboolean read_check(IcelabObservation *observation, JsonObject *object)
{
	/* Copied where it is kept. */
	IcelabCheck check = {
		.node = (char *)icelab_json_text(object, "node"),
		.interface = (char *)icelab_json_text(object, "interface"),
		.outgoing = icelab_json_flag(object, "outgoing"),
		.controlling = icelab_json_flag(object, "controlling"),
		.has_network = icelab_json_flag(object, "has_network"),
		.time_us = icelab_json_int(object, "time_us"),
	};

	return get_address(object, "source", &check.source) &&
		   get_address(object, "destination", &check.destination) &&
		   get_u16(object, "source_port", &check.source_port) &&
		   get_u16(object, "destination_port", &check.destination_port) &&
		   get_u64(object, "tie_breaker", &check.tie_breaker) &&
		   get_u16(object, "network_id", &check.network_id) &&
		   get_u16(object, "network_cost", &check.network_cost) &&
		   icelab_observation_check(observation, &check);
}

static gboolean read_request(IcelabObservation *observation, JsonObject *object)
{
	IcelabRequest *request = g_new0(IcelabRequest, 1);

	g_ptr_array_add(observation->requests, request);
	request->time_us = icelab_json_int(object, "time_us");
	request->tcp = icelab_json_flag(object, "tcp");
	request->rfc3489 = icelab_json_flag(object, "rfc3489");
	request->transaction = get_text(object, "transaction");
	return get_address(object, "source", &request->source) &&
		   get_address(object, "destination", &request->destination) &&
		   get_u16(object, "source_port", &request->source_port) &&
		   get_u16(object, "destination_port", &request->destination_port) &&
		   get_u16(object, "method", &request->method);
}

static gboolean read_sensor(IcelabObservation *observation, JsonObject *object)
{
	IcelabSensorReport *sensor = g_new0(IcelabSensorReport, 1);

	g_ptr_array_add(observation->sensors, sensor);
	sensor->node = get_text(object, "node");
	sensor->canary = icelab_json_flag(object, "canary");
	return get_number(object, "seen", G_MAXINT64, &sensor->seen) &&
		   get_number(object, "drops", G_MAXINT64, &sensor->drops);
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
	guint64 prefix;

	g_ptr_array_add(observation->locals, local);
	local->interface = get_text(object, "interface");
	local->temporary = icelab_json_flag(object, "temporary");
	local->deprecated = icelab_json_flag(object, "deprecated");
	local->up = icelab_json_flag(object, "up");
	if (!get_number(object, "prefix", 128, &prefix))
		return FALSE;
	local->prefix = (guint8)prefix;
	return get_address(object, "address", &local->address);
}

/* What is absent or of another type must not count as 0 and so as clean. */
static const struct List {
	const char *name;
	gboolean (*read)(IcelabObservation *observation, JsonObject *object);
	Member members[MEMBERS];
} lists[] = {
	{"events", read_event, {{"time_us", G_TYPE_INT64}, {"late", G_TYPE_BOOLEAN}}},
	{"flows", read_flow,
		{{"node", G_TYPE_STRING}, {"interface", G_TYPE_STRING}, {"outgoing", G_TYPE_BOOLEAN},
			{"kind", G_TYPE_STRING}, {"protocol", G_TYPE_STRING}, {"source", G_TYPE_STRING},
			{"source_port", G_TYPE_INT64}, {"destination", G_TYPE_STRING},
			{"destination_port", G_TYPE_INT64}, {"count", G_TYPE_INT64},
			{"time_us", G_TYPE_INT64}}},
	{"requests", read_request,
		{{"time_us", G_TYPE_INT64}, {"source", G_TYPE_STRING}, {"source_port", G_TYPE_INT64},
			{"destination", G_TYPE_STRING}, {"destination_port", G_TYPE_INT64},
			{"tcp", G_TYPE_BOOLEAN}, {"rfc3489", G_TYPE_BOOLEAN}, {"method", G_TYPE_INT64},
			{"transaction", G_TYPE_STRING}}},
	{"sensors", read_sensor,
		{{"node", G_TYPE_STRING}, {"seen", G_TYPE_INT64}, {"drops", G_TYPE_INT64},
			{"canary", G_TYPE_BOOLEAN}}},
};

/* Recordings of before these were kept have none of them. */
static const struct List later_lists[] = {
	{"names", read_naming,
		{{"node", G_TYPE_STRING}, {"interface", G_TYPE_STRING}, {"outgoing", G_TYPE_BOOLEAN},
			{"kind", G_TYPE_STRING}, {"source", G_TYPE_STRING}, {"source_port", G_TYPE_INT64},
			{"destination", G_TYPE_STRING}, {"destination_port", G_TYPE_INT64},
			{"response", G_TYPE_BOOLEAN}, {"told", G_TYPE_BOOLEAN}, {"name", G_TYPE_STRING},
			{"rrtype", G_TYPE_STRING}, {"address", G_TYPE_STRING}, {"count", G_TYPE_INT64},
			{"time_us", G_TYPE_INT64}}},
	{"checks", read_check,
		{{"node", G_TYPE_STRING}, {"interface", G_TYPE_STRING}, {"outgoing", G_TYPE_BOOLEAN},
			{"source", G_TYPE_STRING}, {"source_port", G_TYPE_INT64},
			{"destination", G_TYPE_STRING}, {"destination_port", G_TYPE_INT64},
			{"controlling", G_TYPE_BOOLEAN}, {"tie_breaker", G_TYPE_STRING},
			{"has_network", G_TYPE_BOOLEAN}, {"network_id", G_TYPE_INT64},
			{"network_cost", G_TYPE_INT64}, {"time_us", G_TYPE_INT64}}},
};

static const struct List kernel_lists[] = {
	{"routes", read_route,
		{{"destination", G_TYPE_STRING}, {"reachable", G_TYPE_BOOLEAN},
			{"interface", G_TYPE_STRING}, {"source", G_TYPE_STRING}}},
	{"addresses", read_local,
		{{"address", G_TYPE_STRING}, {"prefix", G_TYPE_INT64}, {"interface", G_TYPE_STRING},
			{"temporary", G_TYPE_BOOLEAN}, {"deprecated", G_TYPE_BOOLEAN}, {"up", G_TYPE_BOOLEAN}}},
};

static gboolean read_list(IcelabObservation *observation, JsonObject *object,
	const struct List *list, const char *where, GError **error)
{
	JsonArray *array = icelab_json_array(object, list->name);

	if (array == NULL) {
		g_set_error(error, ICELAB_OBSERVATION_ERROR, 0, "%s: the list \"%s\" is missing", where,
			list->name);
		return FALSE;
	}
	for (guint i = 0; i < json_array_get_length(array); i++) {
		JsonNode *element = json_array_get_element(array, i);

		if (!JSON_NODE_HOLDS_OBJECT(element) ||
			!has_members(json_node_get_object(element), list->members) ||
			!list->read(observation, json_node_get_object(element))) {
			g_set_error(error, ICELAB_OBSERVATION_ERROR, 0, "%s: element %u of \"%s\" is damaged",
				where, i, list->name);
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
	static const Member head[MEMBERS] = {{"adapter", G_TYPE_STRING}, {"scenario", G_TYPE_STRING},
		{"policy", G_TYPE_STRING}, {"outcome", G_TYPE_STRING}, {"reason", G_TYPE_STRING}};
	g_autoptr(IcelabObservation) observation = NULL;
	g_autoptr(JsonObject) object = NULL;
	JsonObject *kernel;

	object = icelab_json_parse(text, strlen(text), ICELAB_JSON_DEPTH, error);
	if (object == NULL) {
		g_prefix_error(error, "%s: ", where);
		return NULL;
	}
	if (icelab_json_int(object, "icelab_observation") != FORMAT_VERSION) {
		g_set_error(error, ICELAB_OBSERVATION_ERROR, 0,
			"%s: not an observation of version %d of this format", where, FORMAT_VERSION);
		return NULL;
	}

	observation = icelab_observation_new(icelab_json_text(object, "adapter"),
		icelab_json_text(object, "scenario"), icelab_json_text(object, "policy"));
	observation->lab_ms = icelab_json_double(object, "lab_ms");
	observation->gather_ms = icelab_json_double(object, "gather_ms");
	kernel = icelab_json_object(object, "kernel");
	if (!has_members(object, head) || !read_outcome(observation, object) || kernel == NULL) {
		g_set_error(error, ICELAB_OBSERVATION_ERROR, 0,
			"%s: adapter, scenario, policy, outcome, reason and kernel are not all there", where);
		return NULL;
	}
	for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
		if (!read_list(observation, object, &lists[i], where, error))
			return NULL;
	}
	for (guint i = 0; i < G_N_ELEMENTS(later_lists); i++) {
		if (json_object_has_member(object, later_lists[i].name) &&
			!read_list(observation, object, &later_lists[i], where, error))
			return NULL;
	}
	for (guint i = 0; i < G_N_ELEMENTS(kernel_lists); i++) {
		if (!read_list(observation, kernel, &kernel_lists[i], where, error))
			return NULL;
	}
	return g_steal_pointer(&observation);
}
