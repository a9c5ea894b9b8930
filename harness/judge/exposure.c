/* SPDX-License-Identifier: MIT */
#include "judge/judgement.h"

#include <string.h>

#include "model/json.h"
#include "model/sdp.h"

/* Which protected addresses an adversary learned, and through what: the page by what it was told,
 * the STUN server, the tunnel's operator and the neighbours on the link by what they saw.
 * Independent of any rule: a policy can be kept to the letter and expose all the same. */

static void expose_candidates(IcelabJudgement *judgement, const IcelabNamedAddress *named)
{
	for (guint i = 0; i < judgement->reported->len; i++) {
		const IcelabReported *reported = judgement->reported->pdata[i];

		if (icelab_address_equal(&reported->candidate.address, &named->address))
			icelab_result_add_exposure(judgement->result, named->name,
				icelab_candidate_type_name(reported->candidate.type), reported->line);
		if (icelab_address_equal(&reported->candidate.raddr, &named->address))
			icelab_result_add_exposure(judgement->result, named->name, "raddr", reported->line);
	}
}

static void expose_description(
	IcelabJudgement *judgement, const IcelabNamedAddress *named, const char *text)
{
	IcelabSdpReader reader;
	IcelabSdpEntry entry;
	const char *why;

	icelab_sdp_start(&reader, text, strlen(text));
	while (icelab_sdp_next(&reader, &entry, &why) != 0) {
		if (entry.field == ICELAB_SDP_CANDIDATE ||
			!icelab_address_equal(&entry.address, &named->address))
			continue;
		g_autofree char *line = g_strndup(entry.line.text, entry.line.length);

		icelab_result_add_exposure(judgement->result, named->name, "sdp", line);
	}
}

/* Whether an address stands in a text as a whole: 10.8.0.2 does not stand in 10.8.0.20. */
static gboolean mentions(const char *text, const char *address)
{
	gsize length = strlen(address);

	for (const char *at = strstr(text, address); at != NULL; at = strstr(at + 1, address)) {
		gboolean starts =
			at == text || !(g_ascii_isxdigit(at[-1]) || at[-1] == '.' || at[-1] == ':');
		gboolean ends = !(
			g_ascii_isxdigit(at[length]) || (at[length] == '.' && g_ascii_isdigit(at[length + 1])));

		if (starts && ends)
			return TRUE;
	}
	return FALSE;
}

typedef struct {
	IcelabJudgement *judgement;
	const IcelabNamedAddress *named;
	const char *channel;
	char text[ICELAB_ADDRESS_TEXT];
} Search;

static void search_node(const Search *search, JsonNode *node);

static void search_member(
	G_GNUC_UNUSED JsonObject *object, G_GNUC_UNUSED const char *name, JsonNode *node, gpointer data)
{
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

		if (text != NULL && mentions(text, search->text))
			icelab_result_add_exposure(
				search->judgement->result, search->named->name, search->channel, text);
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
		} else if (g_str_equal(type, "stats") || g_str_equal(type, "error")) {
			icelab_address_format(&named->address, search.text);
			json_object_foreach_member(event->line, search_member, &search);
		}
	}
}

/* On its own link an address is no secret: it is asked for there by ARP and ND with every packet.
 */
static gboolean at_home(const IcelabJudgement *judgement, const IcelabNamedAddress *named)
{
	for (guint i = 0; i < judgement->observation->flows->len; i++) {
		const IcelabFlow *flow = judgement->observation->flows->pdata[i];

		if (flow->outgoing && g_str_equal(flow->node, named->node) &&
			g_str_equal(flow->interface, named->interface) &&
			icelab_address_equal(&flow->source, &named->address))
			return TRUE;
	}
	return FALSE;
}

static void expose_wire(IcelabJudgement *judgement, const IcelabNamedAddress *named)
{
	for (guint i = 0; i < judgement->observation->flows->len; i++) {
		const IcelabFlow *flow = judgement->observation->flows->pdata[i];
		const IcelabNode *node = icelab_book_node(judgement->book, flow->node);
		char text[ICELAB_ADDRESS_TEXT];

		if (flow->outgoing || node == NULL || node->role == ICELAB_ROLE_CLIENT ||
			!icelab_address_equal(&flow->source, &named->address) ||
			g_str_equal(flow->interface, "lo") ||
			icelab_book_is_infra(judgement->book, flow->node, flow->interface, flow->protocol,
				&flow->source, flow->source_port, &flow->destination, flow->destination_port))
			continue;
		if (node->role == ICELAB_ROLE_LAN && at_home(judgement, named))
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
	}
}
