/* SPDX-License-Identifier: MIT */
#include "talk/talk.h"

#include <string.h>

#include "guards.h"

/* Which candidates may come out, and how they must look. */

static bool is_of_machine(const IcelabAddress *address)
{
	static const char *const own[] = {"192.168.1.10", "192.168.1.11", "10.8.0.2", "fe80::10",
		"2001:db8:1::10", "172.17.0.1", "127.0.0.1", "203.0.113.200"};

	for (unsigned i = 0; i < G_N_ELEMENTS(own); i++) {
		IcelabEndpoint endpoint = icelab_endpoint(own[i], 0);

		if (icelab_address_equal(&endpoint.address, address))
			return true;
	}
	return false;
}

static bool was_mapped(const IcelabAddress *address)
{
	for (unsigned i = 0; i < talk.mapped_count; i++)
		if (icelab_address_equal(&talk.mapped[i].address, address))
			return true;
	return false;
}

/* Also where nobody can say: the oldest are forgotten. */
static bool was_shown_by_peer(const IcelabEndpoint *endpoint)
{
	if (talk.shown_count > G_N_ELEMENTS(talk.shown) || !talk.modern || talk.bypassed)
		return true;
	for (unsigned i = 0; i < talk.shown_count; i++)
		if (icelab_endpoint_equal(&talk.shown[i], endpoint))
			return true;
	return false;
}

/* libnice's choice within RFC 8445 5.1.2.2: 120, 110, 100 and 30 or 20, halved for the transport
 * that is liked less. */
static void judge_priority(const NiceCandidate *candidate)
{
	const NiceCandidateImpl *inner = (const NiceCandidateImpl *)candidate;
	bool liked =
		(candidate->transport == NICE_CANDIDATE_TRANSPORT_UDP) == (talk.agent->reliable == FALSE);
	unsigned expected = 0;

	switch (candidate->type) {
	case NICE_CANDIDATE_TYPE_HOST:
		expected = 120;
		break;
	case NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE:
		expected = 100;
		break;
	case NICE_CANDIDATE_TYPE_PEER_REFLEXIVE:
		expected = 110;
		break;
	case NICE_CANDIDATE_TYPE_RELAYED:
		/* A copy does not know its server. */
		expected = inner->turn != NULL ? (inner->turn->type == NICE_RELAY_TYPE_TURN_UDP ? 30 : 20)
				   : candidate->priority >> 24 == (liked ? 30 : 15) ? 30
																	: 20;
		break;
	}
	if (!liked)
		expected /= 2;
	/* One that a relay's peer shows has the relayed candidate's. */
	if (candidate->type == NICE_CANDIDATE_TYPE_PEER_REFLEXIVE && candidate->priority >> 24 <= 30)
		return;
	/* RFC 8445 5.1.2.1. */
	if (candidate->priority >> 24 != expected)
		talk_broken(NULL, "RFC 8445 5.1.2.1", "a %s candidate has priority %08x",
			nice_candidate_type_to_string(candidate->type), candidate->priority);
	if ((candidate->priority & 0xff) != ((256 - candidate->component_id) & 0xff))
		talk_broken(NULL, "RFC 8445 5.1.2.1", "component %u has priority %08x",
			candidate->component_id, candidate->priority);
	/* RFC 6544 4.2: the direction preference is in the highest bits; UDP's is 1 with libnice. */
	if (candidate->transport == NICE_CANDIDATE_TRANSPORT_UDP &&
		candidate->type != NICE_CANDIDATE_TYPE_PEER_REFLEXIVE &&
		(candidate->priority >> 21 & 7) != 1)
		talk_broken(NULL, "RFC 8445 5.1.2.1", "local preference of UDP in priority %08x",
			candidate->priority);
}

