/* SPDX-License-Identifier: MIT */
/* A relay's socket alone, in each of its five dialects, over UDP, TCP and ICE-TCP's framing: the
 * application sends to peers and binds channels, the TURN server answers, refuses, challenges,
 * delivers and frames as the input says, and time passes.
 *
 * Attack surface: whatever a TURN server sends: socket/udp-turn.c, with udp-turn-over-tcp.c below
 * it. Whoever else sends to the port is kept away by agent.c.
 *
 * Oracles: everything goes to the server; a peer's data is sent after a permission was asked for,
 * on a channel only once the server granted that channel for that peer, and unchanged; requests are
 * signed with what the last challenge said; what comes out is what the server delivered, from the
 * peer that it named.
 *
 * The input is a script (talk/script.h) whose steps are the ones of `Step` here. */
#include <stdlib.h>
#include <string.h>

#include "agent-priv.h"
#include "socket.h"

#include "guards.h"
#include "oracles/oracle.h"
#include "talk/message.h"
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
	STEPS,
};

#define MOST_STEPS 48
#define PEERS_HERE 4
#define CHANNELS 16
#define LONGEST 2048
#define HUGE_DATA 65530
#define MOST_WAITING 16
#define MOST_DATA 64
#define CHANNEL_LIFETIME INT64_C(600000000) /* microseconds: RFC 8656 12 */
#define LATE 2000000                        /* microseconds: for timers of whole seconds */
#define PATIENCE 400000     /* microseconds: below the shortest timeout of a request */
#define USERNAME "dXNlcg==" /* "user" in the dialects that read Base64 */
#define PASSWORD "cGFzcw=="

typedef struct {
	size_t length;
	uint8_t bytes[1600];
	bool answered;
	bool spoiled; /* by an answer that is wrong */
	int64_t sent; /* microseconds: the last time */
} Waiting;

typedef struct {
	unsigned peer;
	size_t length;
	uint8_t first[32];
} Data;

static struct {
	NiceTurnSocketCompatibility dialect;
	bool modern; /* RFC 5766 or its drafts */
	bool stream;
	bool framed; /* RFC 4571 within */
	IcelabWorldSocket *below;
	NiceSocket *socket;
	NiceSocket *base;
	Waiting waiting[MOST_WAITING]; /* a ring */
	unsigned waiting_count;
	Data data[MOST_DATA]; /* a ring: what the application sent */
	unsigned data_count;
	unsigned nonces;
	bool asked[PEERS_HERE];    /* for a permission */
	int bound[CHANNELS];       /* the peer of channel 0x4000 + index; -1: none */
	int64_t expires[CHANNELS]; /* microseconds: until when */
	bool doubtful;             /* libnice and its server may see channels differently */
	struct {
		bool any;
		IcelabEndpoint from;
		size_t length;
		const uint8_t *bytes;
	} due; /* what must come out next, if anything does */
} relay;

static IcelabEndpoint server(void)
{
	return icelab_endpoint("192.0.2.78", 3478);
}

static IcelabEndpoint peer(unsigned index)
{
	static const struct {
		const char *address;
		uint16_t port;
	} peers[PEERS_HERE] = {{"198.51.100.1", 5000}, {"198.51.100.1", 5002}, {"198.51.100.2", 5000},
		{"2001:db8:99::1", 5000}};

	return icelab_endpoint(peers[index % PEERS_HERE].address, peers[index % PEERS_HERE].port);
}

static NiceAddress to_nice(const IcelabEndpoint *endpoint)
{
	struct sockaddr_storage native;
	NiceAddress address;

	icelab_endpoint_to_sockaddr(endpoint, &native);
	nice_address_init(&address);
	nice_address_set_from_sockaddr(&address, (const struct sockaddr *)&native);
	return address;
}

static bool peer_in(const IcelabStunMessage *message, unsigned *found)
{
	IcelabStunAttribute attribute;
	IcelabEndpoint named;

	if (!icelab_stun_find(message, ICELAB_STUN_XOR_PEER_ADDRESS, &attribute) ||
		!icelab_stun_read_xor_address(message, &attribute, &named.address, &named.port))
		return false;
	for (*found = 0; *found < PEERS_HERE; ++*found) {
		IcelabEndpoint known = peer(*found);

		if (icelab_endpoint_equal(&known, &named))
			return true;
	}
	return false;
}

