/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

/* What the implementation sends, by source and egress. */

#define SENT(interface, kind, source, destination)                                                 \
	"out client " interface " " kind " udp " source " 5000 " destination " 3478"

/* The page is fetched and reports whatever the policy, but on the kernel's way. */
static void test_page(void **state)
{
#define FETCHED(interface, protocol, source, destination, port)                                    \
	"out client " interface " " protocol " " protocol " " source " 5000 " destination " " port
	static const Case cases[] = {
		{&world_lan, NO_UDP, NULL, FETCHED("eth0", "tcp", "{lan4}", "{web4}", "80"), "pass\n"},
		{&world_lan, RELAY, NULL, FETCHED("eth0", "tcp", "{lan4}", "{web4}", "80"), "pass\n"},
		{&world_full, DEFAULT, NULL, FETCHED("tun0", "tcp", "{tun4}", "{web4}", "80"), "pass\n"},
		{&world_six, PUBLIC, NULL, FETCHED("eth0", "tcp", "{lan6_temp}", "{web6}", "80"), "pass\n"},
		/* Beside the tunnel; from another address; to another port or host; not by TCP. */
		{&world_full, DEFAULT, NULL, FETCHED("eth0", "tcp", "{lan4}", "{web4}", "80"),
			"warn\nN14 warn lan4 wire client eth0\n"},
		{&world_full, DEFAULT, NULL, FETCHED("tun0", "tcp", "{lan4}", "{web4}", "80"),
			"warn\nN14 warn lan4 wire client tun0\n"},
		{&world_lan, PRIVATE, NULL, FETCHED("eth0", "tcp", "{lan4}", "{web4}", "443"),
			"warn\nN14 warn lan4 wire client eth0\n"},
		{&world_lan, NO_UDP, NULL, FETCHED("eth0", "tcp", "{lan4}", "{stun4}", "80"),
			"fail\nN10 fail lan4 wire client eth0\n"},
		{&world_lan, PRIVATE, NULL, FETCHED("eth0", "udp", "{lan4}", "{web4}", "80"),
			"warn\nN14 warn lan4 wire client eth0\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

static void test_strange_ways(void **state)
{
	static const Case cases[] = {
		{&world_full, DEFAULT, NULL, SENT("eth0", "stun", "{lan4}", "{stun4}"),
			"fail\nN11 fail lan4 wire client eth0\n"},
		{&world_full, PRIVATE, NULL, SENT("eth0", "stun", "{lan4}", "{stun4}"),
			"fail\nN5 fail lan4 wire client eth0\n"},
		{&world_full, PUBLIC, NULL, SENT("eth0", "stun", "{lan4}", "{stun4}"),
			"fail\nN5 fail lan4 wire client eth0\n"},
		/* Source and egress are two things. */
		{&world_full, PUBLIC, NULL, SENT("tun0", "stun", "{lan4}", "{stun4}"),
			"fail\nN5 fail lan4 wire client tun0\n"},
		{&world_full, PUBLIC, NULL, SENT("eth0", "stun", "{tun4}", "{stun4}"),
			"fail\nN5 fail tun4 wire client eth0\n"},
		{&world_split, PRIVATE, NULL, SENT("tun0", "stun", "{lan4}", "{stun_inside4}"), "pass\n"},
		{&world_split, PRIVATE, NULL, SENT("eth0", "stun", "{tun4}", "{stun4}"),
			"fail\nN5 fail tun4 wire client eth0\n"},
		{&world_full, PRIVATE, NULL, SENT("eth0", "udp", "{lan4}", "198.51.100.99"),
			"fail\nN5 fail lan4 wire client eth0\n"},
		{&world_full, PRIVATE, NULL,
			"out client eth0 tcp tcp {lan4} 5000 {stun4} 3478\n"
			"out client eth0 other - - 0 - 0",
			"fail\nN5 fail  wire client eth0\nN5 fail lan4 wire client eth0\n"},
		{&world_lan, FORCE, NULL, SENT("eth0", "stun", "192.168.1.11", "{stun4}"),
			"fail\nN5 fail 192.168.1.11 wire client eth0\n"},
		{&world_lan, NO_UDP, NULL, SENT("eth0", "stun", "{lan4}", "{stun4}"),
			"fail\nN10 fail lan4 wire client eth0\n"},
		{&world_lan, RELAY, NULL, SENT("eth0", "stun", "{lan4}", "{stun4}"),
			"fail\nJ1 fail lan4 wire client eth0\n"},
		/* Mode 1 may use what it may gather. */
		{&world_full, CONSENT, NULL, SENT("tun0", "stun", "{lan4}", "{stun4}"), "pass\n"},
		{&world_full, CONSENT, NULL, SENT("eth0", "stun", "{link6}", "{stun4}"), "pass\n"},
		{&world_six, CONSENT, NULL, SENT("eth0", "stun", "{lan6_eui64}", "{stun6}"),
			"fail\nI5 fail lan6_eui64 wire client eth0\n"},
		{&world_six, CONSENT, NULL, SENT("eth0", "stun", "{link6}", "{stun6}"),
			"fail\nI6 fail link6 wire client eth0\n"},
		{&world_six, CONSENT, NULL, SENT("eth0", "stun", "{lan6_old}", "{stun6}"),
			"warn\nT2 warn lan6_old wire client eth0\n"},
		{&world_six, CONSENT, NULL, SENT("eth0", "stun", "192.168.1.99", "{stun4}"),
			"warn\nI1 warn 192.168.1.99 wire client eth0\n"},
		/* Gathered, but on an interface that there is not: nothing else speaks against it. */
		{&world_six, CONSENT, NULL, SENT("eth9", "stun", "{lan4}", "{stun4}"),
			"warn\nI1 warn lan4 wire client eth9\n"},
		{&world_six, PRIVATE, NULL, SENT("eth0", "stun", "{lan6_eui64}", "{stun6}"),
			"fail\nN5 fail lan6_eui64 wire client eth0\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

/* The kernel's talk, the lab's own, what stays in the host, and what others send. */
static void test_no_fault_of_the_implementation(void **state)
{
	static const Case cases[] = {
		{&world_full, RELAY, NULL,
			"out client eth0 arp - {lan4} 0 {router4} 0\n"
			"out client eth0 nd - {link6} 0 ff02::2 0\n"
			"out client eth0 membership - {lan4} 0 224.0.0.22 0\n"
			"out client eth0 icmp - {lan4} 0 {stun4} 0\n"
			"out client eth0 canary - - 0 - 0\n",
			"pass\n"},
		{&world_full, RELAY, NULL,
			"out client lo stun udp {lan4} 5000 {stun4} 3478\n"
			"out client lo mdns udp {lan4} 5353 224.0.0.251 5353\n"
			"out client lo dns udp 127.0.0.1 5000 127.0.0.53 53",
			"pass\n"},
		{&world_full, RELAY, NULL,
			"in client eth0 stun udp {lan4} 5000 {stun4} 3478\n"
			"out stun eth0 stun udp {lan4} 5000 {stun4} 3478\n"
			"out router eth0 mdns udp {router4} 5353 224.0.0.251 5353\n"
			"out elsewhere eth0 stun udp {lan4} 5000 {stun4} 3478\n",
			"pass\n"},
		{&world_full, RELAY, NULL,
			"out client eth0 udp udp {lan4} 51820 {vpn4} 51820\n"
			"out client eth0 udp udp {vpn4} 51820 {lan4} 51820\n",
			"pass\n"},
		{&world_full, RELAY, NULL, "out client eth0 udp udp {lan4} 51821 {vpn4} 51820",
			"fail\nJ1 fail lan4 wire client eth0\n"},
		{&world_full, RELAY, NULL, "out client tun0 udp udp {lan4} 51820 {vpn4} 51820",
			"fail\nJ1 fail lan4 wire client tun0\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

static void test_discovery(void **state)
{
#define SSDP(interface) "out client " interface " ssdp udp {lan4} 5000 239.255.255.250 1900"
#define NAT_PMP(interface) "out client " interface " port-mapping udp {lan4} 5000 {router4} 5351"
#define MDNS(interface) "out client " interface " mdns udp {lan4} 5353 224.0.0.251 5353"
#define DNS(interface) "out client " interface " dns udp {lan4} 5000 192.0.2.99 53"
	static const Case cases[] = {
		{&world_full, CONSENT, NULL, SSDP("eth0") "\n" NAT_PMP("eth0"), "pass\n"},
		{&world_full, PRIVATE, NULL, SSDP("tun0") "\n" NAT_PMP("tun0"), "pass\n"},
		{&world_full, PRIVATE, NULL, SSDP("eth0"), "warn\nL38 warn lan4 wire client eth0\n"},
		{&world_full, DEFAULT, NULL, NAT_PMP("eth0"), "warn\nL38 warn lan4 wire client eth0\n"},
		{&world_full, PUBLIC, NULL, SSDP("tun0"), "warn\nL38 warn lan4 wire client tun0\n"},
		{&world_lan, NO_UDP, NULL, NAT_PMP("eth0"), "warn\nL38 warn lan4 wire client eth0\n"},
		{&world_lan, RELAY, NULL, SSDP("eth0"), "warn\nL38 warn lan4 wire client eth0\n"},
		{&world_full, CONSENT, NULL, MDNS("eth0"), "pass\n"},
		{&world_full, PRIVATE, NULL, MDNS("tun0"), "pass\n"},
		{&world_full, PUBLIC, NULL, MDNS("tun0"), "warn\nL23 warn lan4 wire client tun0\n"},
		{&world_full, NO_UDP, NULL, MDNS("eth0"), "warn\nL23 warn lan4 wire client eth0\n"},
		{&world_full, RELAY, NULL, MDNS("eth0"), "warn\nL23 warn lan4 wire client eth0\n"},
		{&world_full, CONSENT, NULL, DNS("eth0") "\n" DNS("tun0"), "pass\n"},
		{&world_full, PRIVATE, NULL, DNS("tun0"), "pass\n"},
		{&world_full, PRIVATE, NULL, DNS("eth0"), "warn\nL22 warn lan4 wire client eth0\n"},
		{&world_full, PUBLIC, NULL, DNS("eth0"), "warn\nL22 warn lan4 wire client eth0\n"},
		{&world_lan, NO_UDP, NULL, DNS("eth0"), "warn\nL22 warn lan4 wire client eth0\n"},
		{&world_lan, RELAY, NULL, DNS("eth0"), "warn\nL22 warn lan4 wire client eth0\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

/* Where nobody offered to answer. */
static void test_destinations(void **state)
{
	static const Case cases[] = {
		{&world_lan, PRIVATE, NULL, SENT("eth0", "udp", "{lan4}", "{web4}"),
			"warn\nN14 warn lan4 wire client eth0\n"},
		{&world_lan, PUBLIC, NULL, SENT("eth0", "udp", "{lan4}", "8.8.8.8"),
			"warn\nN14 warn lan4 wire client eth0\n"},
		{&world_six, PRIVATE, NULL,
			SENT("eth0", "udp", "{lan6_temp}", "2001:4860:4860::8888") "\n" SENT(
				"eth0", "udp", "{lan4}", "{web6}"),
			"warn\nN14 warn lan4 wire client eth0\nN14 warn lan6_temp wire client eth0\n"},
		{&world_lan, CONSENT, NULL, SENT("eth0", "udp", "{lan4}", "8.8.8.8"),
			"warn\nN14 warn lan4 wire client eth0\n"},
		/* The way matters there, too; but a page is fetched by TCP. */
		{&world_full, PRIVATE, NULL, SENT("eth0", "udp", "{lan4}", "8.8.8.8"),
			"fail\nN14 warn lan4 wire client eth0\nN5 fail lan4 wire client eth0\n"},
		{&world_lan, RELAY, NULL, SENT("eth0", "udp", "{lan4}", "{web4}"),
			"fail\nJ1 fail lan4 wire client eth0\nN14 warn lan4 wire client eth0\n"},
		{&world_lan, RELAY, NULL, "out client eth0 tcp tcp {lan4} 5000 {web4} 443",
			"warn\nN14 warn lan4 wire client eth0\n"},
		{&world_lan, PRIVATE, NULL, SENT("eth0", "udp", "{lan4}", "8.8.8.9"),
			"warn\nL30 warn lan4 wire client eth0\n"},
		{&world_lan, CONSENT, NULL, SENT("eth0", "stun", "{lan4}", "{isp4}"),
			"warn\nL30 warn lan4 wire client eth0\n"},
		{&world_lan, PUBLIC, NULL, SENT("eth0", "stun", "{lan4}", "203.0.113.99"),
			"warn\nL30 warn lan4 wire client eth0\n"},
		{&world_split, PUBLIC, NULL, SENT("eth0", "stun", "{lan4}", "{stun4}"), "pass\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

/* A server of the lab that this scenario does not offer. */
static void test_server_not_offered(void **state)
{
	World world = world_lan;
	g_autofree char *book =
		g_strconcat(world.book, "address other4 192.0.2.54 stun eth0\nserver other4 3478\n", NULL);
	const Case cases[] = {
		{&world, PRIVATE, NULL, SENT("eth0", "stun", "{lan4}", "{other4}"),
			"warn\nL30 warn lan4 wire client eth0\n"},
	};

	(void)state;
	world.book = book;
	WORLD_CHECK(cases, "");
}

static void test_uses(void **state)
{
#define NO_TUN0 "candidate candidate:3\ncandidate candidate:4\nout client tun0"
#define MISSING "I1 warn host@tun4 missing\nI7 warn srflx@exit4 missing\n"
#define UNUSED "fail\n" MISSING "N4 fail tun0 missing\n"
	static const Case cases[] = {
		{&world_split, CONSENT, NO_TUN0, NULL, UNUSED},
		/* Either counts, a candidate or a packet. */
		{&world_split, CONSENT, NO_TUN0, "candidate candidate:3 1 UDP 1 {tun4} 5 typ host",
			"warn\nI7 warn srflx@exit4 missing\n"},
		{&world_split, CONSENT, NO_TUN0,
			"candidate candidate:3 1 TCP 1 {tun4} 9 typ host tcptype active", "warn\n" MISSING},
		{&world_split, CONSENT, NO_TUN0,
			"out client tun0 stun udp {tun4} 50000 {stun_inside4} 3478", "warn\n" MISSING},
		{&world_split, CONSENT, "candidate candidate:1\nout client eth0 stun", NULL,
			"fail\nI1 warn host@lan4 missing\nN4 fail eth0 missing\n"},
		/* The first of all candidates or packets does, too. */
		{&world_split, CONSENT,
			"out client\ncandidate candidate:2\ncandidate candidate:3\ncandidate candidate:4", NULL,
			"fail\nI1 warn host@tun4 missing\nI7 warn srflx@exit4 missing\n"
			"I7 warn srflx@isp4 missing\nN4 fail tun0 missing\n"},
		{&world_split, CONSENT, "out client\nin \ncandidate candidate:3\ncandidate candidate:4",
			"out client tun0 stun udp {tun4} 50000 {stun_inside4} 3478", "warn\n" MISSING},
		/* What the kernel says, what comes in and what others send does not. */
		{&world_split, CONSENT, NO_TUN0,
			"out client tun0 icmp - {tun4} 0 {stun4} 0\n"
			"in client tun0 stun udp {stun4} 3478 {tun4} 5000\n"
			"out vpn tun0 stun udp {tun4} 5000 {stun4} 3478",
			UNUSED},
		/* Nor somebody else's address of an interface with that name. */
		{&world_split, CONSENT, "candidate candidate:1\nout client eth0 stun",
			"candidate candidate:9 1 UDP 1 {router4} 5 typ host",
			"fail\nI1 warn host@lan4 missing\nI1 warn router4 candidate host udp\n"
			"N4 fail eth0 missing\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

static const char *detail_of(const IcelabResult *result, guint index)
{
	return ((IcelabFinding *)result->findings->pdata[index])->detail;
}

static void test_evidence(void **state)
{
	g_autoptr(IcelabResult) result = world_judge(&world_full, "", PRIVATE, NULL,
		"out client eth0 stun udp {lan4} 5000 {stun4} 3478\n"
		"out client eth0 stun udp {lan4} 5000 {stun4} 3478\n"
		"out client tun0 udp udp 10.8.0.9 5000 192.0.2.99 1234\n");

	(void)state;
	assert_int_equal(result->findings->len, 2);
	assert_string_equal(
		detail_of(result, 0), "stun/udp from lan4 port 5000 to stun4 port 3478, 2 sent");
	assert_string_equal(
		detail_of(result, 1), "udp from 10.8.0.9 port 5000 to 192.0.2.99 port 1234, 1 sent");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_strange_ways),
		cmocka_unit_test(test_no_fault_of_the_implementation),
		cmocka_unit_test(test_discovery),
		cmocka_unit_test(test_destinations),
		cmocka_unit_test(test_server_not_offered),
		cmocka_unit_test(test_uses),
		cmocka_unit_test(test_evidence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
