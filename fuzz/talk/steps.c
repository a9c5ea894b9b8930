/* SPDX-License-Identifier: MIT */
#include "talk/talk.h"

#include <stdio.h>
#include <string.h>

#include "guards.h"

/* Absent where no sanitizer is linked. */
__attribute__((weak)) void __lsan_disable(void);
__attribute__((weak)) void __lsan_enable(void);

/* The steps of a script. */

static const char *const passwords[] = {
	"peerpassword0123456789ab", "another0password123456ab", "", "p"};
static const char *const ufrags[] = {"PEER", "OTHR", "", "P"};
/* As MSN's dialects take them. */
static const char *const candidate_names[] = {
	"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY=", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY="};
static const char *const candidate_keys[] = {
	"MDEyMzQ1Njc4OUFCQ0RFRg==", "RkVEQ0JBOTg3NjU0MzIxMA=="};

static Sent *choose_request(Party party, uint8_t index)
{
	Sent *waiting[MOST_SENT];
	unsigned count = 0;

	/* Newest first; those that were answered last, for second answers. */
	for (unsigned pass = 0; pass < 2; pass++)
		for (unsigned i = MIN(talk.sent_count, MOST_SENT); i-- > 0;) {
			Sent *sent = &talk.sent[i];

			if (sent->length > 0 && sent->party == party && sent->answered == (pass == 1))
				waiting[count++] = sent;
		}
	return count > 0 ? waiting[index % count] : NULL;
}

static void rounds(IcelabScript *script)
{
	unsigned count = 1 + icelab_script_byte(script) % 24;
	static const int64_t pauses[] = {20000, 1000, 100000, 500000};
	int64_t pause = pauses[icelab_script_byte(script) & 3];

	for (unsigned i = 0; i < count && icelab_world_alive(); i++) {
		while (icelab_world_resolve((const char *const[]){"192.0.2.78"}, 1))
			;
		talk_answer_all();
		talk_advance(pause);
	}
}

static void advance(IcelabScript *script)
{
	static const int64_t steps[] = {20000, 100000, 500000, 1000000, 5000000, 25000000, 60000000,
		300000000, 600000000, 4000000000};
	uint8_t which = icelab_script_byte(script);

	talk_advance(steps[which % G_N_ELEMENTS(steps)]);
}

static IcelabWorldSocket *any_socket(uint8_t index, int kind)
{
	IcelabWorldSocket *sockets[64];
	unsigned count = 0;

	for (unsigned i = 0; icelab_world_socket(i) != NULL && count < G_N_ELEMENTS(sockets); i++)
		if (kind < 0 || icelab_world_socket_kind(icelab_world_socket(i)) == (IcelabSocketKind)kind)
			sockets[count++] = icelab_world_socket(i);
	return count > 0 ? sockets[index % count] : NULL;
}

static IcelabEndpoint party_endpoint(uint8_t index)
{
	return index >= 0xf0   ? talk_turn_server(index)
		   : index >= 0xe0 ? talk_stun_server()
						   : talk_peer(index);
}

static void data(IcelabScript *script)
{
	uint8_t index = icelab_script_byte(script);
	IcelabEndpoint from = party_endpoint(icelab_script_byte(script));
	bool relayed = (index & 0x80) != 0;
	IcelabWorldSocket *socket = NULL;

	if (relayed) {
		if (talk.allocation_count == 0)
			return;
		socket =
			icelab_world_socket_by_number(talk.allocations[index % talk.allocation_count].number);
	} else {
		socket = any_socket(index & 0x7f, ICELAB_SOCKET_DATAGRAM);
	}
	if (socket == NULL || script->left == 0)
		return;
	talk_expect_payload(&from, script->bytes, script->left);
	talk_deliver(icelab_world_socket_number(socket), &from, relayed, script->bytes, script->left);
	icelab_world_settle();
}

static void relay_frame(IcelabScript *script)
{
	uint8_t which = icelab_script_byte(script);
	uint8_t form = icelab_script_byte(script);
	uint16_t length = icelab_script_short(script);
	uint8_t peer = icelab_script_byte(script);
	IcelabEndpoint from = talk_peer(peer);
	Allocation *allocation;
	uint8_t bytes[1400];
	size_t payload = MIN(script->left, sizeof(bytes) - 100), size;
	IcelabWorldSocket *socket;

	if (talk.allocation_count == 0)
		return;
	allocation = &talk.allocations[which % talk.allocation_count];
	socket = icelab_world_socket_by_number(allocation->number);
	if (socket == NULL)
		return;
	if ((form & 1) == 0) {
		/* ChannelData (RFC 8656 12.4), on a channel that is bound or not, whose length is right
		 * or not. */
		uint16_t channel = (uint16_t)(0x4000 + (form >> 4));
		IcelabEndpoint bound = allocation->server;

		if (allocation->channel_count > 0 && (form & 2) == 0)
			channel = allocation->channels[(form >> 4) % allocation->channel_count].channel;
		for (unsigned i = 0; i < allocation->channel_count; i++)
			if (allocation->channels[i].channel == channel)
				bound = allocation->channels[i].peer;
		if ((form & 4) == 0)
			length = (uint16_t)payload;
		bytes[0] = (uint8_t)(channel >> 8);
		bytes[1] = (uint8_t)channel;
		bytes[2] = (uint8_t)(length >> 8);
		bytes[3] = (uint8_t)length;
		memcpy(bytes + 4, script->bytes, payload);
		size = payload + 4;
		talk.lied = talk.lied || length > payload;
		if (length <= payload)
			talk_expect_payload(&bound, script->bytes, length);
		/* On a channel that is not bound, the whole is the server's own. */
		talk_expect_payload(&allocation->server, bytes, size);
	} else {
		IcelabStunBuilder builder;
		static const uint8_t transaction[16] = {0x21, 0x12, 0xa4, 0x42, 'd', 'a', 't', 'a'};

		icelab_stun_build_start(&builder, bytes, sizeof(bytes), ICELAB_STUN_INDICATION,
			(form & 2) != 0 ? 0x115 : ICELAB_STUN_DATA, transaction);
		if ((form & 8) != 0)
			icelab_stun_build_attribute(&builder, 0x000f, "\x72\xc6\x4b\xc6", 4);
		if ((form & 4) == 0)
			icelab_stun_build_xor_address(
				&builder, ICELAB_STUN_XOR_PEER_ADDRESS, &from.address, from.port);
		if ((form & 0x10) == 0)
			icelab_stun_build_attribute(&builder, 0x0013, script->bytes, payload);
		if ((form & 0x20) != 0)
			icelab_stun_build_attribute(&builder, 0x0013, "second", 6);
		size = icelab_stun_build_end(&builder);
		talk_expect_payload(&from, script->bytes, payload);
	}
	if (icelab_world_socket_kind(socket) == ICELAB_SOCKET_DATAGRAM)
		icelab_world_socket_receive(socket, &allocation->server, bytes, size);
	else
		icelab_world_socket_stream(socket, bytes, size, 0);
	icelab_world_settle();
}

static void datagram(IcelabScript *script)
{
	uint8_t index = icelab_script_byte(script);
	IcelabEndpoint from = party_endpoint(icelab_script_byte(script));
	IcelabWorldSocket *socket = any_socket(index, ICELAB_SOCKET_DATAGRAM);
	uint8_t bytes[1500];
	size_t length = MIN(script->left, sizeof(bytes));

	if (socket == NULL || length == 0)
		return;
	memcpy(bytes, script->bytes, length);
	talk.lied = true;
	/* A message for which somebody waits, otherwise as the script has it. */
	if ((index & 0x80) != 0 && length >= 20) {
		const Sent *sent = choose_request((Party)(index >> 5 & 3), index & 0x1f);

		if (sent != NULL)
			memcpy(bytes + 4, sent->bytes + 4, 16);
		bytes[2] = (uint8_t)((length - 20) >> 8);
		bytes[3] = (uint8_t)((length - 20) & 0xfc);
	}
	talk_expect_payload(&from, bytes, length);
	packets_delivered(icelab_world_socket_number(socket), &from, false, bytes, length);
	icelab_world_socket_receive(socket, &from, bytes, length);
	icelab_world_settle();
}

/* Makes whole frames (RFC 4571) of even length out of the bytes; the last may end in what nobody
 * wrote, if there is any. Returns how many bytes are left of them. */
static size_t make_even_frames(uint8_t *bytes, size_t length, uint16_t *more)
{
	size_t at = 0;

	while (length - at >= 2) {
		size_t frame;

		bytes[at + 1] &= 0xfe;
		frame = 2 + (size_t)(bytes[at] << 8 | bytes[at + 1]);
		if (frame > length - at) {
			if (*more == 0)
				break;
			*more = (uint16_t)(frame - (length - at));
			return length;
		}
		at += frame;
	}
	*more = 0;
	return at;
}

static void stream_bytes(IcelabScript *script)
{
	IcelabWorldSocket *socket = any_socket(icelab_script_byte(script), ICELAB_SOCKET_STREAM);
	uint16_t more = icelab_script_short(script);
	uint8_t fragment = icelab_script_byte(script);
	uint8_t bytes[256];
	size_t length;

	if (socket == NULL)
		return;
	talk.streamed = true;
	length = script->left;
	memcpy(bytes, script->bytes, length);
	if ((fragment & 1) == 0)
		more = 0;
	/* The length of the frame behind one of odd length is read where it stands. */
	if (icelab_guard("rfc4571-misaligned") &&
		talk_allocation(icelab_world_socket_number(socket)) == NULL)
		length = make_even_frames(bytes, length, &more);
	icelab_world_socket_set_fragment(socket, fragment);
	icelab_world_socket_stream(socket, bytes, length, more);
	icelab_world_settle();
}

/* Whether closing the socket frees a pair to which another one of it still points, or takes the
 * selected pair from a nominated one. */
static bool closes_badly(const IcelabWorldSocket *socket)
{
	NiceStream *stream;
	NiceComponent *component;
	bool discovered = false, nominated = false;

	if (socket == NULL || !talk_receives(socket, &stream, &component))
		return false;
	for (GSList *i = stream->conncheck_list; i != NULL; i = i->next) {
		const CandidateCheckPair *pair = i->data;

		discovered = discovered || pair->discovered_pair != NULL;
		nominated = nominated || pair->nominated;
	}
	return (discovered && icelab_guard("prune-socket-discovered-pair")) ||
		   (nominated && icelab_guard("prune-socket-nominated-pair"));
}

static void connection(IcelabScript *script)
{
	uint8_t event = icelab_script_byte(script);
	uint8_t index = icelab_script_byte(script);
	uint8_t value = icelab_script_byte(script);
	IcelabEndpoint from = talk_peer(value);
	IcelabWorldSocket *stream = any_socket(index, ICELAB_SOCKET_STREAM);
	IcelabWorldSocket *listener = any_socket(index, ICELAB_SOCKET_LISTENER);
	IcelabWorldSocket *any = any_socket(index, -1);

	if (event % 8 >= 2 && event % 8 <= 4 && closes_badly(stream))
		return;
	switch (event % 8) {
	case 0:
		if (listener != NULL)
			icelab_world_socket_knock(listener, &from);
		break;
	case 1:
		if (stream != NULL)
			icelab_world_socket_connected(stream, true);
		break;
	case 2:
		if (stream != NULL)
			icelab_world_socket_connected(stream, false);
		break;
	case 3:
		if (stream != NULL)
			icelab_world_socket_end(stream);
		break;
	case 4:
		if (stream != NULL)
			icelab_world_socket_reset(stream);
		break;
	case 5:
		if (any != NULL)
			icelab_world_socket_set_room(any, value);
		break;
	case 6:
		if (any != NULL)
			icelab_world_socket_set_room(any, SIZE_MAX);
		break;
	default:
		for (unsigned i = 0; icelab_world_socket(i) != NULL; i++)
			icelab_world_socket_connected(icelab_world_socket(i), true);
		break;
	}
	icelab_world_settle();
}

static void replay(IcelabScript *script)
{
	uint8_t which = icelab_script_byte(script);
	uint8_t change = icelab_script_byte(script);
	unsigned slot = which % 4;
	IcelabEndpoint from = talk.arrived_from[slot];
	IcelabWorldSocket *socket;

	if (talk.arrived_count <= slot)
		return;
	if ((change & 1) != 0)
		from = party_endpoint(icelab_script_byte(script));
	socket = (change & 2) != 0 ? any_socket(which >> 2, ICELAB_SOCKET_DATAGRAM)
							   : icelab_world_socket_by_number(talk.arrived_number[slot]);
	if (socket == NULL || icelab_world_socket_kind(socket) != ICELAB_SOCKET_DATAGRAM)
		return;
	talk.lied = talk.lied || (change & 4) != 0;
	if ((change & 4) != 0)
		talk.arrived[slot][(change >> 3) * 7 % talk.arrived_length[slot]] ^= 1;
	/* A check in it may be answered again. */
	for (unsigned i = 0; i < MIN(talk.asked_count, MOST_ASKED); i++)
		talk.asked[i].answered = false;
	talk_expect_payload(&from, talk.arrived[slot], talk.arrived_length[slot]);
	packets_delivered(icelab_world_socket_number(socket), &from, false, talk.arrived[slot],
		talk.arrived_length[slot]);
	icelab_world_socket_receive(socket, &from, talk.arrived[slot], talk.arrived_length[slot]);
	icelab_world_settle();
}

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

static bool nominates_unselected(guint stream_id, guint component_id)
{
	NiceStream *stream;
	NiceComponent *component;

	if (!agent_find_component(talk.agent, stream_id, component_id, &stream, &component) ||
		component->selected_pair.local != NULL)
		return false;
	for (GSList *i = stream->conncheck_list; i != NULL; i = i->next)
		if (((CandidateCheckPair *)i->data)->nominated)
			return true;
	return false;
}

static void set_remote(IcelabScript *script)
{
	uint8_t which = icelab_script_byte(script);
	uint8_t what = icelab_script_byte(script);
	Stream *stream = talk_pick_stream(which & 0x0f);
	guint component = (which >> 4) % stream->components + 1;
	unsigned count = 1 + (what >> 4);
	GSList *candidates = NULL;

	/* By default: credentials and one candidate. */
	if ((what & 4) == 0) {
		talk_set_remote_credentials(stream, ufrags[what & 3], passwords[what & 3]);
		nice_agent_set_remote_credentials(
			talk.agent, stream->id, ufrags[what & 3], passwords[what & 3]);
	}
	/* The old dialects nominate before there is an answer, and then expect a selected pair. */
	if (!talk.modern && nominates_unselected(stream->id, component) &&
		icelab_guard("nominated-before-selected"))
		return;
	if ((what & 8) == 0) {
		for (unsigned i = 0; i < count; i++)
			candidates = g_slist_append(candidates, make_candidate(script, component));
		nice_agent_set_remote_candidates(talk.agent, stream->id, component, candidates);
		g_slist_free_full(candidates, (GDestroyNotify)nice_candidate_free);
	}
	icelab_world_settle();
}

/* A description of the peer's, into which the script may put bytes of its own. */
static void remote_sdp(IcelabScript *script)
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

	for (unsigned i = 0; i < talk.stream_count && !talk.modern; i++)
		for (unsigned j = 1; j <= talk.streams[i].components; j++)
			if (nominates_unselected(talk.streams[i].id, j) &&
				icelab_guard("nominated-before-selected")) {
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
		nice_agent_parse_remote_sdp(talk.agent, text->str);
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

static void send_data(IcelabScript *script)
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

static void restart(IcelabScript *script)
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

static void change_streams(IcelabScript *script)
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
		stream->removed = true;
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

static void select_pair(IcelabScript *script)
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

static bool is_relay_in_use(const NiceStream *stream, const NiceComponent *component)
{
	if (component->turn_candidate != NULL ||
		(component->selected_pair.local != NULL &&
			component->selected_pair.local->c.type != NICE_CANDIDATE_TYPE_HOST))
		return true;
	for (GSList *i = stream->conncheck_list; i != NULL; i = i->next)
		if (((CandidateCheckPair *)i->data)->discovered_pair != NULL)
			return true;
	return false;
}

static void forget_relays(guint stream_id, guint component_id)
{
	NiceStream *stream;
	NiceComponent *component;
	bool silent = icelab_guard("forget-relays-list-leak") && __lsan_disable != NULL;

	if (!agent_find_component(talk.agent, stream_id, component_id, &stream, &component) ||
		(is_relay_in_use(stream, component) && icelab_guard("forget-relays-selected-pair")) ||
		(!g_queue_is_empty(&component->incoming_checks) &&
			icelab_guard("early-check-without-candidate")))
		return;
	if (silent)
		__lsan_disable();
	nice_agent_forget_relays(talk.agent, stream_id, component_id);
	if (silent)
		__lsan_enable();
}

static void change(IcelabScript *script)
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

		if (talk.turn_known == G_N_ELEMENTS(talk.turn) || talk.turn_username == NULL ||
			(talk.agent->support_renomination && icelab_guard("renomination-freed-refresh")))
			break;
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

static void resolve(IcelabScript *script)
{
	static const char *const names[] = {"192.0.2.78", "2001:db8:78::1", "192.0.2.79", "192.0.2.53"};
	uint8_t which = icelab_script_byte(script);
	const char *answers[3];
	unsigned count = which & 3;

	for (unsigned i = 0; i < count; i++)
		answers[i] = names[(which >> (2 + 2 * i)) & 3];
	icelab_world_resolve(answers, count);
}

static void read_all(IcelabScript *script)
{
	(void)script;
	candidates_judge();
}

void talk_step(IcelabStep step, IcelabScript *arguments)
{
	Sent *request = NULL;

	switch (step) {
	case STEP_ROUNDS:
		rounds(arguments);
		break;
	case STEP_ADVANCE:
		advance(arguments);
		break;
	case STEP_ANSWER_STUN:
		request = choose_request(PARTY_STUN, icelab_script_byte(arguments));
		if (request != NULL)
			talk_answer_stun(request, arguments);
		break;
	case STEP_ANSWER_TURN:
		request = choose_request(PARTY_TURN, icelab_script_byte(arguments));
		if (request != NULL)
			talk_answer_turn(request, arguments);
		break;
	case STEP_ANSWER_PEER:
		request = choose_request(PARTY_PEER, icelab_script_byte(arguments));
		if (request != NULL)
			talk_answer_peer(request, arguments);
		break;
	case STEP_CHECK:
		talk_check(arguments);
		break;
	case STEP_DATA:
		data(arguments);
		break;
	case STEP_RELAY_FRAME:
		relay_frame(arguments);
		break;
	case STEP_DATAGRAM:
		datagram(arguments);
		break;
	case STEP_STREAM:
		stream_bytes(arguments);
		break;
	case STEP_CONNECTION:
		connection(arguments);
		break;
	case STEP_REPLAY:
		replay(arguments);
		break;
	case STEP_REMOTE:
		set_remote(arguments);
		break;
	case STEP_REMOTE_SDP:
		remote_sdp(arguments);
		break;
	case STEP_SEND:
		send_data(arguments);
		break;
	case STEP_READ:
		read_all(arguments);
		break;
	case STEP_RESTART:
		restart(arguments);
		break;
	case STEP_STREAMS:
		change_streams(arguments);
		break;
	case STEP_SELECT:
		select_pair(arguments);
		break;
	case STEP_CHANGE:
		change(arguments);
		break;
	case STEP_RESOLVE:
		resolve(arguments);
		break;
	case STEP_COUNT:
		break;
	}
	pairs_judge();
}
