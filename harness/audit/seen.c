/* SPDX-License-Identifier: MIT */
#include "audit/seen.h"

#include <string.h>

#include "audit/identity.h"
#include "audit/truth.h"
#include "judge/judge.h"
#include "model/candidate.h"
#include "model/json.h"

typedef struct {
	const IcelabScenario *scenario;
	const IcelabBook *book;
	const IcelabObservation *observation;
	char **names; /* of the person's addresses */
	JsonBuilder *json;
} Seen;

static void add_flag(JsonBuilder *json, const char *member, gboolean flag)
{
	json_builder_set_member_name(json, member);
	json_builder_add_boolean_value(json, flag);
}

static void add_number(JsonBuilder *json, const char *member, guint64 number)
{
	json_builder_set_member_name(json, member);
	json_builder_add_int_value(json, (gint64)number);
}

static gboolean is_protected(const Seen *seen, const IcelabNamedAddress *named)
{
	return named != NULL &&
		   g_strv_contains((const char *const *)seen->scenario->protects, named->name);
}

static void begin_channels(JsonBuilder *json)
{
	json_builder_set_member_name(json, "channels");
	json_builder_begin_array(json);
}

static void add_channel(JsonBuilder *json, const char *channel, const char *where)
{
	json_builder_begin_object(json);
	icelab_truth_add_text(json, "channel", channel);
	icelab_truth_add_text(json, "where", where);
	json_builder_end_object(json);
}

static void end_channels(JsonBuilder *json)
{
	json_builder_end_array(json);
	json_builder_end_object(json);
}

static void add_learned(const Seen *seen, const IcelabResult *result, const char *name)
{
	gboolean begun = FALSE;

	for (guint i = 0; i < result->exposures->len; i++) {
		const IcelabExposure *exposure = result->exposures->pdata[i];

		if (!g_str_equal(exposure->name, name))
			continue;
		if (!begun) {
			json_builder_begin_object(seen->json);
			icelab_truth_add_address(
				seen->json, seen->scenario, seen->book, icelab_book_by_name(seen->book, name));
			begin_channels(seen->json);
			begun = TRUE;
		}
		add_channel(seen->json, exposure->channel, exposure->where);
	}
	if (begun)
		end_channels(seen->json);
}

/* A name that stands in for an address, or an address that is not in the book, once each. */
static void add_stranger(const Seen *seen, const char *line, GHashTable *known)
{
	IcelabCandidate candidate;
	const char *why;

	if (!icelab_candidate_parse(line, strlen(line), &candidate, &why) ||
		icelab_address_is_unspecified(&candidate.address))
		return;
	IcelabAddress plain = icelab_address_unmapped(&candidate.address);

	if (plain.family != 0 && icelab_book_by_address(seen->book, &plain) != NULL)
		return;
	char *text = g_strndup(candidate.connection.text, candidate.connection.length);

	if (!g_hash_table_add(known, text))
		return;
	json_builder_begin_object(seen->json);
	icelab_truth_add_text(seen->json, "name", "");
	icelab_truth_add_text(seen->json, "address", text);
	icelab_truth_add_text(seen->json, "what",
		plain.family == 0 ? "a name in place of an address"
						  : "an address that this network does not know");
	add_flag(seen->json, "protected", FALSE);
	begin_channels(seen->json);
	add_channel(seen->json, icelab_candidate_type_name(candidate.type), line);
	end_channels(seen->json);
}

static void add_strangers(const Seen *seen)
{
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < seen->observation->events->len; i++) {
		const IcelabEvent *event = seen->observation->events->pdata[i];

		if (g_str_equal(icelab_json_text(event->line, "type"), "candidate"))
			add_stranger(seen, icelab_json_text(event->line, "candidate"), known);
	}
}

/* Whether the entry is new. */
static gboolean is_first(GHashTable *entries, char *key)
{
	return g_hash_table_add(entries, key);
}

static void add_source(const Seen *seen, const IcelabAddress *source, gboolean bad)
{
	const IcelabNamedAddress *named = icelab_book_by_address(seen->book, source);

	icelab_truth_add_text(
		seen->json, "what", named != NULL ? icelab_identity_describe(seen->book, named) : "");
	add_flag(seen->json, "protected", bad);
}

/* What a server logged, each source once. */
static void add_asked(const Seen *seen)
{
	g_autoptr(GHashTable) entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < seen->observation->requests->len; i++) {
		const IcelabRequest *request = seen->observation->requests->pdata[i];
		char server[ICELAB_ADDRESS_TEXT], source[ICELAB_ADDRESS_TEXT];
		const char *label = icelab_book_label(seen->book, &request->destination, server);

		icelab_address_format(&request->source, source);
		if (!is_first(entries, g_strdup_printf("%s %d %s", label, request->tcp, source)))
			continue;
		json_builder_begin_object(seen->json);
		icelab_truth_add_text(seen->json, "server", label);
		icelab_truth_add_text(seen->json, "transport", request->tcp ? "TCP" : "UDP");
		icelab_truth_add_text(seen->json, "address", source);
		add_number(seen->json, "port", request->source_port);
		add_source(seen, &request->source,
			is_protected(seen, icelab_book_by_address(seen->book, &request->source)));
		json_builder_end_object(seen->json);
	}
}

