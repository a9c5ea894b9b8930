/* SPDX-License-Identifier: MIT */
#include "talk/talk.h"

#include <string.h>

/* What the agent sends, and what it may send. */

#define ATTRIBUTE_PRIORITY 0x0024 /* RFC 8445 16.1 */
#define ATTRIBUTE_USE_CANDIDATE 0x0025
#define ATTRIBUTE_CONTROLLED 0x8029
#define ATTRIBUTE_CONTROLLING 0x802A
#define CONSENT 31000000      /* microseconds: RFC 7675 5.1, and one for timers */
#define ATTRIBUTE_DATA 0x0013 /* RFC 8656 18 */
#define ATTRIBUTE_CHANNEL_NUMBER 0x000C

static bool is_turn_server(const IcelabEndpoint *endpoint)
{
	for (unsigned i = 0; i < talk.turn_known; i++)
		if (icelab_endpoint_equal(&talk.turn[i], endpoint))
			return true;
	/* A name leads to a server at the port that was given with it. */
	for (unsigned i = 0; talk.turn_known > 0 && i < 6; i++) {
		IcelabEndpoint server = talk_turn_server(i);

		if (icelab_address_equal(&server.address, &endpoint->address))
			return true;
	}
	return false;
}

static Party party_of(const IcelabWorldSocket *socket, const IcelabEndpoint *to)
{
	IcelabEndpoint stun = talk_stun_server(), proxy = talk_proxy();

	if (is_turn_server(to))
		return PARTY_TURN;
	if (icelab_world_socket_kind(socket) == ICELAB_SOCKET_STREAM &&
		icelab_endpoint_equal(to, &proxy))
		return PARTY_PROXY;
	/* Wherever the name or an alternate server led. */
	if (to->port == stun.port)
		return PARTY_STUN;
	return PARTY_PEER;
}

static bool right_for(const IcelabStunMessage *message, const Credentials *credentials)
{
	return icelab_stun_check_integrity(
			   message, credentials->password, strlen(credentials->password)) == ICELAB_STUN_RIGHT;
}

static bool is_username(
	const IcelabStunAttribute *attribute, const Credentials *first, const Credentials *second)
{
	size_t a = strlen(first->ufrag), b = strlen(second->ufrag);

	return attribute->length == a + 1 + b && memcmp(attribute->value, first->ufrag, a) == 0 &&
		   attribute->value[a] == ':' && memcmp(attribute->value + a + 1, second->ufrag, b) == 0;
}

static uint32_t number_in(const IcelabStunAttribute *attribute)
{
	const uint8_t *v = attribute->value;

	return (uint32_t)v[0] << 24 | (uint32_t)v[1] << 16 | (uint32_t)v[2] << 8 | v[3];
}

static void judge_priority(const Sent *sent, const IcelabStunAttribute *attribute)
{
	uint32_t priority;
	unsigned kind;

	/* RFC 8445 16.1: PRIORITY "contains a 32-bit unsigned integer". */
	if (attribute->length != 4)
		talk_broken(NULL, "RFC 8445 7.1.1", "PRIORITY has %u bytes", attribute->length);
	priority = number_in(attribute);
	/* RFC 8445 5.1.2.1: the lowest 8 bits are 256 - component ID. */
	if (sent->component_id != 0 && (priority & 0xff) != ((256 - sent->component_id) & 0xff))
		talk_broken(NULL, "RFC 8445 5.1.2.1", "PRIORITY %08x of component %u", priority,
			sent->component_id);
	/* RFC 8445 7.1.1: the type preference of a check is the one of a peer-reflexive candidate: 110
	 * here, halved for the transport that is liked less (RFC 6544 4.2). */
	kind = priority >> 24;
	if (!sent->relayed && kind != 110 && kind != 55)
		talk_broken(NULL, "RFC 8445 7.1.1", "a check's PRIORITY is %08x", priority);
}

