/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frame.h"

/* Ethernet, ARP, IP and what the kernel says. */

static void test_kernel_talk(void **state)
{
	static const struct {
		const char *name;
		int family;
		uint8_t protocol;
		uint8_t type;
		IcelabPacketKind kind;
	} cases[] = {
		{"IGMP", 4, 2, 0x22, ICELAB_PACKET_MEMBERSHIP},
		{"ICMP", 4, 1, 8, ICELAB_PACKET_ICMP},
		{"ICMPv6 echo", 6, 58, 128, ICELAB_PACKET_ICMP},
		{"ICMPv6 129", 6, 58, 129, ICELAB_PACKET_ICMP},
		{"MLD query", 6, 58, 130, ICELAB_PACKET_MEMBERSHIP},
		{"MLD done", 6, 58, 132, ICELAB_PACKET_MEMBERSHIP},
		{"router solicitation", 6, 58, 133, ICELAB_PACKET_ND},
		{"redirect", 6, 58, 137, ICELAB_PACKET_ND},
		{"ICMPv6 138", 6, 58, 138, ICELAB_PACKET_ICMP},
		{"ICMPv6 142", 6, 58, 142, ICELAB_PACKET_ICMP},
		{"MLDv2 report", 6, 58, 143, ICELAB_PACKET_MEMBERSHIP},
		{"ICMPv6 144", 6, 58, 144, ICELAB_PACKET_ICMP},
		{"SCTP", 4, 132, 0, ICELAB_PACKET_OTHER},
		{"no next header", 6, 59, 0, ICELAB_PACKET_OTHER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		Sample sample = {.name = cases[i].name, .link = ICELAB_LINK_ETHERNET};
		const uint8_t message[8] = {cases[i].type};

		frame_put_ethernet(&sample.frame, cases[i].family == 4 ? 0x0800 : 0x86DD);
		if (cases[i].family == 4)
			frame_put_v4(&sample.frame, cases[i].protocol, 0, 0, sizeof message);
		else
			frame_put_v6(&sample.frame, cases[i].protocol, sizeof message);
		frame_put(&sample.frame, message, sizeof message);
		sample.wanted = frame_between(cases[i].family, cases[i].kind, cases[i].protocol);
		frame_check(&sample);
	}

	Sample empty = {.name = "ICMPv6 without a type", .link = ICELAB_LINK_ETHERNET};

	frame_put_ethernet(&empty.frame, 0x86DD);
	frame_put_v6(&empty.frame, 58, 0);
	empty.wanted = frame_between(6, ICELAB_PACKET_ICMP, 58);
	frame_check(&empty);
}

static void test_fragments(void **state)
{
	static const struct {
		const char *name;
		unsigned fragment;
		bool first;
	} cases[] = {{"first of more", 0x2000, true}, {"second of more", 0x2001, false},
		{"last", 0x1FFF, false}};
	Frame binding = {0};

	(void)state;
	frame_put_stun(&binding, 0x0001, frame_rfc5389, 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		Sample sample = {.name = cases[i].name, .link = ICELAB_LINK_ETHERNET};

		frame_put_ethernet(&sample.frame, 0x0800);
		frame_put_v4(&sample.frame, 17, 0, cases[i].fragment, 28);
		frame_put_udp(&sample.frame, 5000, 3478, 20);
		frame_put(&sample.frame, binding.bytes, binding.length);
		sample.wanted =
			frame_between(4, cases[i].first ? ICELAB_PACKET_STUN : ICELAB_PACKET_OTHER, 17);
		if (cases[i].first) {
			sample.wanted.has_ports = sample.wanted.has_transaction = true;
			sample.wanted.source_port = 5000;
			sample.wanted.destination_port = 3478;
			sample.wanted.payload_length = 20;
		}
		frame_check(&sample);
	}
}

/* IPv6 extension headers: `next` of each, one after the other, then UDP. */
static void check_extensions(const char *name, const uint8_t *headers, size_t count,
	unsigned offset, size_t longer, bool followed, uint8_t protocol)
{
	Sample sample = {.name = name, .link = ICELAB_LINK_IP, .protocol = 0x86DD};
	Frame binding = {0};

	frame_put_stun(&binding, 0x0001, frame_rfc5389, 0);
	frame_put_v6(&sample.frame, headers[0], count * 8 + longer * 8 + 28);
	for (size_t i = 0; i < count; i++) {
		bool fragment = headers[i] == 44;
		const uint8_t start[2] = {
			i + 1 < count ? headers[i + 1] : 17, fragment ? 0 : (uint8_t)longer};
		static const uint8_t rest[64];

		frame_put(&sample.frame, start, 2);
		frame_put_u16(&sample.frame, fragment ? offset : 0);
		frame_put(&sample.frame, rest, 4 + (fragment ? 0 : longer * 8));
	}
	frame_put_udp(&sample.frame, 5000, 3478, 20);
	frame_put(&sample.frame, binding.bytes, binding.length);
	sample.wanted = frame_between(6, followed ? ICELAB_PACKET_STUN : ICELAB_PACKET_OTHER, protocol);
	if (followed) {
		sample.wanted.has_ports = sample.wanted.has_transaction = true;
		sample.wanted.source_port = 5000;
		sample.wanted.destination_port = 3478;
		sample.wanted.payload_length = 20;
	}
	frame_check(&sample);
}

static void test_extensions(void **state)
{
	static const uint8_t all[] = {0, 60, 43, 44};
	static const uint8_t one[] = {60};
	static const uint8_t fragment[] = {44};
	static const uint8_t many[] = {60, 60, 60, 60, 60, 60, 60, 60};

	(void)state;
	check_extensions("one of each", all, 4, 1, 0, true, 17);
	check_extensions("a longer one", one, 1, 0, 3, true, 17);
	check_extensions("first fragment", fragment, 1, 1, 0, true, 17);
	check_extensions("fragment at 8", fragment, 1, 8, 0, false, 44);
	check_extensions("last fragment", fragment, 1, 0xFFF8, 0, false, 44);
	check_extensions("seven", many, 7, 0, 0, true, 17);
	check_extensions("more than anyone sends", many, 8, 0, 0, false, 60);
}

/* An extension header that says that it is longer than what is there, and one with nothing behind.
 */
static void test_broken_extensions(void **state)
{
	static const uint8_t longer[] = {17, 7, 0, 0, 0, 0, 0, 0, 0x13, 0x88, 0x13, 0x89, 0, 8, 0, 0};
	static const uint8_t last[] = {17, 0, 0, 0, 0, 0, 0, 0};
	static const uint8_t kinds[] = {60, 44};

	(void)state;
	Sample sample = {.name = "longer", .link = ICELAB_LINK_IP, .protocol = 0x86DD};

	frame_put_v6(&sample.frame, 60, sizeof longer);
	frame_put(&sample.frame, longer, sizeof longer);
	sample.wanted = frame_between(6, ICELAB_PACKET_OTHER, 60);
	frame_check(&sample);
	for (size_t i = 0; i < sizeof kinds; i++) {
		Sample bare = {.name = "nothing behind", .link = ICELAB_LINK_IP, .protocol = 0x86DD};

		frame_put_v6(&bare.frame, kinds[i], sizeof last);
		frame_put(&bare.frame, last, sizeof last);
		bare.wanted = frame_between(6, ICELAB_PACKET_OTHER, 17);
		frame_check(&bare);
	}
}

/* Where the packet ends and the padding begins. */
static void test_lengths(void **state)
{
	static const uint8_t padding[18];

	(void)state;
	for (int family = 4; family <= 6; family += 2) {
		Sample sample = {.name = "padded", .link = ICELAB_LINK_ETHERNET};
		size_t at;

		frame_put_ethernet(&sample.frame, family == 4 ? 0x0800 : 0x86DD);
		at = sample.frame.length + (family == 4 ? 2 : 4);
		if (family == 4)
			frame_put_v4(&sample.frame, 17, 0, 0, 10);
		else
			frame_put_v6(&sample.frame, 17, 10);
		frame_put_udp(&sample.frame, 5000, 5001, 2);
		frame_put(&sample.frame, "xy", 2);
		frame_put(&sample.frame, padding, sizeof padding);
		sample.wanted = frame_between(family, ICELAB_PACKET_UDP, 17);
		sample.wanted.has_ports = true;
		sample.wanted.source_port = 5000;
		sample.wanted.destination_port = 5001;
		sample.wanted.payload_length = 2;
		frame_check(&sample);
		/* Zero: segmented by the card, later. */
		sample.name = "to be segmented";
		sample.frame.bytes[at] = sample.frame.bytes[at + 1] = 0;
		sample.wanted.payload_length = 20;
		frame_check(&sample);
		/* More than was captured. */
		sample.name = "cut off";
		sample.frame.bytes[at] = 0xFF;
		frame_check(&sample);
	}
}

static void test_nothing_but_padding(void **state)
{
	static const uint8_t padding[26] = {1, 2, 3, 4, 0, 26};
	Sample sample = {.name = "padding", .link = ICELAB_LINK_ETHERNET};

	(void)state;
	frame_put_ethernet(&sample.frame, 0x0800);
	frame_put_v4(&sample.frame, 17, 0, 0, 0);
	frame_put(&sample.frame, padding, sizeof padding);
	sample.wanted = frame_between(4, ICELAB_PACKET_OTHER, 17);
	frame_check(&sample);
}

static void test_versions(void **state)
{
	for (int family = 4; family <= 6; family += 2) {
		Sample sample = {.name = "another version", .link = ICELAB_LINK_IP};

		sample.protocol = family == 4 ? 0x0800 : 0x86DD;
		if (family == 4)
			frame_put_v4(&sample.frame, 17, 0, 0, 8);
		else
			frame_put_v6(&sample.frame, 17, 8);
		frame_put_udp(&sample.frame, 5000, 5001, 0);
		sample.frame.bytes[0] = (uint8_t)(0x50 | (sample.frame.bytes[0] & 0x0F));
		frame_check(&sample);
	}

	for (int family = 4; family <= 6; family += 2) {
		Sample bare = {.name = "a header and nothing more", .link = ICELAB_LINK_IP};

		bare.protocol = family == 4 ? 0x0800 : 0x86DD;
		if (family == 4)
			frame_put_v4(&bare.frame, 132, 0, 0, 0);
		else
			frame_put_v6(&bare.frame, 132, 0);
		bare.wanted = frame_between(family, ICELAB_PACKET_OTHER, 132);
		frame_check(&bare);
	}

	Sample small = {.name = "a header of 4 words", .link = ICELAB_LINK_IP, .protocol = 0x0800};

	(void)state;
	frame_put_v4(&small.frame, 17, 0, 0, 8);
	frame_put_udp(&small.frame, 5000, 5001, 0);
	small.frame.bytes[0] = 0x44;
	small.wanted = frame_between(4, ICELAB_PACKET_OTHER, 17);
	frame_check(&small);
}

static void test_arp(void **state)
{
	Sample sample = {.name = "ARP", .link = ICELAB_LINK_ETHERNET};

	(void)state;
	frame_put_ethernet(&sample.frame, 0x0806);
	frame_put_arp(&sample.frame);
	sample.wanted = frame_between(4, ICELAB_PACKET_ARP, 0);
	frame_check(&sample);
	/* Of other hardware or protocols, nobody knows where the addresses stand. */
	for (size_t at = 18; at <= 19; at++) {
		Sample other = sample;

		other.name = "other ARP";
		other.frame.bytes[at] = 8;
		other.wanted = (IcelabPacket){.kind = ICELAB_PACKET_ARP};
		frame_check(&other);
	}
	sample.name = "short ARP";
	sample.frame.length--;
	sample.wanted = (IcelabPacket){.kind = ICELAB_PACKET_ARP};
	frame_check(&sample);
}

static void test_canary_and_others(void **state)
{
	Sample canary = {.name = "canary", .link = ICELAB_LINK_ETHERNET};
	Sample tunnel = {
		.name = "canary in a tunnel", .link = ICELAB_LINK_IP, .protocol = ICELAB_CANARY_ETHERTYPE};
	Sample vlan = {.name = "VLAN", .link = ICELAB_LINK_ETHERNET, .protocol = 0x0800};
	Sample header = {.name = "a canary without anything", .link = ICELAB_LINK_ETHERNET};
	Sample nothing = {.name = "nothing", .link = ICELAB_LINK_IP, .protocol = 0x0800};
	Sample stub = {.name = "no header", .link = ICELAB_LINK_ETHERNET, .protocol = 0x0806};

	(void)state;
	frame_put_ethernet(&canary.frame, ICELAB_CANARY_ETHERTYPE);
	frame_put(&canary.frame, "0123456789", 10);
	canary.wanted = (IcelabPacket){.kind = ICELAB_PACKET_CANARY, .payload_length = 10};
	frame_check(&canary);
	frame_put(&tunnel.frame, "0123456789", 10);
	tunnel.wanted = canary.wanted;
	frame_check(&tunnel);
	/* What the kernel says counts only where there is no header. */
	frame_put_ethernet(&vlan.frame, 0x8100);
	frame_put_v4(&vlan.frame, 17, 0, 0, 0);
	frame_check(&vlan);
	frame_check(&nothing);
	frame_put_ethernet(&header.frame, ICELAB_CANARY_ETHERTYPE);
	header.wanted = (IcelabPacket){.kind = ICELAB_PACKET_CANARY};
	frame_check(&header);
	frame_put(&stub.frame, "0123456789abc", 13);
	frame_check(&stub);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel_talk),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_broken_extensions),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_nothing_but_padding),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_arp),
		cmocka_unit_test(test_canary_and_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
