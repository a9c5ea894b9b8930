/* SPDX-License-Identifier: MIT */
#include "oracles/relay_model.h"

#include <string.h>

#include "guards.h"
#include "oracles/oracle.h"

#define CHANNEL_LIFETIME INT64_C(600000000)    /* microseconds: RFC 8656 12 */
#define PERMISSION_LIFETIME INT64_C(300000000) /* microseconds */
#define LATE 2000000                           /* microseconds: for timers of whole seconds */
#define GIVEN_UP 1500000 /* microseconds: below all timeouts of a request together */
#define PATIENCE 400000  /* microseconds: below the shortest timeout of a request */

Relay relay;

IcelabEndpoint relay_server(void)
{
	return talk_turn_server(0);
}

IcelabEndpoint relay_peer(unsigned index)
{
	static const uint8_t peers[RELAY_PEERS] = {0, 1, 2, 4};

	return talk_peer(peers[index % RELAY_PEERS]);
}

static bool peer_in(const IcelabStunMessage *message, unsigned *found)
{
	IcelabStunAttribute attribute;
	IcelabEndpoint named;

	if (!icelab_stun_find(message, ICELAB_STUN_XOR_PEER_ADDRESS, &attribute) ||
		!icelab_stun_read_xor_address(message, &attribute, &named.address, &named.port))
		return false;
	for (*found = 0; *found < RELAY_PEERS; ++*found) {
		IcelabEndpoint known = relay_peer(*found);

		if (icelab_endpoint_equal(&known, &named))
			return true;
	}
	return false;
}

size_t relay_key(const char *realm, uint8_t key[ICELAB_DIGEST_MAXIMUM])
{
	bool decoded = relay.dialect == NICE_TURN_SOCKET_COMPATIBILITY_OC2007;

	/* RFC 8489 9.1.1: a short-term key is the password. */
	if (relay.dialect == NICE_TURN_SOCKET_COMPATIBILITY_MSN) {
		memcpy(key, "pass", 4);
		return 4;
	}
	return icelab_stun_long_term_key(ICELAB_DIGEST_MD5,
		(IcelabSpan){decoded ? "user" : RELAY_USERNAME, decoded ? 4 : strlen(RELAY_USERNAME)},
		(IcelabSpan){realm, strlen(realm)},
		(IcelabSpan){decoded ? "pass" : RELAY_PASSWORD, decoded ? 4 : strlen(RELAY_PASSWORD)}, key);
}

static bool was_given(unsigned to, const uint8_t *bytes, size_t length)
{
	if (relay.data_count > RELAY_DATA)
		return true;
	for (unsigned i = 0; i < relay.data_count; i++)
		if (relay.data[i].peer == to && relay.data[i].length == length &&
			memcmp(relay.data[i].first, bytes, MIN(length, sizeof(relay.data[i].first))) == 0)
			return true;
	return false;
}

size_t __real_stun_agent_finish_message(
	StunAgent *agent, StunMessage *message, const uint8_t *key, size_t key_length);
size_t __wrap_stun_agent_finish_message(
	StunAgent *agent, StunMessage *message, const uint8_t *key, size_t key_length);

size_t __wrap_stun_agent_finish_message(
	StunAgent *agent, StunMessage *message, const uint8_t *key, size_t key_length)
{
	size_t length = ((size_t)message->buffer[2] << 8 | message->buffer[3]) + 20;

	/* libnice counts the whole in 16 bits, MESSAGE-INTEGRITY included. */
	if (length + 24 > UINT16_MAX && icelab_guard("stun-length-wraps"))
		length = 0;
	else
		length = __real_stun_agent_finish_message(agent, message, key, key_length);
	relay.agent = agent;
	relay.unfinished = relay.unfinished || length == 0;
	return length;
}

void relay_fill(unsigned left)
{
	unsigned unused = 0;

	if (relay.agent == NULL || relay.dialect == NICE_TURN_SOCKET_COMPATIBILITY_DRAFT9 ||
		relay.dialect == NICE_TURN_SOCKET_COMPATIBILITY_OC2007)
		return;
	for (unsigned i = 0; i < STUN_AGENT_MAX_SAVED_IDS; i++) {
		StunAgentSavedIds *saved = &relay.agent->sent_ids[i];

		if (saved->valid || ++unused <= left)
			continue;
		memset(saved->id, 0xee, sizeof(saved->id));
		saved->id[0] = (uint8_t)i;
		saved->method = relay.modern ? STUN_CREATEPERMISSION : STUN_SEND;
		saved->key = NULL;
		saved->key_len = 0;
		saved->long_term_valid = false;
		saved->valid = relay.unanswered[i] = true;
	}
}

