/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "guards.h"
#include "oracles/segment.h"
#include "talk/dialect.h"
#include "talk/steps.h"

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

void step_data(IcelabScript *script)
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
	if (socket == NULL || script->left == 0 ||
		(talk.agent->reliable && segment_scales_too_far(script->bytes, script->left) &&
			icelab_guard("pseudotcp-window-scale")))
		return;
	talk_expect_payload(&from, script->bytes, script->left);
	talk_deliver(icelab_world_socket_number(socket), &from, relayed, script->bytes, script->left);
	icelab_world_settle();
}

/* So that no frame of a relay's stream says that it is longer than the library's buffer. */
static void keep_frames_short(const IcelabWorldSocket *socket, uint8_t *bytes, size_t length)
{
	IcelabEndpoint far = icelab_world_socket_remote(socket), proxy = talk_proxy();

	if ((!talk_is_turn_server(&far) && !icelab_endpoint_equal(&far, &proxy)) ||
		!icelab_guard("turn-tcp-frame-overflow"))
		return;
	for (size_t i = 0; i < length; i++)
		bytes[i] = MIN(bytes[i], 0xfe);
}

void step_relay_frame(IcelabScript *script)
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
	if ((form & 1) == 0 && talk_is_old_turn()) {
		/* What is the active destination's comes as it is. */
		memcpy(bytes, script->bytes, payload);
		size = payload;
	} else if ((form & 1) == 0) {
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

		/* By the drafts 0x0115 and the cookie are right. */
		if (talk_is_old_turn())
			form ^= 2 | 8;
		icelab_stun_build_start(&builder, bytes, sizeof(bytes),
			(form & 2) != 0 ? ICELAB_STUN_ERROR : ICELAB_STUN_INDICATION,
			(form & 2) != 0 ? 0x005 : ICELAB_STUN_DATA, transaction);
		builder.unpadded = talk_is_ms_turn();
		if ((form & 8) != 0)
			icelab_stun_build_attribute(&builder, 0x000f, talk_old_cookie, 4);
		if ((form & 4) == 0 && talk_is_old_turn())
			icelab_stun_build_address(&builder, OLD_REMOTE_ADDRESS, &from.address, from.port);
		else if ((form & 4) == 0)
			icelab_stun_build_xor_address(
				&builder, ICELAB_STUN_XOR_PEER_ADDRESS, &from.address, from.port);
		if ((form & 0x10) == 0)
			icelab_stun_build_attribute(&builder, 0x0013, script->bytes, payload);
		if ((form & 0x20) != 0)
			icelab_stun_build_attribute(&builder, 0x0013, "second", 6);
		size = icelab_stun_build_end(&builder);
		talk_expect_payload(&from, script->bytes, payload);
		if ((form & 0x30) == 0x30)
			talk_expect_payload(&from, (const uint8_t *)"second", 6);
		/* What names no peer, or has no data, is no delivery but the server's own. */
		if ((form & 0x14) != 0)
			talk_expect_payload(&allocation->server, bytes, size);
	}
	if (icelab_world_socket_kind(socket) == ICELAB_SOCKET_DATAGRAM) {
		talk_receive(socket, &allocation->server, bytes, size);
	} else if (talk_is_ms_turn()) {
		/* What is inside is not framed as the peer's stream would be, but as the script has it. */
		talk_arrive(allocation->number, &allocation->server, bytes, size);
	} else {
		/* RFC 8656 12.5: over a stream ChannelData is padded. What is not, or is of another length
		 * than it says, leaves the reader in the midst of a frame; what is inside is taken apart
		 * into frames (RFC 4571). */
		while (talk.modern && (form & 9) == 0 && size % 4 != 0)
			bytes[size++] = 0;
		talk.streamed = true;
		keep_frames_short(socket, bytes, MIN(size, 4));
		icelab_world_socket_stream(socket, bytes, size, 0);
	}
	icelab_world_settle();
}

void step_datagram(IcelabScript *script)
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
		const Sent *sent = step_choose_request((Party)(index >> 5 & 3), index & 0x1f);

		if (sent != NULL)
			memcpy(bytes + 4, sent->bytes + 4, 16);
		bytes[2] = (uint8_t)((length - 20) >> 8);
		bytes[3] = (uint8_t)((length - 20) & 0xfc);
	}
	talk_expect_payload(&from, bytes, length);
	packets_delivered(icelab_world_socket_number(socket), &from, false, bytes, length);
	talk_receive(socket, &from, bytes, length);
	icelab_world_settle();
}

void step_stream(IcelabScript *script)
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
	keep_frames_short(socket, bytes, length);
	if ((fragment & 1) == 0)
		more = 0;
	icelab_world_socket_set_fragment(socket, fragment);
	icelab_world_socket_stream(socket, bytes, length, more);
	icelab_world_settle();
}

void step_connection(IcelabScript *script)
{
	uint8_t event = icelab_script_byte(script);
	uint8_t index = icelab_script_byte(script);
	uint8_t value = icelab_script_byte(script);
	IcelabEndpoint from = talk_peer(value);
	IcelabWorldSocket *stream = any_socket(index, ICELAB_SOCKET_STREAM);
	IcelabWorldSocket *listener = any_socket(index, ICELAB_SOCKET_LISTENER);
	IcelabWorldSocket *any = any_socket(index, -1);

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
		talk.cramped = true;
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

void step_replay(IcelabScript *script)
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
	talk_receive(socket, &from, talk.arrived[slot], talk.arrived_length[slot]);
	icelab_world_settle();
}