static void judge_role(const Sent *sent, const IcelabStunMessage *message, bool first)
{
	IcelabStunAttribute controlled, controlling, use;
	bool is_controlled = icelab_stun_find(message, ATTRIBUTE_CONTROLLED, &controlled);
	bool is_controlling = icelab_stun_find(message, ATTRIBUTE_CONTROLLING, &controlling);
	const IcelabStunAttribute *role = is_controlled ? &controlled : &controlling;
	uint64_t tie_breaker;

	if (is_controlled == is_controlling || role->length != 8)
		talk_broken(NULL, "RFC 8445 7.1.3", "a check has not exactly one role of 8 bytes");
	tie_breaker = 0;
	for (unsigned i = 0; i < 8; i++)
		tie_breaker = tie_breaker << 8 | role->value[i];
	/* RFC 8445 16.1: the tie-breaker is chosen once per agent. */
	if (talk.has_tie_breaker && tie_breaker != talk.tie_breaker)
		talk_broken(NULL, "RFC 8445 16.1", "the tie-breaker changed");
	talk.tie_breaker = tie_breaker;
	talk.has_tie_breaker = true;
	/* What waits for a permission or a proxy was written earlier. */
	if (first && sent->party == PARTY_PEER && !sent->relayed && talk.sent_count < MOST_SENT &&
		is_controlling != (talk.agent->controlling_mode != FALSE))
		talk_broken(NULL, "RFC 8445 7.1.3", "a check in the wrong role");
	/* RFC 8445 7.1.2: "The controlling agent MUST include the USE-CANDIDATE attribute in order to
	 * nominate"; 7.3.1.5: the controlled one is told by it. */
	if (icelab_stun_find(message, ATTRIBUTE_USE_CANDIDATE, &use) && !is_controlling)
		talk_broken("use-candidate-after-role-switch", "RFC 8445 7.1.2",
			"USE-CANDIDATE from the controlled agent");
}

static void judge_check(const Sent *sent, const IcelabStunMessage *message, bool first)
{
	Stream *stream = talk_stream(sent->stream_id);
	IcelabStunAttribute username, priority;
	bool right = false;

	if (stream == NULL)
		return;
	if (!icelab_stun_find(message, ICELAB_STUN_USERNAME, &username))
		talk_broken(NULL, "RFC 8445 7.1.1", "a check without USERNAME");
	for (unsigned i = 0; i < stream->remote_count && !right; i++)
		for (unsigned j = 0; j < stream->local_count && !right; j++)
			right = is_username(&username, &stream->remote[i], &stream->local[j]) &&
					right_for(message, &stream->remote[i]);
	/* RFC 8445 7.2.2: the username is the peer's fragment, a colon, the own one; the password the
	 * peer's. */
	if (!right)
		talk_broken(NULL, "RFC 8445 7.2.2", "a check with other credentials than the peer's");
	if (!icelab_stun_find(message, ATTRIBUTE_PRIORITY, &priority))
		talk_broken(NULL, "RFC 8445 7.1.1", "a check without PRIORITY");
	if (!talk.by_hand)
		judge_priority(sent, &priority);
	judge_role(sent, message, first);
}

static void judge_answer(const Sent *sent, const IcelabStunMessage *message)
{
	Stream *stream = talk_stream(sent->stream_id);
	IcelabStunAttribute mapped;
	IcelabEndpoint shown;
	Asked *asked = NULL;
	bool right = false;

	for (unsigned i = 0; i < MIN(talk.asked_count, MOST_ASKED); i++)
		if (memcmp(talk.asked[i].transaction, message->transaction, 16) == 0 &&
			talk.asked[i].number == sent->number &&
			icelab_endpoint_equal(&talk.asked[i].from, &sent->peer) && !talk.asked[i].answered)
			asked = &talk.asked[i];
	/* What a relay carries may be delayed, doubled and replayed inside another packet. */
	if (asked == NULL && sent->relayed)
		return;
	if (asked == NULL)
		talk_broken(NULL, "RFC 8489 6.3", "an answer that nobody there asked for");
	asked->answered = true;
	if (message->message_class != ICELAB_STUN_SUCCESS)
		return;
	/* RFC 8489 9.1.3: without the right credentials there is no success. While candidates are
	 * gathered, libnice has the discoveries' agents look, which ask for none. */
	if (!asked->authentic) {
		bool gathering = talk.agent->discovery_list != NULL;

		talk_broken(gathering ? "discovery-validates-checks" : NULL, "RFC 8489 9.1.3",
			"a check with wrong credentials succeeded");
		talk.bypassed = true;
		return;
	}
	/* RFC 7675 5.2: who revoked consent answers 403; what waits for a permission was written
	 * before.
	 */
	if (stream != NULL && sent->component_id != 0 && stream->withdrawn[sent->component_id - 1] &&
		!sent->relayed)
		talk_broken(NULL, "RFC 7675 5.2", "a check succeeded after consent was withdrawn");
	/* RFC 8489 6.3.1.1: XOR-MAPPED-ADDRESS is where the request came from. */
	if (!icelab_stun_find(message, ICELAB_STUN_XOR_MAPPED_ADDRESS, &mapped) ||
		!icelab_stun_read_xor_address(message, &mapped, &shown.address, &shown.port) ||
		!icelab_endpoint_equal(&shown, &sent->peer))
		talk_broken(NULL, "RFC 8489 6.3.1.1", "XOR-MAPPED-ADDRESS is not the request's source");
	for (unsigned i = 0; stream != NULL && i < stream->local_count && !right; i++)
		right = right_for(message, &stream->local[i]);
	if (stream != NULL && !right)
		talk_broken(NULL, "RFC 8489 9.1.3.1", "an answer with another key than the request's");
}