void relay_forget(void)
{
	for (unsigned i = 0; i < STUN_AGENT_MAX_SAVED_IDS; i++)
		if (relay.unanswered[i])
			relay.unanswered[i] = relay.agent->sent_ids[i].valid = false;
}

/* Where the message around the application's data cannot be finished, the data goes to the peer. */
static bool is_unfinished(const IcelabEndpoint *to, const uint8_t *bytes, size_t length)
{
	for (unsigned i = 0; i < RELAY_PEERS; i++) {
		IcelabEndpoint peer = relay_peer(i);

		if (icelab_endpoint_equal(to, &peer) && was_given(i, bytes, length))
			return relay.unfinished && icelab_guard("turn-unfinished-past-server");
	}
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
	if (relay.asked[to] == 0)
		relay.asked[to] = icelab_world_now();
	relay.renewed[to] = icelab_world_now();
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
		EXPECT(relay.doubtful || channel - 0x4000 >= RELAY_CHANNELS ||
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
	EXPECT(icelab_stun_check_integrity(message, key, relay_key(realm, key)) == ICELAB_STUN_RIGHT,
		"turn-request-integrity", "a request that is not signed rightly");
}

/* False where it was sent before. */
static bool note_waiting(const uint8_t *bytes, size_t length)
{
	RelayRequest *waiting;

	for (unsigned i = 0; i < MIN(relay.waiting_count, RELAY_WAITING); i++)
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
	waiting = &relay.waiting[relay.waiting_count++ % RELAY_WAITING];
	waiting->length = length;
	waiting->answered = waiting->spoiled = false;
	waiting->sent = icelab_world_now();
	memcpy(waiting->bytes, bytes, length);
	return true;
}

/* RFC 8656 9: a permission lasts 300 seconds, and a channel that is bound does not keep it. Until a
 * server has granted one, libnice takes it that this one wants none. */
static void judge_permission(unsigned to)
{
	int64_t age = icelab_world_now() - MAX(relay.renewed[to], relay.permits_since);

	EXPECT(relay.dialect != NICE_TURN_SOCKET_COMPATIBILITY_RFC5766 || relay.asked[to] == 0 ||
			   relay.permits_since == 0 || age <= PERMISSION_LIFETIME + LATE,
		"turn-permission-expired", "data %d s after the permission was last asked for",
		(int)(age / 1000000));
}

static void judge_channel_data(const uint8_t *bytes, size_t length)
{
	unsigned channel = (unsigned)bytes[0] << 8 | bytes[1];
	size_t declared = (size_t)bytes[2] << 8 | bytes[3];

	EXPECT(channel >= 0x4000 && channel - 0x4000 < RELAY_CHANNELS &&
			   relay.bound[channel - 0x4000] >= 0,
		"turn-channel-unbound", "data on channel %04x", channel);
	/* RFC 8656 12.5: padding over a stream only, and streams are not judged. */
	EXPECT(declared == length - 4, "turn-channel-length", "%zu in %zu", declared, length);
	EXPECT(icelab_world_now() <= relay.expires[channel - 0x4000] + LATE ||
			   icelab_guard("turn-channel-expired"),
		"turn-channel-expired", "data on channel %04x after its time", channel);
	judge_permission((unsigned)relay.bound[channel - 0x4000]);
	EXPECT(was_given((unsigned)relay.bound[channel - 0x4000], bytes + 4, declared),
		"turn-channel-data", "%zu bytes that were not for this peer", declared);
}

void relay_sent(
	IcelabWorldSocket *socket, const IcelabEndpoint *to, const uint8_t *bytes, size_t length)
{
	IcelabEndpoint wanted = relay_server();
	IcelabStunMessage message;
	IcelabStunAttribute attribute;
	unsigned named;

	(void)socket;
	if (is_unfinished(to, bytes, length))
		return;
	EXPECT(icelab_endpoint_equal(to, &wanted), "turn-past-server",
		"%zu bytes went to somebody else than the server", length);
	/* What a stream took only in part is continued by the next. */
	if (length < 4 || relay.stream)
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
	EXPECT(relay.doubtful || relay.asked[named] != 0 ||
			   relay.dialect != NICE_TURN_SOCKET_COMPATIBILITY_RFC5766,
		"turn-permission", "data before a permission was asked for");
	/* RFC 8656 9: once it was answered; or libnice gave up, and hopes. */
	EXPECT(relay.doubtful || relay.permitted[named] ||
			   relay.dialect != NICE_TURN_SOCKET_COMPATIBILITY_RFC5766 ||
			   icelab_world_now() - relay.asked[named] > GIVEN_UP,
		"turn-permission", "data before a permission was granted");
	if (!relay.doubtful)
		judge_permission(named);
	EXPECT(was_given(named, attribute.value, attribute.length), "turn-data",
		"%u bytes that were not for this peer", attribute.length);
}

void relay_out(const NiceAddress *from, const uint8_t *bytes, size_t length)
{
	IcelabEndpoint named = talk_from_nice(from);

	if (!relay.modern || relay.stream || relay.doubtful)
		return;
	EXPECT(relay.due.any, "turn-out", "%zu bytes came out of nothing", length);
	EXPECT(icelab_endpoint_equal(&named, &relay.due.from), "turn-out-peer",
		"data came from another peer than the server named");
	EXPECT(length == relay.due.length && memcmp(bytes, relay.due.bytes, length) == 0,
		"turn-out-data", "%zu bytes came out, %zu were delivered", length, relay.due.length);
}

RelayRequest *relay_request(uint8_t index)
{
	RelayRequest *found[RELAY_WAITING];
	unsigned count = 0;

	for (unsigned pass = 0; pass < 2; pass++)
		for (unsigned i = MIN(relay.waiting_count, RELAY_WAITING); i-- > 0;)
			if (relay.waiting[i].answered == (pass == 1))
				found[count++] = &relay.waiting[i];
	return count > 0 ? found[index % count] : NULL;
}

void relay_granted(const RelayRequest *request, bool sound)
{
	IcelabStunMessage message;
	IcelabStunAttribute attribute;
	unsigned named, channel;

	if (icelab_stun_parse(request->bytes, request->length, &message) != ICELAB_STUN_OK)
		return;
	if (message.method == ICELAB_STUN_CREATE_PERMISSION && sound && relay.permits_since == 0)
		relay.permits_since = icelab_world_now();
	if (message.method != ICELAB_STUN_CHANNEL_BIND || !peer_in(&message, &named) ||
		!icelab_stun_find(&message, 0x000c, &attribute) || attribute.length != 4)
		return;
	channel = ((unsigned)attribute.value[0] << 8 | attribute.value[1]) - 0x4000;
	relay.doubtful = relay.doubtful || !sound;
	if (channel >= RELAY_CHANNELS)
		return;
	relay.bound[channel] = (int)named;
	relay.expires[channel] = icelab_world_now() + CHANNEL_LIFETIME;
}

bool relay_realm(const RelayRequest *request, char *realm, size_t size)
{
	IcelabStunMessage message;
	IcelabStunAttribute attribute;

	g_strlcpy(realm, RELAY_REALM, size);
	if (!relay.modern)
		return relay.dialect != NICE_TURN_SOCKET_COMPATIBILITY_GOOGLE;
	if (icelab_stun_parse(request->bytes, request->length, &message) != ICELAB_STUN_OK ||
		!icelab_stun_find(&message, ICELAB_STUN_MESSAGE_INTEGRITY, &attribute) ||
		!icelab_stun_find(&message, ICELAB_STUN_REALM, &attribute) || attribute.length >= size)
		return false;
	memcpy(realm, attribute.value, attribute.length);
	realm[attribute.length] = '\0';
	return true;
}

bool relay_waits(const RelayRequest *request)
{
	return !request->answered && !request->spoiled && icelab_world_now() - request->sent < PATIENCE;
}

void relay_start(NiceTurnSocketCompatibility dialect, bool stream, bool framed)
{
	memset(&relay, 0, sizeof(relay));
	memset(relay.bound, -1, sizeof(relay.bound));
	relay.dialect = dialect;
	relay.modern = dialect == NICE_TURN_SOCKET_COMPATIBILITY_RFC5766 ||
				   dialect == NICE_TURN_SOCKET_COMPATIBILITY_DRAFT9;
	relay.stream = stream;
	relay.framed = stream && framed;
}

void relay_given(unsigned peer, const void *bytes, size_t length)
{
	RelayData *data = &relay.data[relay.data_count++ % RELAY_DATA];

	data->peer = peer;
	data->length = length;
	memcpy(data->first, bytes, MIN(length, sizeof(data->first)));
}

void relay_due(const IcelabEndpoint *from, const uint8_t *bytes, size_t length)
{
	relay.due.any = true;
	relay.due.from = *from;
	relay.due.bytes = bytes;
	relay.due.length = length;
}

void relay_answered(const RelayRequest *request)
{
	IcelabStunMessage message;
	unsigned named;

	if (icelab_stun_parse(request->bytes, request->length, &message) == ICELAB_STUN_OK &&
		message.method == ICELAB_STUN_CREATE_PERMISSION && peer_in(&message, &named))
		relay.permitted[named] = true;
}
