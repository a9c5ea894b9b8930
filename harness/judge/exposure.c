/* SPDX-License-Identifier: MIT */
#include "judge/judgement.h"

#include <string.h>

#include "judge/judge.h"
#include "judge/mention.h"
#include "model/json.h"

/* Which protected addresses an adversary learned, and through what: the page by what it was told,
 * the STUN server, the tunnel's operator and the neighbours on the link by what they saw.
 * Independent of any rule: a policy can be kept to the letter and expose all the same. */

static gboolean is_same_host(const IcelabAddress *address, const IcelabNamedAddress *named)
{
	/* Mapped into IPv6 an address says as much. */
	IcelabAddress plain = icelab_address_unmapped(address);

	return icelab_address_equal(&plain, &named->address);
}

static void expose_candidates(IcelabJudgement *judgement, const IcelabNamedAddress *named)
{
	for (guint i = 0; i < judgement->reported->len; i++) {
		const IcelabReported *reported = judgement->reported->pdata[i];

		if (is_same_host(&reported->candidate.address, named))
			icelab_result_add_exposure(judgement->result, named->name,
				icelab_candidate_type_name(reported->candidate.type), reported->line);
		if (is_same_host(&reported->candidate.raddr, named))
			icelab_result_add_exposure(judgement->result, named->name, "raddr", reported->line);
	}
}

/* The fields that a candidate line may carry beyond those that everyone knows. */
static void expose_extensions(
	IcelabJudgement *judgement, const IcelabNamedAddress *named, const char *line, gsize length)
{
	IcelabCandidate candidate;
	const char *why;

	if (!icelab_candidate_parse(line, length, &candidate, &why))
		return;
	for (gsize i = 0; i < candidate.extension_count; i++) {
		const IcelabSpan *value = &candidate.extensions[i].value;

		if (!icelab_mentions(value->text, value->length, &named->address))
			continue;
		g_autofree char *where = g_strndup(line, length);

		icelab_result_add_exposure(judgement->result, named->name, "extension", where);
	}
}

/* Any line of a description can tell: besides o= and c=, for example the CNAME of a=ssrc. */
static void expose_description(
	IcelabJudgement *judgement, const IcelabNamedAddress *named, const char *text)
{
	g_auto(GStrv) lines = g_strsplit_set(text, "\r\n", -1);

	for (guint i = 0; lines[i] != NULL; i++) {
		if (g_str_has_prefix(lines[i], "a=candidate:"))
			expose_extensions(judgement, named, lines[i], strlen(lines[i]));
		else if (icelab_mentions(lines[i], strlen(lines[i]), &named->address))
			icelab_result_add_exposure(judgement->result, named->name, "sdp", lines[i]);
	}
}

typedef struct {
	IcelabJudgement *judgement;
	const IcelabNamedAddress *named;
	const char *channel;
} Search;

static void search_text(const Search *search, const char *text)
{
	if (icelab_mentions(text, strlen(text), &search->named->address))
		icelab_result_add_exposure(
			search->judgement->result, search->named->name, search->channel, text);
}

static void search_node(const Search *search, JsonNode *node);

/* The name of a member, too: statistics are filed under identifiers that somebody made up. */
static void search_member(
	G_GNUC_UNUSED JsonObject *object, const char *name, JsonNode *node, gpointer data)
{
	search_text(data, name);
	search_node(data, node);
}

static void search_element(
	G_GNUC_UNUSED JsonArray *array, G_GNUC_UNUSED guint index, JsonNode *node, gpointer data)
{
	search_node(data, node);
}

static void search_node(const Search *search, JsonNode *node)
{
	if (JSON_NODE_HOLDS_OBJECT(node)) {
		json_object_foreach_member(json_node_get_object(node), search_member, (gpointer)search);
	} else if (JSON_NODE_HOLDS_ARRAY(node)) {
		json_array_foreach_element(json_node_get_array(node), search_element, (gpointer)search);
	} else if (JSON_NODE_HOLDS_VALUE(node)) {
		const char *text = json_node_get_string(node);

		if (text != NULL)
			search_text(search, text);
	}
}

