/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frame.h"

/* What datagrams and segments carry. */

/* A datagram in IPv4 and in IPv6, with and without Ethernet. */
static void check_udp(const char *name, unsigned from, unsigned to, const Frame *payload,
	IcelabPacketKind kind, bool has_transaction)
{
	for (int i = 0; i < 4; i++) {
		int family = i & 1 ? 6 : 4;
		Sample sample = {.name = name, .link = i & 2 ? ICELAB_LINK_IP : ICELAB_LINK_ETHERNET};

		sample.protocol = family == 4 ? 0x0800 : 0x86DD;
		if (sample.link == ICELAB_LINK_ETHERNET)
			frame_put_ethernet(&sample.frame, sample.protocol);
		if (family == 4)
			frame_put_v4(&sample.frame, 17, 0, 0x4000, 8 + payload->length);
		else
			frame_put_v6(&sample.frame, 17, 8 + payload->length);
		frame_put_udp(&sample.frame, from, to, payload->length);
		frame_put(&sample.frame, payload->bytes, payload->length);
		sample.wanted = frame_between(family, kind, 17);
		sample.wanted.has_ports = true;
		sample.wanted.source_port = (uint16_t)from;
		sample.wanted.destination_port = (uint16_t)to;
		sample.wanted.payload_length = payload->length;
		sample.wanted.has_transaction = has_transaction;
		frame_check(&sample);
	}
}

static void check_stun(const char *name, unsigned type, const uint8_t *cookie, size_t length,
	size_t more, IcelabPacketKind kind)
{
	static const uint8_t zeros[64];
	Frame payload = {0};

	frame_put_stun(&payload, type, cookie, length);
	frame_put(&payload, zeros, length + more);
	check_udp(name, 5000, 3478, &payload, kind, kind != ICELAB_PACKET_UDP);
}

static void test_stun(void **state)
{
	(void)state;
	check_stun("binding", 0x0001, frame_rfc5389, 0, 0, ICELAB_PACKET_STUN);
	check_stun("binding with an attribute", 0x0001, frame_rfc5389, 8, 0, ICELAB_PACKET_STUN);
	check_stun("answer", 0x0101, frame_rfc5389, 12, 0, ICELAB_PACKET_STUN);
	check_stun("cookie and too much", 0x0001, frame_rfc5389, 0, 5, ICELAB_PACKET_STUN);
	check_stun("no cookie", 0x0001, frame_rfc3489, 8, 0, ICELAB_PACKET_STUN);
	check_stun("no cookie, too much", 0x0001, frame_rfc3489, 8, 4, ICELAB_PACKET_UDP);
	check_stun("no cookie, odd length", 0x0001, frame_rfc3489, 6, 0, ICELAB_PACKET_UDP);
	check_stun("cookie, odd length", 0x0001, frame_rfc5389, 6, 0, ICELAB_PACKET_UDP);
	check_stun("first bit", 0x8001, frame_rfc5389, 0, 0, ICELAB_PACKET_UDP);
	check_stun("second bit", 0x5001, frame_rfc5389, 0, 0, ICELAB_PACKET_UDP);
}

static void test_turn(void **state)
{
	/* RFC 8656 17 and RFC 6062 6.1: the methods, and in each class the bits around them. */
	static const struct {
		unsigned type;
		bool turn;
	} cases[] = {{0x0002, false}, {0x0003, true}, {0x0103, true}, {0x0113, true}, {0x0004, true},
		{0x0005, false}, {0x0016, true}, {0x0017, true}, {0x0008, true}, {0x0009, true},
		{0x000A, true}, {0x000B, true}, {0x000C, true}, {0x000D, false}, {0x0023, false},
		{0x0203, false}, {0x0083, false}, {0x2003, false}};
	Frame channel = {0};
	Frame other_channel = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_stun("method", cases[i].type, frame_rfc5389, 0, 0,
			cases[i].turn ? ICELAB_PACKET_TURN : ICELAB_PACKET_STUN);
	frame_put_u16(&channel, 0x4001);
	frame_put_u16(&channel, 4);
	frame_put(&channel, "data", 4);
	check_udp("channel", 5000, 3478, &channel, ICELAB_PACKET_TURN, false);
	check_udp("channel back", 3478, 5000, &channel, ICELAB_PACKET_TURN, false);
	check_udp("channel elsewhere", 5000, 3479, &channel, ICELAB_PACKET_UDP, false);
	channel.bytes[0] = 0x4F;
	check_udp("last channel", 5000, 3478, &channel, ICELAB_PACKET_TURN, false);
	channel.bytes[0] = 0x50;
	check_udp("no channel", 5000, 3478, &channel, ICELAB_PACKET_UDP, false);
	channel.bytes[0] = 0x3F;
	check_udp("no channel either", 5000, 3478, &channel, ICELAB_PACKET_UDP, false);
	frame_put_u16(&other_channel, 0x4001);
	frame_put_u16(&other_channel, 5);
	frame_put(&other_channel, "data", 4);
	check_udp("channel cut off", 5000, 3478, &other_channel, ICELAB_PACKET_UDP, false);
	other_channel.bytes[3] = 0;
	other_channel.length = 4;
	check_udp("channel without data", 5000, 3478, &other_channel, ICELAB_PACKET_TURN, false);
	other_channel.length = 3;
	check_udp("channel of three bytes", 5000, 3478, &other_channel, ICELAB_PACKET_UDP, false);
}

