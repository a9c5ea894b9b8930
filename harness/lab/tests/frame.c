/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frame.h"

void frame_put(Frame *frame, const void *bytes, size_t length)
{
	assert_true(frame->length + length <= sizeof frame->bytes);
	memcpy(frame->bytes + frame->length, bytes, length);
	frame->length += length;
}

void frame_put_u16(Frame *frame, unsigned value)
{
	const uint8_t bytes[] = {(uint8_t)(value >> 8), (uint8_t)value};

	frame_put(frame, bytes, sizeof bytes);
}

void frame_put_ethernet(Frame *frame, unsigned type)
{
	static const uint8_t addresses[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};

	frame_put(frame, addresses, sizeof addresses);
	frame_put_u16(frame, type);
}

static const uint8_t v4_source[4] = {192, 168, 1, 10};
static const uint8_t v4_destination[4] = {192, 0, 2, 53};
static const uint8_t v6_source[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 1, [15] = 0x10};
static const uint8_t v6_destination[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 3, [15] = 0x53};

void frame_put_v4(
	Frame *frame, uint8_t protocol, unsigned options, unsigned fragment, size_t payload)
{
	const uint8_t start[2] = {(uint8_t)(0x45 + options), 0};
	const uint8_t middle[4] = {64, protocol, 0, 0};
	static const uint8_t option[4] = {1, 1, 1, 1};

	frame_put(frame, start, sizeof start);
	frame_put_u16(frame, (unsigned)(20 + options * 4 + payload));
	frame_put_u16(frame, 7);
	frame_put_u16(frame, fragment);
	frame_put(frame, middle, sizeof middle);
	frame_put(frame, v4_source, 4);
	frame_put(frame, v4_destination, 4);
	for (unsigned i = 0; i < options; i++)
		frame_put(frame, option, sizeof option);
}

void frame_put_v6(Frame *frame, uint8_t next, size_t payload)
{
	static const uint8_t start[4] = {0x60};
	const uint8_t rest[2] = {next, 64};

	frame_put(frame, start, sizeof start);
	frame_put_u16(frame, (unsigned)payload);
	frame_put(frame, rest, sizeof rest);
	frame_put(frame, v6_source, 16);
	frame_put(frame, v6_destination, 16);
}

void frame_put_udp(Frame *frame, unsigned from, unsigned to, size_t payload)
{
	frame_put_u16(frame, from);
	frame_put_u16(frame, to);
	frame_put_u16(frame, (unsigned)(8 + payload));
	frame_put_u16(frame, 0);
}

void frame_put_tcp(Frame *frame, unsigned from, unsigned to, unsigned words)
{
	uint8_t rest[56] = {[8] = (uint8_t)(words << 4)};

	frame_put_u16(frame, from);
	frame_put_u16(frame, to);
	frame_put(frame, rest, words * 4 - 4);
}

void frame_put_stun(Frame *frame, unsigned type, const uint8_t cookie[4], size_t length)
{
	frame_put_u16(frame, type);
	frame_put_u16(frame, (unsigned)length);
	frame_put(frame, cookie, 4);
	frame_put(frame, "0123456789ab", 12);
}

void frame_put_arp(Frame *frame)
{
	static const uint8_t start[] = {0, 1, 8, 0, 6, 4, 0, 1};
	static const uint8_t hardware[6] = {2, 0, 0, 0, 0, 1};

	frame_put(frame, start, sizeof start);
	frame_put(frame, hardware, 6);
	frame_put(frame, v4_source, 4);
	frame_put(frame, hardware, 6);
	frame_put(frame, v4_destination, 4);
}

const uint8_t frame_rfc5389[4] = {0x21, 0x12, 0xA4, 0x42};
const uint8_t frame_rfc3489[4] = {1, 2, 3, 4};

static void decode(const Sample *sample, size_t length, IcelabPacket *packet)
{
	/* In a block of its own size, so that a byte too far is noticed. */
	uint8_t *exact = malloc(length > 0 ? length : 1);

	assert_non_null(exact);
	memcpy(exact, sample->frame.bytes, length);
	icelab_packet_decode(sample->link, sample->protocol, exact, length, packet);
	if (packet->payload != NULL)
		assert_true(
			packet->payload >= exact && packet->payload + packet->payload_length <= exact + length);
	free(exact);
}

/* What must hold of any frame whatever. */
static void assert_sane(const IcelabPacket *packet)
{
	assert_in_range(packet->kind, ICELAB_PACKET_OTHER, ICELAB_PACKET_DHCP);
	assert_true(packet->source.family == packet->destination.family);
	assert_true(
		packet->source.family == 0 || packet->source.family == 4 || packet->source.family == 6);
	assert_true(packet->payload != NULL || packet->payload_length == 0);
	if (!packet->has_ports)
		assert_true(packet->source_port == 0 && packet->destination_port == 0);
	else
		assert_true(packet->ip_protocol == 6 || packet->ip_protocol == 17);
	if (packet->has_transaction)
		assert_true(packet->kind == ICELAB_PACKET_STUN || packet->kind == ICELAB_PACKET_TURN);
}

void frame_check(const Sample *sample)
{
	const IcelabPacket *wanted = &sample->wanted;
	IcelabPacket packet;

	decode(sample, sample->frame.length, &packet);
	assert_sane(&packet);
	if (packet.kind != wanted->kind || packet.ip_protocol != wanted->ip_protocol ||
		packet.has_ports != wanted->has_ports || packet.source_port != wanted->source_port ||
		packet.destination_port != wanted->destination_port ||
		packet.has_transaction != wanted->has_transaction ||
		packet.payload_length != wanted->payload_length ||
		!icelab_address_equal(&packet.source, &wanted->source) ||
		!icelab_address_equal(&packet.destination, &wanted->destination))
		fail_msg("%s: kind %s, protocol %d, ports %d %d-%d, transaction %d, payload %zu, family "
				 "%d",
			sample->name, icelab_packet_kind_name(packet.kind), packet.ip_protocol,
			packet.has_ports, packet.source_port, packet.destination_port, packet.has_transaction,
			packet.payload_length, packet.source.family);
	if (packet.has_transaction)
		assert_memory_equal(packet.transaction + 4, "0123456789ab", 12);
	/* Cut off anywhere, and with any one byte changed in each of its bits and turned over. */
	for (size_t length = 0; length <= sample->frame.length; length++) {
		decode(sample, length, &packet);
		assert_sane(&packet);
	}
	for (size_t at = 0; at < sample->frame.length; at++) {
		for (unsigned value = 0; value < 256; value++) {
			Sample changed = *sample;

			changed.frame.bytes[at] = (uint8_t)value;
			decode(&changed, changed.frame.length, &packet);
			assert_sane(&packet);
		}
	}
}

IcelabPacket frame_between(int family, IcelabPacketKind kind, uint8_t protocol)
{
	IcelabPacket packet = {.kind = kind, .ip_protocol = protocol};

	packet.source.family = packet.destination.family = (uint8_t)family;
	memcpy(packet.source.bytes, family == 4 ? v4_source : v6_source, family == 4 ? 4 : 16);
	memcpy(packet.destination.bytes, family == 4 ? v4_destination : v6_destination,
		family == 4 ? 4 : 16);
	return packet;
}
