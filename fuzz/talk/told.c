/* SPDX-License-Identifier: MIT */
#include "talk/told.h"

#include <string.h>

static bool same_content(const Payload *payload, const void *bytes, size_t length)
{
	return payload->length == length && memcmp(payload->bytes, bytes, length) == 0;
}

void told_received(NiceAgent *agent, guint stream_id, guint component_id, guint length,
	gchar *bytes, gpointer user_data)
{
	Stream *stream = talk_stream(stream_id);
	const Payload *found = NULL;

	(void)user_data;
	if (!talk.modern || agent->reliable || stream == NULL || stream->selected_by_hand ||
		talk.streamed || talk.bypassed || talk.payload_count > MOST_PAYLOADS)
		return;
	for (unsigned i = 0; i < MIN(talk.payload_count, MOST_PAYLOADS); i++) {
		const Payload *payload = &talk.payloads[i];
		const Known *known;

		if (!same_content(payload, bytes, MIN(length, PAYLOAD_LONGEST)))
			continue;
		found = payload;
		known = talk_know(&payload->from, stream_id, component_id);
		/* RFC 8445 2.3: "an agent can send and receive data on any valid pair"; from addresses that
		 * have shown neither credentials nor an answer it must not be. */
		if (stream->selected_by_hand || (known != NULL && known->authentic))
			return;
	}
	if (length > PAYLOAD_LONGEST)
		return;
	if (found == NULL)
		talk_broken(talk.lied ? "turn-channel-data-length" : NULL, "data",
			"%u bytes were given to the application that nobody sent", length);
	else
		talk_broken(NULL, "data", "%u bytes came from an address that proved nothing", length);
}

void told_candidate(NiceAgent *agent, NiceCandidate *candidate, gpointer user_data)
{
	(void)agent;
	(void)user_data;
	candidates_told(candidate);
}

void told_selected(NiceAgent *agent, guint stream_id, guint component_id, NiceCandidate *local,
	NiceCandidate *remote, gpointer user_data)
{
	(void)agent;
	(void)user_data;
	pairs_selected(stream_id, component_id, local, remote);
}

/* NiceComponentState's documentation: the steps that lead to READY follow one another. */
void told_state(
	NiceAgent *agent, guint stream_id, guint component_id, guint state, gpointer user_data)
{
	static const uint8_t successors[] = {
		[NICE_COMPONENT_STATE_DISCONNECTED] = 1 << NICE_COMPONENT_STATE_GATHERING |
											  1 << NICE_COMPONENT_STATE_CONNECTING |
											  1 << NICE_COMPONENT_STATE_FAILED,
		[NICE_COMPONENT_STATE_GATHERING] =
			1 << NICE_COMPONENT_STATE_CONNECTING | 1 << NICE_COMPONENT_STATE_FAILED,
		[NICE_COMPONENT_STATE_CONNECTING] = 1 << NICE_COMPONENT_STATE_CONNECTED |
											1 << NICE_COMPONENT_STATE_FAILED |
											1 << NICE_COMPONENT_STATE_GATHERING,
		[NICE_COMPONENT_STATE_CONNECTED] =
			1 << NICE_COMPONENT_STATE_READY | 1 << NICE_COMPONENT_STATE_CONNECTING |
			1 << NICE_COMPONENT_STATE_FAILED | 1 << NICE_COMPONENT_STATE_GATHERING,
		[NICE_COMPONENT_STATE_READY] = 1 << NICE_COMPONENT_STATE_CONNECTED |
									   1 << NICE_COMPONENT_STATE_FAILED |
									   1 << NICE_COMPONENT_STATE_GATHERING,
		[NICE_COMPONENT_STATE_FAILED] =
			1 << NICE_COMPONENT_STATE_CONNECTING | 1 << NICE_COMPONENT_STATE_GATHERING,
	};
	Stream *stream = talk_stream(stream_id);
	unsigned before;

	(void)agent;
	(void)user_data;
	if (stream == NULL || component_id == 0 || component_id > stream->components)
		return;
	before = stream->state[component_id - 1];
	stream->state[component_id - 1] = state;
	if (state >= NICE_COMPONENT_STATE_LAST || (successors[before] >> state & 1) == 0)
		talk_broken(NULL, "state", "component %u went from %s to %s", component_id,
			nice_component_state_to_string(before), nice_component_state_to_string(state));
	/* Signals wait until the agent is unlocked: it may have lost the pair since, and say so next.
	 */
	if (state == NICE_COMPONENT_STATE_READY &&
		nice_agent_get_component_state(talk.agent, stream_id, component_id) == state) {
		NiceCandidate *local = NULL, *remote = NULL;

		if (!nice_agent_get_selected_pair(talk.agent, stream_id, component_id, &local, &remote))
			talk_broken(NULL, "state", "component %u is ready without a pair", component_id);
	}
}

void told_log(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer user_data)
{
	(void)user_data;
	/* Warnings complain about the application or the network. A critical message of GLib's is a
	 * broken promise of libnice's: a source freed twice, an object of the wrong type. */
	if ((level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)) == 0 ||
		g_strcmp0(domain, "libnice") == 0)
		return;
	talk_broken(strstr(message, "g_ascii_strcasecmp") != NULL ? "sdp-tcp-without-tcptype" : NULL,
		"critical", "%s: %s", domain != NULL ? domain : "", message);
}