static void judge_turn_request(const Sent *sent, const IcelabStunMessage *message)
{
	IcelabStunAttribute username, realm, nonce;
	uint8_t key[ICELAB_DIGEST_MAXIMUM];
	size_t key_length;

	(void)sent;
	if (!icelab_stun_find(message, ICELAB_STUN_REALM, &realm) ||
		!icelab_stun_find(message, ICELAB_STUN_USERNAME, &username) ||
		!icelab_stun_find(message, ICELAB_STUN_NONCE, &nonce))
		return;
	/* Quotes are taken off by libnice, for better or worse: only plain names are judged. */
	if (talk.turn_username[0] == '"' || talk.turn_password[0] == '\0')
		return;
	if (username.length != strlen(talk.turn_username) ||
		memcmp(username.value, talk.turn_username, username.length) != 0)
		talk_broken(NULL, "RFC 8489 9.2.3", "another username than the application gave");
	if (realm.length == 0 || realm.value[0] == '"' || realm.value[realm.length - 1] == '"' ||
		realm.value[realm.length - 1] == 0)
		return;
	key_length = icelab_stun_long_term_key(ICELAB_DIGEST_MD5,
		(IcelabSpan){(const char *)username.value, username.length},
		(IcelabSpan){(const char *)realm.value, realm.length},
		(IcelabSpan){talk.turn_password, strlen(talk.turn_password)}, key);
	/* RFC 8489 9.2.4: a request after a challenge is protected. */
	if (icelab_stun_check_integrity(message, key, key_length) != ICELAB_STUN_RIGHT)
		talk_broken(NULL, "RFC 8489 9.2.4", "a TURN request with a wrong MESSAGE-INTEGRITY");
}

/* RFC 8489 6.2.1: a retransmission is the same bytes to the same place. */
static Sent *find_copy(const Sent *sent)
{
	for (unsigned i = 0; i < MIN(talk.sent_count, MOST_SENT); i++) {
		Sent *other = &talk.sent[i];

		if (other->length < 20 || sent->length < 20 ||
			memcmp(other->bytes + 4, sent->bytes + 4, 16) != 0 ||
			other->message_class != ICELAB_STUN_REQUEST || other->number != sent->number)
			continue;
		if (talk.modern && (other->length != sent->length ||
							   memcmp(other->bytes, sent->bytes, sent->length) != 0 ||
							   !icelab_endpoint_equal(&other->peer, &sent->peer)))
			talk_broken(NULL, "RFC 8489 6.2.1", "one transaction id, two requests");
		return other;
	}
	return NULL;
}

static void note_permission(const Sent *request)
{
	Allocation *allocation = talk_allocation(request->number);
	IcelabStunMessage message;
	IcelabStunAttribute attribute;
	IcelabEndpoint peer;

	if (allocation != NULL &&
		icelab_stun_parse(request->bytes, request->length, &message) == ICELAB_STUN_OK &&
		icelab_stun_find(&message, ICELAB_STUN_XOR_PEER_ADDRESS, &attribute) &&
		icelab_stun_read_xor_address(&message, &attribute, &peer.address, &peer.port) &&
		allocation->permission_count < G_N_ELEMENTS(allocation->permissions))
		allocation->permissions[allocation->permission_count++] = peer;
}

/* RFC 7675 5.1: nothing is sent to an address from which no valid answer came for 30 seconds. */
static void judge_consent(const Sent *sent)
{
	const Known *known;

	if (!talk.modern || !talk.agent->consent_freshness || talk.by_hand || talk.bypassed ||
		sent->component_id == 0 || talk.known_count == MOST_KNOWN)
		return;
	known = talk_know(&sent->peer, sent->stream_id, sent->component_id);
	if (known != NULL && icelab_world_now() - known->consented > CONSENT)
		talk_broken(NULL, "RFC 7675 5.1", "%zu bytes were sent %d s after the last consent",
			sent->length, (int)((icelab_world_now() - known->consented) / 1000000));
}

