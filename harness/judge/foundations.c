/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "judge/foundation.h"
#include "judge/judgement.h"
#include "model/json.h"

/* Judges what the foundations give away: those of the candidates, and those that the statistics
 * list with candidates that were never signalled. */

typedef struct {
	IcelabFoundationGuess guess; /* of the base that is tried */
	const char *formula;         /* what was found, and where; NULL for nothing */
	const char *type;
	char *where;
} Search;

/* Those of the client's own checks, wherever they went: whoever is checked reads them. */
static GArray *find_tie_breakers(const IcelabJudgement *judgement)
{
	GArray *found = g_array_new(FALSE, FALSE, sizeof(guint64));
	const char *client = icelab_book_client(judgement->book)->name;

	for (guint i = 0; i < judgement->observation->checks->len; i++) {
		const IcelabCheck *check = judgement->observation->checks->pdata[i];

		if (check->outgoing && g_str_equal(check->node, client))
			g_array_append_val(found, check->tie_breaker);
	}
	return found;
}

static void try_foundation(Search *search, IcelabSpan foundation, IcelabCandidateType type,
	IcelabTransport transport, const char *where)
{
	const char *formula;

	search->guess.type = type;
	search->guess.transport = transport;
	formula = search->formula == NULL ? icelab_foundation_match(foundation, &search->guess) : NULL;
	if (formula == NULL)
		return;
	search->formula = formula;
	search->type = icelab_candidate_type_name(type);
	search->where = g_strdup_printf("%s: %s", where, formula);
}

static void try_entry(
	G_GNUC_UNUSED JsonObject *object, const char *id, JsonNode *node, gpointer data)
{
	const char *type, *foundation;

	if (!JSON_NODE_HOLDS_OBJECT(node) ||
		!g_str_equal(icelab_json_text(json_node_get_object(node), "type"), "local-candidate"))
		return;
	type = icelab_json_text(json_node_get_object(node), "candidateType");
	foundation = icelab_json_text(json_node_get_object(node), "foundation");
	g_autofree char *where = g_strdup_printf("stats %s: foundation %s", id, foundation);

	for (guint i = ICELAB_CANDIDATE_HOST; i <= ICELAB_CANDIDATE_RELAY; i++) {
		if (g_str_equal(icelab_candidate_type_name((IcelabCandidateType)i), type))
			try_foundation(data, (IcelabSpan){foundation, strlen(foundation)},
				(IcelabCandidateType)i,
				g_str_equal(icelab_json_text(json_node_get_object(node), "protocol"), "tcp")
					? ICELAB_TRANSPORT_TCP
					: ICELAB_TRANSPORT_UDP,
				where);
	}
}

/* Looks for a foundation that gives this address away; the caller frees search->where. */
static void find_base(Search *search, IcelabJudgement *judgement, const IcelabAddress *base)
{
	g_autoptr(GArray) tie_breakers = find_tie_breakers(judgement);

	*search = (Search){.guess = {.base = base,
						   .tie_breakers = (const guint64 *)(void *)tie_breakers->data,
						   .tie_breaker_count = tie_breakers->len}};
	for (guint i = 0; i < judgement->reported->len; i++) {
		const IcelabReported *reported = judgement->reported->pdata[i];

		try_foundation(search, reported->candidate.foundation, reported->candidate.type,
			reported->candidate.transport, reported->line);
	}
	for (guint i = 0; i < judgement->observation->events->len; i++) {
		JsonObject *stats = icelab_json_object(
			((IcelabEvent *)judgement->observation->events->pdata[i])->line, "stats");

		if (stats != NULL)
			json_object_foreach_member(stats, try_entry, search);
	}
}

void icelab_judge_expose_foundations(IcelabJudgement *judgement, const IcelabNamedAddress *named)
{
	Search search;

	find_base(&search, judgement, &named->address);
	if (search.formula != NULL)
		icelab_result_add_exposure(judgement->result, named->name, "foundation", search.where);
	g_free(search.where);
}

static gboolean is_shown(const IcelabJudgement *judgement, const IcelabAddress *address)
{
	for (guint i = 0; i < judgement->reported->len; i++) {
		const IcelabReported *reported = judgement->reported->pdata[i];

		if (icelab_address_equal(&reported->candidate.address, address) ||
			icelab_address_equal(&reported->candidate.raddr, address))
			return TRUE;
	}
	return FALSE;
}

void icelab_judge_foundations(IcelabJudgement *judgement)
{
	for (guint i = 0; i < judgement->observation->locals->len; i++) {
		const IcelabAddress *local =
			&((IcelabLocalAddress *)judgement->observation->locals->pdata[i])->address;
		gboolean hides_hosts = judgement->mode != ICELAB_MODE_1 && judgement->mode != ICELAB_MODE_2;
		char text[ICELAB_ADDRESS_TEXT];
		Search search;

		/* What is shown anyway has a finding of its own, or needs none. */
		if (is_shown(judgement, local))
			continue;
		find_base(&search, judgement, local);
		g_autofree char *where = search.where;

		if (search.formula == NULL)
			continue;
		g_autofree char *seen = g_strdup_printf("foundation of %s", search.type);

		/* J1: nor visible in other fields. L3 where a name hides it and no clause speaks of this.
		 */
		icelab_result_add_finding(judgement->result, hides_hosts ? "J1" : "L3",
			hides_hosts ? ICELAB_FAIL : ICELAB_WARN,
			icelab_book_label(judgement->book, local, text), seen, where);
	}
}
