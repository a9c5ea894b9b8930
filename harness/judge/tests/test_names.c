/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

#define UUID "0a1b2c3d-0000-4000-8000-0123456789ab.local"
#define UUID_2 "0a1b2c3d-0000-4000-9000-0123456789ab.local"

/* Under modes 1 and 2 a name may be told on the link where its address lives. */
static void test_at_home(void **state)
{
	static const Case cases[] = {
		{&world_lan, PRIVATE, NULL,
			"tells client eth0 {lan4} " UUID " A {lan4}\n"
			"hears router eth0 {lan4} " UUID " A {lan4}",
			"pass\nlan4 host\nlan4 raddr\nlan4 sdp\n"},
		{&world_full, PRIVATE, NULL,
			"tells client tun0 {tun4} " UUID " A {tun4}\n"
			"hears vpn wg0 {tun4} " UUID " A {tun4}",
			"pass\n"},
		/* RFC 6762 10.2: what is told beside the address. */
		{&world_full, PRIVATE, NULL,
			"tells client tun0 {tun4} " UUID " NSEC -\n"
			"tells client tun0 {tun4} x._udp.local TXT -",
			"pass\n"},
		/* Said in the host itself. */
		{&world_full, PRIVATE, NULL, "tells client lo {tun4} laptop.local A {tun4}", "pass\n"},
		/* Said by others. */
		{&world_full, PRIVATE, NULL,
			"hears client eth0 {router4} laptop.local A {router4}\n"
			"tells router eth0 {router4} laptop.local A {router4}\n"
			"hears elsewhere eth0 {lan4} laptop.local A {lan4}",
			"pass\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "lan4");
}

/* A20: on another link, where somebody hears it. */
static void test_across_links(void **state)
{
	static const Case cases[] = {
		{&world_full, PRIVATE, NULL,
			"tells client eth0 {lan4} " UUID " A {tun4}\n"
			"hears router eth0 {lan4} " UUID " A {tun4}",
			"pass\ntun4 mdns\n"},
		{&world_full, PRIVATE, NULL,
			"tells client tun0 {tun4} " UUID " A {lan4}\n"
			"hears vpn wg0 {tun4} " UUID " A {lan4}",
			"pass\nlan4 mdns\n"},
		/* Both at home and abroad. */
		{&world_full, PRIVATE, NULL,
			"tells client eth0 {lan4} " UUID " A {lan4}\n"
			"hears router eth0 {lan4} " UUID " A {lan4}\n"
			"tells client tun0 {tun4} " UUID " A {lan4}\n"
			"hears vpn wg0 {tun4} " UUID " A {lan4}",
			"pass\nlan4 mdns\n"},
		/* The same bytes on both links: nobody can say which of them was heard. */
		{&world_full, PRIVATE, NULL,
			"tells client eth0 {lan4} " UUID " A {lan4}\n"
			"tells client tun0 {lan4} " UUID " A {lan4}\n"
			"hears vpn wg0 {lan4} " UUID " A {lan4}",
			"pass\nlan4 mdns\n"},
		/* The tunnel did not take it. */
		{&world_split, PRIVATE, NULL, "tells client tun0 {tun4} " UUID " A {lan4}", "pass\n"},
		/* Nobody's address. */
		{&world_full, PRIVATE, NULL,
			"tells client eth0 {lan4} " UUID " A 10.8.0.20\n"
			"hears router eth0 {lan4} " UUID " A 10.8.0.20",
			"pass\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

/* What tells one telling from another. */
static void test_same_telling(void **state)
{
	static const char *const others[] = {
		"tells client eth0 {link6} " UUID " A {lan4}",
		"tells client eth0 {lan4} " UUID_2 " A {lan4}",
		"tells router eth0 {lan4} " UUID " A {lan4}",
		"hears client eth0 {lan4} " UUID " A {lan4}",
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		g_autofree char *more =
			g_strdup_printf("hears router eth0 {lan4} " UUID " A {lan4}\n%s", others[i]);
		const Case other = {&world_full, PRIVATE, NULL, more, "pass\nlan4 mdns\n"};

		world_check_cases(&other, 1, "");
	}
}

static void test_form_of_names(void **state)
{
	static const Case cases[] = {
		{&world_full, PRIVATE, NULL, "tells client tun0 {tun4} laptop.local A {tun4}",
			"fail\nM1 fail tun4 mdns client tun0\n"},
		/* Version 1. */
		{&world_full, PRIVATE, NULL,
			"tells client tun0 {tun4} 0a1b2c3d-0000-1000-8000-0123456789ab.local A {tun4}",
			"fail\nM1 fail tun4 mdns client tun0\n"},
		/* Of another variant than RFC 9562's. */
		{&world_full, PRIVATE, NULL,
			"tells client tun0 {tun4} 0a1b2c3d-0000-4000-c000-0123456789ab.local A {tun4}",
			"fail\nM1 fail tun4 mdns client tun0\n"},
		{&world_full, PRIVATE, NULL, "tells client tun0 {tun4} " UUID ".local A {tun4}",
			"fail\nM1 fail tun4 mdns client tun0\n"},
		{&world_six, PRIVATE, NULL,
			"tells client eth0 {lan4} " UUID " A {lan4}\n"
			"tells client eth0 {lan4} " UUID " AAAA {lan6_temp}",
			"fail\nM4 fail lan6_temp mdns client eth0\n"},
		{&world_six, PRIVATE, NULL,
			"tells client eth0 {lan4} " UUID " A {lan4}\n"
			"tells client eth0 {link6} " UUID " A {lan4}\n"
			"tells client eth0 {lan4} " UUID_2 " AAAA {lan6_temp}",
			"pass\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

static void test_questions(void **state)
{
	static const Case cases[] = {
		{&world_lan, PRIVATE, NULL, "asks client eth0 {lan4} " UUID " A -", "pass\n"},
		{&world_lan, PRIVATE, NULL, "asks client eth0 {lan4} printer.local A -",
			"warn\nM10 warn printer.local mdns client eth0\n"},
		{&world_lan, PRIVATE, NULL, "asks client eth0 {lan4} printer.local AAAA -",
			"warn\nM10 warn printer.local mdns client eth0\n"},
		{&world_lan, PRIVATE, NULL, "asks client eth0 {lan4} printer.local ANY -",
			"warn\nM10 warn printer.local mdns client eth0\n"},
		/* A service is no host. */
		{&world_lan, PRIVATE, NULL, "asks client eth0 {lan4} _googlecast._tcp.local PTR -",
			"pass\n"},
		{&world_lan, PRIVATE, NULL, "asks router eth0 {router4} printer.local A -", "pass\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

/* M6, M8: what a name hides in one place is hidden in the others. */
static void test_beside_a_name(void **state)
{
	static const Case cases[] = {
		{&world_lan, PRIVATE, "candidate\nsdp",
			"candidate candidate:9 1 UDP 2130706431 " UUID " 5000 typ host\n"
			"candidate candidate:2 1 UDP 1694498815 {isp4} 61000 typ srflx raddr {lan4} rport 5000",
			"fail\nM6 fail lan4 raddr of srflx\n"},
		{&world_lan, PRIVATE, "candidate\nsdp",
			"candidate candidate:9 1 UDP 2130706431 " UUID " 5000 typ host\n"
			"candidate candidate:2 1 UDP 1694498815 {isp4} 61000 typ srflx raddr 0.0.0.0 rport 9",
			"pass\n"},
		/* A10, M7: a temporary address may stay as it is beside the name of another. */
		{&world_six, PRIVATE, "candidate",
			"candidate candidate:9 1 UDP 2130706431 " UUID " 5000 typ host\n"
			"candidate candidate:5 1 UDP 2130706687 {lan6_temp} 50006 typ host\n"
			"candidate candidate:2 1 UDP 1694498815 {isp4} 61000 typ srflx raddr 0.0.0.0 rport 9\n"
			"candidate candidate:6 1 UDP 1694498815 {lan6_temp} 50006 typ srflx raddr {lan6_temp} "
			"rport 50006",
			"pass\n"},
		{&world_lan, PRIVATE, "candidate\nsdp",
			"candidate candidate:9 1 UDP 2130706431 " UUID " 5000 typ host\n"
			"candidate candidate:2 1 UDP 1694498815 {isp4} 61000 typ srflx raddr 0.0.0.0 rport 9\n"
			"initial v=0|c=IN IP4 " UUID "|s=-|",
			"fail\nM8 fail " UUID " c= of the initial description\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_at_home),
		cmocka_unit_test(test_across_links),
		cmocka_unit_test(test_same_telling),
		cmocka_unit_test(test_form_of_names),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_beside_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