static void note(Sent *sent)
{
	IcelabStunMessage message;
	bool is_stun = icelab_stun_parse(sent->bytes, sent->length, &message) == ICELAB_STUN_OK;
	Sent *copy = NULL;

	if (!is_stun) {
		/* RFC 8489 5: the cookie says that it is meant to be one. */
		if (talk.modern && sent->party == PARTY_PEER) {
			if (sent->length >= 8 && memcmp(sent->bytes + 4, "\x21\x12\xa4\x42", 4) == 0)
				talk_broken(NULL, "RFC 8489 5", "a malformed message was sent");
			judge_consent(sent);
			return;
		}
		/* A message of one of the old dialects (unaligned attributes) still has a header. */
		if (sent->length < 20 || (sent->bytes[0] & 0xc0) != 0)
			return;
		message.message_class =
			(IcelabStunClass)((sent->bytes[0] & 1) << 1 | (sent->bytes[1] >> 4 & 1));
		message.method = (uint16_t)((sent->bytes[0] & 0x3e) << 6 | (sent->bytes[1] & 0xe0) >> 1 |
									(sent->bytes[1] & 0xf));
	}
	sent->message_class = message.message_class;
	sent->method = message.method;
	if (sent->party == PARTY_TURN && sent->method == ICELAB_STUN_CREATE_PERMISSION &&
		sent->message_class == ICELAB_STUN_REQUEST)
		note_permission(sent);
	if (sent->party == PARTY_TURN && sent->method == ICELAB_STUN_REFRESH &&
		talk_lease(sent->number, &sent->to) != NULL)
		talk_lease(sent->number, &sent->to)->refreshing = true;
	if (sent->message_class == ICELAB_STUN_REQUEST) {
		copy = find_copy(sent);
		if (copy != NULL) {
			copy->answered = false;
			if (++copy->copies > 16)
				talk_broken(NULL, "RFC 8489 6.2.1", "a request was sent %u times", copy->copies);
		}
	}
	if (talk.modern && is_stun) {
		bool fingerprinted = icelab_stun_check_fingerprint(&message) == ICELAB_STUN_RIGHT;

		/* A server's address may send checks like a peer's. */
		bool answer = message.message_class == ICELAB_STUN_SUCCESS ||
					  message.message_class == ICELAB_STUN_ERROR;

		if ((sent->party == PARTY_PEER || answer) && message.method == ICELAB_STUN_BINDING) {
			if (answer)
				judge_answer(sent, &message);
			/* RFC 8445 7.1: "Binding requests [...] MUST utilize the FINGERPRINT mechanism". */
			if (!fingerprinted && !(answer && talk.bypassed))
				talk_broken(NULL, "RFC 8445 7.1", "no right FINGERPRINT towards the peer");
			if (message.message_class == ICELAB_STUN_REQUEST)
				judge_check(sent, &message, copy == NULL);
		} else if (sent->party == PARTY_TURN && message.message_class == ICELAB_STUN_REQUEST) {
			judge_turn_request(sent, &message);
		}
	}
	if (copy != NULL || sent->message_class != ICELAB_STUN_REQUEST)
		return;
	talk.sent[talk.sent_count++ % MOST_SENT] = *sent;
}

/* RFC 8656 9: the server drops what is sent to a peer for which it was asked for no permission. */
static void judge_permission(const Sent *sent, const IcelabEndpoint *peer)
{
	const Allocation *allocation = talk_allocation(sent->number);

	if (!talk.modern || allocation == NULL ||
		allocation->permission_count == G_N_ELEMENTS(allocation->permissions))
		return;
	for (unsigned i = 0; i < allocation->permission_count; i++)
		if (icelab_address_equal(&allocation->permissions[i].address, &peer->address))
			return;
	talk_broken(NULL, "RFC 8656 9", "data for a peer before a permission was asked for");
}