/* RFC 8489 9.2.2. */
static size_t long_term_key(const char *realm, uint8_t key[ICELAB_DIGEST_MAXIMUM])
{
	bool decoded = relay.dialect == NICE_TURN_SOCKET_COMPATIBILITY_OC2007;

	return icelab_stun_long_term_key(ICELAB_DIGEST_MD5,
		(IcelabSpan){decoded ? "user" : USERNAME, decoded ? 4 : strlen(USERNAME)},
		(IcelabSpan){realm, strlen(realm)},
		(IcelabSpan){decoded ? "pass" : PASSWORD, decoded ? 4 : strlen(PASSWORD)}, key);
}

/* ---- what is sent ---- */

static bool was_given(unsigned to, const uint8_t *bytes, size_t length)
{
	if (relay.data_count > MOST_DATA)
		return true;
	for (unsigned i = 0; i < relay.data_count; i++)
		if (relay.data[i].peer == to && relay.data[i].length == length &&
			memcmp(relay.data[i].first, bytes, MIN(length, sizeof(relay.data[i].first))) == 0)
			return true;
	return false;
}

static void judge_request(const IcelabStunMessage *message)
{
	IcelabStunAttribute attribute;
	uint8_t key[ICELAB_DIGEST_MAXIMUM];
	char realm[32];
	unsigned to;

	EXPECT(peer_in(message, &to), "turn-request-peer", "a request for an unknown peer");
	/* RFC 8656 9.1, 12.2: either installs a permission. */
	relay.asked[to] = true;
	if (message->method == ICELAB_STUN_CHANNEL_BIND) {
		unsigned channel;

		EXPECT(icelab_stun_find(message, 0x000c, &attribute) && attribute.length == 4,
			"turn-channel-number", "no CHANNEL-NUMBER");
		channel = (unsigned)attribute.value[0] << 8 | attribute.value[1];
		/* RFC 8656 12: 0x4000 to 0x4FFF; RFC 5766 had up to 0x7FFF. The rest is reserved. */
		EXPECT(channel >= 0x4000 && channel <= 0x7fff && attribute.value[2] == 0 &&
				   attribute.value[3] == 0,
			"turn-channel-number", "%04x", channel);
		/* RFC 8656 12: one peer for a channel. */
		EXPECT(relay.doubtful || channel - 0x4000 >= CHANNELS ||
				   relay.bound[channel - 0x4000] < 0 ||
				   icelab_world_now() > relay.expires[channel - 0x4000] ||
				   relay.bound[channel - 0x4000] == (int)to,
			"turn-channel-taken", "channel %04x is another peer's", channel);
	}
	/* RFC 8489 9.2.4: signed by the realm that it names. */
	if (!icelab_stun_find(message, ICELAB_STUN_REALM, &attribute))
		return;
	EXPECT(attribute.length < sizeof(realm), "turn-request-realm", "a realm that nobody named");
	memcpy(realm, attribute.value, attribute.length);
	realm[attribute.length] = '\0';
	EXPECT(
		icelab_stun_check_integrity(message, key, long_term_key(realm, key)) == ICELAB_STUN_RIGHT,
		"turn-request-integrity", "a request that is not signed rightly");
}

/* False where it was sent before. */
static bool note_waiting(const uint8_t *bytes, size_t length)
{
	Waiting *waiting;

	for (unsigned i = 0; i < MIN(relay.waiting_count, MOST_WAITING); i++)
		if (memcmp(relay.waiting[i].bytes + 4, bytes + 4, 16) == 0) {
			/* RFC 8489 6.2.1: a retransmission is the same. */
			EXPECT(relay.waiting[i].length == length &&
					   memcmp(relay.waiting[i].bytes, bytes, length) == 0,
				"turn-retransmission", "one transaction id, two requests");
			relay.waiting[i].answered = false;
			relay.waiting[i].sent = icelab_world_now();
			return false;
		}
	if (length > sizeof(waiting->bytes))
		return true;
	waiting = &relay.waiting[relay.waiting_count++ % MOST_WAITING];
	waiting->length = length;
	waiting->answered = false;
	waiting->sent = icelab_world_now();
	memcpy(waiting->bytes, bytes, length);
	return true;
}

