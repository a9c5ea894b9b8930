/* SPDX-License-Identifier: MIT */
#include "lab/packet.h"

#include <string.h>

enum {
	ETHERTYPE_V4 = 0x0800,
	ETHERTYPE_ARP_ = 0x0806,
	ETHERTYPE_V6 = 0x86DD,
	PROTOCOL_ICMP = 1,
	PROTOCOL_IGMP = 2,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_ICMPV6 = 58,
};

static const char *const kind_names[] = {"other", "canary", "arp", "nd", "membership", "icmp",
	"udp", "tcp", "stun", "turn", "dns", "mdns", "ssdp", "port-mapping", "dhcp"};

/* What is left of the frame. */
typedef struct {
	const uint8_t *bytes;
	size_t length;
} Rest;

static uint16_t read_u16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static bool skip(Rest *rest, size_t count)
{
	if (rest->length < count)
		return false;
	rest->bytes += count;
	rest->length -= count;
	return true;
}

static void set_address(IcelabAddress *address, uint8_t family, const uint8_t *bytes)
{
	*address = (IcelabAddress){.family = family};
	memcpy(address->bytes, bytes, family == 4 ? 4 : 16);
}

/* RFC 8489 5: the two first bits are zero, the length is a multiple of 4 and the magic cookie
 * stands at its place. RFC 3489 messages have no cookie: there the length must fit exactly, or any
 * datagram that begins with a zero byte would be called STUN. */
static bool is_stun(const uint8_t *payload, size_t length)
{
	static const uint8_t cookie[4] = {0x21, 0x12, 0xA4, 0x42};
	size_t declared;

	if (length < 20 || payload[0] & 0xC0)
		return false;
	declared = read_u16(payload + 2);
	if (declared & 3)
		return false;
	return memcmp(payload + 4, cookie, 4) == 0 || declared + 20 == length;
}

static bool is_turn_method(const uint8_t *payload)
{
	/* RFC 8489 5: the method's bits lie around the two bits of the class. */
	unsigned type = read_u16(payload);
	unsigned method = (type & 0x000F) | (type & 0x00E0) >> 1 | (type & 0x3E00) >> 2;

	return method >= 0x003 && method <= 0x00C && method != 0x005;
}

static bool is_channel_data(const uint8_t *payload, size_t length)
{
	/* RFC 8656 12: channels 0x4000 to 0x4FFF, then the length of the data. */
	return length >= 4 && payload[0] >= 0x40 && payload[0] <= 0x4F &&
		   (size_t)read_u16(payload + 2) + 4 <= length;
}

static bool either_port(const IcelabPacket *packet, uint16_t port)
{
	return packet->source_port == port || packet->destination_port == port;
}

static void decode_payload(IcelabPacket *packet)
{
	const uint8_t *payload = packet->payload;
	size_t length = packet->payload_length;
	/* RFC 4571, RFC 8489 6.2.2: over TCP STUN stands in the stream without framing; the first
	 * segment decides. */
	bool stun = is_stun(payload, length);

	if (stun) {
		packet->kind = is_turn_method(payload) ? ICELAB_PACKET_TURN : ICELAB_PACKET_STUN;
		packet->has_transaction = true;
		memcpy(packet->transaction, payload + 4, 16);
	} else if (either_port(packet, 53) && length > 0) {
		packet->kind = ICELAB_PACKET_DNS;
	} else if (packet->ip_protocol == PROTOCOL_UDP && either_port(packet, 5353)) {
		packet->kind = ICELAB_PACKET_MDNS;
	} else if (packet->ip_protocol == PROTOCOL_UDP && either_port(packet, 1900)) {
		packet->kind = ICELAB_PACKET_SSDP;
	} else if (packet->ip_protocol == PROTOCOL_UDP && packet->destination_port == 5351) {
		packet->kind = ICELAB_PACKET_PORT_MAPPING;
	} else if (packet->ip_protocol == PROTOCOL_UDP &&
			   (either_port(packet, 67) || either_port(packet, 547))) {
		packet->kind = ICELAB_PACKET_DHCP;
	} else if (is_channel_data(payload, length) && either_port(packet, 3478)) {
		packet->kind = ICELAB_PACKET_TURN;
	}
}

static void decode_udp(IcelabPacket *packet, Rest rest)
{
	if (rest.length < 8)
		return;
	packet->kind = ICELAB_PACKET_UDP;
	packet->has_ports = true;
	packet->source_port = read_u16(rest.bytes);
	packet->destination_port = read_u16(rest.bytes + 2);
	skip(&rest, 8);
	packet->payload = rest.bytes;
	packet->payload_length = rest.length;
	decode_payload(packet);
}

static void decode_tcp(IcelabPacket *packet, Rest rest)
{
	if (rest.length < 20)
		return;
	packet->kind = ICELAB_PACKET_TCP;
	packet->has_ports = true;
	packet->source_port = read_u16(rest.bytes);
	packet->destination_port = read_u16(rest.bytes + 2);
	/* RFC 9293 3.1: the data offset counts 32-bit words and is at least 5. */
	size_t header = (size_t)(rest.bytes[12] >> 4) * 4;

	if (header < 20 || !skip(&rest, header))
		return;
	packet->payload = rest.bytes;
	packet->payload_length = rest.length;
	decode_payload(packet);
}

