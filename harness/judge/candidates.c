/* SPDX-License-Identifier: MIT */
#include "judge/judgement.h"

#include <string.h>

static void find_fault(IcelabJudgement *judgement, const IcelabReported *reported,
	const char *clause, IcelabVerdict severity)
{
	g_autofree char *seen = g_strdup_printf("%s %s %s", reported->trickled ? "candidate" : "sdp",
		icelab_candidate_type_name(reported->candidate.type),
		icelab_transport_name(reported->candidate.transport));

	icelab_result_add_finding(
		judgement->result, clause, severity, reported->label, seen, reported->line);
}

static gboolean in_set(const IcelabReported *reported, GPtrArray *set)
{
	return icelab_expectation_has(
		set, reported->candidate.type, reported->candidate.transport, reported->label);
}

static gboolean set_has_host(GPtrArray *set)
{
	for (guint i = 0; i < set->len; i++) {
		const IcelabExpected *expected = set->pdata[i];

		if (expected->type == ICELAB_CANDIDATE_HOST)
			return TRUE;
	}
	return FALSE;
}

/* mdns-ice-candidates 3.1.2: a name stands in for a host candidate; so where one may be shown, its
 * name may, too. */
static gboolean hosts_are_allowed(const IcelabExpectation *expectation)
{
	return set_has_host(expectation->must) || set_has_host(expectation->should) ||
		   set_has_host(expectation->may);
}

static void judge_name(IcelabJudgement *judgement, IcelabReported *reported)
{
	/* S4: an agent that generates candidates uses no FQDN; the mDNS draft relaxes this for .local
	 * and host candidates alone. */
	if (!g_str_has_suffix(reported->label, ".local") ||
		reported->candidate.type != ICELAB_CANDIDATE_HOST) {
		find_fault(judgement, reported, "S4", ICELAB_FAIL);
		return;
	}
	/* J1, W1 */
	if (judgement->mode == ICELAB_MODE_RELAY) {
		find_fault(judgement, reported, "J1", ICELAB_FAIL);
		return;
	}
	/* N16: the name provides no address, yet the application can no longer tell which mode it is
	 * in. */
	if (!hosts_are_allowed(judgement->expectation)) {
		find_fault(judgement, reported, "N16", ICELAB_WARN);
		return;
	}
	reported->allowed = TRUE;
	/* M1 */
	if (!icelab_judge_is_uuid_name(reported->label))
		find_fault(judgement, reported, "M1", ICELAB_FAIL);
}

static gboolean resists_tracking(const IcelabLocalAddress *local)
{
	return local->address.family == 6 && local->up && !local->deprecated &&
		   !icelab_address_is_link_local(&local->address) &&
		   !icelab_address_is_loopback(&local->address) &&
		   !icelab_address_is_eui64(&local->address);
}

typedef gboolean (*LocalTest)(const IcelabLocalAddress *local, const IcelabLocalAddress *subject);

static gboolean is_better_twin(const IcelabLocalAddress *local, const IcelabLocalAddress *subject)
{
	return resists_tracking(local) && g_str_equal(local->interface, subject->interface) &&
		   icelab_address_same_prefix(&local->address, &subject->address, subject->prefix);
}

static gboolean is_temporary_twin(
	const IcelabLocalAddress *local, const IcelabLocalAddress *subject)
{
	return local->temporary && is_better_twin(local, subject);
}

static gboolean is_any_resistant(
	const IcelabLocalAddress *local, G_GNUC_UNUSED const IcelabLocalAddress *subject)
{
	return resists_tracking(local);
}

static gboolean exists(
	const IcelabObservation *observation, LocalTest test, const IcelabLocalAddress *subject)
{
	for (guint i = 0; i < observation->locals->len; i++) {
		const IcelabLocalAddress *local = observation->locals->pdata[i];

		if (local != subject && test(local, subject))
			return TRUE;
	}
	return FALSE;
}

