/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "guards.h"
#include "talk/peer.h"

/* The peer's own checks. */

IcelabWorldSocket *talk_choose_socket(uint8_t index, bool *relayed)
{
	IcelabWorldSocket *sockets[64];
	unsigned count = 0;

	*relayed = (index & 0x80) != 0;
	for (unsigned i = 0; icelab_world_socket(i) != NULL && count < G_N_ELEMENTS(sockets); i++) {
		IcelabWorldSocket *socket = icelab_world_socket(i);

		if (*relayed ? talk_allocation(icelab_world_socket_number(socket)) != NULL
					 : icelab_world_socket_kind(socket) != ICELAB_SOCKET_LISTENER)
			sockets[count++] = socket;
	}
	return count > 0 ? sockets[(index & 0x7f) % count] : NULL;
}

static void add_role(TalkMessage *message, uint8_t role)
{
	uint64_t tie_breaker = talk.agent->tie_breaker;
	bool controlling = !talk.agent->controlling_mode;
	uint8_t wire[8];

	/* The role that suits, or the same as the agent's, with a tie-breaker beside its own. */
	if ((role & 1) != 0)
		controlling = !controlling;
	switch (role >> 1 & 7) {
	case 1:
		tie_breaker--;
		break;
	case 2:
		tie_breaker++;
		break;
	case 3:
		tie_breaker = 0;
		break;
	case 4:
		tie_breaker = UINT64_MAX;
		break;
	default:
		break;
	}
	for (unsigned i = 0; i < 8; i++)
		wire[i] = (uint8_t)(tie_breaker >> (56 - 8 * i));
	if ((role & 0x40) == 0)
		icelab_stun_build_attribute(
			&message->builder, controlling ? 0x802a : 0x8029, wire, (role & 0x80) != 0 ? 4 : 8);
}

typedef enum {
	VERDICT_NONE, /* not told: the request is not sound */
	VERDICT_SUCCESS,
	VERDICT_CONFLICT,
} Verdict;

/* RFC 8445 7.3.1.1. */
static Verdict expected_verdict(uint8_t role, bool *switches)
{
	bool same = (role & 1) != 0;
	uint8_t tie = role >> 1 & 7;
	uint64_t mine = talk.agent->tie_breaker;
	uint64_t theirs = tie == 1   ? mine - 1
					  : tie == 2 ? mine + 1
					  : tie == 3 ? 0
					  : tie == 4 ? UINT64_MAX
								 : mine;

	*switches = false;
	if ((role & 0xc0) != 0)
		return VERDICT_NONE;
	if (!same)
		return VERDICT_SUCCESS;
	if (talk.agent->controlling_mode) {
		/* "If the agent's tie-breaker value is larger than or equal to the contents of the
		 * ICE-CONTROLLING attribute, the agent generates [...] 487 [...] but retains its role." */
		if (mine >= theirs)
			return VERDICT_CONFLICT;
		*switches = true;
		return VERDICT_SUCCESS;
	}
	/* "[...] larger than or equal to [...] ICE-CONTROLLED [...], the agent switches to the
	 * controlling role. [...] less than [...] 487". */
	if (mine >= theirs) {
		*switches = true;
		return VERDICT_SUCCESS;
	}
	return VERDICT_CONFLICT;
}

static const Asked *asked_with(const uint8_t transaction[16])
{
	for (unsigned i = 0; i < MIN(talk.asked_count, MOST_ASKED); i++)
		if (memcmp(talk.asked[i].transaction, transaction, 16) == 0)
			return &talk.asked[i];
	return NULL;
}

/* The connection to a relay, or the socket that GOOGLE's dialect opens for one: none of a
 * candidate's.
 */
