/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "judge/judgement.h"
#include "model/json.h"

/* Judges the candidates in the statistics (W3C webrtc-stats, RTCIceCandidateStats): whoever lists a
 * candidate there provides it to the application, whether or not it was signalled. */

typedef struct {
	IcelabJudgement *judgement;
	JsonArray *remote; /* candidate lines that the application had been given; NULL for none */
	const char *id;    /* of the entry */
	JsonObject *entry;
} Listing;

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

static gboolean is_local(const IcelabJudgement *judgement, const IcelabAddress *address)
{
	for (guint i = 0; i < judgement->observation->locals->len; i++) {
		const IcelabLocalAddress *local = judgement->observation->locals->pdata[i];

		if (icelab_address_equal(&local->address, address))
			return TRUE;
	}
	return FALSE;
}

/* The clause that forbids to list this address of the host, or NULL. */
static const char *forbidden_local(
	const IcelabJudgement *judgement, const IcelabAddress *address, gboolean peer_reflexive)
{
	/* M11: what nobody signalled and only checks have shown is not told. */
	if (peer_reflexive)
		return "M11";
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

/* The clause that forbids to list an address that no candidate has shown, or NULL. */
static const char *forbidden_by(
	const IcelabJudgement *judgement, const IcelabAddress *address, gboolean peer_reflexive)
{
	/* Its candidate has a finding of its own, or is allowed. */
	if (icelab_address_is_unspecified(address) || was_shown(judgement, address))
		return NULL;
	if (is_local(judgement, address))
		return forbidden_local(judgement, address, peer_reflexive);
	/* J1, N10: under these policies there is no reflexive candidate at all. */
	switch (judgement->mode) {
	case ICELAB_MODE_RELAY:
		return "J1";
	case ICELAB_MODE_NO_UDP:
		return "N10";
	default:
		return NULL;
	}
}

static void find_fault(
	const Listing *listing, const char *clause, IcelabVerdict severity, const char *member)
{
	const char *text = icelab_json_text(listing->entry, member);
	char name[ICELAB_ADDRESS_TEXT];
	IcelabAddress address;
	g_autofree char *seen =
		g_strdup_printf("%s %s", g_str_equal(member, "relatedAddress") ? "stats raddr of" : "stats",
			icelab_json_text(listing->entry, "candidateType"));
	g_autofree char *detail = g_strdup_printf("%s: %s %s", listing->id, member, text);

	icelab_result_add_finding(listing->judgement->result, clause, severity,
		icelab_address_parse(text, strlen(text), &address)
			? icelab_book_label(listing->judgement->book, &address, name)
			: text,
		seen, detail);
}

/* Members that hold an address; "ip" is what "address" was called. */
static const char *const members[] = {"address", "ip", "relatedAddress"};

static void judge_local(const Listing *listing)
{
	gboolean peer_reflexive =
		g_str_equal(icelab_json_text(listing->entry, "candidateType"), "prflx");

	for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
		const char *text = icelab_json_text(listing->entry, members[i]);
		IcelabAddress address;
		const char *clause = icelab_address_parse(text, strlen(text), &address)
								 ? forbidden_by(listing->judgement, &address, peer_reflexive)
								 : NULL;

		if (clause != NULL)
			find_fault(listing, clause, ICELAB_FAIL, members[i]);
	}
}

/* Whether the application itself had told this address, or this name, as a remote candidate's. */
static gboolean was_given(const Listing *listing, const char *text)
{
	for (guint i = 0; listing->remote != NULL && i < json_array_get_length(listing->remote); i++) {
		JsonNode *element = json_array_get_element(listing->remote, i);
		const char *line = JSON_NODE_HOLDS_VALUE(element) ? json_node_get_string(element) : NULL;
		IcelabCandidate candidate;
		const char *why;

		if (line != NULL && icelab_candidate_parse(line, strlen(line), &candidate, &why) &&
			(icelab_span_equal(candidate.connection, text) ||
				icelab_span_equal(candidate.related, text)))
			return TRUE;
	}
	return FALSE;
}

static void judge_remote(const Listing *listing)
{
	for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
		const char *text = icelab_json_text(listing->entry, members[i]);
		IcelabAddress address;

		if (!icelab_address_parse(text, strlen(text), &address) ||
			icelab_address_is_unspecified(&address) || was_given(listing, text))
			continue;
		/* W3 (w3c/webrtc-pc#3106) is resolved, but not in the text yet. */
		if (g_str_equal(members[i], "relatedAddress"))
			find_fault(listing, "W3", ICELAB_WARN, members[i]);
		/* W8: as W2, so null unless learned through addIceCandidate(). */
		else
			find_fault(listing, "W8", ICELAB_FAIL, members[i]);
	}
	/* W9 */
	if (icelab_json_has_text(listing->entry, "relayProtocol"))
		find_fault(listing, "W9", ICELAB_FAIL, "relayProtocol");
}

static void judge_entry(
	G_GNUC_UNUSED JsonObject *object, const char *id, JsonNode *node, gpointer data)
{
	Listing *listing = data;
	const char *type;

	if (!JSON_NODE_HOLDS_OBJECT(node))
		return;
	listing->id = id;
	listing->entry = json_node_get_object(node);
	type = icelab_json_text(listing->entry, "type");
	if (g_str_equal(type, "local-candidate"))
		judge_local(listing);
	else if (g_str_equal(type, "remote-candidate"))
		judge_remote(listing);
}

void icelab_judge_statistics(IcelabJudgement *judgement)
{
	for (guint i = 0; i < judgement->observation->events->len; i++) {
		const IcelabEvent *event = judgement->observation->events->pdata[i];
		JsonObject *stats = icelab_json_object(event->line, "stats");
		Listing listing = {
			.judgement = judgement, .remote = icelab_json_array(event->line, "remote")};

		if (g_str_equal(icelab_json_text(event->line, "type"), "stats") && stats != NULL)
			json_object_foreach_member(stats, judge_entry, &listing);
	}
}
