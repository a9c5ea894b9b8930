/* SPDX-License-Identifier: MIT */
#include "talk/talk.h"

#include <string.h>

/* The check lists: what must hold between steps, whatever was said. */

/* RFC 8445 6.1.2.3: G is the controlling agent's priority, D the controlled one's. */
static guint64 pair_priority(guint32 local, guint32 remote, bool controlling)
{
	guint64 g = controlling ? local : remote, d = controlling ? remote : local;

	return (MIN(g, d) << 32) + 2 * MAX(g, d) + (g > d ? 1 : 0);
}

static bool in_list(GSList *list, const void *data)
{
	return g_slist_find(list, data) != NULL;
}

static void judge_pair(NiceStream *stream, const CandidateCheckPair *pair)
{
	NiceComponent *component = nice_stream_find_component_by_id(stream, pair->component_id);
	char foundation[NICE_CANDIDATE_PAIR_MAX_FOUNDATION];
	NiceAgent *agent = talk.agent;
	IcelabEndpoint remote = talk_from_nice(&pair->remote->addr);

	if (component == NULL)
		talk_broken(NULL, "pairs", "a pair of no component");
	if (!in_list(component->local_candidates, pair->local) &&
		(void *)pair->local != (void *)component->turn_candidate)
		talk_broken(NULL, "pairs", "a pair's local candidate is gone");
	if (!in_list(component->remote_candidates, pair->remote))
		talk_broken(NULL, "pairs", "a pair's remote candidate is gone");
	if (!talk.modern)
		return;
	/* RFC 8445 6.1.2.6. */
	if (pair->nominated && !pair->valid)
		talk_broken(agent->force_relay ? "relay-nominated-not-valid" : "response-pair-not-valid",
			"RFC 8445 7.2.5.3.4", "a pair is nominated that is not valid");
	if (pair->valid && pair->state != NICE_CHECK_SUCCEEDED &&
		pair->state != NICE_CHECK_DISCOVERED && pair->state != NICE_CHECK_IN_PROGRESS &&
		pair->state != NICE_CHECK_WAITING && pair->state != NICE_CHECK_FAILED)
		talk_broken(NULL, "RFC 8445 7.2.5.3.2", "a valid pair is frozen");
	if (pair->state < NICE_CHECK_WAITING || pair->state > NICE_CHECK_DISCOVERED)
		talk_broken(NULL, "RFC 8445 6.1.2.6", "a pair in state %d", (int)pair->state);
	/* RFC 8445 6.1.2.6: the foundation of a pair is the two candidates' together. */
	g_snprintf(
		foundation, sizeof(foundation), "%s:%s", pair->local->foundation, pair->remote->foundation);
	if (strcmp(foundation, pair->foundation) != 0)
		talk_broken(NULL, "RFC 8445 6.1.2.6", "a pair's foundation is %s", pair->foundation);
	/* draft-thatcher-ice-renomination raises the priority of what it selects. */
	if (!agent->support_renomination &&
		pair->priority != pair_priority(pair->local->priority, pair->remote->priority,
							  agent->controlling_mode != FALSE))
		talk_broken(NULL, "RFC 8445 6.1.2.3", "a pair's priority is %016" G_GINT64_MODIFIER "x",
			pair->priority);
	/* RFC 8445 6.1.2.2: "same component ID and [...] same IP address version"; RFC 6544 5.2. */
	if (pair->local->addr.s.addr.sa_family != pair->remote->addr.s.addr.sa_family &&
		pair->local->type == NICE_CANDIDATE_TYPE_HOST)
		talk_broken(NULL, "RFC 8445 6.1.2.2", "a pair of two IP versions");
	if (pair->local->transport != conn_check_match_transport(pair->remote->transport))
		talk_broken(NULL, "RFC 6544 5.2", "a pair of transports that do not fit");
	/* RFC 8445 6.1.2.4: a reflexive local candidate is replaced by its base. One that a check found
	 * fails with it when it is to be nominated. */
	if (pair->local->type == NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE &&
		pair->state != NICE_CHECK_DISCOVERED &&
		(pair->state != NICE_CHECK_FAILED || pair->succeeded_pair == NULL))
		talk_broken(NULL, "RFC 8445 6.1.2.4", "a check from a server-reflexive candidate");
	/* RFC 8445 7.2.5.3.2: what was found by a check is not checked itself. */
	if (pair->local->type == NICE_CANDIDATE_TYPE_PEER_REFLEXIVE &&
		pair->local->transport == NICE_CANDIDATE_TRANSPORT_UDP &&
		pair->state != NICE_CHECK_DISCOVERED && pair->state != NICE_CHECK_FAILED)
		talk_broken(NULL, "RFC 8445 7.2.5.3.2", "a pair that was found by a check is in state %d",
			(int)pair->state);
	if (agent->force_relay && pair->local->type != NICE_CANDIDATE_TYPE_RELAYED)
		talk_broken(talk_relay_defect(&remote), "force-relay", "a pair of a %s candidate",
			nice_candidate_type_to_string(pair->local->type));
}

