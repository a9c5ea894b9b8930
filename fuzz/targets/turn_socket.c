/* SPDX-License-Identifier: MIT */
/* A relay's socket alone, in each of its five dialects, over UDP, TCP and ICE-TCP's framing: the
 * application sends to peers and binds channels, the TURN server answers, refuses, challenges,
 * delivers and frames as the input says, and time passes.
 *
 * Attack surface: whatever a TURN server sends: socket/udp-turn.c, with udp-turn-over-tcp.c below
 * it. What others send is no answer and no delivery; their ChannelData is kept away by agent.c.
 *
 * Oracles: everything goes to the server; a peer's data is sent after a permission was granted,
 * on a channel only once the server granted that channel for that peer, and unchanged; requests are
 * signed by the realm that they name; what comes out is what the server delivered, from the
 * peer that it named.
 *
 * The input is a script (talk/script.h) whose steps are named below. */
#include <stdlib.h>
#include <string.h>

#include "guards.h"
#include "oracles/relay_model.h"
#include "talk/script.h"
#include "world/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	STEP_APPLICATION, /* sends to a peer */
	STEP_BIND,        /* asks for a channel to a peer */
	STEP_TIME,
	STEP_REPLY,      /* the server answers a request */
	STEP_INDICATION, /* the server delivers a peer's data */
	STEP_CHANNEL,    /* the same on a channel */
	STEP_RAW,
	STEP_ROOM, /* what the kernel takes */
	STEP_FULL, /* all but some requests that libnice remembers are without an answer */
	STEPS,
};

#define MOST_STEPS 48
#define LONGEST 2048
#define STRANGER 0x20 /* of how a datagram arrives: from somebody else than the server */
#define HUGE_DATA 65530

static IcelabWorldSocket *below;
static NiceSocket *turn;
static NiceSocket *base;

/* ---- what arrives ---- */

/* By its own reading, or as the agent does it: the base is read, and what it gave is unwrapped. In
 * a buffer of the datagram's length, so that a byte too many shows. */
static void drain(bool itself, size_t room, bool split)
{
	for (unsigned i = 0; i < 40; i++) {
		uint64_t progress = icelab_world_socket_progress();
		g_autofree uint8_t *bytes = g_malloc(MAX(room, 1));
		size_t half = split ? room / 2 : 0;
		GInputVector buffers[2] = {{bytes, half}, {bytes + half, room - half}};
		NiceAddress from;
		NiceInputMessage message = {split ? buffers : buffers + 1, split ? 2 : 1, &from, 0};
		NiceSocket *through = NULL;
		gint got;

		nice_address_init(&from);
		got = nice_socket_recv_messages(itself ? turn : base, &message, 1);
		if (got > 0 && message.length > 0 && !itself)
			got = (gint)nice_udp_turn_socket_parse_recv_message(turn, &through, &message);
		if (got > 0 && message.length > 0)
			relay_out(&from, bytes, message.length);
		if (got < 0 || icelab_world_socket_progress() == progress)
			return;
	}
}

static void arrive(const uint8_t *bytes, size_t length, uint8_t how)
{
	static uint8_t framed[LONGEST + 16];
	IcelabEndpoint from = (how & STRANGER) != 0 ? talk_stun_server() : relay_server();
	size_t header = 0;

	if (length == 0 || length > LONGEST)
		return;
	if (!relay.stream) {
		icelab_world_socket_receive(below, &from, bytes, length);
	} else {
		/* What the layer below takes off again. */
		if (relay.dialect == NICE_TURN_SOCKET_COMPATIBILITY_OC2007) {
			framed[header++] = 2;
			framed[header++] = 0;
		}
		if (relay.dialect == NICE_TURN_SOCKET_COMPATIBILITY_OC2007 ||
			relay.dialect == NICE_TURN_SOCKET_COMPATIBILITY_GOOGLE) {
			framed[header++] = (uint8_t)(length >> 8);
			framed[header++] = (uint8_t)length;
		}
		memcpy(framed + header, bytes, length);
		while (relay.modern && length % 4 != 0)
			framed[header + length++] = 0;
		icelab_world_socket_stream(below, framed, header + length, 0);
	}
	/* Its own reading leaves two bytes of a frame to who asks for less. */
	drain((how & 1) != 0, relay.stream ? 4096 : length, (how & 2) != 0);
	relay.due.any = false;
}

