/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guards.h"
#include "talk/told.h"

Talk talk;

void talk_broken(const char *id, const char *rule, const char *format, ...)
{
	va_list arguments;

	if (id != NULL && icelab_guard(id))
		return;
	fprintf(stderr, "icelab: rule broken: %s: ", rule);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "%s%s\n", id != NULL ? ": " : "", id != NULL ? id : "");
	abort();
}

bool talk_names_candidates(void)
{
	return talk.agent->compatibility == NICE_COMPATIBILITY_MSN ||
		   talk.agent->compatibility == NICE_COMPATIBILITY_OC2007;
}

const char *talk_relay_defect(const IcelabEndpoint *remote)
{
	if (talk.early_remote)
		return "relay-early-remote";
	return talk_is_turn_server(remote) ? "relay-host-pair" : NULL;
}

/* ---- streams ---- */

Stream *talk_stream(guint id)
{
	for (unsigned i = 0; i < talk.stream_count; i++)
		if (talk.streams[i].id == id)
			return &talk.streams[i];
	return NULL;
}

Stream *talk_pick_stream(uint8_t index)
{
	return &talk.streams[index % talk.stream_count];
}

void talk_note_local_credentials(Stream *stream)
{
	NiceStream *real = agent_find_stream(talk.agent, stream->id);
	Credentials *last;

	if (real == NULL)
		return;
	last = &stream->local[stream->local_count > 0 ? stream->local_count - 1 : 0];
	if (stream->local_count > 0 && strcmp(last->ufrag, real->local_ufrag) == 0 &&
		strcmp(last->password, real->local_password) == 0)
		return;
	if (stream->local_count == MOST_CREDENTIALS) {
		memmove(&stream->local[0], &stream->local[1],
			(MOST_CREDENTIALS - 1) * sizeof(stream->local[0]));
		stream->local_count--;
	}
	last = &stream->local[stream->local_count++];
	g_strlcpy(last->ufrag, real->local_ufrag, sizeof(last->ufrag));
	g_strlcpy(last->password, real->local_password, sizeof(last->password));
}

void talk_set_remote_credentials(Stream *stream, const char *ufrag, const char *password)
{
	Credentials *last;

	if (stream->remote_count == MOST_CREDENTIALS) {
		memmove(&stream->remote[0], &stream->remote[1],
			(MOST_CREDENTIALS - 1) * sizeof(stream->remote[0]));
		stream->remote_count--;
	}
	last = &stream->remote[stream->remote_count++];
	g_strlcpy(last->ufrag, ufrag, sizeof(last->ufrag));
	g_strlcpy(last->password, password, sizeof(last->password));
}

void talk_add_stream(unsigned components)
{
	Stream *stream;

	if (talk.stream_count == MOST_STREAMS)
		return;
	stream = &talk.streams[talk.stream_count++];
	stream->id = nice_agent_add_stream(talk.agent, components);
	stream->components = components;
	nice_agent_set_stream_name(talk.agent, stream->id,
		talk.stream_count == 1   ? "audio"
		: talk.stream_count == 2 ? "video"
								 : "text");
	talk_note_local_credentials(stream);
	for (unsigned i = 0; i < components; i++)
		nice_agent_attach_recv(
			talk.agent, stream->id, i + 1, g_main_context_default(), told_received, NULL);
}

bool talk_receives(const IcelabWorldSocket *socket, NiceStream **stream, NiceComponent **component)
{
	for (GSList *i = talk.agent->streams; i != NULL; i = i->next)
		for (GSList *j = ((NiceStream *)i->data)->components; j != NULL; j = j->next)
			for (GSList *k = ((NiceComponent *)j->data)->socket_sources; k != NULL; k = k->next)
				if (((SocketSource *)k->data)->socket->fileno == (const GSocket *)socket) {
					*stream = i->data;
					*component = j->data;
					return true;
				}
	*stream = NULL;
	*component = NULL;
	return false;
}

Known *talk_know(const IcelabEndpoint *endpoint, guint stream_id, guint component_id)
{
	Known *known;

	for (unsigned i = 0; i < talk.known_count; i++)
		if (talk.known[i].stream_id == stream_id && talk.known[i].component_id == component_id &&
			icelab_endpoint_equal(&talk.known[i].endpoint, endpoint))
			return &talk.known[i];
	if (talk.known_count == MOST_KNOWN)
		return NULL;
	known = &talk.known[talk.known_count++];
	*known = (Known){.endpoint = *endpoint, .stream_id = stream_id, .component_id = component_id};
	return known;
}

Allocation *talk_allocation(unsigned number)
{
	for (unsigned i = 0; i < talk.allocation_count; i++)
		if (talk.allocations[i].number == number)
			return &talk.allocations[i];
	return NULL;
}

Lease *talk_lease(unsigned number, const IcelabEndpoint *server)
{
	for (unsigned i = 0; i < talk.lease_count; i++)
		if (talk.leases[i].number == number &&
			icelab_endpoint_equal(&talk.leases[i].server, server))
			return &talk.leases[i];
	return NULL;
}

/* ---- the clock ---- */

/* What a patch would do: a pair that failed is valid no more, and is not looked for to nominate. */
static void mend_failed_pair(CandidateCheckPair *pair)
{
	const CandidateCheckPair *tested = pair->succeeded_pair != NULL ? pair->succeeded_pair : pair;

	if (pair->valid && !pair->nominated && tested->state != NICE_CHECK_SUCCEEDED &&
		icelab_guard("nominate-failed-pair"))
		pair->valid = FALSE;
}

/* Once a component's pseudo-TCP is closed, whatever arrives takes its sockets, and with them the
 * selected pair, away: no other pair makes it ready then. */
static void mend_closed_component(const NiceStream *stream, CandidateCheckPair *pair)
{
	const NiceComponent *component;

	/* Looked for each time that something arrives. */
	if (!talk.agent->reliable || !pair->nominated)
		return;
	component = nice_stream_find_component_by_id((NiceStream *)stream, pair->component_id);
	if (component == NULL || !pseudo_tcp_socket_is_closed(component->tcp) ||
		((void *)pair->local == (void *)component->selected_pair.local &&
			(void *)pair->remote == (void *)component->selected_pair.remote) ||
		!icelab_guard("closed-pseudotcp-ready"))
		return;
	pair->nominated = FALSE;
	pair->valid = FALSE;
}

void talk_mend(void *user_data)
{
	(void)user_data;
	if (talk.agent == NULL)
		return;
	for (GSList *i = talk.agent->streams; i != NULL; i = i->next)
		for (GSList *j = ((NiceStream *)i->data)->conncheck_list; j != NULL; j = j->next) {
			mend_failed_pair(j->data);
			mend_closed_component(i->data, j->data);
		}
}

void talk_advance(int64_t microseconds)
{
	talk_mend(NULL);
	icelab_world_advance(microseconds, talk_mend, NULL);
}
