/* SPDX-License-Identifier: MIT */
#include "model/observation.h"

#include <string.h>

static void event_free(gpointer data)
{
	IcelabEvent *event = data;

	json_object_unref(event->line);
	g_free(event);
}

static void flow_free(gpointer data)
{
	IcelabFlow *flow = data;

	g_free(flow->node);
	g_free(flow->interface);
	g_free(flow->kind);
	g_free(flow->protocol);
	g_free(flow);
}

static void naming_free(gpointer data)
{
	IcelabNaming *naming = data;

	g_free(naming->node);
	g_free(naming->interface);
	g_free(naming->kind);
	g_free(naming->name);
	g_free(naming->type);
	g_free(naming);
}

static void check_free(gpointer data)
{
	IcelabCheck *check = data;

	g_free(check->node);
	g_free(check->interface);
	g_free(check);
}

static void request_free(gpointer data)
{
	IcelabRequest *request = data;

	g_free(request->transaction);
	g_free(request);
}

static void sensor_free(gpointer data)
{
	IcelabSensorReport *sensor = data;

	g_free(sensor->node);
	g_free(sensor);
}

static void route_free(gpointer data)
{
	IcelabRoute *route = data;

	g_free(route->interface);
	g_free(route);
}

static void local_free(gpointer data)
{
	IcelabLocalAddress *local = data;

	g_free(local->interface);
	g_free(local);
}

static guint hash_address(const IcelabAddress *address)
{
	guint hash = address->family;

	for (guint i = 0; i < sizeof address->bytes; i++)
		hash = hash * 31 + address->bytes[i];
	return hash;
}

static guint hash_flow(gconstpointer key)
{
	const IcelabFlow *flow = key;

	return g_str_hash(flow->node) ^ g_str_hash(flow->interface) * 3 ^ g_str_hash(flow->kind) * 5 ^
		   hash_address(&flow->source) * 7 ^ hash_address(&flow->destination) * 11 ^
		   ((guint)flow->source_port << 16 | flow->destination_port) ^ (guint)flow->outgoing;
}

static gboolean equal_flow(gconstpointer a, gconstpointer b)
{
	const IcelabFlow *left = a;
	const IcelabFlow *right = b;

	return left->outgoing == right->outgoing && left->source_port == right->source_port &&
		   left->destination_port == right->destination_port &&
		   icelab_address_equal(&left->source, &right->source) &&
		   icelab_address_equal(&left->destination, &right->destination) &&
		   g_str_equal(left->kind, right->kind) && g_str_equal(left->protocol, right->protocol) &&
		   g_str_equal(left->interface, right->interface) && g_str_equal(left->node, right->node);
}

IcelabObservation *icelab_observation_new(
	const char *adapter, const char *scenario, const char *policy)
{
	IcelabObservation *observation = g_new0(IcelabObservation, 1);

	observation->adapter = g_strdup(adapter);
	observation->scenario = g_strdup(scenario);
	observation->policy = g_strdup(policy);
	observation->events = g_ptr_array_new_with_free_func(event_free);
	observation->flows = g_ptr_array_new_with_free_func(flow_free);
	observation->namings = g_ptr_array_new_with_free_func(naming_free);
	observation->checks = g_ptr_array_new_with_free_func(check_free);
	observation->requests = g_ptr_array_new_with_free_func(request_free);
	observation->sensors = g_ptr_array_new_with_free_func(sensor_free);
	observation->routes = g_ptr_array_new_with_free_func(route_free);
	observation->locals = g_ptr_array_new_with_free_func(local_free);
	observation->flow_index = g_hash_table_new(hash_flow, equal_flow);
	return observation;
}

void icelab_observation_free(IcelabObservation *observation)
{
	if (observation == NULL)
		return;
	g_free(observation->adapter);
	g_free(observation->scenario);
	g_free(observation->policy);
	g_free(observation->reason);
	g_hash_table_unref(observation->flow_index);
	g_ptr_array_unref(observation->events);
	g_ptr_array_unref(observation->flows);
	g_ptr_array_unref(observation->namings);
	g_ptr_array_unref(observation->checks);
	g_ptr_array_unref(observation->requests);
	g_ptr_array_unref(observation->sensors);
	g_ptr_array_unref(observation->routes);
	g_ptr_array_unref(observation->locals);
	g_free(observation);
}

