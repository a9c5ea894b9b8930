/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "guards.h"
#include "talk/steps.h"

/* Absent where no sanitizer is linked. */
__attribute__((weak)) void __lsan_disable(void);
__attribute__((weak)) void __lsan_enable(void);

void step_send(IcelabScript *script)
{
	uint8_t which = icelab_script_byte(script);
	uint8_t how = icelab_script_byte(script);
	Stream *stream = talk_pick_stream(which & 0x0f);
	guint component = (which >> 4) % stream->components + 1;
	static char block[4096];
	gsize length = (how & 1) != 0 ? sizeof(block) : MAX(MIN(script->left, 64), 1);

	if (script->left > 0)
		memcpy(block, script->bytes, MIN(script->left, 64));
	/* RFC 7983: an application's data is neither STUN nor ChannelData. */
	block[0] = (char)(block[0] | 0x80);
	if ((how & 2) == 0) {
		nice_agent_send(talk.agent, stream->id, component, (guint)length, block);
	} else {
		GOutputVector vectors[3] = {{block, length / 2}, {block, length - length / 2}, {block, 3}};
		NiceOutputMessage messages[2] = {{vectors, 3}, {vectors, (how & 4) != 0 ? 1 : 2}};

		nice_agent_send_messages_nonblocking(
			talk.agent, stream->id, component, messages, 1 + (how >> 3 & 1), NULL, NULL);
	}
	icelab_world_settle();
}

void step_restart(IcelabScript *script)
{
	uint8_t which = icelab_script_byte(script);
	Stream *one = (which & 1) != 0 ? talk_pick_stream(which >> 1) : NULL;

	if (one == NULL)
		nice_agent_restart(talk.agent);
	else if (!one->removed)
		nice_agent_restart_stream(talk.agent, one->id);
	for (unsigned i = 0; i < talk.stream_count; i++) {
		talk_note_local_credentials(&talk.streams[i]);
		if (one == NULL || one == &talk.streams[i])
			memset(talk.streams[i].withdrawn, 0, sizeof(talk.streams[i].withdrawn));
	}
}

static void note_early_remote(guint stream_id)
{
	NiceStream *stream = agent_find_stream(talk.agent, stream_id);

	for (GSList *i = stream != NULL ? stream->components : NULL; i != NULL; i = i->next)
		talk.early_remote =
			talk.early_remote || ((NiceComponent *)i->data)->remote_candidates != NULL;
}

void step_streams(IcelabScript *script)
{
	uint8_t which = icelab_script_byte(script);
	Stream *stream = talk_pick_stream(which >> 2);

	switch (which & 3) {
	case 0:
		/* The refresh of a relayed candidate that was redundant outlives the stream's sockets. */
		if (talk.agent->pruning_refreshes != NULL && icelab_guard("turn-redundant-refresh"))
			break;
		/* The answer of the resolver is for a stream that is gone. */
		talk_advance(0);
		if (icelab_world_lookups() > 0 && icelab_guard("resolved-for-removed-stream"))
			break;
		nice_agent_remove_stream(talk.agent, stream->id);
		stream->removed = talk.stream_removed = true;
		break;
	case 1:
		talk_add_stream(1 + (which >> 2 & 1));
		nice_agent_gather_candidates(talk.agent, talk.streams[talk.stream_count - 1].id);
		break;
	default:
		if (stream->removed)
			break;
		note_early_remote(stream->id);
		nice_agent_gather_candidates(talk.agent, stream->id);
		break;
	}
	icelab_world_settle();
}

static void ignore(NiceAgent *agent, guint stream_id, guint component_id, guint length,
	gchar *bytes, gpointer user_data)
{
	(void)agent;
	(void)stream_id;
	(void)component_id;
	(void)length;
	(void)bytes;
	(void)user_data;
}

static bool is_relay_in_use(const NiceComponent *component)
{
	return component->turn_candidate != NULL ||
		   (component->selected_pair.local != NULL &&
			   component->selected_pair.local->c.type != NICE_CANDIDATE_TYPE_HOST);
}

/* Whether a candidate was found through a relay, whose socket it has. */
static bool is_relay_shared(const NiceComponent *component)
{
	for (GSList *i = component->local_candidates; i != NULL; i = i->next)
		for (GSList *j = i->next; j != NULL; j = j->next) {
			const NiceCandidateImpl *one = i->data, *other = j->data;

			if (one->sockptr == other->sockptr && (one->c.type == NICE_CANDIDATE_TYPE_RELAYED ||
													  other->c.type == NICE_CANDIDATE_TYPE_RELAYED))
				return true;
		}
	return false;
}