static void reply(IcelabScript *script)
{
	static const char *const realms[] = {"example.org", "other.example"};
	static const unsigned codes[] = {401, 438, 400, 403, 437, 441, 486, 508};
	uint8_t index = icelab_script_byte(script);
	uint8_t kind = icelab_script_byte(script) % 4;
	uint8_t flaws = icelab_script_byte(script);
	uint8_t which = icelab_script_byte(script);
	uint8_t how = icelab_script_byte(script);
	RelayRequest *request = relay_request(index);
	uint8_t key[ICELAB_DIGEST_MAXIMUM];
	size_t key_length = 0;
	char realm[32];
	bool is_signed, in_time;
	char nonce[32];
	IcelabEndpoint from;
	TalkMessage message;
	size_t length;

	if (request == NULL || (relay.stream && (how & STRANGER) != 0))
		return;
	from = (how & STRANGER) != 0 ? talk_stun_server() : relay_server();
	in_time = relay_waits(request);
	/* RFC 8489 6.3: what a stranger says is no answer. */
	if ((how & STRANGER) == 0) {
		request->answered = true;
		request->spoiled = request->spoiled || flaws != 0;
		relay_answered(request);
	}
	is_signed = relay_realm(request, realm, sizeof(realm));
	talk_message_start(&message, flaws, kind == 0 ? ICELAB_STUN_SUCCESS : ICELAB_STUN_ERROR,
		talk_method(request->bytes), request->bytes + 4);
	/* [MS-TURN] pads nothing. */
	message.builder.unpadded = relay.dialect == NICE_TURN_SOCKET_COMPATIBILITY_OC2007;
	if (!relay.modern) {
		icelab_stun_build_attribute(&message.builder, 0x000f, talk_old_cookie, 4);
		if ((which & 1) == 0)
			icelab_stun_build_attribute(&message.builder, 0x8001, "\0\0\0\1", 4);
	}
	if (kind != 0)
		icelab_stun_build_error_code(
			&message.builder, codes[kind == 1 ? which & 1 : which % G_N_ELEMENTS(codes)], "no");
	/* RFC 8489 9.2.5: the answer to what is signed is signed, by the same key. */
	if (is_signed)
		key_length = relay_key(realm, key);
	if (kind == 1) {
		/* RFC 8489 9.2.5: a challenge is not signed. */
		key_length = 0;
		g_snprintf(nonce, sizeof(nonce), "nonce%u", ++relay.nonces);
		icelab_stun_build_attribute(&message.builder, ICELAB_STUN_REALM, realms[which >> 1 & 1],
			strlen(realms[which >> 1 & 1]));
		icelab_stun_build_attribute(&message.builder, ICELAB_STUN_NONCE, nonce, strlen(nonce));
	}
	if (kind == 0 && (how & STRANGER) == 0)
		/* libnice takes no unsigned grant. */
		relay_granted(request, in_time && is_signed && (flaws & ~FLAW_TWICE) == 0);
	length = talk_message_finish(&message, relay.modern ? SUM_NEW : SUM_OLD,
		key_length > 0 ? key : NULL, key_length, (how & 4) != 0);
	/* What libnice does not take for an answer is the server's own data. */
	relay_due(&from, message.bytes, length);
	arrive(message.bytes, length, how);
}

