/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/address.h"

/* Says what a captured frame is. Frames come from implementations under test, so: bounded, no
 * allocation, no errno. */

typedef enum {
	ICELAB_PACKET_OTHER, /* neither of the below, or too damaged to say */
	ICELAB_PACKET_CANARY,
	ICELAB_PACKET_ARP,
	ICELAB_PACKET_ND,         /* neighbour and router discovery (RFC 4861) */
	ICELAB_PACKET_MEMBERSHIP, /* IGMP and MLD: the kernel speaks it for whoever joins a group */
	ICELAB_PACKET_ICMP,
	ICELAB_PACKET_UDP,
	ICELAB_PACKET_TCP,
	ICELAB_PACKET_STUN, /* a STUN message other than TURN's */
	ICELAB_PACKET_TURN, /* TURN methods and ChannelData */
	ICELAB_PACKET_DNS,
	ICELAB_PACKET_MDNS,
	ICELAB_PACKET_SSDP,         /* UPnP discovery */
	ICELAB_PACKET_PORT_MAPPING, /* NAT-PMP and PCP */
	ICELAB_PACKET_DHCP,
} IcelabPacketKind;

typedef enum {
	ICELAB_LINK_ETHERNET, /* Ethernet II header in front */
	ICELAB_LINK_IP,       /* no link header: tunnels */
} IcelabLinkType;

typedef struct {
	IcelabPacketKind kind;
	uint8_t ip_protocol; /* 6, 17, 58 ...; 0 where there is no IP */
	bool has_ports;      /* false for fragments but the first */
	IcelabAddress source;
	IcelabAddress destination;
	uint16_t source_port;
	uint16_t destination_port;
	bool has_transaction;
	uint8_t transaction[16]; /* STUN: cookie and id as in the header */
	const uint8_t *payload;  /* of UDP, TCP or the canary; lives as long as the frame */
	size_t payload_length;
} IcelabPacket;

/* Local experimental EtherType (IEEE 802): frames that the lab sends to prove that a sensor sees.
 */
#define ICELAB_CANARY_ETHERTYPE 0x88B5

/* Decodes `length` captured bytes of a frame. `protocol` is the EtherType as the kernel gave it
 * with the frame (needed where there is no link header). Never fails: what cannot be told is
 * ICELAB_PACKET_OTHER. */
void icelab_packet_decode(IcelabLinkType link, uint16_t protocol, const uint8_t *frame,
	size_t length, IcelabPacket *packet);

/* "stun", "arp" ...; static storage. */
const char *icelab_packet_kind_name(IcelabPacketKind kind);
/* The reverse; ICELAB_PACKET_OTHER for an unknown name. */
IcelabPacketKind icelab_packet_kind_from_name(const char *name);