static void judge_channel_data(const uint8_t *bytes, size_t length)
{
	unsigned channel = (unsigned)bytes[0] << 8 | bytes[1];
	size_t declared = (size_t)bytes[2] << 8 | bytes[3];

	EXPECT(channel >= 0x4000 && channel - 0x4000 < CHANNELS && relay.bound[channel - 0x4000] >= 0,
		"turn-channel-unbound", "data on channel %04x", channel);
	/* RFC 8656 12.4, 12.5: padding over a stream only. */
	EXPECT(declared <= length - 4 && length - 4 - declared <= (relay.stream ? 3u : 0u),
		"turn-channel-length", "%zu in %zu", declared, length);
	EXPECT(icelab_world_now() <= relay.expires[channel - 0x4000] + LATE ||
			   icelab_guard("turn-channel-expired"),
		"turn-channel-expired", "data on channel %04x after its time", channel);
	EXPECT(was_given((unsigned)relay.bound[channel - 0x4000], bytes + 4, declared),
		"turn-channel-data", "%zu bytes that were not for this peer", declared);
}

static void sent(
	IcelabWorldSocket *socket, const IcelabEndpoint *to, const uint8_t *bytes, size_t length)
{
	IcelabEndpoint wanted = server();
	IcelabStunMessage message;
	IcelabStunAttribute attribute;
	unsigned named;

	(void)socket;
	EXPECT(icelab_endpoint_equal(to, &wanted), "turn-past-server",
		"%zu bytes went to somebody else than the server", length);
	/* What a stream took only in part is continued by the next. */
	if (relay.framed || length < 4 || relay.stream)
		return;
	if (relay.modern && (bytes[0] & 0xc0) == 0x40) {
		if (!relay.doubtful)
			judge_channel_data(bytes, length);
		return;
	}
	if (length < 20 || (bytes[0] & 0xc0) != 0)
		return;
	if (!relay.modern) {
		if ((bytes[0] & 1) == 0 && (bytes[1] & 0x10) == 0)
			note_waiting(bytes, length);
		return;
	}
	EXPECT(icelab_stun_parse(bytes, length, &message) == ICELAB_STUN_OK, "turn-malformed",
		"%zu bytes are no STUN message", length);
	if (message.message_class == ICELAB_STUN_REQUEST) {
		if (note_waiting(bytes, length))
			judge_request(&message);
		return;
	}
	EXPECT(message.message_class == ICELAB_STUN_INDICATION && message.method == ICELAB_STUN_SEND &&
			   peer_in(&message, &named) && icelab_stun_find(&message, 0x0013, &attribute),
		"turn-sent", "neither a request nor a Send indication");
	/* RFC 8656 11.2: without a permission the server drops it. The drafts had none. */
	EXPECT(relay.doubtful || relay.asked[named] ||
			   relay.dialect != NICE_TURN_SOCKET_COMPATIBILITY_RFC5766,
		"turn-permission", "data before a permission was asked for");
	EXPECT(was_given(named, attribute.value, attribute.length), "turn-data",
		"%u bytes that were not for this peer", attribute.length);
}

/* ---- what arrives ---- */

static void judge_out(const NiceAddress *from, const uint8_t *bytes, size_t length)
{
	IcelabEndpoint named = icelab_endpoint_from_sockaddr(&from->s.addr);

	if (!relay.modern || relay.stream || relay.doubtful)
		return;
	EXPECT(relay.due.any, "turn-out", "%zu bytes came out of nothing", length);
	EXPECT(icelab_endpoint_equal(&named, &relay.due.from), "turn-out-peer",
		"data came from another peer than the server named");
	EXPECT(length == relay.due.length && memcmp(bytes, relay.due.bytes, length) == 0,
		"turn-out-data", "%zu bytes came out, %zu were delivered", length, relay.due.length);
}

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
		got = nice_socket_recv_messages(itself ? relay.socket : relay.base, &message, 1);
		if (got > 0 && message.length > 0 && !itself)
			got = (gint)nice_udp_turn_socket_parse_recv_message(relay.socket, &through, &message);
		if (got > 0 && message.length > 0)
			judge_out(&from, bytes, message.length);
		if (got < 0 || icelab_world_socket_progress() == progress)
			return;
	}
}

static void arrive(const uint8_t *bytes, size_t length, uint8_t how)
{
	static uint8_t framed[LONGEST + 16];
	IcelabEndpoint from = server();
	size_t header = 0;

	if (length == 0 || length > LONGEST)
		return;
	if (!relay.stream) {
		icelab_world_socket_receive(relay.below, &from, bytes, length);
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
		icelab_world_socket_stream(relay.below, framed, header + length, 0);
	}
	/* Its own reading leaves two bytes of a frame to who asks for less. */
	drain((how & 1) != 0, relay.stream ? 4096 : length, (how & 2) != 0);
	relay.due.any = false;
}