static const char *judge_local(
	const IcelabObservation *observation, const IcelabLocalAddress *local, IcelabVerdict *severity)
{
	if (local->address.family != 6)
		return NULL;
	*severity = ICELAB_FAIL;
	/* I5: tracking-allowing addresses beside a tracking-resistant one of the same interface and
	 * prefix. */
	if (icelab_address_is_eui64(&local->address) && !icelab_address_is_link_local(&local->address))
		return exists(observation, is_better_twin, local) ? "I5" : NULL;
	/* I6: the same condition, and a link-local address. */
	if (icelab_address_is_link_local(&local->address))
		return exists(observation, is_any_resistant, local) ? "I6" : NULL;
	*severity = ICELAB_WARN;
	/* T2 */
	if (local->deprecated)
		return "T2";
	/* T1: same scope; the scope of a ULA is a matter of debate, so the same prefix is asked for. */
	if (!local->temporary && exists(observation, is_temporary_twin, local))
		return "T1";
	return NULL;
}

const char *icelab_judge_address(
	const IcelabObservation *observation, const IcelabAddress *address, IcelabVerdict *severity)
{
	*severity = ICELAB_FAIL;
	/* I2 */
	if (icelab_address_is_loopback(address))
		return "I2";
	/* I3 */
	if (icelab_address_is_obsolete_v6(address))
		return "I3";
	*severity = ICELAB_WARN;
	/* L29: it is no address of a host; RFC 8445 5.1.1.1 says so only between the lines. */
	if (icelab_address_is_unspecified(address))
		return "L29";
	/* I4 */
	if (icelab_address_is_v4_mapped(address))
		return "I4";
	for (guint i = 0; i < observation->locals->len; i++) {
		const IcelabLocalAddress *local = observation->locals->pdata[i];

		if (icelab_address_equal(&local->address, address))
			return judge_local(observation, local, severity);
	}
	return "I1";
}

static gboolean is_public_v4(const IcelabAddress *address)
{
	return address->family == 4 && !icelab_address_is_private(address) &&
		   !icelab_address_is_loopback(address) && !icelab_address_is_link_local(address);
}

/* A host candidate that the closed world does not name. */
static void judge_strange_host(IcelabJudgement *judgement, const IcelabReported *reported)
{
	const IcelabAddress *address = &reported->candidate.address;
	IcelabVerdict severity;
	const char *clause = icelab_judge_address(judgement->observation, address, &severity);

	switch (judgement->mode) {
	case ICELAB_MODE_1:
		find_fault(judgement, reported, clause != NULL ? clause : "I1",
			clause != NULL ? severity : ICELAB_WARN);
		return;
	case ICELAB_MODE_2:
		/* What no mode may show is named by its own clause. */
		if (clause != NULL && !g_str_equal(clause, "I1"))
			find_fault(judgement, reported, clause, severity);
		/* N11 forbids mode 1 in so many words; that N5 and N7 mean one interface is derived, so no
		 * more than a warning. */
		else if (g_str_equal(icelab_judge_route_clause(judgement), "N11"))
			find_fault(judgement, reported, "N11", ICELAB_FAIL);
		else
			find_fault(judgement, reported, "N5", ICELAB_WARN);
		return;
	default:
		/* L29 */
		if (icelab_address_is_unspecified(address))
			find_fault(judgement, reported, "L29", ICELAB_WARN);
		/* N8 forbids private addresses; a public IPv4 one will be seen as srflx anyway. */
		else
			find_fault(
				judgement, reported, "N8", is_public_v4(address) ? ICELAB_WARN : ICELAB_FAIL);
	}
}

static void judge_strange_reflexive(IcelabJudgement *judgement, const IcelabReported *reported)
{
	IcelabVerdict severity;
	const char *clause;

	switch (judgement->mode) {
	case ICELAB_MODE_NO_UDP:
		/* N10 */
		find_fault(judgement, reported, "N10", ICELAB_FAIL);
		return;
	case ICELAB_MODE_1:
		/* Without NAT the reflexive address is a local one, and what may not be gathered may not be
		 * shown this way either. */
		clause =
			icelab_judge_address(judgement->observation, &reported->candidate.address, &severity);
		if (clause != NULL && !g_str_equal(clause, "I1"))
			find_fault(judgement, reported, clause, severity);
		else
			find_fault(judgement, reported, "I7", ICELAB_WARN);
		return;
	default:
		/* N5, N11: a public address of an interface that the kernel would not have taken. */
		find_fault(judgement, reported, icelab_judge_route_clause(judgement), ICELAB_FAIL);
	}
}