static void judge_component(NiceStream *stream, NiceComponent *component)
{
	const CandidatePair *selected = &component->selected_pair;

	(void)stream;
	if ((selected->local == NULL) != (selected->remote == NULL))
		talk_broken(NULL, "pairs", "half a selected pair");
	if (selected->local != NULL && !in_list(component->local_candidates, selected->local) &&
		selected->local != component->turn_candidate)
		talk_broken(NULL, "pairs", "the selected local candidate is gone");
	if (selected->remote != NULL && !in_list(component->remote_candidates, selected->remote) &&
		(void *)selected->remote != (void *)component->restart_candidate)
		talk_broken(NULL, "pairs", "the selected remote candidate is gone");
	if (g_queue_get_length(&component->incoming_checks) > 2 * talk.most_checks)
		talk_broken(NULL, "pairs", "checks are stored without end");
}

static bool has_switched_role(void)
{
	return talk.role_switched ||
		   talk.started_controlling != (talk.agent->controlling_mode != FALSE);
}

#define LATE 2000000 /* microseconds: for timers of whole seconds */

/* RFC 8656 8: an allocation that is to be kept is refreshed before its lifetime is over. */
static void judge_refreshes(void)
{
	if (!talk.modern || talk.closing || !icelab_world_alive())
		return;
	for (GSList *i = talk.agent->refresh_list; i != NULL; i = i->next) {
		const CandidateRefresh *refresh = i->data;
		IcelabEndpoint server = talk_from_nice(&refresh->server);
		const Lease *lease = refresh->nicesock->fileno != NULL
								 ? talk_lease(icelab_world_socket_number(
												  (IcelabWorldSocket *)refresh->nicesock->fileno),
									   &server)
								 : NULL;

		if (!refresh->disposing && lease != NULL && lease->expires != 0 && !lease->refreshing &&
			icelab_world_now() > lease->expires + LATE)
			talk_broken(NULL, "RFC 8656 8", "an allocation expired %d s ago and was not refreshed",
				(int)((icelab_world_now() - lease->expires) / 1000000));
	}
}

/* RFC 8489 9.2.5: a stale nonce is replaced, and the request made again. */
static void judge_retry(void)
{
	if (talk.demand.stands && !talk.closing && icelab_world_alive() &&
		icelab_world_socket_by_number(talk.demand.number) != NULL &&
		icelab_world_now() > talk.demand.until)
		talk_broken(NULL, "RFC 8489 9.2.5", "no request with the new nonce %s", talk.demand.nonce);
}

static const char *what_ended_gathering(void)
{
	if (talk.unresolved)
		return "unresolved-gathers-on";
	if (talk.hung_up || talk.forgot_relays)
		return "hung-up-gathers-on";
	if (talk.stream_removed)
		return "removed-stream-gathers-on";
	return talk.relay_added ? "added-relay-gathers-on" : NULL;
}

/* Who gathers waits for something: a server's answer or a name's. */
static void judge_gathering(void)
{
	if (talk.closing || !icelab_world_alive() || icelab_world_lookups() > 0 ||
		talk.agent->discovery_list != NULL || talk.agent->stun_resolving_list != NULL)
		return;
	/* Where a name was given, looking it up may not have begun. */
	for (GSList *i = talk.agent->streams; i != NULL; i = i->next)
		for (GSList *j = ((NiceStream *)i->data)->components; j != NULL; j = j->next)
			if (nice_component_resolving_turn(j->data))
				return;
	for (GSList *i = talk.agent->streams; i != NULL; i = i->next)
		if (((NiceStream *)i->data)->gathering)
			talk_broken(what_ended_gathering(), "gathering", "it goes on, and nothing is asked");
}