static Waiting *choose_waiting(uint8_t index)
{
	Waiting *found[MOST_WAITING];
	unsigned count = 0;

	for (unsigned pass = 0; pass < 2; pass++)
		for (unsigned i = MIN(relay.waiting_count, MOST_WAITING); i-- > 0;)
			if (relay.waiting[i].answered == (pass == 1))
				found[count++] = &relay.waiting[i];
	return count > 0 ? found[index % count] : NULL;
}

/* `sound`: libnice must take it. */
static void note_grant(const Waiting *request, bool sound)
{
	IcelabStunMessage message;
	IcelabStunAttribute attribute;
	unsigned named, channel;

	if (icelab_stun_parse(request->bytes, request->length, &message) != ICELAB_STUN_OK ||
		message.method != ICELAB_STUN_CHANNEL_BIND || !peer_in(&message, &named) ||
		!icelab_stun_find(&message, 0x000c, &attribute) || attribute.length != 4)
		return;
	channel = ((unsigned)attribute.value[0] << 8 | attribute.value[1]) - 0x4000;
	relay.doubtful = relay.doubtful || !sound;
	if (channel >= CHANNELS)
		return;
	relay.bound[channel] = (int)named;
	relay.expires[channel] = icelab_world_now() + CHANNEL_LIFETIME;
}

/* False where it is not signed. */
static bool realm_of(const Waiting *request, char *realm, size_t size)
{
	IcelabStunMessage message;
	IcelabStunAttribute attribute;

	g_strlcpy(realm, "turn.example.org", size);
	if (!relay.modern)
		return relay.dialect == NICE_TURN_SOCKET_COMPATIBILITY_OC2007;
	if (icelab_stun_parse(request->bytes, request->length, &message) != ICELAB_STUN_OK ||
		!icelab_stun_find(&message, ICELAB_STUN_MESSAGE_INTEGRITY, &attribute) ||
		!icelab_stun_find(&message, ICELAB_STUN_REALM, &attribute) || attribute.length >= size)
		return false;
	memcpy(realm, attribute.value, attribute.length);
	realm[attribute.length] = '\0';
	return true;
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
	Waiting *request = choose_waiting(index);
	uint16_t method;
	uint8_t key[ICELAB_DIGEST_MAXIMUM];
	size_t key_length = 0;
	char realm[32];
	bool is_signed, in_time;
	char nonce[32];
	TalkMessage message;

	if (request == NULL)
		return;
	/* It may have given up, and what is wrong may have ended the transaction. */
	in_time =
		!request->answered && !request->spoiled && icelab_world_now() - request->sent < PATIENCE;
	request->answered = true;
	request->spoiled = request->spoiled || flaws != 0;
	is_signed = realm_of(request, realm, sizeof(realm));
	method = (uint16_t)((request->bytes[0] & 0x3e) << 7 >> 1 | (request->bytes[1] & 0xe0) >> 1 |
						(request->bytes[1] & 0xf));
	talk_message_start(&message, flaws, kind == 0 ? ICELAB_STUN_SUCCESS : ICELAB_STUN_ERROR, method,
		request->bytes + 4);
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
		key_length = long_term_key(realm, key);
	if (kind == 1) {
		/* RFC 8489 9.2.5: a challenge is not signed. */
		key_length = 0;
		g_snprintf(nonce, sizeof(nonce), "nonce%u", ++relay.nonces);
		icelab_stun_build_attribute(&message.builder, ICELAB_STUN_REALM, realms[which >> 1 & 1],
			strlen(realms[which >> 1 & 1]));
		icelab_stun_build_attribute(&message.builder, ICELAB_STUN_NONCE, nonce, strlen(nonce));
	}
	if (kind == 0)
		/* libnice takes no unsigned grant. */
		note_grant(request, in_time && is_signed && (flaws & ~FLAW_TWICE) == 0);
	{
		size_t length = talk_message_finish(&message, relay.modern ? SUM_NEW : SUM_OLD,
			key_length > 0 ? key : NULL, key_length, (how & 4) != 0);

		/* What libnice does not take for an answer is the server's own data. */
		relay.due.any = true;
		relay.due.from = server();
		relay.due.bytes = message.bytes;
		relay.due.length = length;
		arrive(message.bytes, length, how);
	}
}

