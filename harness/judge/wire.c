/* SPDX-License-Identifier: MIT */
#include "judge/judgement.h"

#include <string.h>

/* Judges what the implementation put on the wire: everything that left the client, with the source
 * address and the interface kept apart, since on Linux they disagree (a socket bound to one
 * interface's address leaves through another). */

typedef struct {
	const IcelabFlow *flow;
	const char *source; /* name in the book, or text */
	const char *destination;
	char source_text[ICELAB_ADDRESS_TEXT];
	char destination_text[ICELAB_ADDRESS_TEXT];
} Sent;

static void find_fault(
	IcelabJudgement *judgement, const Sent *sent, const char *clause, IcelabVerdict severity)
{
	const IcelabFlow *flow = sent->flow;
	g_autofree char *seen = g_strdup_printf("wire %s %s", flow->node, flow->interface);
	g_autofree char *detail =
		g_strdup_printf("%s%s%s from %s port %u to %s port %u, %" G_GUINT64_FORMAT " sent",
			flow->kind, g_str_equal(flow->kind, flow->protocol) ? "" : "/",
			g_str_equal(flow->kind, flow->protocol) ? "" : flow->protocol, sent->source,
			flow->source_port, sent->destination, flow->destination_port, flow->count);

	icelab_result_add_finding(judgement->result, clause, severity, sent->source, seen, detail);
}

static gboolean is_kind(const IcelabFlow *flow, const char *const *kinds)
{
	return g_strv_contains(kinds, flow->kind);
}

/* The kernel's own voice: it answers for addresses and groups, and tells senders of closed ports.
 * No application decides that; what it reveals is on a link where the address is at home. */
static gboolean is_kernel_talk(const IcelabFlow *flow)
{
	static const char *const kinds[] = {"arp", "nd", "membership", "icmp", "canary", NULL};

	return is_kind(flow, kinds);
}

/* An interface that the policy may use at all. */
static gboolean is_allowed_link(const IcelabJudgement *judgement, const char *interface)
{
	for (guint i = 0; i < judgement->expectation->wire->len; i++) {
		const IcelabWire *wire = judgement->expectation->wire->pdata[i];

		if (g_str_equal(wire->interface, interface))
			return TRUE;
	}
	return FALSE;
}

static gboolean is_offered_server(const IcelabJudgement *judgement, const IcelabAddress *address)
{
	const IcelabServer *server = icelab_book_server_at(judgement->book, address);

	return server != NULL &&
		   g_strv_contains((const char *const *)judgement->scenario->stun, server->address->name);
}

/* The addresses to which implementations connect() in order to learn their own: Google's resolvers
 * by habit, the web application's host by RFC 8828 6.2. */
static gboolean is_reference_destination(
	const IcelabJudgement *judgement, const IcelabAddress *address)
{
	static const IcelabAddress well_known[] = {
		{4, {8, 8, 8, 8}},
		{6, {0x20, 0x01, 0x48, 0x60, 0x48, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0x88, 0x88}},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(well_known); i++) {
		if (icelab_address_equal(&well_known[i], address))
			return TRUE;
	}
	for (guint i = 0; i < judgement->book->origins->len; i++) {
		const IcelabNamedAddress *origin = judgement->book->origins->pdata[i];

		if (icelab_address_equal(&origin->address, address))
			return TRUE;
	}
	return FALSE;
}

static gboolean is_kernels_way(const IcelabJudgement *judgement, const IcelabFlow *flow)
{
	for (guint i = 0; i < judgement->observation->routes->len; i++) {
		const IcelabRoute *route = judgement->observation->routes->pdata[i];

		if (route->reachable && icelab_address_equal(&route->destination, &flow->destination) &&
			icelab_address_equal(&route->source, &flow->source) &&
			g_str_equal(route->interface, flow->interface))
			return TRUE;
	}
	return FALSE;
}

/* The page and what it reports, from and to the web application's host: not ICE, and no policy's
 * business as long as the kernel's table sends it. */
static gboolean is_page(const IcelabJudgement *judgement, const IcelabFlow *flow)
{
	if (!g_str_equal(flow->protocol, "tcp") || flow->destination_port != ICELAB_ORIGIN_PORT)
		return FALSE;
	for (guint i = 0; i < judgement->book->origins->len; i++) {
		const IcelabNamedAddress *origin = judgement->book->origins->pdata[i];

		if (icelab_address_equal(&origin->address, &flow->destination))
			return is_kernels_way(judgement, flow);
	}
	return FALSE;
}

/* Discovery on the link: allowed or not by the policy and the link, whatever the source. TRUE where
 * it was dealt with. */
static gboolean judge_discovery(IcelabJudgement *judgement, const Sent *sent)
{
	static const char *const port_mapping[] = {"ssdp", "port-mapping", NULL};
	static const char *const mdns[] = {"mdns", NULL};
	static const char *const dns[] = {"dns", NULL};
	gboolean shows_hosts = judgement->mode == ICELAB_MODE_1 || judgement->mode == ICELAB_MODE_2;

	if (is_kind(sent->flow, port_mapping)) {
		/* L38 */
		if (judgement->mode != ICELAB_MODE_1 &&
			!(shows_hosts && is_allowed_link(judgement, sent->flow->interface)))
			find_fault(judgement, sent, "L38", ICELAB_WARN);
		return TRUE;
	}
	if (is_kind(sent->flow, mdns)) {
		/* L23: without host candidates there is nothing to announce and nobody to ask for. */
		if (!shows_hosts)
			find_fault(judgement, sent, "L23", ICELAB_WARN);
		return TRUE;
	}
	if (is_kind(sent->flow, dns)) {
		/* L22 */
		if (!is_allowed_link(judgement, sent->flow->interface))
			find_fault(judgement, sent, "L22", ICELAB_WARN);
		return TRUE;
	}
	return FALSE;
}