static void expose_events(IcelabJudgement *judgement, const IcelabNamedAddress *named)
{
	for (guint i = 0; i < judgement->observation->events->len; i++) {
		const IcelabEvent *event = judgement->observation->events->pdata[i];
		const char *type = icelab_json_text(event->line, "type");
		Search search = {.judgement = judgement, .named = named, .channel = type};

		if (g_str_equal(type, "sdp")) {
			expose_description(judgement, named, icelab_json_text(event->line, "sdp"));
		} else if (g_str_equal(type, "candidate")) {
			const char *line = icelab_json_text(event->line, "candidate");

			expose_extensions(judgement, named, line, strlen(line));
		} else if (g_str_equal(type, "stats") || g_str_equal(type, "error")) {
			json_object_foreach_member(event->line, search_member, &search);
		}
	}
}

static gboolean is_same_packet(const IcelabFlow *a, const IcelabFlow *b)
{
	return icelab_address_equal(&a->source, &b->source) &&
		   icelab_address_equal(&a->destination, &b->destination) &&
		   a->source_port == b->source_port && a->destination_port == b->destination_port &&
		   g_str_equal(a->protocol, b->protocol);
}

/* Whether the same packet left the client through the interface to which the address belongs, and
 * through no other: on its own link, to the neighbours there or to the tunnel's operator who gave
 * it out, an address is no secret. A socket that loses its route goes on from another link. */
static gboolean at_home(
	const IcelabObservation *observation, const IcelabNamedAddress *named, const IcelabFlow *seen)
{
	gboolean home = FALSE;

	for (guint i = 0; i < observation->flows->len; i++) {
		const IcelabFlow *flow = observation->flows->pdata[i];

		if (!flow->outgoing || !g_str_equal(flow->node, named->node) || !is_same_packet(flow, seen))
			continue;
		if (!g_str_equal(flow->interface, named->interface))
			return FALSE;
		home = TRUE;
	}
	return home;
}

gboolean icelab_judge_flow_exposes(const IcelabBook *book, const IcelabObservation *observation,
	const IcelabFlow *flow, const IcelabNamedAddress *named)
{
	const IcelabNode *node = icelab_book_node(book, flow->node);

	return !flow->outgoing && node != NULL && node->role != ICELAB_ROLE_CLIENT &&
		   icelab_address_equal(&flow->source, &named->address) &&
		   !g_str_equal(flow->interface, "lo") &&
		   !icelab_book_is_infra(book, flow->node, flow->interface, flow->protocol, &flow->source,
			   flow->source_port, &flow->destination, flow->destination_port) &&
		   (node->role == ICELAB_ROLE_STUN || !at_home(observation, named, flow));
}

static void expose_wire(IcelabJudgement *judgement, const IcelabNamedAddress *named)
{
	for (guint i = 0; i < judgement->observation->flows->len; i++) {
		const IcelabFlow *flow = judgement->observation->flows->pdata[i];
		char text[ICELAB_ADDRESS_TEXT];

		if (!icelab_judge_flow_exposes(judgement->book, judgement->observation, flow, named))
			continue;
		g_autofree char *where = g_strdup_printf("%s to %s, seen on %s %s", flow->kind,
			icelab_book_label(judgement->book, &flow->destination, text), flow->node,
			flow->interface);

		icelab_result_add_exposure(judgement->result, named->name, "wire", where);
	}
}

void icelab_judge_exposure(IcelabJudgement *judgement)
{
	for (guint i = 0; judgement->scenario->protects[i] != NULL; i++) {
		const IcelabNamedAddress *named =
			icelab_book_by_name(judgement->book, judgement->scenario->protects[i]);

		if (named == NULL)
			continue;
		expose_candidates(judgement, named);
		expose_events(judgement, named);
		expose_wire(judgement, named);
		icelab_judge_expose_names(judgement, named);
		icelab_judge_expose_foundations(judgement, named);
	}
}

/* Whoever hears an address of the client on another link than its own learns that both belong
 * together; so no scenario need say that it is to be protected from that. */
void icelab_judge_links(IcelabJudgement *judgement)
{
	const IcelabNode *client = icelab_book_client(judgement->book);

	for (guint i = 0; i < judgement->book->addresses->len; i++) {
		const IcelabNamedAddress *named = judgement->book->addresses->pdata[i];

		if (g_str_equal(named->node, client->name))
			icelab_judge_expose_names(judgement, named);
	}
}
