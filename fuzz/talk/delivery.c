/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "guards.h"
#include "talk/dialect.h"

/* How a message reaches the agent: as a datagram, in a stream or through a relay. */

static void remember(
	unsigned number, const IcelabEndpoint *from, const uint8_t *bytes, size_t length)
{
	unsigned slot = talk.arrived_count++ % 4;

	talk.arrived_number[slot] = number;
	talk.arrived_from[slot] = *from;
	talk.arrived_length[slot] = MIN(length, sizeof(talk.arrived[0]));
	memcpy(talk.arrived[slot], bytes, talk.arrived_length[slot]);
}

/* What came as data may be read as a channel's. */
static void note_channel_data(unsigned number, const uint8_t *bytes, size_t length)
{
	const Allocation *allocation = talk_allocation(number);
	size_t declared = (size_t)(bytes[2] << 8 | bytes[3]);

	talk.lied = talk.lied || declared > length - 4;
	for (unsigned i = 0; allocation != NULL && i < allocation->channel_count; i++)
		if (allocation->channels[i].channel == (bytes[0] << 8 | bytes[1]) && declared <= length - 4)
			talk_expect_payload(&allocation->channels[i].peer, bytes + 4, declared);
}

void talk_receive(
	IcelabWorldSocket *socket, const IcelabEndpoint *from, const uint8_t *bytes, size_t length)
{
	/* The number and length of a channel are read where there are less than four bytes. */
	if (length < 4 && !talk_is_old_turn() && talk_is_turn_server(from) &&
		icelab_guard("turn-short-datagram"))
		return;
	if (length >= 4 && (bytes[0] & 0xc0) == 0x40 && talk_is_turn_server(from)) {
		note_channel_data(icelab_world_socket_number(socket), bytes, length);
		/* Pseudo-TCP has the datagram copied into a buffer of its length, beyond which is read
		 * then. */
		if (talk.agent->reliable && (size_t)(bytes[2] << 8 | bytes[3]) > length - 4 &&
			icelab_guard("turn-channel-data-length"))
			return;
	}
	icelab_world_socket_receive(socket, from, bytes, length);
}

void talk_arrive(unsigned number, const IcelabEndpoint *from, const uint8_t *bytes, size_t length)
{
	IcelabWorldSocket *socket = icelab_world_socket_by_number(number);
	uint8_t framed[TALK_MESSAGE_LONGEST + 8];
	Allocation *allocation = talk_allocation(number);
	IcelabEndpoint far;

	if (socket == NULL || length > TALK_MESSAGE_LONGEST)
		return;
	talk_mend(NULL);
	/* Where the relay is gone, what it sends is data like any other's. */
	if (allocation != NULL)
		talk_expect_payload(from, bytes, length);
	if (icelab_world_socket_kind(socket) == ICELAB_SOCKET_DATAGRAM) {
		remember(number, from, bytes, length);
		talk_receive(socket, from, bytes, length);
		return;
	}
	if (icelab_world_socket_kind(socket) != ICELAB_SOCKET_STREAM)
		return;
	far = icelab_world_socket_remote(socket);
	/* What comes through such a relay is taken apart into frames (RFC 4571). */
	talk.streamed = talk.streamed || allocation != NULL;
	if (allocation != NULL || icelab_endpoint_equal(&far, from)) {
		bool turn = talk_was_given_turn_server(from);
		size_t header = 0;

		if (turn && talk.agent->compatibility == NICE_COMPATIBILITY_GOOGLE) {
			framed[0] = (uint8_t)(length >> 8);
			framed[1] = (uint8_t)length;
			header = 2;
		} else if (turn && talk_is_old_turn()) {
			framed[0] = 2;
			framed[1] = 0;
			framed[2] = (uint8_t)(length >> 8);
			framed[3] = (uint8_t)length;
			header = 4;
		} else if (!turn) {
			framed[0] = (uint8_t)(length >> 8);
			framed[1] = (uint8_t)length;
			header = 2;
		}
		memcpy(framed + header, bytes, length);
		/* RFC 8656 12.5: over TCP, ChannelData is padded to four bytes. */
		while (turn && header == 0 && length % 4 != 0)
			framed[length++] = 0;
		icelab_world_socket_stream(socket, framed, header + length, 0);
	}
}

