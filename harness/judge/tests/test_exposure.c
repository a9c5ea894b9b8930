/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

/* What an adversary learned, and through what, whatever the verdict. */

static void test_candidates(void **state)
{
	static const Case cases[] = {
		{&world_lan, PRIVATE, NULL, NULL, "pass\nlan4 host\nlan4 raddr\nlan4 sdp\n"},
		{&world_lan, PUBLIC, NULL, NULL, "pass\n"},
		{&world_lan, PUBLIC, "sdp", "candidate candidate:9 1 UDP 1 {lan4} 5 typ host",
			"fail\nN8 fail lan4 candidate host udp\nlan4 host\n"},
		/* Mapped into IPv6 it says as much. */
		{&world_lan, PUBLIC, "sdp", "candidate candidate:9 1 UDP 1 ::ffff:192.168.1.10 5 typ host",
			"fail\nN8 fail ::ffff:192.168.1.10 candidate host udp\nlan4 host\n"},
		{&world_lan, PUBLIC, "sdp",
			"candidate candidate:9 1 UDP 1 {isp4} 5 typ srflx raddr ::ffff:c0a8:10a rport 9",
			"fail\nJ1 fail ::ffff:192.168.1.10 raddr of srflx\nlan4 raddr\n"},
		{&world_lan, PUBLIC, "sdp",
			"candidate candidate:9 1 UDP 1 {lan4} 5 typ srflx raddr 0.0.0.0 rport 9",
			"fail\nN5 fail lan4 candidate srflx udp\nlan4 srflx\n"},
		{&world_lan, PUBLIC, "sdp",
			"candidate candidate:9 1 UDP 1 {lan4} 5 typ prflx raddr 0.0.0.0 rport 9\n"
			"candidate candidate:8 1 UDP 1 {lan4} 5 typ relay raddr 0.0.0.0 rport 9",
			"fail\nI7 warn lan4 candidate relay udp\nM11 fail lan4 candidate prflx udp\n"
			"lan4 prflx\nlan4 relay\n"},
		/* Nobody's secret, and a neighbour's. */
		{&world_lan, PUBLIC, "sdp", "candidate candidate:9 1 UDP 1 192.168.1.100 5 typ host",
			"fail\nN8 fail 192.168.1.100 candidate host udp\n"},
		/* Extensions of a line, trickled or described. */
		{&world_lan, PUBLIC, "sdp",
			"candidate a=candidate:2 1 UDP 1694498815 {isp4} 61000 typ srflx raddr 0.0.0.0 rport 9 "
			"network-id 1 x-host [{lan4}]:5",
			"pass\nlan4 extension\n"},
		{&world_lan, PUBLIC, "sdp",
			"sdp a=candidate:2 1 UDP 1694498815 {isp4} 61000 typ srflx raddr 0.0.0.0 rport 9 "
			"x-host {lan4}|",
			"pass\nlan4 extension\n"},
		{&world_lan, PUBLIC, "sdp",
			"sdp a=candidate:2 1 UDP 1694498815 {isp4} 61000 typ srflx raddr 0.0.0.0 rport 9 "
			"x-host 192.168.1.100|",
			"pass\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "lan4");
}

static void test_descriptions(void **state)
{
	static const Case cases[] = {
		{&world_lan, PUBLIC, "sdp", "initial o=- 1 1 IN IP4 {lan4}|",
			"warn\nJ3 warn lan4 o= of the initial description\nlan4 sdp\n"},
		{&world_lan, PUBLIC, "sdp", "sdp v=0|c=IN IP4 {lan4}|s=-|",
			"fail\nJ4 fail lan4 c= of the gathered description\nlan4 sdp\n"},
		{&world_lan, PUBLIC, "sdp", "sdp v=0|c=IN IP4 192.168.1.1|s=-|",
			"fail\nJ4 fail router4 c= of the gathered description\n"},
		/* No clause forbids it, and it tells all the same. */
		{&world_lan, PUBLIC, "sdp", "sdp v=0|a=ssrc:1 cname:user@{lan4}|", "pass\nlan4 sdp\n"},
		{&world_lan, PUBLIC, "sdp", "sdp v=0|a=ssrc:1 cname:user@192.168.1.100|", "pass\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "lan4");
}

static void test_statistics_and_errors(void **state)
{
	static const Case cases[] = {
		{&world_full, PUBLIC, NULL, "stats {\"a\":{\"b\":[1,null,true,\"10.8.0.2\"]}}",
			"pass\ntun4 stats\n"},
		{&world_full, RELAY, NULL, "stats \"10.8.0.2\"", "pass\ntun4 stats\n"},
		{&world_full, RELAY, NULL,
			"line {\"type\":\"policy\",\"policy\":\"relay\",\"detail\":\"bound to 10.8.0.2\"}",
			"pass\n"},
		{&world_full, PUBLIC, NULL, "stats {\"IC 10.8.0.2:5000\":{\"port\":5000}}",
			"pass\ntun4 stats\n"},
		{&world_full, PUBLIC, NULL, "stats [[\"udp://10.8.0.2:1\"],[\"again 10.8.0.2\"]]",
			"pass\ntun4 stats\n"},
		{&world_full, PUBLIC, NULL,
			"stats {\"a\":[\"10.8.0.20\",\"110.8.0.2\",10.8,\"10.8.0.3\"],\"10.8.0.22\":{}}",
			"pass\n"},
		{&world_full, PUBLIC, NULL, "error {\"address\":\"10.8.0.2\",\"code\":701}",
			"fail\nW4 fail tun4 address of error\ntun4 error\n"},
		{&world_full, PUBLIC, NULL,
			"error {\"text\":\"no route from 10.8.0.2.\"}\nstats {\"x\":\"::ffff:a08:2\"}",
			"pass\ntun4 error\ntun4 stats\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "tun4");
}

static void test_wire(void **state)
{
	static const Case cases[] = {
		/* The STUN server is told where the user comes from. */
		{&world_full, PUBLIC, NULL, NULL, "pass\n"},
		{&world_full, PUBLIC, NULL, "in stun eth0 stun udp {isp4} 5 {stun4} 3478",
			"pass\nisp4 wire\n"},
		{&world_full, RELAY, "out client\nin ", "in stun eth0 stun udp {isp4} 5 {stun4} 3478",
			"pass\nisp4 wire\n"},
		{&world_full, PUBLIC, NULL, "in vpn wg0 stun udp {lan4} 5 {stun4} 3478",
			"pass\nlan4 wire\n"},
		{&world_full, PUBLIC, NULL, "in vpn wg0 arp - {lan4} 0 {stun4} 0", "pass\nlan4 wire\n"},
		{&world_full, PUBLIC, NULL, "in stun eth0 stun udp {exit4} 5 {stun4} 3478", "pass\n"},
		/* Seen on the client itself, on its way, in no node of the book, or never off a host. */
		{&world_full, PUBLIC, NULL,
			"in client tun0 stun udp {isp4} 5 {stun4} 3478\n"
			"out stun eth0 stun udp {isp4} 5 {stun4} 3478\n"
			"in elsewhere eth0 stun udp {isp4} 5 {stun4} 3478\n"
			"in stun lo stun udp {isp4} 5 {stun4} 3478",
			"pass\n"},
		/* At home on its own link: what was sent there and nowhere else. */
		{&world_full, RELAY, NULL,
			"out client eth0 icmp - {lan4} 0 {stun4} 0\n"
			"in router eth0 icmp - {lan4} 0 {stun4} 0",
			"pass\n"},
		{&world_full, RELAY, NULL, "in router eth0 icmp - {lan4} 0 {stun4} 0", "pass\nlan4 wire\n"},
		{&world_full, RELAY, NULL,
			"out client tun0 icmp - {tun4} 0 {stun4} 0\n"
			"out client eth0 icmp - {tun4} 0 {router4} 0\n"
			"in router eth0 icmp - {tun4} 0 {router4} 0",
			"pass\ntun4 wire\n"},
		{&world_full, RELAY, NULL,
			"out client tun0 icmp - {tun4} 0 {stun4} 0\n"
			"out client eth0 icmp - {tun4} 0 {stun4} 0\n"
			"in router eth0 icmp - {tun4} 0 {stun4} 0",
			"pass\ntun4 wire\n"},
		{&world_full, RELAY, NULL,
			"out client eth0 icmp - {lan4} 0 {stun4} 0\n"
			"in stun eth0 icmp - {lan4} 0 {stun4} 0",
			"pass\nlan4 wire\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "lan4 isp4 tun4");
}

/* A packet is the same where all that tells it apart is. */
static void test_same_packet(void **state)
{
	static const char *const others[] = {
		"out client eth0 icmp udp {link6} 7 {stun4} 8",
		"out client eth0 icmp udp {lan4} 7 {web4} 8",
		"out client eth0 icmp udp {lan4} 6 {stun4} 8",
		"out client eth0 icmp udp {lan4} 7 {stun4} 9",
		"out client eth0 icmp tcp {lan4} 7 {stun4} 8",
		"out stun eth0 icmp udp {lan4} 7 {stun4} 8",
		"in client eth0 icmp udp {lan4} 7 {stun4} 8",
	};
	static const Case same = {&world_full, RELAY, NULL,
		"in router eth0 stun udp {lan4} 7 {stun4} 8\nout client eth0 icmp udp {lan4} 7 {stun4} 8",
		"pass\n"};

	(void)state;
	world_check_cases(&same, 1, "lan4");
	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		g_autofree char *more =
			g_strdup_printf("in router eth0 stun udp {lan4} 7 {stun4} 8\n%s", others[i]);
		const Case other = {&world_full, RELAY, NULL, more, "pass\nlan4 wire\n"};

		world_check_cases(&other, 1, "lan4");
	}
}

/* The tunnel's own packets show the provider's address to the tunnel's other end, as they must. */
static void test_infrastructure(void **state)
{
	World world = world_full;
	g_autofree char *book =
		g_strconcat(world.book, "infra vpn wan0 udp isp4:* vpn4:51820 wireguard\n", NULL);
	const Case cases[] = {
		{&world, RELAY, NULL, "in vpn wan0 udp udp {isp4} 40000 {vpn4} 51820", "pass\n"},
		{&world, RELAY, NULL, "in vpn wan0 udp udp {isp4} 40000 {vpn4} 51821", "pass\nisp4 wire\n"},
	};

	(void)state;
	world.book = book;
	WORLD_CHECK(cases, "isp4");
}

static void test_evidence(void **state)
{
	g_autoptr(IcelabResult) result = world_judge(&world_full, "isp4 lan4", PUBLIC, NULL,
		"in stun eth0 stun udp {isp4} 5 {stun4} 3478\n"
		"in vpn wan0 udp udp {isp4} 5 192.0.2.99 7\n"
		"candidate candidate:9 1 UDP 1 {lan4} 5 typ host");

	(void)state;
	assert_int_equal(result->exposures->len, 2);
	assert_string_equal(
		((IcelabExposure *)result->exposures->pdata[0])->where, "stun to stun4, seen on stun eth0");
	assert_string_equal(((IcelabExposure *)result->exposures->pdata[1])->where,
		"candidate:9 1 UDP 1 192.168.1.10 5 typ host");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_candidates),
		cmocka_unit_test(test_descriptions),
		cmocka_unit_test(test_statistics_and_errors),
		cmocka_unit_test(test_wire),
		cmocka_unit_test(test_same_packet),
		cmocka_unit_test(test_infrastructure),
		cmocka_unit_test(test_evidence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