static bool is_way_to_relay(const IcelabWorldSocket *socket, const NiceComponent *component)
{
	IcelabEndpoint near = icelab_world_socket_local(socket);
	IcelabEndpoint far = icelab_world_socket_remote(socket);
	bool stream = icelab_world_socket_kind(socket) == ICELAB_SOCKET_STREAM;

	if (talk_was_given_turn_server(&far))
		return true;
	for (GSList *i = component->local_candidates; i != NULL; i = i->next) {
		const NiceCandidate *candidate = i->data;
		IcelabEndpoint base = talk_from_nice(&candidate->base_addr);

		if (candidate->type != NICE_CANDIDATE_TYPE_RELAYED &&
			icelab_address_equal(&base.address, &near.address) &&
			(stream || base.port == near.port))
			return far.port == talk_proxy().port;
	}
	return true;
}

static bool is_own_connection(const IcelabWorldSocket *socket)
{
	IcelabEndpoint local = icelab_world_socket_local(socket);

	if (icelab_world_socket_kind(socket) != ICELAB_SOCKET_STREAM)
		return false;
	for (unsigned i = 0; icelab_world_socket(i) != NULL; i++) {
		IcelabEndpoint other = icelab_world_socket_local(icelab_world_socket(i));

		if (icelab_world_socket_kind(icelab_world_socket(i)) == ICELAB_SOCKET_LISTENER &&
			icelab_endpoint_equal(&local, &other))
			return false;
	}
	return true;
}