static bool unwrap_indication(Sent *outer)
{
	IcelabStunMessage message;
	IcelabStunAttribute data, to;
	Sent inner = *outer;

	if (icelab_stun_parse(outer->bytes, outer->length, &message) != ICELAB_STUN_OK ||
		message.method != ICELAB_STUN_SEND)
		return false;
	if (!icelab_stun_find(&message, ATTRIBUTE_DATA, &data) || data.length > SENT_LONGEST)
		return true;
	if (icelab_stun_find(&message, ICELAB_STUN_XOR_PEER_ADDRESS, &to)) {
		if (!icelab_stun_read_xor_address(&message, &to, &inner.peer.address, &inner.peer.port))
			return true;
	} else if (!icelab_stun_find(&message, 0x0011, &to) /* DESTINATION-ADDRESS of old dialects */ ||
			   !icelab_stun_read_address(&to, &inner.peer.address, &inner.peer.port)) {
		return true;
	}
	judge_permission(outer, &inner.peer);
	inner.party = PARTY_PEER;
	inner.relayed = true;
	inner.length = data.length;
	memcpy(inner.bytes, data.value, data.length);
	note(&inner);
	return true;
}

static bool unwrap_channel(Sent *outer)
{
	Allocation *allocation = talk_allocation(outer->number);
	uint16_t channel = (uint16_t)(outer->bytes[0] << 8 | outer->bytes[1]);
	size_t length = (size_t)(outer->bytes[2] << 8 | outer->bytes[3]);

	/* RFC 8656 12: channels 0x4000 to 0x4FFF; libnice counts from 0x4000. */
	if (outer->length < 4 || outer->bytes[0] < 0x40 || outer->bytes[0] > 0x7f)
		return false;
	/* RFC 8656 12.4: the length is the data's, padding only over TCP. */
	if (talk.modern && (length > outer->length - 4 || outer->length - 4 - length > 3))
		talk_broken(
			NULL, "RFC 8656 12.4", "ChannelData of %zu bytes says %zu", outer->length, length);
	for (unsigned i = 0; allocation != NULL && i < allocation->channel_count; i++)
		if (allocation->channels[i].channel == channel && length <= outer->length - 4) {
			Sent inner = *outer;

			inner.party = PARTY_PEER;
			inner.relayed = true;
			inner.peer = allocation->channels[i].peer;
			inner.length = length;
			memmove(inner.bytes, inner.bytes + 4, length);
			note(&inner);
			return true;
		}
	if (talk.modern && allocation != NULL)
		talk_broken(
			NULL, "RFC 8656 12", "ChannelData on channel %04x, which is not bound", channel);
	return true;
}

void packets_sent(
	IcelabWorldSocket *socket, const IcelabEndpoint *to, const uint8_t *bytes, size_t length)
{
	Sent sent = {
		.party = party_of(socket, to),
		.number = icelab_world_socket_number(socket),
		.to = *to,
		.peer = *to,
		.length = MIN(length, SENT_LONGEST),
	};
	NiceStream *stream = NULL;
	NiceComponent *component = NULL;
	bool stream_socket = icelab_world_socket_kind(socket) == ICELAB_SOCKET_STREAM;

	if (talk.agent == NULL)
		return;
	talk.sent_total++;
	if (length > SENT_LONGEST)
		return;
	memcpy(sent.bytes, bytes, length);
	if (talk_receives(socket, &stream, &component)) {
		sent.stream_id = stream->id;
		sent.component_id = component->id;
	}

	if (talk.agent->force_relay && sent.party != PARTY_TURN && sent.party != PARTY_PROXY &&
		!talk.by_hand)
		talk_broken(sent.party == PARTY_STUN ? "relay-keepalive-stun" : talk_relay_defect(to),
			"force-relay", "%zu bytes were sent to %s", length,
			sent.party == PARTY_STUN ? "the STUN server" : "a peer");

	if (sent.party == PARTY_TURN) {
		if (stream_socket && talk.agent->compatibility == NICE_COMPATIBILITY_GOOGLE &&
			sent.length > 2) {
			sent.length -= 2;
			memmove(sent.bytes, sent.bytes + 2, sent.length);
		} else if (stream_socket && sent.length > 4 && sent.bytes[1] == 0 &&
				   (sent.bytes[0] == 2 || sent.bytes[0] == 3) && !talk.modern) {
			sent.length -= 4;
			memmove(sent.bytes, sent.bytes + 4, sent.length);
		}
		if (unwrap_channel(&sent) || unwrap_indication(&sent))
			return;
	} else if (stream_socket && sent.party == PARTY_PEER && sent.length > 2) {
		/* RFC 6544: RFC 4571 frames. */
		size_t framed = (size_t)(sent.bytes[0] << 8 | sent.bytes[1]);

		if (framed != sent.length - 2)
			return;
		sent.length -= 2;
		memmove(sent.bytes, sent.bytes + 2, sent.length);
	}
	note(&sent);
}

