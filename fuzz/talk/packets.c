/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "talk/dialect.h"
#include "talk/rules.h"

/* What the agent sends: to whom it goes, what it is wrapped in, and whether it may be sent. */

#define ATTRIBUTE_DATA 0x0013 /* RFC 8656 18 */

bool talk_was_given_turn_server(const IcelabEndpoint *endpoint)
{
	for (unsigned i = 0; i < talk.turn_known; i++)
		if (icelab_endpoint_equal(&talk.turn[i], endpoint))
			return true;
	return false;
}

bool talk_is_turn_server(const IcelabEndpoint *endpoint)
{
	IcelabEndpoint stun = talk_stun_server();

	if (talk_was_given_turn_server(endpoint))
		return true;
	/* A name leads to a server at the port that was given with it. */
	for (unsigned i = 0; talk.turn_known > 0 && i < 6; i++) {
		IcelabEndpoint server = talk_turn_server(i);

		if (icelab_address_equal(&server.address, &endpoint->address))
			return true;
	}
	/* So it may to the machine of the STUN server. */
	if (talk.turn_known > 0 && icelab_address_equal(&stun.address, &endpoint->address) &&
		endpoint->port != stun.port)
		return true;
	return false;
}

static Party party_of(const IcelabWorldSocket *socket, const IcelabEndpoint *to)
{
	IcelabEndpoint stun = talk_stun_server(), proxy = talk_proxy();

	if (talk_is_turn_server(to))
		return PARTY_TURN;
	if (icelab_world_socket_kind(socket) == ICELAB_SOCKET_STREAM &&
		icelab_endpoint_equal(to, &proxy))
		return PARTY_PROXY;
	/* Wherever the name or an alternate server led. */
	if (to->port == stun.port)
		return PARTY_STUN;
	return PARTY_PEER;
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
	IcelabEndpoint peer;

	if (allocation != NULL && talk_peer_named(request, &message, &peer) &&
		allocation->permission_count < G_N_ELEMENTS(allocation->permissions))
		allocation->permissions[allocation->permission_count++] = peer;
}

static void note(Sent *sent)
{
	IcelabStunMessage message;
	bool is_stun = icelab_stun_parse(sent->bytes, sent->length, &message) == ICELAB_STUN_OK;
	Sent *copy = NULL;

	/* RFC 8489 5: the cookie says that it is meant to be one. What the application selected may be
	 * at a server's address, and data of its own or of pseudo-TCP goes there too. The STUN server
	 * is asked as by RFC 3489, without the cookie. */
	if (talk.modern && !(is_stun && (message.has_magic || sent->party == PARTY_STUN))) {
		const IcelabWorldSocket *socket = icelab_world_socket_by_number(sent->number);

		/* To a server a stream may have taken it in parts. */
		if (sent->length >= 8 && memcmp(sent->bytes + 4, "\x21\x12\xa4\x42", 4) == 0 &&
			(sent->party == PARTY_PEER ||
				(socket != NULL && icelab_world_socket_kind(socket) == ICELAB_SOCKET_DATAGRAM)))
			talk_broken(NULL, "RFC 8489 5", "a malformed message was sent");
		/* Who asks without the cookie is answered without it. */
		if (sent->party == PARTY_PEER && !is_stun)
			rule_consent(sent);
		return;
	}
	if (!is_stun) {
		/* A message of one of the old dialects (unaligned attributes) still has a header. */
		if (sent->length < 20 || (sent->bytes[0] & 0xc0) != 0)
			return;
		message.message_class =
			(IcelabStunClass)((sent->bytes[0] & 1) << 1 | (sent->bytes[1] >> 4 & 1));
		message.method = talk_method(sent->bytes);
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
				rule_answer(sent, &message);
			/* RFC 8445 7.1: "Binding requests [...] MUST utilize the FINGERPRINT mechanism". */
			if (!fingerprinted && !(answer && talk.bypassed))
				talk_broken(answer && talk.agent->discovery_list != NULL
								? "discovery-validates-checks"
								: NULL,
					"RFC 8445 7.1", "no right FINGERPRINT towards the peer");
			if (message.message_class == ICELAB_STUN_REQUEST)
				rule_check(sent, &message, copy == NULL);
		} else if (sent->party == PARTY_TURN && message.message_class == ICELAB_STUN_REQUEST) {
			rule_turn_request(sent, &message);
		}
	}
	/* RFC 8445 11; 5.1.1.4 towards the STUN server. */
	if ((sent->message_class == ICELAB_STUN_INDICATION && sent->party == PARTY_PEER) ||
		(copy == NULL && sent->party == PARTY_STUN))
		rule_keepalive(sent);
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
	if (!icelab_stun_find(&message, ICELAB_STUN_XOR_PEER_ADDRESS, &to) ||
		!icelab_stun_read_xor_address(&message, &to, &inner.peer.address, &inner.peer.port))
		return true;
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
	if (talk.modern && allocation != NULL &&
		allocation->channel_count < G_N_ELEMENTS(allocation->channels))
		talk_broken(
			NULL, "RFC 8656 12", "ChannelData on channel %04x, which is not bound", channel);
	return true;
}

static void note_old(Sent *sent)
{
	Sent inner;
	OldContent content = talk_unwrap_old(sent, &inner);

	/* [MS-TURN] 2.2.1: nobody answers a Send request. */
	sent->answered = content == OLD_BOTH && talk_is_ms_turn();
	if (content != OLD_DATA)
		note(sent);
	if (content != OLD_NOTHING)
		note(&inner);
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

	if (sent.party == PARTY_TURN && stream_socket && talk_is_greeting(bytes, length)) {
		sent.greeting = true;
		talk.sent[talk.sent_count++ % MOST_SENT] = sent;
		return;
	}
	if (sent.party == PARTY_TURN) {
		if (stream_socket && talk.agent->compatibility == NICE_COMPATIBILITY_GOOGLE &&
			sent.length > 2) {
			sent.length -= 2;
			memmove(sent.bytes, sent.bytes + 2, sent.length);
		} else if (stream_socket && sent.length > 4 && talk_is_ms_turn()) {
			/* [MS-TURN]. Without ICE-TCP libnice leaves the length out: nobody can read that.
			 */
			if (sent.bytes[0] < 2 || sent.bytes[0] > 3 || sent.bytes[1] != 0 ||
				(size_t)(sent.bytes[2] << 8 | sent.bytes[3]) != sent.length - 4)
				return;
			sent.length -= 4;
			memmove(sent.bytes, sent.bytes + 4, sent.length);
		}
		if (talk_is_old_turn()) {
			note_old(&sent);
			return;
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
