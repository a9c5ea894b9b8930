/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "guards.h"
#include "talk/message.h"

/* Guards inside libnice: the linker sends calls of these functions here, and what would be left
 * wrong is mended before the library goes on. No step of the script has to be left
 * out for them, whatever way leads here. */

void __real_conn_check_prune_socket(
	NiceAgent *agent, NiceStream *stream, NiceComponent *component, NiceSocket *socket);
void __wrap_conn_check_prune_socket(
	NiceAgent *agent, NiceStream *stream, NiceComponent *component, NiceSocket *socket);
void __real_nice_component_remove_socket(
	NiceAgent *agent, NiceComponent *component, NiceSocket *socket);
void __wrap_nice_component_remove_socket(
	NiceAgent *agent, NiceComponent *component, NiceSocket *socket);
NiceCandidate *__real_discovery_add_peer_reflexive_candidate(NiceAgent *agent, guint stream_id,
	guint component_id, guint32 priority, NiceAddress *address, NiceSocket *socket,
	NiceCandidate *local, NiceCandidate *remote);
NiceCandidate *__wrap_discovery_add_peer_reflexive_candidate(NiceAgent *agent, guint stream_id,
	guint component_id, guint32 priority, NiceAddress *address, NiceSocket *socket,
	NiceCandidate *local, NiceCandidate *remote);

gboolean __real_conn_check_handle_inbound_stun(NiceAgent *agent, NiceStream *stream,
	NiceComponent *component, NiceSocket *socket, const NiceAddress *from, gchar *bytes,
	guint length);
gboolean __wrap_conn_check_handle_inbound_stun(NiceAgent *agent, NiceStream *stream,
	NiceComponent *component, NiceSocket *socket, const NiceAddress *from, gchar *bytes,
	guint length);
guint __real_nice_component_compute_rfc4571_headroom(NiceComponent *component);
guint __wrap_nice_component_compute_rfc4571_headroom(NiceComponent *component);

void __real_recalculate_pair_priorities(NiceAgent *agent);
void __wrap_recalculate_pair_priorities(NiceAgent *agent);
void __real_agent_signal_component_state_change(
	NiceAgent *agent, guint stream_id, guint component_id, NiceComponentState state);
void __wrap_agent_signal_component_state_change(
	NiceAgent *agent, guint stream_id, guint component_id, NiceComponentState state);

StunUsageTurnReturn __real_stun_usage_turn_process(StunMessage *message,
	struct sockaddr_storage *relay, socklen_t *relay_length, struct sockaddr_storage *mapped,
	socklen_t *mapped_length, struct sockaddr_storage *alternate, socklen_t *alternate_length,
	uint32_t *bandwidth, uint32_t *lifetime, StunUsageTurnCompatibility dialect);
StunUsageTurnReturn __wrap_stun_usage_turn_process(StunMessage *message,
	struct sockaddr_storage *relay, socklen_t *relay_length, struct sockaddr_storage *mapped,
	socklen_t *mapped_length, struct sockaddr_storage *alternate, socklen_t *alternate_length,
	uint32_t *bandwidth, uint32_t *lifetime, StunUsageTurnCompatibility dialect);

/* The library takes it by the length that another server is named; a value of the wrong length
 * changes that, too. */
StunUsageTurnReturn __wrap_stun_usage_turn_process(StunMessage *message,
	struct sockaddr_storage *relay, socklen_t *relay_length, struct sockaddr_storage *mapped,
	socklen_t *mapped_length, struct sockaddr_storage *alternate, socklen_t *alternate_length,
	uint32_t *bandwidth, uint32_t *lifetime, StunUsageTurnCompatibility dialect)
{
	socklen_t before = *alternate_length;
	bool guarded = icelab_guard("ms-alternate-uninitialised");
	StunUsageTurnReturn result;

	if (guarded)
		alternate->ss_family = AF_UNSPEC;
	result = __real_stun_usage_turn_process(message, relay, relay_length, mapped, mapped_length,
		alternate, alternate_length, bandwidth, lifetime, dialect);
	if (guarded && alternate->ss_family == AF_UNSPEC)
		*alternate_length = before;
	return result;
}

static bool is_on_socket(const CandidateCheckPair *pair, const NiceSocket *socket)
{
	return pair->sockptr == socket || ((NiceCandidateImpl *)pair->local)->sockptr == socket ||
		   ((NiceCandidateImpl *)pair->remote)->sockptr == socket;
}

