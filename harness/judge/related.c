/* SPDX-License-Identifier: MIT */
#include "judge/judgement.h"

/* Judges raddr, rport and the foundation: fields of a candidate that can say what the candidate
 * itself must not. */

static void find_fault(IcelabJudgement *judgement, const IcelabReported *reported,
	const char *clause, IcelabVerdict severity, const char *name, const char *field)
{
	g_autofree char *seen =
		g_strdup_printf("%s of %s", field, icelab_candidate_type_name(reported->candidate.type));

	icelab_result_add_finding(judgement->result, clause, severity, name, seen, reported->line);
}

static gboolean is_mapped_unspecified(const IcelabAddress *address)
{
	return icelab_address_is_v4_mapped(address) && icelab_address_is_unspecified(address);
}

/* Whether names stand in for host candidates, and no host candidate shows this address. */
static gboolean is_hidden_by_name(const IcelabJudgement *judgement, const IcelabAddress *address)
{
	for (guint i = 0; i < judgement->reported->len; i++) {
		const IcelabReported *reported = judgement->reported->pdata[i];

		if (reported->candidate.type == ICELAB_CANDIDATE_HOST &&
			icelab_address_equal(&reported->candidate.address, address))
			return FALSE;
	}
	return icelab_judge_has_names(judgement);
}

static void judge_related(IcelabJudgement *judgement, const IcelabReported *reported)
{
	const IcelabCandidate *candidate = &reported->candidate;
	const IcelabExpectation *expectation = judgement->expectation;
	char text[ICELAB_ADDRESS_TEXT];
	const char *name;

	if (candidate->type == ICELAB_CANDIDATE_HOST) {
		/* S1: omitted for host candidates. */
		if (candidate->has_raddr || candidate->has_rport)
			find_fault(judgement, reported, "S1", ICELAB_FAIL, reported->label, "raddr");
		return;
	}
	/* S1: present for all others. */
	if (!candidate->has_raddr || !candidate->has_rport) {
		find_fault(judgement, reported, "S1", ICELAB_FAIL, reported->label, "raddr");
		return;
	}
	/* S3: the hidden form is "0.0.0.0" or "::", to the letter. */
	if (candidate->related.length == 0 || is_mapped_unspecified(&candidate->raddr)) {
		find_fault(judgement, reported, "S3", ICELAB_FAIL, reported->label, "raddr");
		return;
	}
	if (icelab_address_is_unspecified(&candidate->raddr)) {
		/* S3: together with port 9. */
		if (candidate->rport != 9)
			find_fault(judgement, reported, "S3", ICELAB_FAIL, reported->label, "rport");
		return;
	}
	if (candidate->raddr.family == 0) {
		g_autofree char *host = g_strndup(candidate->related.text, candidate->related.length);

		/* S4. A name under .local hides as the candidate's own name does. */
		if (!g_str_has_suffix(host, ".local"))
			find_fault(judgement, reported, "S4", ICELAB_FAIL, host, "raddr");
		return;
	}
	name = icelab_book_label(judgement->book, &candidate->raddr, text);
	/* M6: where a name hides the base, the related address hides it too. */
	if (reported->allowed && candidate->type == ICELAB_CANDIDATE_SRFLX &&
		icelab_names_have(expectation->raddr, name) &&
		is_hidden_by_name(judgement, &candidate->raddr)) {
		find_fault(judgement, reported, "M6", ICELAB_FAIL, name, "raddr");
		return;
	}
	/* J1: a candidate that the policy forbids must not be visible in other fields either. The
	 * related address of a candidate that is itself forbidden belongs to that finding. */
	if (reported->allowed && !icelab_names_have(expectation->raddr, name))
		find_fault(judgement, reported, "J1", ICELAB_FAIL, name, "raddr");
}

/* I9: what can be told from outside is type, transport, and for host candidates the base, which is
 * the address. A name stands for one address (M4), but nobody can tell which. */
static gboolean must_differ(const IcelabCandidate *a, const IcelabCandidate *b)
{
	gboolean comparable = (a->address.family == 0) == (b->address.family == 0);

	return a->type != b->type || a->transport != b->transport ||
		   (a->type == ICELAB_CANDIDATE_HOST && comparable &&
			   (a->address.family == 0 ? !icelab_span_same(a->connection, b->connection)
									   : !icelab_address_equal(&a->address, &b->address)));
}

static void judge_foundation(IcelabJudgement *judgement, guint index)
{
	const IcelabReported *reported = judgement->reported->pdata[index];

	for (guint i = 0; i < index; i++) {
		const IcelabReported *earlier = judgement->reported->pdata[i];

		if (!icelab_span_same(earlier->candidate.foundation, reported->candidate.foundation) ||
			!must_differ(&earlier->candidate, &reported->candidate))
			continue;
		find_fault(judgement, reported, "I9", ICELAB_FAIL, reported->label, "foundation");
		return;
	}
}

void icelab_judge_related(IcelabJudgement *judgement)
{
	for (guint i = 0; i < judgement->reported->len; i++) {
		judge_related(judgement, judgement->reported->pdata[i]);
		judge_foundation(judgement, i);
	}
}
