/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "judge/judgement.h"
#include "model/json.h"

/* Judges the local candidates in the statistics (W3C webrtc-stats, RTCIceCandidateStats): whoever
 * lists a candidate there provides it to the application, whether or not it was signalled. */

static gboolean was_shown(const IcelabJudgement *judgement, const IcelabAddress *address)
{
	for (guint i = 0; i < judgement->reported->len; i++) {
		const IcelabReported *reported = judgement->reported->pdata[i];

		if (icelab_address_equal(&reported->candidate.address, address) ||
			icelab_address_equal(&reported->candidate.raddr, address))
			return TRUE;
	}
	return FALSE;
}

/* The clause that forbids to list this address of the host, or NULL. */
static const char *forbidden_by(const IcelabJudgement *judgement, const IcelabAddress *address)
{
	/* Its candidate has a finding of its own, or is allowed. */
	if (was_shown(judgement, address))
		return NULL;
	switch (judgement->mode) {
	case ICELAB_MODE_2:
		/* M11: a name that hides the address in one place hides it in all. */
		return icelab_judge_has_names(judgement) ? "M11" : NULL;
	case ICELAB_MODE_3:
	case ICELAB_MODE_NO_UDP:
		/* N8: associated private addresses are not provided. */
		return icelab_address_is_private(address) ? "N8" : NULL;
	case ICELAB_MODE_RELAY:
		/* J1: nor visible in other fields. */
		return "J1";
	default:
		return NULL;
	}
}

static gboolean is_local(const IcelabJudgement *judgement, const IcelabAddress *address)
{
	for (guint i = 0; i < judgement->observation->locals->len; i++) {
		const IcelabLocalAddress *local = judgement->observation->locals->pdata[i];

		if (icelab_address_equal(&local->address, address))
			return TRUE;
	}
	return FALSE;
}

static void judge_entry(
	G_GNUC_UNUSED JsonObject *object, const char *id, JsonNode *node, gpointer data)
{
	IcelabJudgement *judgement = data;
	const char *text, *clause;
	char name[ICELAB_ADDRESS_TEXT];
	IcelabAddress address;

	if (!JSON_NODE_HOLDS_OBJECT(node) ||
		!g_str_equal(icelab_json_text(json_node_get_object(node), "type"), "local-candidate"))
		return;
	text = icelab_json_text(json_node_get_object(node), "address");
	if (!icelab_address_parse(text, strlen(text), &address) || !is_local(judgement, &address))
		return;
	clause = forbidden_by(judgement, &address);
	if (clause == NULL)
		return;
	g_autofree char *seen =
		g_strdup_printf("stats %s", icelab_json_text(json_node_get_object(node), "candidateType"));
	g_autofree char *detail = g_strdup_printf("%s: address %s", id, text);

	icelab_result_add_finding(judgement->result, clause, ICELAB_FAIL,
		icelab_book_label(judgement->book, &address, name), seen, detail);
}

void icelab_judge_statistics(IcelabJudgement *judgement)
{
	for (guint i = 0; i < judgement->observation->events->len; i++) {
		const IcelabEvent *event = judgement->observation->events->pdata[i];
		JsonObject *stats = icelab_json_object(event->line, "stats");

		if (g_str_equal(icelab_json_text(event->line, "type"), "stats") && stats != NULL)
			json_object_foreach_member(stats, judge_entry, judgement);
	}
}