static void indication(IcelabScript *script)
{
	IcelabEndpoint from = relay_peer(icelab_script_byte(script));
	uint8_t form = icelab_script_byte(script);
	uint8_t how = icelab_script_byte(script);
	static const uint8_t transaction[16] = {0x21, 0x12, 0xa4, 0x42, 'd'};
	size_t length = MIN(script->left, 1200);
	TalkMessage message;

	/* By the drafts its type is 0x0115, which is an error of method 5 by RFC 8489 5. */
	if (!relay.modern && (form & 8) == 0)
		talk_message_start(&message, 0, ICELAB_STUN_ERROR, 0x005, transaction);
	else
		talk_message_start(&message, 0, ICELAB_STUN_INDICATION,
			relay.modern && (form & 8) != 0 ? 0x115 : ICELAB_STUN_DATA, transaction);
	message.builder.unpadded = relay.dialect == NICE_TURN_SOCKET_COMPATIBILITY_OC2007;
	if (!relay.modern)
		icelab_stun_build_attribute(&message.builder, 0x000f,
			(form & 1) != 0 ? (const uint8_t *)"what" : talk_old_cookie, 4);
	if ((form & 2) == 0) {
		if (relay.modern)
			icelab_stun_build_xor_address(
				&message.builder, ICELAB_STUN_XOR_PEER_ADDRESS, &from.address, from.port);
		else
			icelab_stun_build_address(&message.builder, 0x0012, &from.address, from.port);
	}
	if ((form & 4) == 0)
		icelab_stun_build_attribute(&message.builder, 0x0013, script->bytes, length);
	if (relay.stream)
		how &= (uint8_t)~STRANGER;
	/* What is no delivery of the server's is the sender's own. */
	if ((form & 0x0e) == 0 && (how & STRANGER) == 0)
		relay_due(&from, script->bytes, length);
	length = talk_message_finish(&message, SUM_NEW, NULL, 0, false);
	if ((form & 0x0e) != 0 || (how & STRANGER) != 0) {
		from = (how & STRANGER) != 0 ? talk_stun_server() : relay_server();
		relay_due(&from, message.bytes, length);
	}
	arrive(message.bytes, length, how);
}

static void channel_data(IcelabScript *script)
{
	uint8_t index = icelab_script_byte(script);
	/* agent.c keeps a stranger's ChannelData away. */
	uint8_t how = icelab_script_byte(script) & (uint8_t)~STRANGER;
	uint16_t declared = icelab_script_short(script);
	uint8_t bytes[600];
	size_t length = MIN(script->left, sizeof(bytes) - 4);
	unsigned channel = index % RELAY_CHANNELS;
	IcelabEndpoint from = relay_server();

	if ((how & 8) == 0 || icelab_guard("turn-channel-data-length"))
		declared = (uint16_t)((how & 8) == 0 ? length : MIN(declared, length));
	bytes[0] = 0x40;
	bytes[1] = (uint8_t)channel;
	bytes[2] = (uint8_t)(declared >> 8);
	bytes[3] = (uint8_t)declared;
	memcpy(bytes + 4, script->bytes, length);
	/* RFC 8656 12.4, 12.6: the data of the peer that the channel is bound to. Until the grant has
	 * been accepted the whole is the server's. */
	if (relay.bound[channel] >= 0) {
		from = relay_peer((unsigned)relay.bound[channel]);
		relay_due(&from, bytes + 4, declared);
	} else {
		relay_due(&from, bytes, length + 4);
	}
	arrive(bytes, length + 4, how);
}