static void forget_relays(guint stream_id, guint component_id)
{
	NiceStream *stream;
	NiceComponent *component;
	bool silent = icelab_guard("forget-relays-list-leak") && __lsan_disable != NULL;

	if (!agent_find_component(talk.agent, stream_id, component_id, &stream, &component) ||
		(is_relay_in_use(component) && icelab_guard("forget-relays-selected-pair")) ||
		(is_relay_shared(component) && icelab_guard("relay-reflexive-socket")) ||
		(!g_queue_is_empty(&component->incoming_checks) &&
			icelab_guard("early-check-without-candidate")))
		return;
	if (silent)
		__lsan_disable();
	nice_agent_forget_relays(talk.agent, stream_id, component_id);
	talk.forgot_relays = true;
	if (silent)
		__lsan_enable();
}

void step_change(IcelabScript *script)
{
	uint8_t what = icelab_script_byte(script);
	uint8_t which = icelab_script_byte(script);
	uint8_t value = icelab_script_byte(script);
	Stream *stream = talk_pick_stream(which & 0x0f);
	guint component = (which >> 4) % stream->components + 1;

	if (stream->removed)
		return;
	switch (what % 16) {
	case 0:
		/* Who closes the agent has no more use for its relays. */
		if (!talk.closing)
			forget_relays(stream->id, component);
		break;
	case 1: {
		char text[ICELAB_ADDRESS_TEXT];
		IcelabEndpoint server = talk_turn_server(value);

		if (talk.turn_known == G_N_ELEMENTS(talk.turn) || talk.turn_username == NULL)
			break;
		talk.relay_added = true;
		talk.turn[talk.turn_known++] = server;
		nice_agent_set_relay_info(talk.agent, stream->id, component,
			(value & 0x80) != 0 ? "turn.example.org" : icelab_address_format(&server.address, text),
			server.port, talk.turn_username, talk.turn_password, (NiceRelayType)(value >> 4 & 1));
		break;
	}
	case 2:
		/* These dialects' key of a check that is then refused is lost. */
		if (!talk_names_candidates() || !icelab_guard("forbidden-key-leak"))
			stream->withdrawn[component - 1] =
				nice_agent_consent_lost(talk.agent, stream->id, component);
		break;
	case 3:
		nice_agent_peer_candidate_gathering_done(talk.agent, stream->id);
		break;
	case 4:
		nice_agent_set_local_credentials(talk.agent, stream->id, "LOCL", "localpassword0123456789");
		talk_note_local_credentials(stream);
		break;
	case 5:
		g_object_set(talk.agent, "controlling-mode", value & 1, NULL);
		talk.role_switched = true;
		break;
	case 6:
		/* What gathers, and what refreshes a relay, keeps the name that was freed. */
		if ((talk.agent->discovery_list != NULL || talk.agent->refresh_list != NULL ||
				talk.agent->pruning_refreshes != NULL) &&
			icelab_guard("set-software-refresh"))
			break;
		nice_agent_set_software(talk.agent, (value & 1) != 0 ? "icelab-2" : NULL);
		break;
	case 7:
		nice_agent_set_stream_tos(talk.agent, stream->id, value);
		break;
	case 8:
		if (!talk.agent->reliable)
			nice_agent_attach_recv(talk.agent, stream->id, component, g_main_context_default(),
				(value & 1) != 0 ? NULL : ignore, NULL);
		break;
	case 9:
		if (!talk.closing && !talk.agent->reliable)
			nice_agent_close_async(talk.agent, talk_on_closed, NULL);
		talk.closing = true;
		break;
	case 10:
		g_object_set(talk.agent, "stun-max-retransmissions", 1 + value % 9, NULL);
		break;
	case 11:
		g_object_set(talk.agent, "max-connectivity-checks", 1 + value, NULL);
		talk.most_checks = MAX(talk.most_checks, 1u + value);
		break;
	case 12:
		g_object_set(talk.agent, "keepalive-conncheck", value & 1, NULL);
		break;
	case 13: {
		NiceStream *real_stream;
		NiceComponent *real;

		if (agent_find_component(talk.agent, stream->id, component, &real_stream, &real) &&
			talk.agent->reliable && !pseudo_tcp_socket_is_closed(real->tcp))
			pseudo_tcp_socket_shutdown(real->tcp, PSEUDO_TCP_SHUTDOWN_RDWR);
		break;
	}
	case 14:
		if ((value & 1) != 0)
			talk.manners = value;
		break;
	default:
		g_object_set(talk.agent, "stun-pacing-timer", 1 + value % 100, NULL);
		break;
	}
	icelab_world_settle();
}
