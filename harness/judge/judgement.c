/* SPDX-License-Identifier: MIT */
#include "judge/judgement.h"

#include <string.h>

#include "model/json.h"
#include "model/sdp.h"

/* RFC 8445 19.5.1 limits checks to 100; ten times as many candidates are an attack on the judge. */
#define CANDIDATE_LIMIT 1000

void icelab_reported_free(IcelabReported *reported)
{
	g_free(reported->line);
	g_free(reported->own_label);
	g_free(reported);
}

static const char *label_of(const IcelabBook *book, IcelabReported *reported)
{
	const IcelabCandidate *candidate = &reported->candidate;
	char text[ICELAB_ADDRESS_TEXT];

	if (candidate->address.family == 0)
		reported->own_label = g_strndup(candidate->connection.text, candidate->connection.length);
	else
		reported->own_label = g_strdup(icelab_book_label(book, &candidate->address, text));
	return reported->own_label;
}

/* An adapter may or may not put "a=" before the line; the same candidate is the same without it. */
static const char *without_prefix(const char *line)
{
	return g_str_has_prefix(line, "a=") ? line + 2 : line;
}

/* RFC 8839 5.1: extensions may differ. Chromium trickles "ufrag" and leaves it out of the
 * description. */
static gboolean same_candidate(const IcelabCandidate *a, const IcelabCandidate *b)
{
	return icelab_span_same(a->foundation, b->foundation) && a->component == b->component &&
		   a->transport == b->transport && a->priority == b->priority &&
		   icelab_span_same(a->connection, b->connection) && a->port == b->port &&
		   a->type == b->type && a->has_raddr == b->has_raddr &&
		   icelab_span_same(a->related, b->related) && a->has_rport == b->has_rport &&
		   a->rport == b->rport && a->tcptype == b->tcptype;
}

static IcelabReported *find_candidate(
	const IcelabJudgement *judgement, const IcelabCandidate *candidate)
{
	for (guint i = 0; i < judgement->reported->len; i++) {
		IcelabReported *reported = judgement->reported->pdata[i];

		if (same_candidate(&reported->candidate, candidate))
			return reported;
	}
	return NULL;
}

static IcelabReported *add_line(IcelabJudgement *judgement, const char *text, GError **error)
{
	g_autofree char *line = g_strdup(without_prefix(text));
	IcelabCandidate candidate;
	IcelabReported *reported;
	const char *why;

	if (!icelab_candidate_parse(line, strlen(line), &candidate, &why)) {
		g_autofree char *shown = g_strescape(line, NULL);

		g_set_error(error, ICELAB_SCENARIO_ERROR, 0,
			"a candidate line cannot be read: %s: \"%.200s\"", why, shown);
		return NULL;
	}
	reported = find_candidate(judgement, &candidate);
	if (reported != NULL)
		return reported;
	if (judgement->reported->len >= CANDIDATE_LIMIT) {
		g_set_error(error, ICELAB_SCENARIO_ERROR, 0, "more than %d candidates", CANDIDATE_LIMIT);
		return NULL;
	}
	reported = g_new0(IcelabReported, 1);
	g_ptr_array_add(judgement->reported, reported);
	reported->line = g_steal_pointer(&line);
	reported->candidate = candidate;
	reported->is_name = candidate.address.family == 0;
	reported->label = label_of(judgement->book, reported);
	return reported;
}

static gboolean collect_candidate(
	IcelabJudgement *judgement, const IcelabEvent *event, GError **error)
{
	const char *line = icelab_json_text(event->line, "candidate");
	IcelabReported *reported;

	/* W3C webrtc-pc: the empty candidate says that a generation has ended. */
	if (line[0] == '\0')
		return TRUE;
	reported = add_line(judgement, line, error);
	if (reported == NULL)
		return FALSE;
	reported->late |= event->late && !reported->trickled;
	reported->trickled = TRUE;
	return TRUE;
}

static gboolean collect_description(
	IcelabJudgement *judgement, const IcelabEvent *event, GError **error)
{
	const char *text = icelab_json_text(event->line, "sdp");
	IcelabSdpReader reader;
	IcelabSdpEntry entry;
	const char *why;
	int status;

	icelab_sdp_start(&reader, text, strlen(text));
	while ((status = icelab_sdp_next(&reader, &entry, &why)) != 0) {
		g_autofree char *line = g_strndup(entry.line.text, entry.line.length);

		if (status < 0) {
			g_autofree char *shown = g_strescape(line, NULL);

			g_set_error(error, ICELAB_SCENARIO_ERROR, 0,
				"line %u of a session description cannot be read: %s: \"%.200s\"", entry.number,
				why, shown);
			return FALSE;
		}
		if (entry.field != ICELAB_SDP_CANDIDATE)
			continue;
		IcelabReported *reported = add_line(judgement, line, error);

		if (reported == NULL)
			return FALSE;
		reported->described = TRUE;
	}
	return TRUE;
}

gboolean icelab_judgement_collect(IcelabJudgement *judgement, GError **error)
{
	for (guint i = 0; i < judgement->observation->events->len; i++) {
		const IcelabEvent *event = judgement->observation->events->pdata[i];
		const char *type = icelab_json_text(event->line, "type");

		if (g_str_equal(type, "candidate") && !collect_candidate(judgement, event, error))
			return FALSE;
		if (g_str_equal(type, "sdp") && !collect_description(judgement, event, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean set_shows(
	const IcelabJudgement *judgement, GPtrArray *set, const IcelabAddress *address)
{
	for (guint i = 0; i < set->len; i++) {
		const IcelabExpected *expected = set->pdata[i];
		const IcelabNamedAddress *named = icelab_book_by_name(judgement->book, expected->name);

		if (named != NULL && icelab_address_equal(&named->address, address))
			return TRUE;
	}
	return FALSE;
}

gboolean icelab_judge_is_allowed_address(
	const IcelabJudgement *judgement, const IcelabAddress *address)
{
	const IcelabExpectation *expectation = judgement->expectation;

	return set_shows(judgement, expectation->must, address) ||
		   set_shows(judgement, expectation->should, address) ||
		   set_shows(judgement, expectation->may, address);
}