static const char *watcher_of(const IcelabBook *book, const IcelabFlow *flow)
{
	const IcelabNode *node = icelab_book_node(book, flow->node);

	switch (node != NULL ? node->role : ICELAB_ROLE_CORE) {
	case ICELAB_ROLE_LAN:
		return "everyone in the LAN";
	case ICELAB_ROLE_VPN:
		return "the VPN's operator";
	case ICELAB_ROLE_STUN:
		return "the server";
	default:
		return NULL;
	}
}

/* Whether others saw this flow come from the person. */
static gboolean is_from_person(const Seen *seen, const IcelabFlow *flow)
{
	const IcelabNamedAddress *source = icelab_book_by_address(seen->book, &flow->source);

	return !flow->outgoing && flow->protocol[0] != '\0' && source != NULL &&
		   g_strv_contains((const char *const *)seen->names, source->name) &&
		   watcher_of(seen->book, flow) != NULL &&
		   !icelab_book_is_infra(seen->book, flow->node, flow->interface, flow->protocol,
			   &flow->source, flow->source_port, &flow->destination, flow->destination_port);
}

static gboolean is_same_but_ports(const IcelabFlow *a, const IcelabFlow *b)
{
	return g_str_equal(a->node, b->node) && g_str_equal(a->interface, b->interface) &&
		   g_str_equal(a->kind, b->kind) && g_str_equal(a->protocol, b->protocol) &&
		   icelab_address_equal(&a->source, &b->source) &&
		   icelab_address_equal(&a->destination, &b->destination);
}

/* All flows but for their ports count as one: shown with the first of them. Returns how many
 * packets, 0 where it is not the first. */
static guint64 count_alike(const Seen *seen, guint index, gboolean *bad)
{
	const IcelabFlow *flow = seen->observation->flows->pdata[index];
	const IcelabNamedAddress *source = icelab_book_by_address(seen->book, &flow->source);
	guint64 count = 0;

	*bad = FALSE;
	for (guint i = 0; i < seen->observation->flows->len; i++) {
		const IcelabFlow *other = seen->observation->flows->pdata[i];

		if (!is_same_but_ports(flow, other) || !is_from_person(seen, other))
			continue;
		if (i < index)
			return 0;
		count += other->count;
		*bad |= is_protected(seen, source) &&
				icelab_judge_flow_exposes(seen->book, seen->observation, other, source);
	}
	return count;
}

static void add_wire(const Seen *seen)
{
	for (guint i = 0; i < seen->observation->flows->len; i++) {
		const IcelabFlow *flow = seen->observation->flows->pdata[i];
		char source[ICELAB_ADDRESS_TEXT], destination[ICELAB_ADDRESS_TEXT];
		gboolean bad;
		guint64 count;

		if (!is_from_person(seen, flow))
			continue;
		count = count_alike(seen, i, &bad);
		if (count == 0)
			continue;
		json_builder_begin_object(seen->json);
		icelab_truth_add_text(seen->json, "watcher", watcher_of(seen->book, flow));
		icelab_truth_add_text(seen->json, "node", flow->node);
		icelab_truth_add_text(seen->json, "interface", flow->interface);
		icelab_truth_add_text(seen->json, "kind", flow->kind);
		icelab_truth_add_text(seen->json, "protocol", flow->protocol);
		icelab_truth_add_text(
			seen->json, "source", icelab_book_label(seen->book, &flow->source, source));
		icelab_truth_add_text(seen->json, "destination",
			icelab_book_label(seen->book, &flow->destination, destination));
		add_number(seen->json, "count", count);
		add_source(seen, &flow->source, bad);
		json_builder_end_object(seen->json);
	}
}

static void add_array(const Seen *seen, const char *member, void (*add)(const Seen *seen))
{
	json_builder_set_member_name(seen->json, member);
	json_builder_begin_array(seen->json);
	add(seen);
	json_builder_end_array(seen->json);
}

char *icelab_seen_write(
	const IcelabScenario *scenario, const IcelabBook *book, const IcelabObservation *observation)
{
	g_autoptr(JsonBuilder) json = json_builder_new();
	g_auto(GStrv) names = icelab_identity_names(book);
	g_autoptr(IcelabResult) result = icelab_judge_exposed(names, book, observation);
	const Seen seen = {scenario, book, observation, names, json};

	json_builder_begin_object(json);
	icelab_truth_add_text(json, "problem",
		result->reason != NULL        ? result->reason
		: observation->reason != NULL ? observation->reason
									  : "");
	json_builder_set_member_name(json, "learned");
	json_builder_begin_array(json);
	for (guint i = 0; names[i] != NULL; i++)
		add_learned(&seen, result, names[i]);
	add_strangers(&seen);
	json_builder_end_array(json);
	add_array(&seen, "asked", add_asked);
	add_array(&seen, "wire", add_wire);
	json_builder_end_object(json);
	return icelab_truth_finish(json);
}
