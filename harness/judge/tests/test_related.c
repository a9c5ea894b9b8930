/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

/* raddr, rport, the foundation, and the session description. */

#define ISP4 "candidate:8 1 UDP 1000 {isp4} 61000 typ srflx"

static void test_presence(void **state)
{
#define SIX(type) "candidate candidate:8 1 UDP 1000 {lan4} 5000 typ " type
	static const Case cases[] = {
		{&world_six, PRIVATE, NULL, "candidate " ISP4, "fail\nS1 fail isp4 raddr of srflx\n"},
		{&world_full, PUBLIC, "candidate candidate:4",
			"candidate candidate:4 1 UDP 1694498559 {exit4} 61001 typ srflx",
			"fail\nS1 fail exit4 raddr of srflx\n"},
		{&world_six, PUBLIC, NULL, "candidate " ISP4 " raddr 0.0.0.0",
			"fail\nS1 fail isp4 raddr of srflx\n"},
		{&world_six, PRIVATE, NULL, "candidate " ISP4 " rport 9",
			"fail\nS1 fail isp4 raddr of srflx\n"},
		{&world_six, PRIVATE, NULL, SIX("host raddr {lan4} rport 5000"),
			"fail\nS1 fail lan4 raddr of host\n"},
		{&world_six, CONSENT, NULL, SIX("host raddr 0.0.0.0"),
			"fail\nS1 fail lan4 raddr of host\n"},
		{&world_six, CONSENT, NULL, SIX("host rport 9"), "fail\nS1 fail lan4 raddr of host\n"},
		{&world_six, PRIVATE, NULL, SIX("prflx"),
			"fail\nM11 fail lan4 candidate prflx udp\nS1 fail lan4 raddr of prflx\n"},
		{&world_six, PRIVATE, NULL, SIX("relay"),
			"fail\nI7 warn lan4 candidate relay udp\nS1 fail lan4 raddr of relay\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

static void test_hidden_form(void **state)
{
	static const Case cases[] = {
		{&world_six, PUBLIC, NULL, "candidate " ISP4 " raddr 0.0.0.0 rport 9", "pass\n"},
		{&world_six, PUBLIC, NULL, "candidate " ISP4 " raddr :: rport 9", "pass\n"},
		{&world_six, PRIVATE, NULL, "candidate " ISP4 " raddr 0.0.0.0 rport 9", "pass\n"},
		{&world_six, CONSENT, NULL, "candidate " ISP4 " raddr 0.0.0.0 rport 9", "pass\n"},
		{&world_six, PUBLIC, NULL, "candidate " ISP4 " raddr 0.0.0.0 rport 0",
			"fail\nS3 fail isp4 rport of srflx\n"},
		{&world_six, PRIVATE, NULL, "candidate " ISP4 " raddr :: rport 50000",
			"fail\nS3 fail isp4 rport of srflx\n"},
		{&world_six, CONSENT, NULL, "candidate " ISP4 " raddr 0.0.0.0 rport 0",
			"fail\nS3 fail isp4 rport of srflx\n"},
		{&world_six, PUBLIC, NULL, "candidate " ISP4 " raddr  rport 9",
			"fail\nS3 fail isp4 raddr of srflx\n"},
		{&world_six, PUBLIC, NULL, "candidate " ISP4 " raddr ::ffff:0.0.0.0 rport 9",
			"fail\nS3 fail isp4 raddr of srflx\n"},
		{&world_six, PUBLIC, NULL, "candidate " ISP4 " raddr laptop.example rport 9",
			"fail\nS4 fail laptop.example raddr of srflx\n"},
		{&world_six, PUBLIC, NULL,
			"candidate " ISP4 " raddr 12345678-9abc-4def-8123-456789abcdef.local rport 9",
			"pass\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

static void test_shown(void **state)
{
#define EXIT4 "candidate candidate:8 1 UDP 1000 {exit4} 61000 typ srflx raddr "
	static const Case cases[] = {
		{&world_six, PUBLIC, NULL, "candidate " ISP4 " raddr {lan4} rport 9",
			"fail\nJ1 fail lan4 raddr of srflx\n"},
		{&world_lan, FORCE, "sdp", "candidate " ISP4 " raddr {lan4} rport 50000",
			"fail\nJ1 fail lan4 raddr of srflx\n"},
		{&world_six, PUBLIC, NULL, "candidate " ISP4 " raddr 10.99.0.1 rport 9",
			"fail\nJ1 fail 10.99.0.1 raddr of srflx\n"},
		{&world_six, PUBLIC, NULL, "candidate " ISP4 " raddr ::ffff:192.168.1.10 rport 9",
			"fail\nJ1 fail ::ffff:192.168.1.10 raddr of srflx\n"},
		{&world_full, PRIVATE, NULL, EXIT4 "{tun4} rport 50001", "pass\n"},
		{&world_full, PRIVATE, NULL, EXIT4 "{lan4} rport 50001",
			"fail\nJ1 fail lan4 raddr of srflx\n"},
		{&world_full, CONSENT, NULL, EXIT4 "{lan4} rport 50001", "pass\n"},
		{&world_six, CONSENT, NULL, "candidate " ISP4 " raddr {lan6_eui64} rport 5",
			"fail\nJ1 fail lan6_eui64 raddr of srflx\n"},
		/* What is forbidden itself is one fault, not two. */
		{&world_full, PUBLIC, NULL, "candidate " ISP4 " raddr {lan4} rport 50000",
			"fail\nN5 fail isp4 candidate srflx udp\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

static void test_foundations(void **state)
{
#define AS(foundation, rest) "candidate candidate:" foundation " 1 " rest
	static const Case cases[] = {
		{&world_six, PRIVATE, NULL, AS("1", "UDP 9 {isp4} 61002 typ srflx raddr 0.0.0.0 rport 9"),
			"fail\nI9 fail isp4 foundation of srflx\n"},
		{&world_six, PRIVATE, NULL, AS("1", "TCP 9 {lan4} 9 typ host tcptype active"),
			"fail\nI9 fail lan4 foundation of host\n"},
		{&world_six, PRIVATE, "candidate candidate:5", AS("1", "UDP 9 {lan6_temp} 7 typ host"),
			"fail\nI9 fail lan6_temp foundation of host\n"},
		/* Compared with every earlier one, byte by byte. */
		{&world_six, PRIVATE, NULL, AS("2", "TCP 9 {lan4} 9 typ host tcptype active"),
			"fail\nI9 fail lan4 foundation of host\n"},
		{&world_six, PRIVATE, NULL,
			AS("aB", "UDP 9 {lan4} 7 typ host\n") AS("ab", "TCP 9 {lan4} 9 typ host tcptype so"),
			"pass\n"},
		{&world_six, PRIVATE, NULL,
			AS("11", "TCP 9 {lan4} 9 typ host tcptype so\n")
				AS("111", "UDP 9 {lan4} 50004 typ host"),
			"pass\n"},
		/* Two components, and what was mapped twice: nobody can tell the servers apart. */
		{&world_six, PRIVATE, NULL, "candidate candidate:1 2 UDP 9 {lan4} 50001 typ host",
			"pass\n"},
		{&world_six, PRIVATE, NULL,
			AS("2", "UDP 9 {lan6_temp} 61005 typ srflx raddr {lan6_temp} rport 61005"), "pass\n"},
		{&world_lan, PRIVATE, "sdp",
			AS("7", "UDP 9 12345678-9abc-4def-8123-456789abcdef.local 5 typ host\n")
				AS("7", "UDP 9 22345678-9abc-4def-8123-456789abcdef.local 5 typ host\n"),
			"fail\nI9 fail 22345678-9abc-4def-8123-456789abcdef.local foundation of host\n"},
		{&world_lan, PRIVATE, "sdp",
			AS("7", "UDP 9 12345678-9abc-4def-8123-456789abcdef.local 5 typ host\n")
				AS("7", "UDP 8 12345678-9abc-4def-8123-456789abcdef.local 6 typ host\n"),
			"pass\n"},
		/* A name may stand for the very address. */
		{&world_lan, PRIVATE, "sdp",
			AS("1", "UDP 9 12345678-9abc-4def-8123-456789abcdef.local 5 typ host\n"), "pass\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

static void test_descriptions(void **state)
{
	static const Case cases[] = {
		{&world_lan, PRIVATE, NULL, "initial v=0|o=- 1 1 IN IP4 {lan4}|",
			"warn\nJ3 warn lan4 o= of the initial description\n"},
		{&world_lan, PRIVATE, NULL, "sdp v=0|o=- 1 1 IN IP4 {lan4}|",
			"warn\nJ3 warn lan4 o= of the gathered description\n"},
		{&world_six, RELAY, NULL, NULL,
			"broken: scenarios/world.ini expects nothing of the policy "
			"relay\n"},
		{&world_lan, RELAY, NULL, "sdp v=0|o=- 1 1 IN IP4 {isp4}|c=IN IP4 {isp4}|",
			"fail\nJ3 warn isp4 o= of the gathered description\n"
			"J4 fail isp4 c= of the gathered description\n"},
		{&world_lan, PRIVATE, NULL,
			"initial v=0|o=- 1 1 IN IP4 0.0.0.0|c=IN IP6 ::|a=rtcp:9|a=rtcp:9 IN IP6 ::|"
			"o=- 1 1 IN IP4 host.example.com|o=- 1 1 IN IP6 ::1|",
			"pass\n"},
		{&world_lan, PRIVATE, NULL,
			"line {\"type\":\"state\",\"state\":\"x\",\"sdp\":\"c=IN IP4 10.1.2.3\"}", "pass\n"},
		/* Before there are candidates, even an allowed address is too much. */
		{&world_lan, PRIVATE, NULL, "initial v=0|c=IN IP4 {lan4}|",
			"fail\nJ4 fail lan4 c= of the initial description\n"},
		{&world_lan, CONSENT, NULL, "initial v=0|m=audio 9 x 0|a=rtcp:9 IN IP4 {lan4}|",
			"fail\nJ4 fail lan4 a=rtcp of the initial description\n"},
		{&world_lan, PRIVATE, NULL, "initial v=0|c=IN IP4 127.0.0.1|",
			"fail\nJ4 fail 127.0.0.1 c= of the initial description\n"},
		/* Afterwards, what a candidate of any kind may show: must, should and may. */
		{&world_six, PRIVATE, NULL, "sdp c=IN IP4 {lan4}|c=IN IP4 {isp4}|c=IN IP6 {lan6_temp}|",
			"pass\n"},
		{&world_full, CONSENT, NULL, "sdp c=IN IP4 {isp4}|c=IN IP6 {link6}|", "pass\n"},
		{&world_lan, PUBLIC, NULL, "sdp c=IN IP4 {isp4}|c=IN IP4 {lan4}|",
			"fail\nJ4 fail lan4 c= of the gathered description\n"},
		{&world_lan, PUBLIC, NULL, "sdp a=rtcp:9 IN IP4 10.1.2.3|",
			"fail\nJ4 fail 10.1.2.3 a=rtcp of the gathered description\n"},
		{&world_lan, FORCE, NULL, "sdp c=IN IP4 {lan4}|",
			"fail\nJ4 fail lan4 c= of the gathered description\n"},
		{&world_lan, NO_UDP, NULL, "sdp c=IN IP4 {isp4}|",
			"fail\nJ4 fail isp4 c= of the gathered description\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

/* The evidence of a finding is the line itself. */
static void test_evidence(void **state)
{
	g_autoptr(IcelabResult) result = world_judge(&world_lan, "", PUBLIC, "sdp",
		"candidate a=candidate:9 1 UDP 1000 {lan4} 5000 typ host generation 0\n"
		"sdp v=0|c=IN IP4 {lan4}|");

	(void)state;
	assert_int_equal(result->findings->len, 2);
	assert_string_equal(((IcelabFinding *)result->findings->pdata[0])->detail,
		"candidate:9 1 UDP 1000 192.168.1.10 5000 typ host generation 0");
	assert_string_equal(
		((IcelabFinding *)result->findings->pdata[1])->detail, "c=IN IP4 192.168.1.10");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_presence),
		cmocka_unit_test(test_hidden_form),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_foundations),
		cmocka_unit_test(test_descriptions),
		cmocka_unit_test(test_evidence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