void __wrap_conn_check_prune_socket(
	NiceAgent *agent, NiceStream *stream, NiceComponent *component, NiceSocket *socket)
{
	if (icelab_guard("prune-socket-discovered-pair"))
		for (GSList *i = stream->conncheck_list; i != NULL; i = i->next) {
			CandidateCheckPair *pair = i->data;

			if (pair->discovered_pair != NULL && is_on_socket(pair->discovered_pair, socket))
				pair->discovered_pair = NULL;
			if (pair->succeeded_pair != NULL && is_on_socket(pair->succeeded_pair, socket))
				pair->succeeded_pair = NULL;
		}
	__real_conn_check_prune_socket(agent, stream, component, socket);
}

/* Where the selected pair goes with the socket, a nominated one that is left makes the component
 * ready without one. */
static void forget_nominations(
	NiceStream *stream, const NiceComponent *component, NiceSocket *socket)
{
	const NiceCandidateImpl *selected = component->selected_pair.local;

	if (selected != NULL && !nice_socket_is_based_on(selected->sockptr, socket))
		return;
	for (GSList *i = stream->conncheck_list; i != NULL; i = i->next) {
		CandidateCheckPair *pair = i->data;

		if (pair->component_id == component->id && pair->nominated &&
			!nice_socket_is_based_on(pair->sockptr, socket))
			pair->nominated = pair->valid = FALSE;
	}
}

void __wrap_nice_component_remove_socket(
	NiceAgent *agent, NiceComponent *component, NiceSocket *socket)
{
	NiceStream *stream = agent_find_stream(agent, component->stream_id);

	talk.hung_up = true;
	if (stream != NULL && icelab_guard("prune-socket-nominated-pair"))
		forget_nominations(stream, component, socket);
	/* What was found through a relay goes with the connection, not with the relay's socket, which
	 * is freed with the first candidate that has it. */
	if (icelab_guard("relay-reflexive-socket"))
		for (GSList *i = component->local_candidates; i != NULL; i = i->next) {
			const NiceCandidateImpl *first = i->data;

			for (GSList *j = i->next; j != NULL; j = j->next) {
				NiceCandidateImpl *other = j->data;

				if (other->sockptr == first->sockptr &&
					nice_socket_is_based_on(other->sockptr, socket))
					other->sockptr = socket;
			}
		}
	__real_nice_component_remove_socket(agent, component, socket);
}

NiceCandidate *__wrap_discovery_add_peer_reflexive_candidate(NiceAgent *agent, guint stream_id,
	guint component_id, guint32 priority, NiceAddress *address, NiceSocket *socket,
	NiceCandidate *local, NiceCandidate *remote)
{
	NiceStream *stream;
	NiceComponent *component;
	NiceCandidate *added = __real_discovery_add_peer_reflexive_candidate(
		agent, stream_id, component_id, priority, address, socket, local, remote);

	if (added != NULL || !icelab_guard("peer-reflexive-redundant") ||
		!agent_find_component(agent, stream_id, component_id, &stream, &component))
		return added;
	for (GSList *i = component->local_candidates; i != NULL; i = i->next) {
		NiceCandidate *known = i->data;

		if (nice_address_equal(&known->addr, address) &&
			nice_address_equal(&known->base_addr, &socket->addr))
			return known;
	}
	return NULL;
}

guint __wrap_nice_component_compute_rfc4571_headroom(NiceComponent *component)
{
	guint headroom = __real_nice_component_compute_rfc4571_headroom(component);
	guint8 *frame = component->rfc4571_buffer + component->rfc4571_frame_offset;

	/* The library asks this before it reads the length of a frame where it stands. */
	if (component->rfc4571_frame_offset % 2 != 0 && icelab_guard("rfc4571-misaligned")) {
		memmove(frame - 1, frame, headroom);
		component->rfc4571_frame_offset--;
		component->rfc4571_buffer_offset--;
	}
	return headroom;
}

