/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "guards.h"
#include "talk/steps.h"

static const char *const passwords[] = {
	"peerpassword0123456789ab", "another0password123456ab", "", "p"};
static const char *const ufrags[] = {"PEER", "OTHR", "", "P"};
/* As MSN's dialects take them. */
static const char *const candidate_names[] = {
	"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY=", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY="};
static const char *const candidate_keys[] = {
	"MDEyMzQ1Njc4OUFCQ0RFRg==", "RkVEQ0JBOTg3NjU0MzIxMA=="};

static NiceCandidate *make_candidate(IcelabScript *script, guint component)
{
	uint8_t peer = icelab_script_byte(script);
	uint8_t form = icelab_script_byte(script);
	uint16_t priority = icelab_script_short(script);
	uint8_t name = icelab_script_byte(script);
	IcelabEndpoint endpoint = talk_peer(peer & 0x0f);
	NiceCandidate *candidate = nice_candidate_new((NiceCandidateType)(form & 3));

	endpoint.port = (uint16_t)(endpoint.port + (peer >> 4));
	candidate->transport = (NiceCandidateTransport)(form >> 2 & 3);
	if (candidate->transport == NICE_CANDIDATE_TRANSPORT_TCP_SO)
		candidate->transport = NICE_CANDIDATE_TRANSPORT_UDP;
	candidate->addr = candidate->base_addr = talk_to_nice(&endpoint);
	candidate->component_id = component;
	candidate->priority =
		priority != 0 ? (guint32)priority << 15 | 0xff : 0x7e0000ff + ((guint32)peer << 8);
	g_snprintf(candidate->foundation, sizeof(candidate->foundation), "%u", 1 + (name & 0x1fu));
	/* A peer-reflexive candidate of these dialects is named after the two that it is like. */
	if (!talk.modern && ((form & 0x80) == 0 || icelab_guard("dialect-without-username"))) {
		candidate->username = g_strdup(candidate_names[name >> 7]);
		candidate->password = g_strdup(candidate_keys[name >> 7]);
	}
	return candidate;
}

static bool is_of_remote(const NiceComponent *component, const IncomingCheck *check)
{
	/* Where there is ICE-TCP, the transport of the candidates that are taken for it has to fit too.
	 */
	if ((check->local_socket->type != NICE_SOCKET_TYPE_UDP_BSD &&
			check->local_socket->type != NICE_SOCKET_TYPE_UDP_TURN) ||
		(talk.agent->use_ice_tcp && !talk.modern))
		return false;
	for (GSList *i = component->remote_candidates; i != NULL; i = i->next)
		if (nice_address_equal(&((NiceCandidate *)i->data)->addr, &check->from))
			return true;
	return false;
}

/* A check that came before the credentials may be of no remote candidate when they come. */
static bool keeps_unknown_check(guint stream_id)
{
	const NiceStream *stream = agent_find_stream(talk.agent, stream_id);

	for (GSList *i = stream != NULL ? stream->components : NULL; i != NULL; i = i->next)
		for (GList *j = ((NiceComponent *)i->data)->incoming_checks.head; j != NULL; j = j->next)
			if (!is_of_remote(i->data, j->data))
				return true;
	return false;
}

void step_remote(IcelabScript *script)
{
	uint8_t which = icelab_script_byte(script);
	uint8_t what = icelab_script_byte(script);
	Stream *stream = talk_pick_stream(which & 0x0f);
	guint component = (which >> 4) % stream->components + 1;
	unsigned count = 1 + (what >> 4);
	GSList *candidates = NULL;

	if (keeps_unknown_check(stream->id) && icelab_guard("early-check-own-connection"))
		return;
	/* By default: credentials and one candidate. */
	if ((what & 4) == 0) {
		talk_set_remote_credentials(stream, ufrags[what & 3], passwords[what & 3]);
		nice_agent_set_remote_credentials(
			talk.agent, stream->id, ufrags[what & 3], passwords[what & 3]);
	}
	if ((what & 8) == 0) {
		for (unsigned i = 0; i < count; i++)
			candidates = g_slist_append(candidates, make_candidate(script, component));
		nice_agent_set_remote_candidates(talk.agent, stream->id, component, candidates);
		g_slist_free_full(candidates, (GDestroyNotify)nice_candidate_free);
	}
	icelab_world_settle();
}

/* A description of the peer's, into which the script may put bytes of its own. */
void step_remote_sdp(IcelabScript *script)
{
	static const char *const types[] = {
		"host", "srflx raddr 10.0.0.1 rport 9", "relay raddr 10.0.0.1 rport 9", "prflx", "what"};
	static const char *const transports[] = {"UDP", "TCP", "udp", "tcp-act"};
	static const char *const tcptypes[] = {
		"", " tcptype active", " tcptype passive", " tcptype so"};
	uint8_t which = icelab_script_byte(script);
	uint8_t what = icelab_script_byte(script);
	uint8_t count = icelab_script_byte(script);
	Stream *stream = talk_pick_stream(which & 0x0f);
	GString *text = g_string_new(NULL);
	char address[ICELAB_ADDRESS_TEXT];

	/* Candidates of a description have no user name of their own. */
	if (talk_names_candidates() && icelab_guard("dialect-without-username")) {
		g_string_free(text, TRUE);
		return;
	}
	if ((what & 0xc0) == 0x40) {
		/* As it stands in the script. */
		g_string_append_len(text, (const char *)script->bytes, (gssize)script->left);
	} else {
		for (unsigned i = 0; i < talk.stream_count && (what & 0xc0) == 0; i++)
			g_string_append_printf(text,
				"m=%s 5000 ICE/SDP\r\nc=IN IP4 198.51.100.1\r\n"
				"a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n",
				i == 0   ? "audio"
				: i == 1 ? "video"
						 : "text",
				ufrags[what & 3], passwords[what & 3]);
		for (unsigned i = 0; i <= (count & 7u); i++) {
			uint8_t form = icelab_script_byte(script);
			uint8_t peer = icelab_script_byte(script);
			IcelabEndpoint endpoint = talk_peer(peer);

			g_string_append_printf(text, "a=candidate:%u %u %s %u %s %u typ %s%s\r\n",
				1 + (form & 3u), 1 + (peer >> 7 & 1u), transports[form >> 2 & 3],
				2130706431u - form, icelab_address_format(&endpoint.address, address),
				endpoint.port, types[(form >> 4) % G_N_ELEMENTS(types)], tcptypes[peer >> 5 & 3]);
		}
		g_string_append_len(text, (const char *)script->bytes, (gssize)script->left);
	}

	for (unsigned i = 0; i < talk.stream_count; i++)
		if (keeps_unknown_check(talk.streams[i].id) && icelab_guard("early-check-own-connection")) {
			g_string_free(text, TRUE);
			return;
		}
	if ((what & 0x80) != 0) {
		NiceCandidate *candidate =
			nice_agent_parse_remote_candidate_sdp(talk.agent, stream->id, text->str);

		if (candidate != NULL) {
			GSList list = {candidate, NULL};

			nice_agent_set_remote_candidates(
				talk.agent, stream->id, MAX(candidate->component_id % 3, 1), &list);
			nice_candidate_free(candidate);
		}
	} else if ((what & 0x20) != 0) {
		const char *ufrag_line = strstr(text->str, "a=ice-ufrag:");
		const char *password_line = strstr(text->str, "a=ice-pwd:");
		g_autofree char *ufrag = NULL;
		g_autofree char *password = NULL;
		GSList *candidates = NULL;

		/* Each further fragment or password is stored over the one before, which is lost. */
		if (!icelab_guard("sdp-credentials-leak") ||
			((ufrag_line == NULL || strstr(ufrag_line + 1, "a=ice-ufrag:") == NULL) &&
				(password_line == NULL || strstr(password_line + 1, "a=ice-pwd:") == NULL)))
			candidates = nice_agent_parse_remote_stream_sdp(
				talk.agent, stream->id, text->str, &ufrag, &password);
		g_slist_free_full(candidates, (GDestroyNotify)nice_candidate_free);
	} else {
		/* RFC 8839: what the description says is what will be used, where it is understood. */
		talk.learning = true;
		nice_agent_parse_remote_sdp(talk.agent, text->str);
		talk.learning = false;
		for (unsigned i = 0; i < talk.stream_count; i++) {
			NiceStream *real = agent_find_stream(talk.agent, talk.streams[i].id);

			if (real != NULL)
				talk_set_remote_credentials(
					&talk.streams[i], real->remote_ufrag, real->remote_password);
		}
	}
	g_string_free(text, TRUE);
	icelab_world_settle();
}

void step_select(IcelabScript *script)
{
	uint8_t which = icelab_script_byte(script);
	uint8_t how = icelab_script_byte(script);
	Stream *stream = talk_pick_stream(which & 0x0f);
	guint component = (which >> 4) % stream->components + 1;
	NiceStream *real_stream;
	NiceComponent *real;

	if (!agent_find_component(talk.agent, stream->id, component, &real_stream, &real))
		return;
	if (talk.agent->compatibility == NICE_COMPATIBILITY_OC2007R2 && real_stream->gathering &&
		icelab_guard("gathered-candidate-freed"))
		return;
	stream->selected_by_hand = true;
	talk.by_hand = true;
	if ((how & 1) == 0) {
		NiceCandidate *candidate = make_candidate(script, component);

		nice_agent_set_selected_remote_candidate(talk.agent, stream->id, component, candidate);
		nice_candidate_free(candidate);
	} else if (real->local_candidates != NULL && real->remote_candidates != NULL) {
		char local[NICE_CANDIDATE_MAX_FOUNDATION], remote[NICE_CANDIDATE_MAX_FOUNDATION];
		guint length = g_slist_length(real->local_candidates);

		g_strlcpy(local,
			((NiceCandidate *)g_slist_nth_data(real->local_candidates, (how >> 1) % length))
				->foundation,
			sizeof(local));
		g_strlcpy(
			remote, ((NiceCandidate *)real->remote_candidates->data)->foundation, sizeof(remote));
		nice_agent_set_selected_pair(talk.agent, stream->id, component, local, remote);
	}
	icelab_world_settle();
}