/* A relay has one for each peer's channel and one for its permission; in the old dialects one for
 * each message of the last seconds. */
static unsigned allowed_timers(void)
{
	unsigned allowed = talk.modern ? 200 : 800;

	for (GSList *i = talk.agent->streams; i != NULL; i = i->next)
		for (GSList *j = ((NiceStream *)i->data)->components; j != NULL; j = j->next) {
			const NiceComponent *component = j->data;

			for (GSList *k = component->local_candidates; k != NULL; k = k->next)
				if (((NiceCandidate *)k->data)->type == NICE_CANDIDATE_TYPE_RELAYED)
					allowed += 2 * g_slist_length(component->remote_candidates);
		}
	return allowed;
}

void pairs_judge(void)
{
	if (talk.agent == NULL)
		return;
	judge_refreshes();
	judge_retry();
	judge_gathering();
	for (GSList *i = talk.agent->streams; i != NULL; i = i->next) {
		NiceStream *stream = i->data;
		guint64 before = G_MAXUINT64;
		unsigned frozen = 0, waiting = 0;

		for (GSList *j = stream->conncheck_list; j != NULL; j = j->next) {
			const CandidateCheckPair *pair = j->data;

			judge_pair(stream, pair);
			/* RFC 8445 6.1.2.3: sorted in decreasing order. */
			if (!talk.agent->support_renomination && pair->priority > before)
				talk_broken(NULL, "RFC 8445 6.1.2.3", "the check list is not sorted");
			before = pair->priority;
			frozen += pair->state == NICE_CHECK_FROZEN;
			waiting += pair->state == NICE_CHECK_WAITING || pair->state == NICE_CHECK_FROZEN ||
					   pair->state == NICE_CHECK_IN_PROGRESS;
		}
		/* RFC 8445 6.1.2.5: what is beyond the limit is not kept for later. Where a pair stands
		 * says nothing: priorities change, and valid pairs are put between. */
		if (talk.modern && frozen > talk.most_checks)
			talk_broken(NULL, "RFC 8445 6.1.2.5", "%u pairs where %u are allowed", frozen,
				talk.most_checks);
		/* RFC 8445 6.1.2.5: "an agent MUST limit the total number of connectivity checks". */
		if (talk.modern && waiting > MAX(talk.most_checks, 100) + 2)
			talk_broken("pairs-beyond-limit", "RFC 8445 6.1.2.5", "%u pairs wait", waiting);
		for (GSList *j = stream->components; j != NULL; j = j->next)
			judge_component(stream, j->data);
	}
	talk.role_switched = has_switched_role();
	if (icelab_world_timers() > allowed_timers())
		talk_broken(NULL, "timers", "%u timers run", icelab_world_timers());
}

void pairs_selected(
	guint stream_id, guint component_id, NiceCandidate *local, NiceCandidate *remote)
{
	Stream *stream = talk_stream(stream_id);
	IcelabEndpoint endpoint = talk_from_nice(&remote->addr);
	const Known *known;

	if (talk.agent->force_relay && local->type != NICE_CANDIDATE_TYPE_RELAYED &&
		!stream->selected_by_hand)
		talk_broken(talk_relay_defect(&endpoint), "force-relay", "a %s candidate is selected",
			nice_candidate_type_to_string(local->type));
	if (!talk.modern || stream == NULL || stream->selected_by_hand || talk.bypassed ||
		remote->transport != NICE_CANDIDATE_TRANSPORT_UDP || talk.known_count == MOST_KNOWN)
		return;
	known = talk_know(&endpoint, stream_id, component_id);
	/* RFC 8445 8.1.1: only a valid pair can be nominated; 12.1: the selected pair is nominated. */
	if (known != NULL)
		talk_know(&endpoint, stream_id, component_id)->consented = icelab_world_now();
	if (known != NULL && !known->valid)
		talk_broken(NULL, "RFC 8445 8.1.1", "a pair is selected whose check never succeeded");
	if (known != NULL && !known->nominated)
		talk_broken(has_switched_role() ? "nominated-after-role-switch" : NULL, "RFC 8445 8.1.1",
			"a pair is selected that nobody nominated");
}
