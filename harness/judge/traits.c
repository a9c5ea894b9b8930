/* SPDX-License-Identifier: MIT */
#include "judge/judgement.h"

#include "model/json.h"

/* What is told of the host beside its addresses: how many interfaces it has, in which order, of
 * which kind (L10, L11). No clause forbids it. */

/* libwebrtc's cost of a socket that is on no interface in particular, with id 0. */
#define COST_OF_ANY 999

static void add_candidates(IcelabJudgement *judgement)
{
	for (guint i = 0; i < judgement->reported->len; i++) {
		const IcelabReported *reported = judgement->reported->pdata[i];

		for (gsize k = 0; k < reported->candidate.extension_count; k++) {
			const IcelabSpan name = reported->candidate.extensions[k].name;
			const IcelabSpan value = reported->candidate.extensions[k].value;
			g_autofree char *attribute = g_strndup(name.text, name.length);
			g_autofree char *text = g_strndup(value.text, value.length);

			if (icelab_span_equal(name, "network-id") ||
				(icelab_span_equal(name, "network-cost") &&
					!icelab_span_equal(value, G_STRINGIFY(COST_OF_ANY))))
				icelab_result_add_trait(judgement->result, attribute, text, reported->line);
		}
	}
}

/* A member's value, where it says something. */
static char *value_of(JsonObject *entry, const char *member)
{
	JsonNode *node = json_object_get_member(entry, member);

	if (node == NULL || !JSON_NODE_HOLDS_VALUE(node))
		return NULL;
	if (json_node_get_value_type(node) == G_TYPE_BOOLEAN)
		return g_strdup(json_node_get_boolean(node) ? "yes" : "no");
	return icelab_json_has_text(entry, member) &&
				   !g_str_equal(icelab_json_text(entry, member), "unknown")
			   ? g_strdup(icelab_json_text(entry, member))
			   : NULL;
}

static void add_entry(
	G_GNUC_UNUSED JsonObject *object, const char *id, JsonNode *node, gpointer data)
{
	/* W9: the first is deprecated for what it tells. */
	static const char *const members[] = {"networkType", "networkAdapterType", "vpn"};
	IcelabJudgement *judgement = data;

	if (!JSON_NODE_HOLDS_OBJECT(node) ||
		!g_str_equal(icelab_json_text(json_node_get_object(node), "type"), "local-candidate"))
		return;
	for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
		g_autofree char *value = value_of(json_node_get_object(node), members[i]);

		if (value != NULL)
			icelab_result_add_trait(judgement->result, members[i], value, id);
	}
}

static void add_statistics(IcelabJudgement *judgement)
{
	for (guint i = 0; i < judgement->observation->events->len; i++) {
		const IcelabEvent *event = judgement->observation->events->pdata[i];
		JsonObject *stats = icelab_json_object(event->line, "stats");

		if (g_str_equal(icelab_json_text(event->line, "type"), "stats") && stats != NULL)
			json_object_foreach_member(stats, add_entry, judgement);
	}
}

static void add_checks(IcelabJudgement *judgement)
{
	const char *client = icelab_book_client(judgement->book)->name;

	for (guint i = 0; i < judgement->observation->checks->len; i++) {
		const IcelabCheck *check = judgement->observation->checks->pdata[i];
		char text[ICELAB_ADDRESS_TEXT];

		if (!check->outgoing || !g_str_equal(check->node, client) || !check->has_network ||
			check->network_cost == COST_OF_ANY)
			continue;
		g_autofree char *value =
			g_strdup_printf("%u cost %u", check->network_id, check->network_cost);
		g_autofree char *where = g_strdup_printf(
			"check to %s", icelab_book_label(judgement->book, &check->destination, text));

		icelab_result_add_trait(judgement->result, "GOOG-NETWORK-INFO", value, where);
	}
}

void icelab_judge_traits(IcelabJudgement *judgement)
{
	add_candidates(judgement);
	add_statistics(judgement);
	add_checks(judgement);
}