/* The library drops failed pairs itself, whenever a pair is added. */
static void drop_failed_discovered_pairs(NiceAgent *agent, NiceStream *stream)
{
	for (GSList *i = stream->conncheck_list, *next; i != NULL; i = next) {
		CandidateCheckPair *pair = i->data;

		next = i->next;
		if (pair->succeeded_pair == NULL || pair->state != NICE_CHECK_FAILED ||
			pair->stun_transactions != NULL ||
			g_slist_find(agent->triggered_check_queue, pair) != NULL)
			continue;
		for (GSList *j = stream->conncheck_list; j != NULL; j = j->next) {
			CandidateCheckPair *other = j->data;

			if (other->discovered_pair == pair)
				other->discovered_pair = NULL;
		}
		stream->conncheck_list = g_slist_delete_link(stream->conncheck_list, i);
		g_slice_free(CandidateCheckPair, pair);
	}
}

/* The old dialects nominate by any check, and may free the link of the list that they are at. */
static bool nominates_unchecked(
	const NiceStream *stream, const NiceSocket *socket, const IcelabEndpoint *from)
{
	bool nominated = false, found = false, unchecked = false;

	for (GSList *i = stream->conncheck_list; i != NULL; i = i->next) {
		const CandidateCheckPair *pair = i->data;
		IcelabEndpoint remote = talk_from_nice(&pair->remote->addr);

		nominated = nominated || (pair->valid && pair->nominated);
		if (!icelab_endpoint_equal(&remote, from))
			continue;
		found = found || pair->sockptr == socket;
		unchecked = unchecked ||
					(pair->state != NICE_CHECK_SUCCEEDED && pair->state != NICE_CHECK_DISCOVERED &&
						pair->state != NICE_CHECK_IN_PROGRESS);
	}
	return nominated && (unchecked || !found);
}

gboolean __wrap_conn_check_handle_inbound_stun(NiceAgent *agent, NiceStream *stream,
	NiceComponent *component, NiceSocket *socket, const NiceAddress *from, gchar *bytes,
	guint length)
{
	IcelabEndpoint peer = talk_from_nice(from);
	gboolean renomination = agent->support_renomination, handled;
	bool request = length < 2 || ((bytes[0] & 0x01) == 0 && (bytes[1] & 0x10) == 0);

	if (!talk.modern && talk_method((const uint8_t *)bytes) == ICELAB_STUN_BINDING &&
		nominates_unchecked(stream, socket, &peer) && icelab_guard("nominated-link-freed"))
		return TRUE;
	if (icelab_guard("discovered-pair-failed"))
		drop_failed_discovered_pairs(agent, stream);
	/* The answer to a refresh is looked into for a nomination when the refresh is freed. */
	if (!request && icelab_guard("renomination-freed-refresh"))
		agent->support_renomination = FALSE;
	/* The address of a candidate is printed that need not have been found. */
	icelab_world_hush(icelab_guard("debug-nominated-candidate"));
	handled = __real_conn_check_handle_inbound_stun(
		agent, stream, component, socket, from, bytes, length);
	icelab_world_hush(false);
	agent->support_renomination = renomination;
	return handled;
}

void __wrap_agent_signal_component_state_change(
	NiceAgent *agent, guint stream_id, guint component_id, NiceComponentState state)
{
	NiceStream *stream;
	NiceComponent *component;

	if (state == NICE_COMPONENT_STATE_CONNECTED &&
		agent_find_component(agent, stream_id, component_id, &stream, &component) &&
		component->state == NICE_COMPONENT_STATE_FAILED && icelab_guard("nominated-after-failed"))
		__real_agent_signal_component_state_change(
			agent, stream_id, component_id, NICE_COMPONENT_STATE_CONNECTING);
	__real_agent_signal_component_state_change(agent, stream_id, component_id, state);
}

void __wrap_recalculate_pair_priorities(NiceAgent *agent)
{
	bool guarded = icelab_guard("nominated-before-selected");

	/* The old dialects nominate before there is an answer. The library asks this before it looks
	 * for a nominated pair, which it expects to be of a component with a selected one. */
	for (GSList *i = guarded ? agent->streams : NULL; i != NULL; i = i->next) {
		NiceStream *stream = i->data;

		for (GSList *j = stream->conncheck_list; j != NULL; j = j->next) {
			CandidateCheckPair *pair = j->data;
			const NiceComponent *component =
				nice_stream_find_component_by_id(stream, pair->component_id);

			if (component != NULL && component->selected_pair.local == NULL)
				pair->nominated = FALSE;
		}
	}
	__real_recalculate_pair_priorities(agent);
}