static bool username_is_for(const IcelabStunMessage *message, const Credentials *local)
{
	IcelabStunAttribute username;
	size_t length = strlen(local->ufrag);

	return icelab_stun_find(message, ICELAB_STUN_USERNAME, &username) &&
		   username.length >= length && memcmp(username.value, local->ufrag, length) == 0;
}

static void note_request(const IcelabStunMessage *message, unsigned number,
	const IcelabEndpoint *from, guint stream_id, guint component_id)
{
	Asked *asked = &talk.asked[talk.asked_count++ % MOST_ASKED];
	Stream *stream = talk_stream(stream_id);
	IcelabStunAttribute use;
	Known *known;

	*asked = (Asked){.number = number, .from = *from};
	memcpy(asked->transaction, message->transaction, 16);
	for (unsigned i = 0; stream != NULL && i < stream->local_count; i++)
		asked->authentic = asked->authentic || (username_is_for(message, &stream->local[i]) &&
												   right_for(message, &stream->local[i]));
	asked->authentic =
		asked->authentic && icelab_stun_check_fingerprint(message) == ICELAB_STUN_RIGHT;
	if (!asked->authentic || (known = talk_know(from, stream_id, component_id)) == NULL)
		return;
	known->authentic = true;
	if (icelab_stun_find(message, ATTRIBUTE_USE_CANDIDATE, &use) ||
		icelab_stun_find(message, 0xC001, &use) /* draft-thatcher-ice-renomination */)
		known->nominated = true;
}

/* What the peer says that the agent looks like. */
static void note_shown(const IcelabStunMessage *message)
{
	IcelabStunAttribute mapped;
	IcelabEndpoint shown;

	if (icelab_stun_find(message, ICELAB_STUN_XOR_MAPPED_ADDRESS, &mapped) &&
		icelab_stun_read_xor_address(message, &mapped, &shown.address, &shown.port))
		talk.shown[talk.shown_count++ % G_N_ELEMENTS(talk.shown)] = shown;
}

static void note_response(const IcelabStunMessage *message, unsigned number,
	const IcelabEndpoint *from, guint stream_id, guint component_id)
{
	Stream *stream = talk_stream(stream_id);

	for (unsigned i = 0; i < MIN(talk.sent_count, MOST_SENT); i++) {
		Sent *sent = &talk.sent[i];
		IcelabStunMessage request;
		IcelabStunAttribute use;
		Known *known;
		bool right = false;

		if (sent->length < 20 || memcmp(sent->bytes + 4, message->transaction, 16) != 0 ||
			sent->number != number || !icelab_endpoint_equal(&sent->peer, from) ||
			icelab_stun_parse(sent->bytes, sent->length, &request) != ICELAB_STUN_OK)
			continue;
		for (unsigned j = 0; stream != NULL && j < stream->remote_count && !right; j++)
			right = right_for(message, &stream->remote[j]);
		known = talk_know(from, stream_id, component_id);
		if (!right || known == NULL ||
			icelab_stun_check_fingerprint(message) != ICELAB_STUN_RIGHT ||
			message->message_class != ICELAB_STUN_SUCCESS)
			continue;
		known->authentic = true;
		known->valid = true;
		known->consented = icelab_world_now();
		note_shown(message);
		if (icelab_stun_find(&request, ATTRIBUTE_USE_CANDIDATE, &use))
			known->nominated = true;
	}
}

void packets_delivered(
	unsigned number, const IcelabEndpoint *from, bool relayed, const uint8_t *bytes, size_t length)
{
	IcelabStunMessage message;
	IcelabWorldSocket *socket = icelab_world_socket_by_number(number);
	NiceStream *stream = NULL;
	NiceComponent *component = NULL;

	(void)relayed;
	if (socket == NULL || icelab_stun_parse(bytes, length, &message) != ICELAB_STUN_OK ||
		message.method != ICELAB_STUN_BINDING || !talk_receives(socket, &stream, &component))
		return;
	if (message.message_class == ICELAB_STUN_REQUEST)
		note_request(&message, number, from, stream->id, component->id);
	else if (message.message_class != ICELAB_STUN_INDICATION)
		note_response(&message, number, from, stream->id, component->id);
}
