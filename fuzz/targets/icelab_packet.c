/* SPDX-License-Identifier: MIT */
/* Attack surface: every frame that an implementation under test, or whoever it talks to, puts on a
 * wire of the lab: icelab_packet_decode() (harness/lab/packet.c) sees all of them.
 *
 * The input: one byte for the link (its lowest bit), two for the EtherType, then the frame.
 * Oracles: the payload lies in the frame; ports stand on UDP and TCP alone; a transaction is the
 * STUN header's; both addresses are of one family; the same packet behind an Ethernet header is the
 * same; Ethernet's padding behind an IP packet changes nothing; each kind has a name that leads
 * back to it. */
#include <stdint.h>
#include <string.h>

#include "lab/packet.h"
#include "oracles/oracle.h"

#define ETHERNET 14
#define PADDING 46
#define FRAME_LIMIT 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same_but_payload(const IcelabPacket *a, const IcelabPacket *b)
{
	return a->kind == b->kind && a->ip_protocol == b->ip_protocol && a->has_ports == b->has_ports &&
		   icelab_address_equal(&a->source, &b->source) &&
		   icelab_address_equal(&a->destination, &b->destination) &&
		   a->source_port == b->source_port && a->destination_port == b->destination_port &&
		   a->has_transaction == b->has_transaction &&
		   memcmp(a->transaction, b->transaction, sizeof a->transaction) == 0;
}

static bool same(const IcelabPacket *a, const IcelabPacket *b)
{
	return same_but_payload(a, b) && a->payload_length == b->payload_length &&
		   (a->payload_length == 0 || memcmp(a->payload, b->payload, a->payload_length) == 0);
}

static void check_packet(const IcelabPacket *packet, const uint8_t *frame, size_t length)
{
	static const uint8_t none[16];

	EXPECT(packet->payload_length == 0 ||
			   (packet->payload >= frame && packet->payload_length <= length &&
				   (size_t)(packet->payload - frame) <= length - packet->payload_length),
		"packet-check-packet", "the payload lies outside");
	EXPECT(
		packet->source.family == packet->destination.family, "packet-check-packet", "two families");
	EXPECT(!packet->has_ports || packet->ip_protocol == 6 || packet->ip_protocol == 17,
		"packet-check-packet", "ports of %u", packet->ip_protocol);
	EXPECT(packet->has_ports || (packet->source_port == 0 && packet->destination_port == 0),
		"packet-check-packet", "ports that are none");
	EXPECT(packet->ip_protocol == 0 || packet->source.family != 0, "packet-check-packet",
		"a protocol without IP");
	EXPECT(!packet->has_transaction ||
			   (packet->kind == ICELAB_PACKET_STUN || packet->kind == ICELAB_PACKET_TURN),
		"packet-check-packet", "a transaction of %s", icelab_packet_kind_name(packet->kind));
	if (packet->has_transaction)
		EXPECT(packet->payload_length >= 20 &&
				   memcmp(packet->payload + 4, packet->transaction, 16) == 0,
			"packet-check-packet", "another transaction");
	else
		EXPECT(memcmp(packet->transaction, none, 16) == 0, "packet-check-packet",
			"a transaction that is none");
	EXPECT(icelab_packet_kind_from_name(icelab_packet_kind_name(packet->kind)) == packet->kind,
		"packet-check-packet", "%s", icelab_packet_kind_name(packet->kind));
}

/* The same bytes as a frame of Ethernet. */
static void check_ethernet(
	const IcelabPacket *packet, uint16_t protocol, const uint8_t *bytes, size_t length)
{
	static uint8_t frame[ETHERNET + FRAME_LIMIT];
	IcelabPacket other;

	frame[12] = (uint8_t)(protocol >> 8);
	frame[13] = (uint8_t)protocol;
	if (length > 0)
		memcpy(frame + ETHERNET, bytes, length);
	icelab_packet_decode(ICELAB_LINK_ETHERNET, 0, frame, ETHERNET + length, &other);
	EXPECT(same(packet, &other), "packet-check-ethernet", "%s behind an Ethernet header",
		icelab_packet_kind_name(other.kind));
}

/* The end of an IP packet by its own words; 0 where there is none, or it does not say. */
static size_t end_of(uint16_t protocol, const uint8_t *bytes, size_t length)
{
	size_t end = 0;

	if (length >= 20 && protocol == 0x0800 && bytes[0] >> 4 == 4) {
		end = (size_t)(bytes[2] << 8 | bytes[3]);
		if (end < (size_t)(bytes[0] & 15) * 4)
			end = 0;
	} else if (length >= 40 && protocol == 0x86DD && bytes[0] >> 4 == 6) {
		end = (size_t)(bytes[4] << 8 | bytes[5]);
		end = end == 0 ? 0 : end + 40;
	}
	return end <= length ? end : 0;
}

static void check_padding(
	const IcelabPacket *packet, uint16_t protocol, const uint8_t *bytes, size_t length)
{
	static uint8_t padded[FRAME_LIMIT + PADDING];
	IcelabPacket other;

	if (end_of(protocol, bytes, length) == 0)
		return;
	memcpy(padded, bytes, length);
	memset(padded + length, 0x5A, PADDING);
	icelab_packet_decode(ICELAB_LINK_IP, protocol, padded, length + PADDING, &other);
	EXPECT(same(packet, &other), "packet-check-padding", "%s with padding",
		icelab_packet_kind_name(other.kind));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IcelabPacket packet;

	if (size < 3 || size > FRAME_LIMIT)
		return 0;

	IcelabLinkType link = data[0] & 1 ? ICELAB_LINK_IP : ICELAB_LINK_ETHERNET;
	uint16_t protocol = (uint16_t)(data[1] << 8 | data[2]);
	const uint8_t *frame = data + 3;
	size_t length = size - 3;

	icelab_packet_decode(link, protocol, frame, length, &packet);
	check_packet(&packet, frame, length);
	if (link == ICELAB_LINK_IP) {
		check_ethernet(&packet, protocol, frame, length);
		check_padding(&packet, protocol, frame, length);
	}
	return 0;
}
