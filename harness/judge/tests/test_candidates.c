/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

/* Which candidates may be shown, and which must. */

#define ADD(address) "candidate candidate:9 1 UDP 1000 " address " 5000 typ host"
#define SRFLX(address)                                                                             \
	"candidate candidate:8 1 UDP 1000 " address " 5000 typ srflx raddr 0.0.0.0 rport 9"
#define NAME "12345678-9abc-4def-8123-456789abcdef.local"
#define OTHER_NAME "02345678-9abc-4def-B123-456789ABCDEF.local"

static void test_hosts_that_no_mode_shows(void **state)
{
	static const Case cases[] = {
		{&world_six, CONSENT, NULL, ADD("127.0.0.1"),
			"fail\nI2 fail 127.0.0.1 candidate host udp\n"},
		{&world_six, PRIVATE, NULL, ADD("::1"), "fail\nI2 fail ::1 candidate host udp\n"},
		{&world_six, PUBLIC, NULL, ADD("127.9.9.9"),
			"fail\nN8 fail 127.9.9.9 candidate host udp\n"},
		{&world_six, CONSENT, NULL, ADD("fec0::1"), "fail\nI3 fail fec0::1 candidate host udp\n"},
		{&world_six, PRIVATE, NULL, ADD("::1.2.3.4"),
			"fail\nI3 fail ::1.2.3.4 candidate host udp\n"},
		{&world_six, PUBLIC, NULL, ADD("fec0::1"), "fail\nN8 fail fec0::1 candidate host udp\n"},
		{&world_six, CONSENT, NULL, ADD("0.0.0.0"), "warn\nL29 warn 0.0.0.0 candidate host udp\n"},
		{&world_six, PRIVATE, NULL, ADD("::"), "warn\nL29 warn :: candidate host udp\n"},
		{&world_six, PUBLIC, NULL, ADD("0.0.0.0"), "warn\nL29 warn 0.0.0.0 candidate host udp\n"},
		{&world_lan, NO_UDP, NULL, ADD("::"), "warn\nL29 warn :: candidate host udp\n"},
		{&world_lan, RELAY, NULL, ADD("0.0.0.0"), "fail\nJ1 fail 0.0.0.0 candidate host udp\n"},
		{&world_six, CONSENT, NULL, ADD("::ffff:192.168.1.10"),
			"warn\nI4 warn ::ffff:192.168.1.10 candidate host udp\n"},
		{&world_six, PRIVATE, NULL, ADD("::ffff:192.168.1.10"),
			"warn\nI4 warn ::ffff:192.168.1.10 candidate host udp\n"},
		{&world_six, PUBLIC, NULL, ADD("::ffff:192.168.1.10"),
			"fail\nN8 fail ::ffff:192.168.1.10 candidate host udp\n"},
		{&world_six, CONSENT, NULL, ADD("{lan6_eui64}"),
			"fail\nI5 fail lan6_eui64 candidate host udp\n"},
		{&world_six, PRIVATE, NULL, ADD("{lan6_eui64}"),
			"fail\nI5 fail lan6_eui64 candidate host udp\n"},
		{&world_six, CONSENT, NULL, ADD("{link6}"), "fail\nI6 fail link6 candidate host udp\n"},
		{&world_six, CONSENT, NULL, ADD("{lan6_old}"),
			"warn\nT2 warn lan6_old candidate host udp\n"},
		{&world_six, CONSENT, "local {lan6_old}", "local {lan6_old}/64 eth0\n" ADD("{lan6_old}"),
			"warn\nT1 warn lan6_old candidate host udp\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

static void test_hosts_beyond_the_policy(void **state)
{
	static const Case cases[] = {
		{&world_full, CONSENT, NULL, ADD("192.168.7.7"),
			"warn\nI1 warn 192.168.7.7 candidate host udp\n"},
		/* An address of an interface that is down: nothing speaks against it, and nothing for it.
		 */
		{&world_full, CONSENT, NULL, "local 192.168.7.7/24 eth7 down\n" ADD("192.168.7.7"),
			"warn\nI1 warn 192.168.7.7 candidate host udp\n"},
		{&world_full, DEFAULT, NULL, ADD("{lan4}"), "fail\nN11 fail lan4 candidate host udp\n"},
		{&world_full, DEFAULT, NULL, ADD("192.168.7.7"),
			"fail\nN11 fail 192.168.7.7 candidate host udp\n"},
		{&world_full, PRIVATE, NULL, ADD("{lan4}"), "warn\nN5 warn lan4 candidate host udp\n"},
		{&world_split, PRIVATE, NULL, ADD("{tun4}"), "warn\nN5 warn tun4 candidate host udp\n"},
		{&world_full, PUBLIC, NULL, ADD("{lan4}"), "fail\nN8 fail lan4 candidate host udp\n"},
		{&world_full, PUBLIC, NULL, ADD("{tun4}"), "fail\nN8 fail tun4 candidate host udp\n"},
		{&world_six, PUBLIC, NULL, ADD("{lan6_temp}"),
			"fail\nN8 fail lan6_temp candidate host udp\n"},
		{&world_six, PUBLIC, NULL, ADD("100.64.0.1"),
			"fail\nN8 fail 100.64.0.1 candidate host udp\n"},
		{&world_six, PUBLIC, NULL, ADD("169.254.1.1"),
			"fail\nN8 fail 169.254.1.1 candidate host udp\n"},
		{&world_six, PUBLIC, NULL, ADD("{isp4}"), "warn\nN8 warn isp4 candidate host udp\n"},
		{&world_lan, NO_UDP, NULL, ADD("{lan4}"), "fail\nN8 fail lan4 candidate host udp\n"},
		{&world_lan, RELAY, NULL, ADD("{lan4}"), "fail\nJ1 fail lan4 candidate host udp\n"},
		{&world_lan, FORCE, "sdp", ADD("{lan4}"), "fail\nN8 fail lan4 candidate host udp\n"},
		{&world_six, PUBLIC, NULL,
			"candidate candidate:9 1 TCP 1000 {lan4} 9 typ host tcptype active",
			"fail\nN8 fail lan4 candidate host tcp\n"},
		{&world_six, PRIVATE, NULL,
			"candidate candidate:9 1 TCP 1000 {lan4} 9 typ host tcptype active", "pass\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

static void test_others_beyond_the_policy(void **state)
{
#define PRFLX "candidate candidate:8 1 UDP 1000 {isp4} 5000 typ prflx raddr 0.0.0.0 rport 9"
#define RELAYED "candidate candidate:8 1 UDP 1000 {stun4} 5000 typ relay raddr 0.0.0.0 rport 9"
	static const Case cases[] = {
		{&world_full, CONSENT, NULL, SRFLX("{isp4}"), "pass\n"},
		{&world_full, CONSENT, NULL, SRFLX("198.51.100.77"),
			"warn\nI7 warn 198.51.100.77 candidate srflx udp\n"},
		/* Without NAT a reflexive address is a local one. */
		{&world_six, CONSENT, NULL, SRFLX("{lan6_eui64}"),
			"fail\nI5 fail lan6_eui64 candidate srflx udp\n"},
		{&world_six, CONSENT, NULL, SRFLX("{lan6_old}"),
			"warn\nT2 warn lan6_old candidate srflx udp\n"},
		/* Nor has the kernel chosen it without consent. */
		{&world_six, PRIVATE, NULL, SRFLX("{lan6_eui64}"),
			"fail\nN5 fail lan6_eui64 candidate srflx udp\n"},
		{&world_full, DEFAULT, NULL, SRFLX("{isp4}"), "fail\nN11 fail isp4 candidate srflx udp\n"},
		{&world_full, PRIVATE, NULL, SRFLX("{isp4}"), "fail\nN5 fail isp4 candidate srflx udp\n"},
		{&world_full, PUBLIC, NULL, SRFLX("{isp4}"), "fail\nN5 fail isp4 candidate srflx udp\n"},
		{&world_full, NO_UDP, NULL, SRFLX("{exit4}"), "fail\nN10 fail exit4 candidate srflx udp\n"},
		{&world_full, RELAY, NULL, SRFLX("{exit4}"), "fail\nJ1 fail exit4 candidate srflx udp\n"},
		{&world_full, CONSENT, NULL, PRFLX, "fail\nM11 fail isp4 candidate prflx udp\n"},
		{&world_full, PRIVATE, NULL, PRFLX, "fail\nM11 fail isp4 candidate prflx udp\n"},
		{&world_full, PUBLIC, NULL, PRFLX, "fail\nM11 fail isp4 candidate prflx udp\n"},
		{&world_full, NO_UDP, NULL, PRFLX, "fail\nM11 fail isp4 candidate prflx udp\n"},
		{&world_full, RELAY, NULL, PRFLX, "fail\nJ1 fail isp4 candidate prflx udp\n"},
		{&world_full, CONSENT, NULL, RELAYED, "warn\nI7 warn stun4 candidate relay udp\n"},
		{&world_full, PRIVATE, NULL, RELAYED, "warn\nI7 warn stun4 candidate relay udp\n"},
		{&world_full, PUBLIC, NULL, RELAYED, "warn\nI7 warn stun4 candidate relay udp\n"},
		{&world_full, NO_UDP, NULL, RELAYED, "warn\nI7 warn stun4 candidate relay udp\n"},
		{&world_full, RELAY, NULL, RELAYED, "fail\nJ1 fail stun4 candidate relay udp\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

static void test_names(void **state)
{
#define HOST "candidate candidate:1 "
#define HIDDEN(number, name)                                                                       \
	"candidate candidate:" number " 1 UDP 1694498815 {" name                                       \
	"} 61000 typ srflx raddr 0.0.0.0 rport "                                                       \
	"9\n"
#define ONE_NAME HOST "1 UDP 1000 " NAME " 5000 typ host\n"
	static const Case cases[] = {
		/* A name stands in for an address. */
		{&world_full, CONSENT, "candidate candidate:3\ncandidate candidate:4",
			ONE_NAME HIDDEN("4", "exit4"), "pass\n"},
		{&world_full, PRIVATE, "candidate candidate:3\ncandidate candidate:4",
			ONE_NAME HIDDEN("4", "exit4"), "pass\n"},
		{&world_full, PRIVATE, "candidate candidate:3\ncandidate candidate:4",
			HIDDEN("4", "exit4") HOST "1 UDP 1000 " OTHER_NAME " 5 typ host", "pass\n"},
		{&world_full, PRIVATE, NULL, ONE_NAME, "pass\n"},
		{&world_full, PUBLIC, NULL, ONE_NAME, "warn\nN16 warn " NAME " candidate host udp\n"},
		{&world_full, NO_UDP, NULL, ONE_NAME, "warn\nN16 warn " NAME " candidate host udp\n"},
		{&world_full, RELAY, NULL, ONE_NAME, "fail\nJ1 fail " NAME " candidate host udp\n"},
		/* For one, however often it is told, and of its own transport. */
		{&world_six, PRIVATE, "candidate",
			HIDDEN("2", "isp4") ONE_NAME HOST "2 UDP 999 " NAME " 5001 typ host",
			"fail\nN7 fail host@lan6_temp missing\n"},
		{&world_six, PRIVATE, "candidate",
			HIDDEN("2", "isp4") ONE_NAME "candidate candidate:5 1 UDP 999 " OTHER_NAME
										 " 5001 typ host",
			"pass\n"},
		{&world_full, PRIVATE, "candidate candidate:3\ncandidate candidate:4",
			HIDDEN("4", "exit4") HOST "1 TCP 1000 " NAME " 9 typ host tcptype active",
			"fail\nN7 fail host@tun4 missing\n"},
		/* Not for a reflexive one. */
		{&world_full, PUBLIC, "candidate candidate:4", ONE_NAME,
			"fail\nI7 fail srflx@exit4 missing\nN16 warn " NAME " candidate host udp\n"},
		{&world_full, PRIVATE, "candidate candidate:4", ONE_NAME,
			"warn\nI7 warn srflx@exit4 missing\n"},
		{&world_full, PRIVATE, NULL, SRFLX(NAME), "fail\nS4 fail " NAME " candidate srflx udp\n"},
		{&world_full, CONSENT, NULL, ADD("host.example.com"),
			"fail\nS4 fail host.example.com candidate host udp\n"},
		{&world_full, PUBLIC, NULL, ADD("notlocal"), "fail\nS4 fail notlocal candidate host udp\n"},
		{&world_full, RELAY, NULL, ADD("host.example.com"),
			"fail\nS4 fail host.example.com candidate host udp\n"},
		/* M1, character by character. */
		{&world_full, PRIVATE, NULL, ADD("laptop.local"),
			"fail\nM1 fail laptop.local candidate host udp\n"},
		{&world_full, PRIVATE, NULL, ADD("12345678-9abc-1def-8123-456789abcdef.local"),
			"fail\nM1 fail 12345678-9abc-1def-8123-456789abcdef.local candidate host udp\n"},
		{&world_full, PRIVATE, NULL, ADD("12345678-9abc-4def-c123-456789abcdef.local"),
			"fail\nM1 fail 12345678-9abc-4def-c123-456789abcdef.local candidate host udp\n"},
		{&world_full, PRIVATE, NULL, ADD("12345678-9abc-4def-8123-456789abcdeg.local"),
			"fail\nM1 fail 12345678-9abc-4def-8123-456789abcdeg.local candidate host udp\n"},
		{&world_full, PRIVATE, NULL, ADD("12345678a9abc-4def-8123-456789abcdef.local"),
			"fail\nM1 fail 12345678a9abc-4def-8123-456789abcdef.local candidate host udp\n"},
		{&world_full, PRIVATE, NULL, ADD("g2345678-9abc-4def-8123-456789abcdef.local"),
			"fail\nM1 fail g2345678-9abc-4def-8123-456789abcdef.local candidate host udp\n"},
		{&world_full, PRIVATE, NULL, ADD("12345678-9abc-4def-8123-456789abcdef.local.local"),
			"fail\nM1 fail 12345678-9abc-4def-8123-456789abcdef.local.local candidate host udp\n"},
		{&world_full, PUBLIC, NULL, ADD("laptop.local"),
			"warn\nN16 warn laptop.local candidate host udp\n"},
		{&world_full, PRIVATE, "candidate candidate:3\ncandidate candidate:4", ONE_NAME,
			"warn\nI7 warn srflx@exit4 missing\n"},
		{&world_full, PRIVATE, NULL, ADD("2345678-9abc-4def-8123-456789abcdef.local"),
			"fail\nM1 fail 2345678-9abc-4def-8123-456789abcdef.local candidate host udp\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

/* Where no host candidate but may be shown, its name may. */
static void test_names_where_hosts_are_optional(void **state)
{
	World world = world_six;
	static const char facts[] = "sensor client 1\nsensor stun 1\n"
								"local {lan6_eui64}/64 eth0\n"
								"route {stun6} eth0 {lan6_eui64}\n"
								"route {web6} eth0 {lan6_eui64}\n";
	const Case cases[] = {
		{&world, PRIVATE, NULL, ADD(NAME), "pass\n"},
		{&world, PRIVATE, NULL, NULL, "pass\n"},
		{&world, PRIVATE, NULL, ADD("{lan6_eui64}"), "pass\n"},
	};

	(void)state;
	world.book = "topology alone\n"
				 "node client client\n"
				 "node stun stun\n"
				 "address lan6_eui64 2001:db8:1::200:5eff:fe00:5310 client eth0\n"
				 "address stun6 2001:db8:3::53 stun eth0\n"
				 "address web6 2001:db8:3::80 stun eth0\n"
				 "server stun6 3478\n"
				 "origin web6\n"
				 "path eth0 stun6 lan6_eui64\n";
	world.facts = facts;
	world.stun = "stun6";
	world.policies = "[policy " PRIVATE "]\n"
					 "may = host@lan6_eui64 host/tcp@lan6_eui64 srflx@lan6_eui64 "
					 "srflx/tcp@lan6_eui64\n"
					 "raddr = lan6_eui64 hidden\n"
					 "wire = lan6_eui64>eth0\n"
					 "cites = N7\n";
	world.clean[ICELAB_MODE_2] = "";
	WORLD_CHECK(cases, "");
}

static void test_missing(void **state)
{
	static const Case cases[] = {
		{&world_six, CONSENT, "candidate candidate:1", NULL, "warn\nI1 warn host@lan4 missing\n"},
		{&world_six, PRIVATE, "candidate candidate:1", NULL, "fail\nN7 fail host@lan4 missing\n"},
		{&world_six, PRIVATE, "candidate candidate:2", NULL, "warn\nI7 warn srflx@isp4 missing\n"},
		{&world_six, PUBLIC, "candidate candidate:2", NULL, "fail\nI7 fail srflx@isp4 missing\n"},
		{&world_six, PUBLIC, "candidate candidate:6", NULL,
			"warn\nI7 warn srflx@lan6_temp missing\n"},
		/* The same address as another type or over another transport is not it. */
		{&world_full, PRIVATE, "candidate candidate:3",
			"candidate candidate:9 1 TCP 1000 {tun4} 9 typ host tcptype active",
			"fail\nN7 fail host@tun4 missing\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

static void test_times_and_places(void **state)
{
	static const Case cases[] = {
		{&world_six, PRIVATE, "candidate candidate:1",
			"late candidate:1 1 UDP 2130706431 {lan4} 50000 typ host",
			"fail\nL15 fail lan4 candidate host udp\n"},
		/* Told in time, and again. */
		{&world_six, PRIVATE, NULL, "late candidate:1 1 UDP 2130706431 {lan4} 50000 typ host",
			"pass\n"},
		{&world_lan, PRIVATE, NULL, "late ", "pass\n"},
		{&world_lan, PRIVATE, "candidate candidate:1",
			"late candidate:1 1 UDP 2130706431 {lan4} 50000 typ host",
			"fail\nL15 fail lan4 candidate host udp\n"},
		{&world_lan, PRIVATE, NULL,
			"late candidate:1 1 TCP 1000 {lan4} 9 typ host tcptype passive\n"
			"late candidate:7 1 TCP 1000 {lan4} 9 typ host tcptype active",
			"fail\nI9 fail lan4 foundation of host\nL15 fail lan4 candidate host tcp\n"},
		{&world_lan, PRIVATE, "sdp", "sdp a=candidate:1 1 UDP 2130706431 {lan4} 50000 typ host|",
			"warn\nL6 warn isp4 candidate srflx udp\n"},
		{&world_lan, PRIVATE, "candidate candidate:1", NULL, "warn\nL6 warn lan4 sdp host udp\n"},
		{&world_lan, PRIVATE, NULL,
			"candidate candidate:7 1 TCP 1000 {lan4} 9 typ host tcptype active",
			"warn\nL6 warn lan4 candidate host tcp\n"},
		{&world_lan, PRIVATE, "sdp",
			"sdp v=0|c=IN IP4 {isp4}|\nsdp v=0|a=candidate:1 1 UDP 2130706431 {lan4} 50000 typ "
			"host|\n"
			"initial v=0|a=candidate:2 1 UDP 1694498815 {isp4} 61000 typ srflx raddr {lan4} rport "
			"50000 generation 0|",
			"pass\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

/* Only what candidates are made of tells them apart; every part of it does. */
static void test_same_candidate(void **state)
{
#define LINE "candidate:7 1 TCP 1000 {lan4} 9 typ host tcptype active"
	static const char *const others[] = {
		"candidate:6 1 TCP 1000 {lan4} 9 typ host tcptype active",
		"candidate:7 2 TCP 1000 {lan4} 9 typ host tcptype active",
		"candidate:7 1 TCP 1001 {lan4} 9 typ host tcptype active",
		"candidate:7 1 TCP 1000 {lan4} 10 typ host tcptype active",
		"candidate:7 1 TCP 1000 {lan4} 9 typ host tcptype passive",
		"candidate:7 1 TCP 1000 {lan4} 9 typ host",
	};
	static const Case same[] = {
		{&world_lan, PRIVATE, NULL,
			"candidate " LINE " ufrag abcd network-cost 999\n"
			"sdp v=0|a=" LINE "|",
			"pass\n"},
	};

	(void)state;
	WORLD_CHECK(same, "");
	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		g_autofree char *more = g_strdup_printf("candidate " LINE "\nsdp v=0|a=%s|", others[i]);
		const Case other = {&world_lan, PRIVATE, NULL, more,
			"warn\nL6 warn lan4 candidate host tcp\nL6 warn lan4 sdp host tcp\n"};

		world_check_cases(&other, 1, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts_that_no_mode_shows),
		cmocka_unit_test(test_hosts_beyond_the_policy),
		cmocka_unit_test(test_others_beyond_the_policy),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_names_where_hosts_are_optional),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_times_and_places),
		cmocka_unit_test(test_same_candidate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