/* A source and egress that the closed world does not name. */
static void judge_strange(IcelabJudgement *judgement, const Sent *sent)
{
	IcelabVerdict severity;
	const char *clause;

	switch (judgement->mode) {
	case ICELAB_MODE_RELAY:
		/* J1: a forbidden candidate is not used as a source either, so nothing is asked of a STUN
		 * server. */
		find_fault(judgement, sent, "J1", ICELAB_FAIL);
		return;
	case ICELAB_MODE_NO_UDP:
		/* N10 */
		find_fault(judgement, sent, "N10", ICELAB_FAIL);
		return;
	case ICELAB_MODE_1:
		/* N4 lets it use everything that it may gather. */
		clause = icelab_judge_address(judgement->observation, &sent->flow->source, &severity);
		find_fault(judgement, sent, clause != NULL ? clause : "I1",
			clause != NULL ? severity : ICELAB_WARN);
		return;
	default:
		/* N5, N11: not the way that the kernel's table takes. */
		find_fault(judgement, sent, icelab_judge_route_clause(judgement), ICELAB_FAIL);
	}
}

static gboolean is_allowed_flow(const IcelabJudgement *judgement, const Sent *sent)
{
	return icelab_expectation_has_wire(judgement->expectation, sent->source, sent->flow->interface);
}

static void judge_flow(IcelabJudgement *judgement, const IcelabFlow *flow)
{
	Sent sent = {.flow = flow};

	sent.source = icelab_book_label(judgement->book, &flow->source, sent.source_text);
	sent.destination =
		icelab_book_label(judgement->book, &flow->destination, sent.destination_text);
	/* Within the host nobody else listens, whatever addresses it uses there. */
	if (g_str_equal(flow->interface, "lo") || is_page(judgement, flow))
		return;
	if (judge_discovery(judgement, &sent))
		return;
	if (is_reference_destination(judgement, &flow->destination)) {
		/* N14: a UDP connect() sends nothing. */
		find_fault(judgement, &sent, "N14", ICELAB_WARN);
		/* A page is fetched by TCP, and that is not this policy's business. */
		if (g_str_equal(flow->protocol, "tcp"))
			return;
	} else if (!is_offered_server(judgement, &flow->destination) &&
			   is_allowed_flow(judgement, &sent)) {
		/* L30 */
		find_fault(judgement, &sent, "L30", ICELAB_WARN);
	}
	if (!is_allowed_flow(judgement, &sent))
		judge_strange(judgement, &sent);
}

static gboolean is_client(const IcelabBook *book, const char *name)
{
	const IcelabNode *node = icelab_book_node(book, name);

	return node != NULL && node->role == ICELAB_ROLE_CLIENT;
}

static gboolean used_by_candidate(const IcelabJudgement *judgement, const char *interface)
{
	for (guint i = 0; i < judgement->reported->len; i++) {
		const IcelabReported *reported = judgement->reported->pdata[i];
		const IcelabNamedAddress *named =
			icelab_book_by_address(judgement->book, &reported->candidate.address);

		if (named != NULL && is_client(judgement->book, named->node) &&
			g_str_equal(named->interface, interface))
			return TRUE;
	}
	return FALSE;
}

static gboolean used_by_flow(const IcelabJudgement *judgement, const char *interface)
{
	for (guint i = 0; i < judgement->observation->flows->len; i++) {
		const IcelabFlow *flow = judgement->observation->flows->pdata[i];

		if (flow->outgoing && is_client(judgement->book, flow->node) && !is_kernel_talk(flow) &&
			g_str_equal(flow->interface, interface))
			return TRUE;
	}
	return FALSE;
}

/* N4: whether the rule asks for packets that leave each interface or for sockets on each address is
 * open; either counts. */
static void judge_uses(IcelabJudgement *judgement)
{
	for (guint i = 0; i < judgement->expectation->uses->len; i++) {
		const char *interface = judgement->expectation->uses->pdata[i];

		if (!used_by_candidate(judgement, interface) && !used_by_flow(judgement, interface))
			icelab_result_add_finding(judgement->result, "N4", ICELAB_FAIL, interface, "missing",
				"neither a candidate nor a packet uses this interface");
	}
}

void icelab_judge_wire(IcelabJudgement *judgement)
{
	for (guint i = 0; i < judgement->observation->flows->len; i++) {
		const IcelabFlow *flow = judgement->observation->flows->pdata[i];

		if (!flow->outgoing || !is_client(judgement->book, flow->node) || is_kernel_talk(flow) ||
			icelab_book_is_infra(judgement->book, flow->node, flow->interface, flow->protocol,
				&flow->source, flow->source_port, &flow->destination, flow->destination_port))
			continue;
		judge_flow(judgement, flow);
	}
	judge_uses(judgement);
}