static void raw(IcelabScript *script)
{
	uint8_t index = icelab_script_byte(script);
	uint8_t how = icelab_script_byte(script) & (uint8_t)~STRANGER;
	uint8_t bytes[LONGEST];
	size_t length = MIN(script->left, sizeof(bytes));
	const RelayRequest *request = relay_request(index);
	IcelabEndpoint from = relay_server();

	if (length == 0 || relay.stream)
		return;
	memcpy(bytes, script->bytes, length);
	if (request != NULL && length >= 20 && (how & 4) != 0) {
		memcpy(bytes + 4, request->bytes + 4, 16);
		bytes[2] = (uint8_t)((length - 20) >> 8);
		bytes[3] = (uint8_t)(length - 20);
	}
	/* The number and length of a channel are read where there are less than four bytes. */
	if (length < 4 && icelab_guard("turn-short-datagram"))
		return;
	/* On a channel its length may lie. */
	if ((bytes[0] & 0xc0) != 0 && icelab_guard("turn-channel-data-length"))
		bytes[0] &= 0x3f;
	relay_due(&from, bytes, length);
	arrive(bytes, length, how);
}

/* ---- the application ---- */

static void send_to(unsigned to, uint8_t how, char *bytes, size_t length)
{
	IcelabEndpoint endpoint = relay_peer(to);
	NiceAddress address = talk_to_nice(&endpoint);

	relay.unfinished = false;
	if ((how & 1) != 0) {
		GOutputVector vectors[2] = {{bytes, length / 2}, {bytes + length / 2, length - length / 2}};
		NiceOutputMessage message = {vectors, 2};

		if ((how & 2) != 0)
			nice_socket_send_messages_reliable(turn, &address, &message, 1);
		else
			nice_socket_send_messages(turn, &address, &message, 1);
	} else if ((how & 2) != 0) {
		nice_socket_send_reliable(turn, &address, length, bytes);
	} else {
		nice_socket_send(turn, &address, length, bytes);
	}
	relay.unfinished = false;
	nice_socket_can_send(turn, &address);
}

static void application(IcelabScript *script)
{
	static char bytes[HUGE_DATA + 8];
	uint8_t to = (uint8_t)(icelab_script_byte(script) % RELAY_PEERS);
	uint8_t how = icelab_script_byte(script);
	size_t length = MAX(MIN(script->left, 512), 1);

	/* The first byte says how much of a huge one there is. */
	if ((how & 0x10) != 0 && !relay.stream)
		length = HUGE_DATA - 4u * (how >> 5) - 32u * (script->left > 0 ? script->bytes[0] : 0);
	if (script->left > 0)
		memcpy(bytes, script->bytes, MIN(script->left, 512));
	/* RFC 7983: neither STUN nor ChannelData. */
	bytes[0] = (char)(bytes[0] | 0x80);
	relay_given(to, bytes, length);
	send_to(to, how, bytes, length);
}

static void ask_channel(IcelabScript *script)
{
	IcelabEndpoint endpoint = relay_peer(icelab_script_byte(script));
	NiceAddress address = talk_to_nice(&endpoint);

	nice_udp_turn_socket_set_peer(turn, &address);
}

static void step(unsigned code, IcelabScript *script)
{
	static const int64_t times[] = {
		20000, 500000, 5000000, 60000000, 240000000, 300000000, 540000000, 3600000000};

	switch (code % STEPS) {
	case STEP_APPLICATION:
		application(script);
		break;
	case STEP_BIND:
		ask_channel(script);
		break;
	case STEP_TIME:
		relay_forget();
		icelab_world_advance(times[icelab_script_byte(script) % G_N_ELEMENTS(times)], NULL, NULL);
		break;
	case STEP_REPLY:
		reply(script);
		break;
	case STEP_INDICATION:
		indication(script);
		break;
	case STEP_CHANNEL:
		channel_data(script);
		break;
	case STEP_RAW:
		raw(script);
		break;
	case STEP_FULL:
		relay_fill(icelab_script_byte(script));
		break;
	default: {
		uint8_t room = icelab_script_byte(script);

		/* What was asked for and not sent is not known. */
		relay.doubtful = relay.doubtful || room != 0;
		icelab_world_socket_set_room(below, room == 0 ? SIZE_MAX : room - 1u);
		break;
	}
	}
	icelab_world_settle();
}