void icelab_observation_end(
	IcelabObservation *observation, IcelabOutcome outcome, const char *format, ...)
{
	va_list arguments;

	if (observation->outcome != ICELAB_OUTCOME_DONE)
		return;
	observation->outcome = outcome;
	g_free(observation->reason);
	va_start(arguments, format);
	observation->reason = g_strdup_vprintf(format, arguments);
	va_end(arguments);
}

void icelab_observation_add_event(
	IcelabObservation *observation, gint64 time_us, gboolean late, JsonObject *line)
{
	IcelabEvent *event = g_new0(IcelabEvent, 1);

	event->time_us = time_us;
	event->late = late;
	event->line = line;
	g_ptr_array_add(observation->events, event);
}

gboolean icelab_observation_count(IcelabObservation *observation, const IcelabFlow *flow)
{
	IcelabFlow *known = g_hash_table_lookup(observation->flow_index, flow);

	if (known == NULL) {
		if (observation->flows->len >= ICELAB_FLOW_LIMIT)
			return FALSE;
		known = g_memdup2(flow, sizeof *flow);
		known->node = g_strdup(flow->node);
		known->interface = g_strdup(flow->interface);
		known->kind = g_strdup(flow->kind);
		known->protocol = g_strdup(flow->protocol);
		known->count = 0;
		g_ptr_array_add(observation->flows, known);
		g_hash_table_add(observation->flow_index, known);
	}
	known->count += MAX(flow->count, 1);
	return TRUE;
}

static gboolean equal_naming(const IcelabNaming *a, const IcelabNaming *b)
{
	return a->outgoing == b->outgoing && a->source_port == b->source_port &&
		   a->destination_port == b->destination_port && a->response == b->response &&
		   a->told == b->told && icelab_address_equal(&a->source, &b->source) &&
		   icelab_address_equal(&a->destination, &b->destination) &&
		   icelab_address_equal(&a->address, &b->address) && g_str_equal(a->name, b->name) &&
		   g_str_equal(a->type, b->type) && g_str_equal(a->kind, b->kind) &&
		   g_str_equal(a->interface, b->interface) && g_str_equal(a->node, b->node);
}

static IcelabNaming *find_naming(IcelabObservation *observation, const IcelabNaming *naming)
{
	for (guint i = 0; i < observation->namings->len; i++) {
		if (equal_naming(observation->namings->pdata[i], naming))
			return observation->namings->pdata[i];
	}
	return NULL;
}

gboolean icelab_observation_name(IcelabObservation *observation, const IcelabNaming *naming)
{
	IcelabNaming *known = find_naming(observation, naming);

	if (known == NULL) {
		if (observation->namings->len >= ICELAB_NAMING_LIMIT)
			return FALSE;
		known = g_memdup2(naming, sizeof *naming);
		known->node = g_strdup(naming->node);
		known->interface = g_strdup(naming->interface);
		known->kind = g_strdup(naming->kind);
		known->name = g_strdup(naming->name);
		known->type = g_strdup(naming->type);
		known->count = 0;
		g_ptr_array_add(observation->namings, known);
	}
	known->count += MAX(naming->count, 1);
	return TRUE;
}

static gboolean equal_check(const IcelabCheck *a, const IcelabCheck *b)
{
	return a->outgoing == b->outgoing && a->source_port == b->source_port &&
		   a->destination_port == b->destination_port && a->controlling == b->controlling &&
		   a->tie_breaker == b->tie_breaker && a->has_network == b->has_network &&
		   a->network_id == b->network_id && a->network_cost == b->network_cost &&
		   icelab_address_equal(&a->source, &b->source) &&
		   icelab_address_equal(&a->destination, &b->destination) &&
		   g_str_equal(a->interface, b->interface) && g_str_equal(a->node, b->node);
}

gboolean icelab_observation_check(IcelabObservation *observation, const IcelabCheck *check)
{
	IcelabCheck *kept;

	for (guint i = 0; i < observation->checks->len; i++) {
		if (equal_check(observation->checks->pdata[i], check))
			return TRUE;
	}
	if (observation->checks->len >= ICELAB_CHECK_LIMIT)
		return FALSE;
	kept = g_memdup2(check, sizeof *check);
	kept->node = g_strdup(check->node);
	kept->interface = g_strdup(check->interface);
	g_ptr_array_add(observation->checks, kept);
	return TRUE;
}
