/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

/* Candidates that are listed in the statistics alone. */

#define ENTRY(type, address)                                                                       \
	"stats {\"a\":{\"type\":\"" type "\",\"candidateType\":\"host\",\"address\":\"" address "\"}}"
#define LOCAL(address) ENTRY("local-candidate", address)
#define NAME                                                                                       \
	"candidate candidate:9 1 UDP 2130706431 0a1b2c3d-0000-4000-8000-0123456789ab.local 5000 typ "  \
	"host\n"

static void test_hidden(void **state)
{
	static const Case cases[] = {
		{&world_lan, PUBLIC, NULL, LOCAL("{lan4}"), "fail\nN8 fail lan4 stats host\n"},
		{&world_lan, FORCE, NULL, LOCAL("{lan4}"), "fail\nN8 fail lan4 stats host\n"},
		{&world_full, NO_UDP, NULL, LOCAL("{tun4}"), "fail\nN8 fail tun4 stats host\n"},
		{&world_lan, RELAY, NULL, LOCAL("{lan4}"), "fail\nJ1 fail lan4 stats host\n"},
		{&world_lan, PRIVATE, "candidate\nsdp", NAME LOCAL("{lan4}"),
			"fail\nI7 warn srflx@isp4 missing\nM11 fail lan4 stats host\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

static void test_shown(void **state)
{
	static const Case cases[] = {
		/* As a candidate, too. */
		{&world_lan, PRIVATE, NULL, LOCAL("{lan4}"), "pass\n"},
		{&world_lan, CONSENT, NULL, LOCAL("{lan4}"), "pass\n"},
		/* No private one: the reflexive candidate shows it in any case. */
		{&world_six, PUBLIC, NULL, LOCAL("{lan6_temp}"), "pass\n"},
		/* No candidate of this host; no address. */
		{&world_lan, PUBLIC, NULL, LOCAL("192.168.1.99"), "pass\n"},
		{&world_lan, PUBLIC, NULL, LOCAL("0.0.0.0"), "pass\n"},
		{&world_lan, PUBLIC, NULL, LOCAL(""), "pass\n"},
		{&world_lan, PUBLIC, NULL, "stats {\"a\":1,\"b\":[\"{lan4}\"],\"c\":{\"type\":2}}",
			"pass\n"},
		{&world_lan, PUBLIC, NULL, "stats [{\"type\":\"local-candidate\"}]", "pass\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

#define LISTED(type, kind, members)                                                                \
	"stats {\"a\":{\"type\":\"" type "-candidate\",\"candidateType\":\"" kind "\"," members "}}"

/* Other members than the address, other candidates than the host's own. */
static void test_members(void **state)
{
	static const Case cases[] = {
		{&world_lan, PUBLIC, NULL, LISTED("local", "host", "\"ip\":\"{lan4}\""),
			"fail\nN8 fail lan4 stats host\n"},
		{&world_lan, PUBLIC, NULL, LISTED("local", "srflx", "\"relatedAddress\":\"{lan4}\""),
			"fail\nN8 fail lan4 stats raddr of srflx\n"},
		{&world_lan, PRIVATE, NULL, LISTED("local", "srflx", "\"relatedAddress\":\"{lan4}\""),
			"pass\n"},
		{&world_lan, PUBLIC, NULL, LISTED("local", "srflx", "\"relatedAddress\":\"0.0.0.0\""),
			"pass\n"},
		{&world_lan, RELAY, NULL, LISTED("local", "srflx", "\"address\":\"{isp4}\""),
			"fail\nJ1 fail isp4 stats srflx\n"},
		{&world_full, NO_UDP, NULL, LISTED("local", "srflx", "\"address\":\"{exit4}\""),
			"fail\nN10 fail exit4 stats srflx\n"},
		{&world_lan, PUBLIC, NULL, LISTED("local", "srflx", "\"address\":\"203.0.113.99\""),
			"pass\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

#define PEER(members)                                                                              \
	"line {\"type\":\"stats\",\"remote\":[\"candidate:1 1 UDP 1 {router4} 5 typ srflx raddr "      \
	"{link6} "                                                                                     \
	"rport 9\",\"candidate:2 1 UDP 1 x.local 5 typ "                                               \
	"host\",7,\"damaged\"],\"stats\":{\"a\":{\"type\":"                                            \
	"\"remote-candidate\",\"candidateType\":\"prflx\"," members "}}}"

static void test_peers(void **state)
{
	static const Case cases[] = {
		{&world_full, PRIVATE, NULL, LISTED("local", "prflx", "\"address\":\"{lan4}\""),
			"fail\nM11 fail lan4 stats prflx\n"},
		{&world_full, CONSENT, NULL, LISTED("local", "prflx", "\"address\":\"{link6}\""),
			"fail\nM11 fail link6 stats prflx\n"},
		{&world_full, PRIVATE, NULL, LISTED("local", "prflx", "\"address\":\"{tun4}\""), "pass\n"},
		/* W8, whoever's address it is. */
		{&world_lan, PRIVATE, NULL, ENTRY("remote-candidate", "{lan4}"),
			"fail\nW8 fail lan4 stats host\n"},
		{&world_lan, PUBLIC, NULL, ENTRY("remote-candidate", "192.168.1.99"),
			"fail\nW8 fail 192.168.1.99 stats host\n"},
		{&world_lan, PUBLIC, NULL, ENTRY("remote-candidate", "0.0.0.0"), "pass\n"},
		{&world_lan, PUBLIC, NULL, ENTRY("remote-candidate", ""), "pass\n"},
		{&world_lan, PUBLIC, NULL, PEER("\"address\":\"{lan4}\""),
			"fail\nW8 fail lan4 stats prflx\n"},
		{&world_lan, PUBLIC, NULL, PEER("\"ip\":\"{lan4}\""), "fail\nW8 fail lan4 stats prflx\n"},
		{&world_lan, PUBLIC, NULL, PEER("\"relatedAddress\":\"{lan4}\""),
			"warn\nW3 warn lan4 stats raddr of prflx\n"},
		/* The application gave it. */
		{&world_lan, PUBLIC, NULL, PEER("\"address\":\"{router4}\""), "pass\n"},
		{&world_lan, PUBLIC, NULL, PEER("\"relatedAddress\":\"{link6}\""), "pass\n"},
		{&world_lan, PUBLIC, NULL, PEER("\"address\":\"x.local\""), "pass\n"},
		{&world_lan, PUBLIC, NULL, PEER("\"relayProtocol\":\"udp\""),
			"fail\nW9 fail udp stats prflx\n"},
		{&world_lan, PUBLIC, NULL, LISTED("local", "host", "\"relayProtocol\":\"udp\""), "pass\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_peers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