static void judge_one(const NiceCandidate *candidate, const char *where)
{
	IcelabEndpoint address = talk_from_nice(&candidate->addr);
	IcelabEndpoint base = talk_from_nice(&candidate->base_addr);

	if (talk.modern)
		judge_priority(candidate);
	/* W3C's iceTransportPolicy "relay", which force-relay is there for. */
	if (talk.agent->force_relay && candidate->type != NICE_CANDIDATE_TYPE_RELAYED)
		talk_broken(NULL, "force-relay", "a %s candidate %s",
			nice_candidate_type_to_string(candidate->type), where);
	if (talk.mode3 && (is_of_machine(&address.address) || is_of_machine(&base.address)))
		/* RFC 8828 5.2 mode 3. A server that names one of them as mapped tells nothing new. */
		if (!was_mapped(&address.address) || is_of_machine(&base.address))
			talk_broken(NULL, "RFC 8828 5.2 mode 3", "an address of the machine %s", where);
	switch (candidate->type) {
	case NICE_CANDIDATE_TYPE_HOST:
		/* RFC 8445 5.1.1.1: "obtained by binding to ports on an IP address attached to a host". */
		if (!talk.mode3 && !is_of_machine(&address.address))
			talk_broken(NULL, "RFC 8445 5.1.1.1", "a host candidate is no address of the machine");
		break;
	case NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE:
	case NICE_CANDIDATE_TYPE_RELAYED:
		/* RFC 8445 5.1.1.2: what the server said. */
		if (talk.modern && talk.mapped_count < G_N_ELEMENTS(talk.mapped) &&
			!was_mapped(&address.address))
			talk_broken(NULL, "RFC 8445 5.1.1.2", "a %s candidate that no server named",
				nice_candidate_type_to_string(candidate->type));
		break;
	case NICE_CANDIDATE_TYPE_PEER_REFLEXIVE:
		/* RFC 8445 7.2.5.3.1: the address that the answer to a check mapped. */
		if (!was_shown_by_peer(&address))
			talk_broken(NULL, "RFC 8445 7.2.5.3.1", "a peer-reflexive candidate that nobody saw");
		break;
	}
	/* RFC 8445 5.1.1.2: the base of a server-reflexive candidate is where it was asked from. */
	if (candidate->type == NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE && !talk.mode3 &&
		!is_of_machine(&base.address))
		talk_broken(NULL, "RFC 8445 5.1.1.2", "a base that is no address of the machine");
}

void candidates_told(NiceCandidate *candidate)
{
	judge_one(candidate, "was signalled");
}

void candidates_judge_text(const char *text, const char *where)
{
	static const char *const own[] = {
		"192.168.1.1", "10.8.0.2", "fe80::10", "2001:db8:1::10", "172.17.0.1", "203.0.113.200"};

	for (unsigned i = 0; talk.mode3 && i < G_N_ELEMENTS(own); i++) {
		IcelabEndpoint endpoint = icelab_endpoint(own[i], 0);

		if (strstr(text, own[i]) != NULL && !was_mapped(&endpoint.address) &&
			!(i == 0 && talk.mapped_count > 0))
			talk_broken(NULL, "RFC 8828 5.2 mode 3", "%s in %s", own[i], where);
	}
	if (talk.agent->force_relay &&
		(strstr(text, "typ host") != NULL || strstr(text, "typ srflx") != NULL ||
			strstr(text, "typ prflx") != NULL))
		talk_broken(NULL, "force-relay", "another candidate than relay in %s", where);
}

/* RFC 8445 5.1.1.3: two candidates have the same foundation where type, base, protocol and server
 * are the same, and else different ones. */
static void judge_foundations(const NiceCandidate *a, const NiceCandidate *b)
{
	bool same = strcmp(a->foundation, b->foundation) == 0;
	IcelabEndpoint base_a = talk_from_nice(&a->base_addr), base_b = talk_from_nice(&b->base_addr);
	bool alike = a->type == b->type && a->transport == b->transport;

	if (a->type == NICE_CANDIDATE_TYPE_RELAYED || b->type == NICE_CANDIDATE_TYPE_RELAYED) {
		/* The base of a relayed candidate is itself. */
		base_a = talk_from_nice(&a->addr);
		base_b = talk_from_nice(&b->addr);
	}
	if (same && (!alike || !icelab_address_equal(&base_a.address, &base_b.address)))
		talk_broken(
			NULL, "RFC 8445 5.1.1.3", "foundation %s for two that are not alike", a->foundation);
	if (!same && alike && a->type == NICE_CANDIDATE_TYPE_HOST &&
		icelab_address_equal(&base_a.address, &base_b.address))
		talk_broken(NULL, "RFC 8445 5.1.1.3", "foundations %s and %s for two that are alike",
			a->foundation, b->foundation);
}

/* RFC 8445 5.1.3: "A candidate is redundant if and only if its transport address and base equal
 * those of another candidate." */
