/* SPDX-License-Identifier: MIT */
#include "talk/dialect.h"

#include <string.h>

#include "oracles/framing.h"

bool talk_is_greeting(const uint8_t *bytes, size_t length)
{
	/* The hello of SSL 2 that GOOGLE has, and of TLS. */
	return (length == 72 && memcmp(bytes, "\x80\x46\x01\x03\x01", 5) == 0) ||
		   (length == 50 && memcmp(bytes, "\x16\x03\x01\x00\x2d", 5) == 0);
}

void talk_answer_greeting(const Sent *greeting, uint8_t wrong)
{
	IcelabWorldSocket *socket = icelab_world_socket_by_number(greeting->number);
	bool google = greeting->bytes[0] == 0x80;
	size_t length = google ? sizeof(framing_ssl_google) : sizeof(framing_ssl_oc2007);
	uint8_t bytes[sizeof(framing_ssl_oc2007)];

	if (socket == NULL)
		return;
	memcpy(bytes, google ? framing_ssl_google : framing_ssl_oc2007, length);
	if (wrong != 0)
		bytes[wrong % length] ^= 1;
	icelab_world_socket_stream(socket, bytes, length, 0);
	icelab_world_settle();
}

bool talk_is_old_turn(void)
{
	return talk.agent->compatibility != NICE_COMPATIBILITY_RFC5245;
}

bool talk_is_ms_turn(void)
{
	return talk.agent->compatibility == NICE_COMPATIBILITY_OC2007 ||
		   talk.agent->compatibility == NICE_COMPATIBILITY_OC2007R2;
}

bool talk_has_long_term(void)
{
	return talk.modern || talk_is_ms_turn();
}

uint16_t talk_realm_type(void)
{
	return talk_is_ms_turn() ? ICELAB_STUN_NONCE : ICELAB_STUN_REALM;
}

uint16_t talk_nonce_type(void)
{
	return talk_is_ms_turn() ? ICELAB_STUN_REALM : ICELAB_STUN_NONCE;
}

void talk_begin(TalkMessage *message, uint8_t flaws, IcelabStunClass message_class, uint16_t method,
	const uint8_t transaction[16])
{
	talk_message_start(message, flaws, message_class, method, transaction);
	message->builder.unpadded = talk_is_ms_turn();
}

void talk_begin_data(TalkMessage *message)
{
	static const uint8_t transaction[16] = {0x21, 0x12, 0xa4, 0x42, 'i', 'n', 'd'};

	talk_begin(message, 0, talk_is_old_turn() ? ICELAB_STUN_ERROR : ICELAB_STUN_INDICATION,
		talk_is_old_turn() ? 0x005 : ICELAB_STUN_DATA, transaction);
}

bool talk_find(const uint8_t *bytes, size_t length, uint16_t type, IcelabStunAttribute *attribute)
{
	IcelabStunMessage message;
	size_t offset = ICELAB_STUN_HEADER;

	if (!talk_is_ms_turn())
		return icelab_stun_parse(bytes, length, &message) == ICELAB_STUN_OK &&
			   icelab_stun_find(&message, type, attribute);
	while (offset + 4 <= length) {
		attribute->type = (uint16_t)(bytes[offset] << 8 | bytes[offset + 1]);
		attribute->length = (uint16_t)(bytes[offset + 2] << 8 | bytes[offset + 3]);
		attribute->value = bytes + offset + 4;
		offset += 4u + attribute->length;
		if (attribute->type == type)
			return offset <= length;
	}
	return false;
}

/* [MS-TURN]: what is relayed over TCP is a stream, whose frames are RFC 4571's. */
static bool carries_stream(const Allocation *allocation)
{
	return allocation->stream && talk_is_ms_turn() && talk.agent->use_ice_tcp;
}

/* draft-rosenberg-midcom-turn-08: the cookie is the first attribute of every message. */
static bool has_cookie(const uint8_t *bytes, size_t length)
{
	return length >= 28 && memcmp(bytes + 20, "\0\x0f\0\x04", 4) == 0 &&
		   memcmp(bytes + 24, talk_old_cookie, 4) == 0;
}

static bool set_content(
	const Allocation *allocation, Sent *inner, const uint8_t *bytes, size_t length)
{
	if (allocation != NULL && carries_stream(allocation)) {
		if (length < 2 || (size_t)(bytes[0] << 8 | bytes[1]) != length - 2)
			return false;
		bytes += 2;
		length -= 2;
	}
	if (length > SENT_LONGEST)
		return false;
	inner->party = PARTY_PEER;
	inner->relayed = true;
	inner->length = length;
	memmove(inner->bytes, bytes, length);
	return true;
}

OldContent talk_unwrap_old(const Sent *outer, Sent *inner)
{
	const Allocation *allocation = talk_allocation(outer->number);
	IcelabStunAttribute data, to;

	*inner = *outer;
	if (!has_cookie(outer->bytes, outer->length)) {
		if (allocation == NULL || !allocation->is_active)
			return OLD_NOTHING;
		inner->peer = allocation->active;
		return set_content(allocation, inner, outer->bytes, outer->length) ? OLD_DATA : OLD_NOTHING;
	}
	if (talk_method(outer->bytes) != OLD_SEND ||
		!talk_find(outer->bytes, outer->length, OLD_DESTINATION_ADDRESS, &to) ||
		!icelab_stun_read_address(&to, &inner->peer.address, &inner->peer.port) ||
		!talk_find(outer->bytes, outer->length, 0x0013, &data) ||
		!set_content(allocation, inner, data.value, data.length))
		return OLD_NOTHING;
	return OLD_BOTH;
}

void talk_note_active(const Sent *request)
{
	Allocation *allocation = talk_allocation(request->number);
	IcelabStunAttribute to, options;

	if (allocation == NULL ||
		!talk_find(request->bytes, request->length, OLD_DESTINATION_ADDRESS, &to) ||
		(request->method != OLD_SET_ACTIVE_DESTINATION &&
			!talk_find(request->bytes, request->length, OLD_OPTIONS, &options)))
		return;
	allocation->is_active =
		icelab_stun_read_address(&to, &allocation->active.address, &allocation->active.port);
}

void talk_deliver_old(
	const Allocation *allocation, const IcelabEndpoint *from, const uint8_t *bytes, size_t length)
{
	uint8_t framed[TALK_MESSAGE_LONGEST];
	TalkMessage message;

	if (carries_stream(allocation)) {
		framed[0] = (uint8_t)(length >> 8);
		framed[1] = (uint8_t)length;
		memcpy(framed + 2, bytes, length);
		bytes = framed;
		length += 2;
	}
	if (!allocation->is_active || !icelab_endpoint_equal(&allocation->active, from)) {
		talk_begin_data(&message);
		icelab_stun_build_attribute(&message.builder, 0x000f, talk_old_cookie, 4);
		icelab_stun_build_address(&message.builder, OLD_REMOTE_ADDRESS, &from->address, from->port);
		icelab_stun_build_attribute(&message.builder, 0x0013, bytes, length);
		length = talk_message_finish(&message, SUM_NEW, NULL, 0, false);
		bytes = message.bytes;
	}
	talk_arrive(allocation->number, &allocation->server, bytes, length);
}
