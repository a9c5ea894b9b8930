/* SPDX-License-Identifier: MIT */
#include "lab/check.h"

#include "stun/message.h"

enum {
	ICE_CONTROLLED = 0x8029,  /* RFC 8445 16.1 */
	ICE_CONTROLLING = 0x802A, /* RFC 8445 16.1 */
	GOOG_NETWORK_INFO = 0xC057,
};

static guint64 read_u64(const uint8_t *bytes)
{
	guint64 value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* RFC 8445 7.1.3: every check has one of the two, with the tie-breaker of its agent. */
static gboolean read_check(const IcelabStunMessage *message, IcelabCheck *check)
{
	IcelabStunAttribute attribute;

	check->controlling = icelab_stun_find(message, ICE_CONTROLLING, &attribute);
	if (!check->controlling && !icelab_stun_find(message, ICE_CONTROLLED, &attribute))
		return FALSE;
	if (attribute.length != 8)
		return FALSE;
	check->tie_breaker = read_u64(attribute.value);
	/* libwebrtc: two numbers of 16 bits, which of its interfaces, and what it costs. */
	check->has_network =
		icelab_stun_find(message, GOOG_NETWORK_INFO, &attribute) && attribute.length == 4;
	if (check->has_network) {
		check->network_id = (guint16)(attribute.value[0] << 8 | attribute.value[1]);
		check->network_cost = (guint16)(attribute.value[2] << 8 | attribute.value[3]);
	}
	return TRUE;
}

gboolean icelab_check_take(
	IcelabObservation *observation, const IcelabFlow *flow, const IcelabPacket *packet)
{
	IcelabStunMessage message;
	/* Copied where it is kept. */
	IcelabCheck check = {
		.node = flow->node,
		.interface = flow->interface,
		.outgoing = flow->outgoing,
		.source = flow->source,
		.destination = flow->destination,
		.source_port = flow->source_port,
		.destination_port = flow->destination_port,
		.time_us = flow->time_us,
	};

	if (packet->kind != ICELAB_PACKET_STUN ||
		icelab_stun_parse(packet->payload, packet->payload_length, &message) != ICELAB_STUN_OK ||
		message.message_class != ICELAB_STUN_REQUEST || message.method != ICELAB_STUN_BINDING ||
		!read_check(&message, &check))
		return TRUE;
	return icelab_observation_check(observation, &check);
}