static void test_known_ports(void **state)
{
	static const struct {
		unsigned from;
		unsigned to;
		IcelabPacketKind kind;
	} cases[] = {{5000, 53, ICELAB_PACKET_DNS}, {53, 5000, ICELAB_PACKET_DNS},
		{5353, 5353, ICELAB_PACKET_MDNS}, {5000, 5353, ICELAB_PACKET_MDNS},
		{5353, 5000, ICELAB_PACKET_MDNS}, {5000, 1900, ICELAB_PACKET_SSDP},
		{1900, 5000, ICELAB_PACKET_SSDP}, {5000, 5351, ICELAB_PACKET_PORT_MAPPING},
		{5351, 5000, ICELAB_PACKET_UDP}, {68, 67, ICELAB_PACKET_DHCP},
		{5000, 67, ICELAB_PACKET_DHCP}, {68, 5000, ICELAB_PACKET_UDP}, {67, 68, ICELAB_PACKET_DHCP},
		{546, 547, ICELAB_PACKET_DHCP}, {547, 546, ICELAB_PACKET_DHCP},
		{5000, 5001, ICELAB_PACKET_UDP}};
	Frame text = {0};
	Frame nothing = {0};
	Frame byte = {0};

	(void)state;
	frame_put(&text, "\xAAtext", 5);
	frame_put(&byte, "\xAA", 1);
	check_udp("one byte of DNS", 5000, 53, &byte, ICELAB_PACKET_DNS, false);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_udp("port", cases[i].from, cases[i].to, &text, cases[i].kind, false);
	check_udp("nothing for DNS", 5000, 53, &nothing, ICELAB_PACKET_UDP, false);
	check_udp("nothing for mDNS", 5000, 5353, &nothing, ICELAB_PACKET_MDNS, false);
	/* STUN is STUN wherever it is sent. */
	frame_put_stun(&nothing, 0x0001, frame_rfc5389, 0);
	check_udp("STUN to 53", 5000, 53, &nothing, ICELAB_PACKET_STUN, true);
}

static void check_tcp(const char *name, unsigned to, unsigned words, const Frame *payload,
	IcelabPacketKind kind, bool has_transaction)
{
	for (int family = 4; family <= 6; family += 2) {
		Sample sample = {.name = name, .link = ICELAB_LINK_ETHERNET};

		frame_put_ethernet(&sample.frame, family == 4 ? 0x0800 : 0x86DD);
		if (family == 4)
			frame_put_v4(&sample.frame, 6, 2, 0x4000, words * 4 + payload->length);
		else
			frame_put_v6(&sample.frame, 6, words * 4 + payload->length);
		frame_put_tcp(&sample.frame, 5000, to, words);
		frame_put(&sample.frame, payload->bytes, payload->length);
		sample.wanted = frame_between(family, kind, 6);
		sample.wanted.has_ports = true;
		sample.wanted.source_port = 5000;
		sample.wanted.destination_port = (uint16_t)to;
		sample.wanted.payload_length = payload->length;
		sample.wanted.has_transaction = has_transaction;
		frame_check(&sample);
	}
}

static void test_tcp(void **state)
{
	Frame nothing = {0};
	Frame binding = {0};
	Frame text = {0};

	(void)state;
	frame_put_stun(&binding, 0x0001, frame_rfc5389, 0);
	frame_put(&text, "\xAAtext", 5);
	check_tcp("bare segment", 3478, 5, &nothing, ICELAB_PACKET_TCP, false);
	check_tcp("first segment", 3478, 10, &nothing, ICELAB_PACKET_TCP, false);
	check_tcp("STUN over TCP", 3478, 8, &binding, ICELAB_PACKET_STUN, true);
	binding.bytes[1] = 3;
	check_tcp("Allocate over TCP", 3478, 5, &binding, ICELAB_PACKET_TURN, true);
	check_tcp("DNS over TCP", 53, 5, &text, ICELAB_PACKET_DNS, false);
	/* RFC 6762 is UDP; a NAT may choose this port for anything. */
	check_tcp("mDNS port", 5353, 5, &text, ICELAB_PACKET_TCP, false);
	/* These are of UDP alone. */
	check_tcp("1900", 1900, 5, &text, ICELAB_PACKET_TCP, false);
	check_tcp("5351", 5351, 5, &text, ICELAB_PACKET_TCP, false);
	check_tcp("67", 67, 5, &text, ICELAB_PACKET_TCP, false);
}

static void test_damaged_tcp(void **state)
{
	Sample sample = {.name = "data offset of 4 words", .link = ICELAB_LINK_ETHERNET};

	(void)state;
	frame_put_ethernet(&sample.frame, 0x0800);
	frame_put_v4(&sample.frame, 6, 0, 0, 25);
	frame_put_tcp(&sample.frame, 5000, 3478, 5);
	frame_put(&sample.frame, "\xAAtext", 5);
	sample.frame.bytes[14 + 20 + 12] = 4 << 4;
	sample.wanted = frame_between(4, ICELAB_PACKET_TCP, 6);
	sample.wanted.has_ports = true;
	sample.wanted.source_port = 5000;
	sample.wanted.destination_port = 3478;
	frame_check(&sample);
	sample.name = "data offset beyond the end";
	sample.frame.bytes[14 + 20 + 12] = 7 << 4;
	frame_check(&sample);
}

static void test_names(void **state)
{
	static const char *const names[] = {"other", "canary", "arp", "nd", "membership", "icmp", "udp",
		"tcp", "stun", "turn", "dns", "mdns", "ssdp", "port-mapping", "dhcp"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		assert_string_equal(icelab_packet_kind_name((IcelabPacketKind)i), names[i]);
		assert_int_equal(icelab_packet_kind_from_name(names[i]), i);
	}
	assert_int_equal(icelab_packet_kind_from_name("STUN"), ICELAB_PACKET_OTHER);
	assert_int_equal(icelab_packet_kind_from_name(""), ICELAB_PACKET_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stun),
		cmocka_unit_test(test_turn),
		cmocka_unit_test(test_known_ports),
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_damaged_tcp),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