static void indication(IcelabScript *script)
{
	IcelabEndpoint from = peer(icelab_script_byte(script));
	uint8_t form = icelab_script_byte(script);
	uint8_t how = icelab_script_byte(script);
	static const uint8_t transaction[16] = {0x21, 0x12, 0xa4, 0x42, 'd'};
	size_t length = MIN(script->left, 1200);
	TalkMessage message;

	talk_message_start(&message, 0, ICELAB_STUN_INDICATION,
		relay.modern != ((form & 8) != 0) ? ICELAB_STUN_DATA : 0x115, transaction);
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
	relay.due.any = true;
	if ((form & 0x0e) == 0) {
		relay.due.from = from;
		relay.due.bytes = script->bytes;
		relay.due.length = length;
		length = talk_message_finish(&message, SUM_NEW, NULL, 0, false);
	} else {
		/* What is no delivery is the server's own. */
		length = talk_message_finish(&message, SUM_NEW, NULL, 0, false);
		relay.due.from = server();
		relay.due.bytes = message.bytes;
		relay.due.length = length;
	}
	arrive(message.bytes, length, how);
}

static void channel_data(IcelabScript *script)
{
	uint8_t index = icelab_script_byte(script);
	uint8_t how = icelab_script_byte(script);
	uint16_t declared = icelab_script_short(script);
	uint8_t bytes[600];
	size_t length = MIN(script->left, sizeof(bytes) - 4);
	unsigned channel = index % CHANNELS;

	if ((how & 8) == 0 || icelab_guard("turn-channel-data-length"))
		declared = (uint16_t)((how & 8) == 0 ? length : MIN(declared, length));
	bytes[0] = 0x40;
	bytes[1] = (uint8_t)channel;
	bytes[2] = (uint8_t)(declared >> 8);
	bytes[3] = (uint8_t)declared;
	memcpy(bytes + 4, script->bytes, length);
	relay.due.any = true;
	relay.due.from = server();
	relay.due.bytes = bytes;
	relay.due.length = length + 4;
	/* RFC 8656 12.4, 12.6: the data of the peer that the channel is bound to. Until the grant has
	 * been accepted the whole is the server's. */
	if (relay.bound[channel] >= 0) {
		relay.due.from = peer((unsigned)relay.bound[channel]);
		relay.due.bytes = bytes + 4;
		relay.due.length = declared;
	}
	arrive(bytes, length + 4, how);
}

static void raw(IcelabScript *script)
{
	uint8_t index = icelab_script_byte(script);
	uint8_t how = icelab_script_byte(script);
	uint8_t bytes[LONGEST];
	size_t length = MIN(script->left, sizeof(bytes));
	const Waiting *request = choose_waiting(index);

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
	relay.due.any = true;
	relay.due.from = server();
	relay.due.bytes = bytes;
	relay.due.length = length;
	arrive(bytes, length, how);
}

/* ---- the application ---- */

static void application(IcelabScript *script)
{
	uint8_t to = (uint8_t)(icelab_script_byte(script) % PEERS_HERE);
	uint8_t how = icelab_script_byte(script);
	static char bytes[HUGE_DATA + 8];
	size_t length = MAX(MIN(script->left, 512), 1);
	IcelabEndpoint endpoint = peer(to);
	NiceAddress address = to_nice(&endpoint);
	Data *data = &relay.data[relay.data_count++ % MOST_DATA];

	if (script->left > 0)
		memcpy(bytes, script->bytes, MIN(script->left, 512));
	/* RFC 7983: neither STUN nor ChannelData. */
	bytes[0] = (char)(bytes[0] | 0x80);
	if ((how & 0x10) != 0 && !relay.stream)
		length = HUGE_DATA - 4u * (how >> 5);
	data->peer = to;
	data->length = length;
	memcpy(data->first, bytes, MIN(length, sizeof(data->first)));
	if ((how & 1) != 0) {
		GOutputVector vectors[2] = {{bytes, length / 2}, {bytes + length / 2, length - length / 2}};
		NiceOutputMessage message = {vectors, 2};

		if ((how & 2) != 0)
			nice_socket_send_messages_reliable(relay.socket, &address, &message, 1);
		else
			nice_socket_send_messages(relay.socket, &address, &message, 1);
	} else if ((how & 2) != 0) {
		nice_socket_send_reliable(relay.socket, &address, length, bytes);
	} else {
		nice_socket_send(relay.socket, &address, length, bytes);
	}
	nice_socket_can_send(relay.socket, &address);
}

static void ask_channel(IcelabScript *script)
{
	IcelabEndpoint endpoint = peer(icelab_script_byte(script));
	NiceAddress address = to_nice(&endpoint);

	nice_udp_turn_socket_set_peer(relay.socket, &address);
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
	default: {
		uint8_t room = icelab_script_byte(script);

		/* What was asked for and not sent is not known. */
		relay.doubtful = relay.doubtful || room != 0;
		icelab_world_socket_set_room(relay.below, room == 0 ? SIZE_MAX : room - 1u);
		break;
	}
	}
	icelab_world_settle();
}