static void judge_strange(IcelabJudgement *judgement, const IcelabReported *reported)
{
	/* J1, W1: nothing but relayed candidates under "relay". */
	if (judgement->mode == ICELAB_MODE_RELAY) {
		find_fault(judgement, reported, "J1", ICELAB_FAIL);
		return;
	}
	switch (reported->candidate.type) {
	case ICELAB_CANDIDATE_HOST:
		judge_strange_host(judgement, reported);
		return;
	case ICELAB_CANDIDATE_SRFLX:
		judge_strange_reflexive(judgement, reported);
		return;
	case ICELAB_CANDIDATE_PRFLX:
		find_fault(judgement, reported, "M11", ICELAB_FAIL);
		return;
	default:
		find_fault(judgement, reported, "I7", ICELAB_WARN);
	}
}

static gboolean has_description(const IcelabJudgement *judgement)
{
	for (guint i = 0; i < judgement->reported->len; i++) {
		const IcelabReported *reported = judgement->reported->pdata[i];

		if (reported->described)
			return TRUE;
	}
	return FALSE;
}

void icelab_judge_candidates(IcelabJudgement *judgement)
{
	gboolean described = has_description(judgement);

	for (guint i = 0; i < judgement->reported->len; i++) {
		IcelabReported *reported = judgement->reported->pdata[i];
		const IcelabExpectation *expectation = judgement->expectation;

		if (reported->is_name)
			judge_name(judgement, reported);
		else if (in_set(reported, expectation->must) || in_set(reported, expectation->should) ||
				 in_set(reported, expectation->may))
			reported->allowed = TRUE;
		else
			judge_strange(judgement, reported);
		/* L15 (RFC 8838): the end of candidates was said, and then came another. */
		if (reported->late)
			find_fault(judgement, reported, "L15", ICELAB_FAIL);
		/* L6: what was shown one way must have been shown the other way. A late one has its own
		 * finding. */
		if (described && !reported->late && reported->trickled != reported->described)
			find_fault(judgement, reported, "L6", ICELAB_WARN);
	}
}

static gboolean was_reported(const IcelabJudgement *judgement, const IcelabExpected *expected)
{
	for (guint i = 0; i < judgement->reported->len; i++) {
		const IcelabReported *reported = judgement->reported->pdata[i];

		if (reported->candidate.type == expected->type &&
			reported->candidate.transport == expected->transport &&
			g_str_equal(reported->label, expected->name))
			return TRUE;
	}
	return FALSE;
}

/* The names among the candidates of a transport that stand in for an address. */
static guint count_names(const IcelabJudgement *judgement, IcelabTransport transport)
{
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < judgement->reported->len; i++) {
		const IcelabReported *reported = judgement->reported->pdata[i];

		if (reported->is_name && reported->allowed && reported->candidate.transport == transport)
			g_hash_table_add(names, (gpointer)reported->label);
	}
	return g_hash_table_size(names);
}

/* A name satisfies N7: it stands in for one address (M4), and nobody can tell for which. */
static gboolean take_name(const IcelabExpected *expected, guint names[2])
{
	if (expected->type != ICELAB_CANDIDATE_HOST || names[expected->transport] == 0)
		return FALSE;
	names[expected->transport]--;
	return TRUE;
}

static void judge_set(
	IcelabJudgement *judgement, GPtrArray *set, IcelabVerdict severity, guint names[2])
{
	for (guint i = 0; i < set->len; i++) {
		const IcelabExpected *expected = set->pdata[i];
		g_autofree char *text =
			icelab_expected_text(expected->type, expected->transport, expected->name);
		/* I1, N7 for host candidates; I7 for the others: hiding too much is a failure, too. */
		const char *clause = expected->type != ICELAB_CANDIDATE_HOST ? "I7"
							 : judgement->mode == ICELAB_MODE_1      ? "I1"
																	 : "N7";

		if (!was_reported(judgement, expected) && !take_name(expected, names))
			icelab_result_add_finding(judgement->result, clause, severity, text, "missing",
				"no such candidate was reported");
	}
}

void icelab_judge_missing(IcelabJudgement *judgement)
{
	guint names[] = {
		[ICELAB_TRANSPORT_UDP] = count_names(judgement, ICELAB_TRANSPORT_UDP),
		[ICELAB_TRANSPORT_TCP] = count_names(judgement, ICELAB_TRANSPORT_TCP),
	};

	judge_set(judgement, judgement->expectation->must, ICELAB_FAIL, names);
	judge_set(judgement, judgement->expectation->should, ICELAB_WARN, names);
}
