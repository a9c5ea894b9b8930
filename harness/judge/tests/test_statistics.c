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
		{&world_lan, PUBLIC, NULL, ENTRY("remote-candidate", "{lan4}"), "pass\n"},
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