/* What the agent tells of the answer to its Allocate request, in the dialect OC2007: [MS-TURN]. */
static void tell_allocation(void)
{
	static const uint8_t transaction[16] = {0x21, 0x12, 0xa4, 0x42, 'a'};
	static const char realm[] = "turn.example.org";
	uint8_t sequence[24] = {1, 2, 3};
	StunAgent agent;
	TalkMessage message;
	StunMessage read = {.agent = &agent, .buffer = message.bytes};

	stun_agent_init(&agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_OC2007,
		STUN_AGENT_USAGE_LONG_TERM_CREDENTIALS | STUN_AGENT_USAGE_NO_ALIGNED_ATTRIBUTES);
	talk_message_start(&message, 0, ICELAB_STUN_SUCCESS, ICELAB_STUN_ALLOCATE, transaction);
	/* The two are exchanged there. */
	icelab_stun_build_attribute(&message.builder, ICELAB_STUN_NONCE, realm, strlen(realm));
	icelab_stun_build_attribute(&message.builder, 0x8050, sequence, sizeof(sequence));
	read.buffer_len = talk_message_finish(&message, SUM_OLD, NULL, 0, false);
	nice_udp_turn_socket_set_ms_realm(relay.socket, &read);
	nice_udp_turn_socket_set_ms_connection_id(relay.socket, &read);
}

static void open_relay(IcelabScript *header)
{
	static const NiceTurnSocketCompatibility dialects[] = {NICE_TURN_SOCKET_COMPATIBILITY_RFC5766,
		NICE_TURN_SOCKET_COMPATIBILITY_DRAFT9, NICE_TURN_SOCKET_COMPATIBILITY_GOOGLE,
		NICE_TURN_SOCKET_COMPATIBILITY_MSN, NICE_TURN_SOCKET_COMPATIBILITY_OC2007};
	uint8_t kind = icelab_script_byte(header);
	IcelabEndpoint here = icelab_endpoint("192.168.1.10", 0), there = server();
	NiceAddress local, remote = to_nice(&there);

	memset(&relay, 0, sizeof(relay));
	memset(relay.bound, -1, sizeof(relay.bound));
	relay.dialect = dialects[icelab_script_byte(header) % G_N_ELEMENTS(dialects)];
	relay.modern = relay.dialect == NICE_TURN_SOCKET_COMPATIBILITY_RFC5766 ||
				   relay.dialect == NICE_TURN_SOCKET_COMPATIBILITY_DRAFT9;
	relay.stream = (kind & 1) != 0;
	relay.framed = relay.stream && (kind & 2) != 0;
	if (relay.stream) {
		here.port = 40001;
		local = to_nice(&here);
		relay.below = (IcelabWorldSocket *)icelab_world_stream_new(&here, &there);
		relay.base = nice_udp_turn_over_tcp_socket_new(
			nice_tcp_bsd_socket_new_from_gsock(
				NULL, (GSocket *)relay.below, &local, &remote, relay.framed),
			relay.dialect);
	} else {
		local = to_nice(&here);
		relay.base = nice_udp_bsd_socket_new(&local, NULL);
		relay.below = icelab_world_socket(0);
	}
	relay.socket = nice_udp_turn_socket_new(
		NULL, &local, relay.base, &remote, USERNAME, PASSWORD, relay.dialect);
	if (relay.dialect == NICE_TURN_SOCKET_COMPATIBILITY_OC2007)
		tell_allocation();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const IcelabWorldNetwork network = {.sent = sent};
	IcelabScript script = {data, size};
	IcelabScript header = icelab_script_take(&script, ICELAB_SCRIPT_HEADER);
	GSocket *connection;

	icelab_world_start(1);
	icelab_world_set_network(&network);
	open_relay(&header);
	connection = relay.stream ? (GSocket *)relay.below : NULL;
	for (unsigned i = 0; i < MOST_STEPS && script.left > 0 && icelab_world_alive(); i++) {
		unsigned code = icelab_script_byte(&script);
		IcelabScript arguments = icelab_script_take(&script, icelab_script_byte(&script));

		step(code, &arguments);
	}
	nice_socket_free(relay.socket);
	nice_socket_free(relay.base);
	if (connection != NULL)
		g_object_unref(connection);
	icelab_world_end();
	return 0;
}