/* What the agent tells of the answer to its Allocate request, in the dialect OC2007: [MS-TURN]. */
static void tell_allocation(void)
{
	static const uint8_t transaction[16] = {0x21, 0x12, 0xa4, 0x42, 'a'};
	uint8_t sequence[24] = {1, 2, 3};
	StunAgent agent;
	TalkMessage message;
	StunMessage read = {.agent = &agent, .buffer = message.bytes};

	stun_agent_init(&agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_OC2007,
		STUN_AGENT_USAGE_LONG_TERM_CREDENTIALS | STUN_AGENT_USAGE_NO_ALIGNED_ATTRIBUTES);
	talk_message_start(&message, 0, ICELAB_STUN_SUCCESS, ICELAB_STUN_ALLOCATE, transaction);
	/* The two are exchanged there. */
	icelab_stun_build_attribute(
		&message.builder, ICELAB_STUN_NONCE, RELAY_REALM, strlen(RELAY_REALM));
	icelab_stun_build_attribute(&message.builder, 0x8050, sequence, sizeof(sequence));
	read.buffer_len = talk_message_finish(&message, SUM_OLD, NULL, 0, false);
	nice_udp_turn_socket_set_ms_realm(turn, &read);
	nice_udp_turn_socket_set_ms_connection_id(turn, &read);
}

static void open_relay(IcelabScript *header)
{
	static const NiceTurnSocketCompatibility dialects[] = {NICE_TURN_SOCKET_COMPATIBILITY_RFC5766,
		NICE_TURN_SOCKET_COMPATIBILITY_DRAFT9, NICE_TURN_SOCKET_COMPATIBILITY_GOOGLE,
		NICE_TURN_SOCKET_COMPATIBILITY_MSN, NICE_TURN_SOCKET_COMPATIBILITY_OC2007};
	uint8_t kind = icelab_script_byte(header);
	IcelabEndpoint here = icelab_endpoint("192.168.1.10", 0), there = relay_server();
	NiceAddress local, remote = talk_to_nice(&there);

	relay_start(dialects[icelab_script_byte(header) % G_N_ELEMENTS(dialects)], (kind & 1) != 0,
		(kind & 2) != 0);
	if (relay.stream) {
		here.port = 40001;
		local = talk_to_nice(&here);
		below = (IcelabWorldSocket *)icelab_world_stream_new(&here, &there);
		base =
			nice_udp_turn_over_tcp_socket_new(nice_tcp_bsd_socket_new_from_gsock(NULL,
												  (GSocket *)below, &local, &remote, relay.framed),
				relay.dialect);
	} else {
		local = talk_to_nice(&here);
		base = nice_udp_bsd_socket_new(&local, NULL);
		below = icelab_world_socket(0);
	}
	turn = nice_udp_turn_socket_new(
		NULL, &local, base, &remote, RELAY_USERNAME, RELAY_PASSWORD, relay.dialect);
	if (relay.dialect == NICE_TURN_SOCKET_COMPATIBILITY_OC2007)
		tell_allocation();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const IcelabWorldNetwork network = {.sent = relay_sent};
	IcelabScript script = {data, size};
	IcelabScript header = icelab_script_take(&script, ICELAB_SCRIPT_HEADER);
	GSocket *connection;

	icelab_world_start(1);
	icelab_world_set_network(&network);
	open_relay(&header);
	connection = relay.stream ? (GSocket *)below : NULL;
	for (unsigned i = 0; i < MOST_STEPS && script.left > 0 && icelab_world_alive(); i++) {
		unsigned code = icelab_script_byte(&script);
		IcelabScript arguments = icelab_script_take(&script, icelab_script_byte(&script));

		step(code, &arguments);
	}
	nice_socket_free(turn);
	nice_socket_free(base);
	if (connection != NULL)
		g_object_unref(connection);
	icelab_world_end();
	return 0;
}