static void decode_transport(IcelabPacket *packet, Rest rest)
{
	switch (packet->ip_protocol) {
	case PROTOCOL_UDP:
		decode_udp(packet, rest);
		break;
	case PROTOCOL_TCP:
		decode_tcp(packet, rest);
		break;
	case PROTOCOL_IGMP:
		packet->kind = ICELAB_PACKET_MEMBERSHIP;
		break;
	case PROTOCOL_ICMP:
		packet->kind = ICELAB_PACKET_ICMP;
		break;
	case PROTOCOL_ICMPV6:
		packet->kind = ICELAB_PACKET_ICMP;
		if (rest.length == 0)
			break;
		/* RFC 4861 4: types 133 to 137. RFC 2710 and RFC 3810: types 130 to 132 and 143. */
		if (rest.bytes[0] >= 133 && rest.bytes[0] <= 137)
			packet->kind = ICELAB_PACKET_ND;
		else if ((rest.bytes[0] >= 130 && rest.bytes[0] <= 132) || rest.bytes[0] == 143)
			packet->kind = ICELAB_PACKET_MEMBERSHIP;
		break;
	default:
		break;
	}
}

static void decode_v4(IcelabPacket *packet, Rest rest)
{
	if (rest.length < 20 || rest.bytes[0] >> 4 != 4)
		return;
	/* RFC 791 3.1: the header's length counts 32-bit words and is at least 5. */
	size_t header = (size_t)(rest.bytes[0] & 0x0F) * 4;
	size_t total = read_u16(rest.bytes + 2);
	bool later_fragment = (read_u16(rest.bytes + 6) & 0x1FFF) != 0;

	set_address(&packet->source, 4, rest.bytes + 12);
	set_address(&packet->destination, 4, rest.bytes + 16);
	packet->ip_protocol = rest.bytes[9];
	/* Ethernet pads short frames: the total length says where the packet ends. Zero stands for a
	 * large packet that is segmented later. */
	if (total >= header && total < rest.length)
		rest.length = total;
	if (header < 20 || !skip(&rest, header) || later_fragment)
		return;
	decode_transport(packet, rest);
}

/* RFC 8200 4: the extension headers that may stand before the transport. Returns false where none
 * of them can be followed any further. */
static bool skip_extensions(Rest *rest, uint8_t *next)
{
	for (int count = 0; count < 8; count++) {
		size_t length;

		switch (*next) {
		case 0:  /* hop by hop */
		case 43: /* routing */
		case 60: /* destination */
			if (rest->length < 8)
				return false;
			length = ((size_t)rest->bytes[1] + 1) * 8;
			break;
		case 44: /* fragment */
			if (rest->length < 8 || read_u16(rest->bytes + 2) & 0xFFF8)
				return false;
			length = 8;
			break;
		default:
			return true;
		}
		*next = rest->bytes[0];
		if (!skip(rest, length))
			return false;
	}
	return false;
}

static void decode_v6(IcelabPacket *packet, Rest rest)
{
	if (rest.length < 40 || rest.bytes[0] >> 4 != 6)
		return;
	size_t payload = read_u16(rest.bytes + 4);
	uint8_t next = rest.bytes[6];

	set_address(&packet->source, 6, rest.bytes + 8);
	set_address(&packet->destination, 6, rest.bytes + 24);
	skip(&rest, 40);
	if (payload != 0 && payload < rest.length)
		rest.length = payload;
	packet->ip_protocol = next;
	if (!skip_extensions(&rest, &next))
		return;
	packet->ip_protocol = next;
	decode_transport(packet, rest);
}

static void decode_arp(IcelabPacket *packet, Rest rest)
{
	packet->kind = ICELAB_PACKET_ARP;
	/* RFC 826: Ethernet and IPv4 are the one combination in use: 6-byte and 4-byte addresses. */
	if (rest.length < 28 || rest.bytes[4] != 6 || rest.bytes[5] != 4)
		return;
	set_address(&packet->source, 4, rest.bytes + 14);
	set_address(&packet->destination, 4, rest.bytes + 24);
}

void icelab_packet_decode(IcelabLinkType link, uint16_t protocol, const uint8_t *frame,
	size_t length, IcelabPacket *packet)
{
	Rest rest = {frame, length};

	*packet = (IcelabPacket){.kind = ICELAB_PACKET_OTHER};
	if (link == ICELAB_LINK_ETHERNET) {
		if (length < 14)
			return;
		protocol = read_u16(frame + 12);
		skip(&rest, 14);
	}
	switch (protocol) {
	case ETHERTYPE_V4:
		decode_v4(packet, rest);
		break;
	case ETHERTYPE_V6:
		decode_v6(packet, rest);
		break;
	case ETHERTYPE_ARP_:
		decode_arp(packet, rest);
		break;
	case ICELAB_CANARY_ETHERTYPE:
		packet->kind = ICELAB_PACKET_CANARY;
		packet->payload = rest.bytes;
		packet->payload_length = rest.length;
		break;
	default:
		break;
	}
}

const char *icelab_packet_kind_name(IcelabPacketKind kind)
{
	return kind_names[kind];
}

IcelabPacketKind icelab_packet_kind_from_name(const char *name)
{
	for (size_t kind = 0; kind < sizeof kind_names / sizeof *kind_names; kind++) {
		if (strcmp(kind_names[kind], name) == 0)
			return (IcelabPacketKind)kind;
	}
	return ICELAB_PACKET_OTHER;
}