static void judge_redundancy(const NiceCandidate *a, const NiceCandidate *b)
{
	if (a->stream_id == b->stream_id && a->component_id == b->component_id &&
		a->transport == b->transport && a->type != NICE_CANDIDATE_TYPE_PEER_REFLEXIVE &&
		b->type != NICE_CANDIDATE_TYPE_PEER_REFLEXIVE && nice_address_is_valid(&a->addr) &&
		nice_address_equal(&a->addr, &b->addr) && nice_address_equal(&a->base_addr, &b->base_addr))
		talk_broken(NULL, "RFC 8445 5.1.3", "a %s and a %s candidate are redundant",
			nice_candidate_type_to_string(a->type), nice_candidate_type_to_string(b->type));
}

static void judge_lists(void)
{
	const NiceCandidate *all[96];
	unsigned count = 0;

	for (unsigned i = 0; i < talk.stream_count; i++)
		for (unsigned j = 1; j <= talk.streams[i].components; j++) {
			NiceStream *stream;
			NiceComponent *component;

			if (!agent_find_component(talk.agent, talk.streams[i].id, j, &stream, &component))
				continue;
			for (GSList *k = component->local_candidates; k != NULL; k = k->next)
				if (count < G_N_ELEMENTS(all))
					all[count++] = k->data;
		}
	for (unsigned i = 0; talk.modern && i < count; i++)
		for (unsigned j = 0; j < i; j++) {
			judge_foundations(all[i], all[j]);
			judge_redundancy(all[i], all[j]);
		}
}

static void judge_selected(guint stream_id, guint component_id)
{
	NiceCandidate *local = NULL, *remote = NULL;
	GSocket *socket;
	IcelabEndpoint endpoint = {0};

	nice_agent_get_selected_pair(talk.agent, stream_id, component_id, &local, &remote);
	if (remote != NULL)
		endpoint = talk_from_nice(&remote->addr);
	if (local != NULL && talk.agent->force_relay && local->type != NICE_CANDIDATE_TYPE_RELAYED &&
		!talk_stream(stream_id)->selected_by_hand)
		talk_broken(talk_relay_defect(&endpoint), "force-relay", "a %s candidate is selected",
			nice_candidate_type_to_string(local->type));
	socket = nice_agent_get_selected_socket(talk.agent, stream_id, component_id);
	g_clear_object(&socket);
	nice_agent_get_component_state(talk.agent, stream_id, component_id);
}

void candidates_judge(void)
{
	g_autofree char *sdp = nice_agent_generate_local_sdp(talk.agent);

	if (sdp != NULL)
		candidates_judge_text(sdp, "the description");
	judge_lists();
	for (unsigned i = 0; i < talk.stream_count; i++) {
		guint id = talk.streams[i].id;
		g_autofree char *section = NULL;
		g_autofree char *ufrag = NULL;
		g_autofree char *password = NULL;

		if (agent_find_stream(talk.agent, id) == NULL)
			continue;
		section = nice_agent_generate_local_stream_sdp(talk.agent, id, TRUE);
		if (section != NULL)
			candidates_judge_text(section, "a stream's description");
		nice_agent_get_local_credentials(talk.agent, id, &ufrag, &password);
		nice_agent_get_stream_name(talk.agent, id);
		for (guint j = 1; j <= talk.streams[i].components; j++) {
			GSList *list = nice_agent_get_local_candidates(talk.agent, id, j);
			NiceCandidate *chosen;
			GPtrArray *sockets;

			for (GSList *k = list; k != NULL; k = k->next) {
				g_autofree char *line =
					nice_agent_generate_local_candidate_sdp(talk.agent, k->data);

				judge_one(k->data, "is listed");
				if (line != NULL)
					candidates_judge_text(line, "a candidate line");
			}
			g_slist_free_full(list, (GDestroyNotify)nice_candidate_free);
			list = nice_agent_get_remote_candidates(talk.agent, id, j);
			g_slist_free_full(list, (GDestroyNotify)nice_candidate_free);
			chosen = nice_agent_get_default_local_candidate(talk.agent, id, j);
			if (chosen != NULL) {
				if (talk.agent->force_relay && chosen->type != NICE_CANDIDATE_TYPE_RELAYED)
					talk_broken(NULL, "force-relay", "a %s candidate is the default",
						nice_candidate_type_to_string(chosen->type));
				nice_candidate_free(chosen);
			}
			judge_selected(id, j);
			sockets = nice_agent_get_sockets(talk.agent, id, j);
			if (sockets != NULL)
				g_ptr_array_unref(sockets);
		}
	}
}