static Allocation *relay_for(unsigned number, const IcelabEndpoint *peer, uint16_t *channel)
{
	Allocation *allocation = talk_allocation(number);

	*channel = 0;
	for (unsigned i = 0; allocation != NULL && i < allocation->channel_count; i++)
		if (icelab_endpoint_equal(&allocation->channels[i].peer, peer))
			*channel = allocation->channels[i].channel;
	return allocation;
}

void talk_deliver(
	unsigned number, const IcelabEndpoint *from, bool relayed, const uint8_t *bytes, size_t length)
{
	uint16_t channel;
	Allocation *allocation;
	TalkMessage message;

	if (length == 0 || length > TALK_MESSAGE_LONGEST - 100)
		return;
	packets_delivered(number, from, relayed, bytes, length);
	if (!relayed) {
		talk_arrive(number, from, bytes, length);
		return;
	}
	allocation = relay_for(number, from, &channel);
	if (allocation == NULL)
		return;
	if (channel != 0 && talk.modern) {
		message.bytes[0] = (uint8_t)(channel >> 8);
		message.bytes[1] = (uint8_t)channel;
		message.bytes[2] = (uint8_t)(length >> 8);
		message.bytes[3] = (uint8_t)length;
		memcpy(message.bytes + 4, bytes, length);
		talk_arrive(number, &allocation->server, message.bytes, length + 4);
		return;
	}
	if (talk_is_old_turn()) {
		talk_deliver_old(allocation, from, bytes, length);
		return;
	}
	talk_begin_data(&message);
	icelab_stun_build_xor_address(
		&message.builder, ICELAB_STUN_XOR_PEER_ADDRESS, &from->address, from->port);
	icelab_stun_build_attribute(&message.builder, 0x0013, bytes, length);
	length = talk_message_finish(&message, SUM_NEW, NULL, 0, false);
	talk_arrive(number, &allocation->server, message.bytes, length);
}

void talk_expect_payload(const IcelabEndpoint *from, const uint8_t *bytes, size_t length)
{
	Payload *payload = &talk.payloads[talk.payload_count++ % MOST_PAYLOADS];

	payload->from = *from;
	payload->length = MIN(length, PAYLOAD_LONGEST);
	memcpy(payload->bytes, bytes, payload->length);
}

void talk_answer_from(const Sent *request, const IcelabEndpoint *from, uint8_t flaws,
	const uint8_t *bytes, size_t length)
{
	/* What libnice does not take for STUN goes to the application. */
	if (request->party != PARTY_PEER || flaws != 0)
		talk_expect_payload(from, bytes, length);
	for (unsigned i = 0; i < ((flaws & FLAW_TWICE) != 0 ? 2u : 1u); i++) {
		if (request->party == PARTY_PEER)
			talk_deliver(request->number, from, request->relayed, bytes, length);
		else
			talk_arrive(request->number, from, bytes, length);
		icelab_world_settle();
	}
}

void talk_answer_with(const Sent *request, uint8_t flaws, const uint8_t *bytes, size_t length)
{
	IcelabEndpoint from = request->peer;

	if ((flaws & FLAW_SOURCE) != 0)
		from.port ^= 1;
	talk_answer_from(request, &from, flaws, bytes, length);
}

IcelabEndpoint talk_seen_from(const Sent *request, uint8_t which)
{
	IcelabWorldSocket *socket = icelab_world_socket_by_number(request->number);

	if (talk.no_nat && which == 0 && socket != NULL && !talk.mode3)
		return icelab_world_socket_local(socket);
	return talk_mapped(which != 0 ? which : (uint8_t)request->number, request->to.address.family);
}

void talk_note_mapped(const IcelabEndpoint *mapped)
{
	if (talk.mapped_count < G_N_ELEMENTS(talk.mapped))
		talk.mapped[talk.mapped_count++] = *mapped;
}

bool talk_from_right_place(uint8_t flaws)
{
	return (flaws & FLAW_SOURCE) == 0 || icelab_guard("discovery-response-source");
}
