/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "talk/rules.h"

/* What reaches the agent: who asked, who answered, and who has proved what by it. */

static bool username_is_for(const IcelabStunMessage *message, const Credentials *local)
{
	IcelabStunAttribute username;
	size_t length = strlen(local->ufrag);

	return icelab_stun_find(message, ICELAB_STUN_USERNAME, &username) &&
		   username.length >= length && memcmp(username.value, local->ufrag, length) == 0;
}

static Asked *note_asked(const uint8_t transaction[16], unsigned number, const IcelabEndpoint *from)
{
	Asked *asked = &talk.asked[talk.asked_count++ % MOST_ASKED];

	*asked = (Asked){.number = number, .from = *from};
	memcpy(asked->transaction, transaction, sizeof(asked->transaction));
	return asked;
}

static void note_request(const IcelabStunMessage *message, unsigned number,
	const IcelabEndpoint *from, guint stream_id, guint component_id)
{
	Asked *asked = note_asked(message->transaction, number, from);
	Stream *stream = talk_stream(stream_id);
	IcelabStunAttribute use;
	Known *known;

	for (unsigned i = 0; stream != NULL && i < stream->local_count; i++)
		asked->authentic = asked->authentic || (username_is_for(message, &stream->local[i]) &&
												   rule_integrity(message, &stream->local[i]));
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
			right = rule_integrity(message, &stream->remote[j]);
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
	if (socket == NULL || !talk_receives(socket, &stream, &component))
		return;
	if (icelab_stun_parse(bytes, length, &message) != ICELAB_STUN_OK) {
		/* What is wrong behind its header may be answered by an error. */
		if (length >= 20 && bytes[0] == 0 && bytes[1] == ICELAB_STUN_BINDING)
			note_asked(bytes + 4, number, from);
		return;
	}
	if (message.method != ICELAB_STUN_BINDING)
		return;
	if (message.message_class == ICELAB_STUN_REQUEST)
		note_request(&message, number, from, stream->id, component->id);
	else if (message.message_class != ICELAB_STUN_INDICATION)
		note_response(&message, number, from, stream->id, component->id);
}