void talk_send_check(IcelabWorldSocket *socket, bool relayed, const IcelabEndpoint *from,
	uint8_t flaws, uint8_t role, uint8_t extras, uint8_t which)
{
	static uint32_t counter;
	uint8_t transaction[16] = {0x21, 0x12, 0xa4, 0x42, 'p', 'e', 'e', 'r'};
	unsigned number = icelab_world_socket_number(socket);
	NiceStream *stream;
	NiceComponent *component;
	uint8_t priority[4] = {0x6e, which, 0xff, 0};
	bool was_controlling = talk.agent->controlling_mode;
	bool switches, sound;
	Verdict verdict;
	TalkSecret secret;
	TalkMessage message;
	size_t length;

	if (!talk_receives(socket, &stream, &component) ||
		(!relayed && icelab_world_socket_local(socket).address.family != from->address.family))
		return;
	/* A check on the way to a relay is none of a candidate's; stored until there are credentials,
	 * it is looked up among them. */
	if (!relayed && is_way_to_relay(socket, component) && stream->remote_ufrag[0] == '\0' &&
		icelab_guard("early-check-without-candidate"))
		return;
	/* On a connection that the agent opened, the candidate that the check is of is not known yet.
	 */
	if (!relayed && is_own_connection(socket) && stream->remote_ufrag[0] == '\0' &&
		icelab_guard("early-check-own-connection"))
		return;
	/* The answer to a role conflict has a text whose length puts FINGERPRINT where it may. */
	if (talk.agent->compatibility == NICE_COMPATIBILITY_OC2007R2 &&
		icelab_guard("legacy-fingerprint-misaligned"))
		role &= (uint8_t)~1;
	if (talk.asked_count == 0)
		counter = 0;
	counter++;
	memcpy(transaction + 12, &counter, 4);
	talk_secret(&secret, stream, component, &(TalkPath){number, relayed, *from, true, which});
	talk_begin(&message, flaws, ICELAB_STUN_REQUEST, ICELAB_STUN_BINDING, transaction);
	if ((flaws & FLAW_TRANSACTION) != 0)
		transaction[15] ^= 1;
	if (talk.agent->compatibility == NICE_COMPATIBILITY_GOOGLE || talk_names_candidates())
		memset(message.bytes + 4, 'o', 4);
	if ((extras & 1) == 0)
		icelab_stun_build_attribute(
			&message.builder, ICELAB_STUN_USERNAME, secret.username, secret.username_length);
	else if ((extras & 2) == 0)
		icelab_stun_build_attribute(&message.builder, ICELAB_STUN_USERNAME, "who:what", 8);
	priority[3] = (uint8_t)(256 - component->id);
	if ((extras & 4) == 0)
		icelab_stun_build_attribute(&message.builder, 0x0024, priority, 4);
	add_role(&message, role);
	if ((role & 0x10) != 0)
		icelab_stun_build_attribute(&message.builder, 0x0025, NULL, 0);
	if ((role & 0x20) != 0) {
		static const uint8_t nomination[5] = {0, 0, 0, 1, 0};

		icelab_stun_build_attribute(
			&message.builder, 0xc001, nomination, (extras & 8) != 0 ? 5 : 4);
	}
	if ((extras & 0x10) != 0)
		icelab_stun_build_attribute(&message.builder, 0x8070, "\0\0\0\2", 4); /* MS version */
	if ((extras & 0x20) != 0)
		icelab_stun_build_attribute(&message.builder, 0x8054, "foundation", 10);
	if ((extras & 0x40) != 0)
		for (unsigned i = 0; i < 12; i++)
			icelab_stun_build_attribute(&message.builder, (uint16_t)(0x7000 + i), "x", 1);
	length = talk_message_finish(&message, secret.sum, secret.key_length > 0 ? secret.key : NULL,
		secret.key_length, secret.fingerprint);
	verdict = expected_verdict(role, &switches);
	sound = talk.modern && flaws == 0 && (extras & 0x47) == 0 && verdict != VERDICT_NONE &&
			component->have_local_consent && component->io_callback != NULL &&
			(icelab_world_socket_condition(socket) & G_IO_OUT) != 0 &&
			icelab_world_socket_kind(socket) == ICELAB_SOCKET_DATAGRAM && icelab_world_alive() &&
			!talk.closing && !agent_find_stream(talk.agent, stream->id)->gathering &&
			(relayed || !talk.agent->force_relay) && stream->local_password[0] != '\0' &&
			!(agent_find_stream(talk.agent, stream->id) == NULL) && from->address.family != 0;
	if (relayed || talk_allocation(number) != NULL || talk.agent->reliable ||
		talk_was_given_turn_server(from))
		sound = false;

	if (!sound)
		talk_expect_payload(from, message.bytes, length);
	for (unsigned i = 0; i < ((flaws & FLAW_TWICE) != 0 ? 2u : 1u); i++)
		talk_deliver(number, from, relayed, message.bytes, length);
	icelab_world_settle();
	if (sound) {
		const Asked *asked = asked_with(transaction);

		/* RFC 8489 6.3.1: a request that is right is answered. */
		if (asked != NULL && asked->authentic && !asked->answered && icelab_world_alive() &&
			icelab_world_socket_by_number(number) != NULL)
			talk_broken(NULL, "RFC 8489 6.3.1", "a right check was not answered");
		if ((was_controlling != (talk.agent->controlling_mode != FALSE)) != switches &&
			asked != NULL && asked->authentic)
			talk_broken(NULL, "RFC 8445 7.3.1.1", "the role %s although it should%s",
				switches ? "stayed" : "changed", switches ? " not" : "");
	}
}

void talk_check(IcelabScript *script)
{
	uint8_t socket_index = icelab_script_byte(script);
	uint8_t peer = icelab_script_byte(script);
	uint8_t flaws = icelab_script_byte(script);
	uint8_t role = icelab_script_byte(script);
	uint8_t extras = icelab_script_byte(script);
	uint8_t which = icelab_script_byte(script);
	bool relayed;
	IcelabWorldSocket *socket = talk_choose_socket(socket_index, &relayed);
	IcelabEndpoint from = talk_peer(peer);

	if (socket == NULL)
		return;
	if (!relayed && icelab_world_socket_kind(socket) == ICELAB_SOCKET_STREAM)
		from = icelab_world_socket_remote(socket);
	talk_send_check(socket, relayed, &from, flaws, role, extras, which);
}
