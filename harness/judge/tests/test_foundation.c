/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "judge/foundation.h"
#include "stun/digest.h"
#include "world.h"

static char *hash(const char *text)
{
	return g_strdup_printf("%u", icelab_crc32((const uint8_t *)text, strlen(text)));
}

static const char *match(const char *foundation, IcelabCandidateType type,
	IcelabTransport transport, const char *base, uint64_t tie_breaker)
{
	IcelabAddress address;
	const IcelabFoundationGuess guess = {.type = type,
		.transport = transport,
		.base = &address,
		.tie_breakers = &tie_breaker,
		.tie_breaker_count = tie_breaker != 0};

	icelab_address_parse(base, strlen(base), &address);
	return icelab_foundation_match((IcelabSpan){foundation, strlen(foundation)}, &guess);
}

static void test_formulas(void **state)
{
	static const struct {
		const char *text; /* hashed by hand */
		IcelabCandidateType type;
		IcelabTransport transport;
		const char *base;
		uint64_t tie_breaker;
		const char *wanted;
	} cases[] = {
		{"host192.168.1.10udp", ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_UDP, "192.168.1.10", 0,
			"libwebrtc's, without salt"},
		{"local192.168.1.10tcp", ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_TCP, "192.168.1.10", 0,
			"libwebrtc's, without salt"},
		{"stun192.168.1.10udp", ICELAB_CANDIDATE_SRFLX, ICELAB_TRANSPORT_UDP, "192.168.1.10", 5,
			"libwebrtc's, without salt"},
		{"srflxfd00::1udp", ICELAB_CANDIDATE_SRFLX, ICELAB_TRANSPORT_UDP, "fd00::1", 0,
			"libwebrtc's, without salt"},
		{"relay192.168.1.10udptcp", ICELAB_CANDIDATE_RELAY, ICELAB_TRANSPORT_UDP, "192.168.1.10", 0,
			"libwebrtc's, without salt"},
		{"host192.168.1.10udp18446744073709551615", ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_UDP,
			"192.168.1.10", UINT64_MAX, "libwebrtc's, salted with the tie-breaker of its checks"},
		{"host192.168.1.10udp4", ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_UDP, "192.168.1.10", 0,
			"Pion's"},
		{"hostfd00::1tcp6", ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_TCP, "fd00::1", 0, "Pion's"},
		/* Another address, type, transport, salt. */
		{"host192.168.1.11udp", ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_UDP, "192.168.1.10", 0,
			NULL},
		{"host192.168.1.10udp", ICELAB_CANDIDATE_SRFLX, ICELAB_TRANSPORT_UDP, "192.168.1.10", 0,
			NULL},
		{"host192.168.1.10udp", ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_TCP, "192.168.1.10", 0,
			NULL},
		{"host192.168.1.10udptcp", ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_UDP, "192.168.1.10", 0,
			NULL},
		{"host192.168.1.10udp7", ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_UDP, "192.168.1.10", 8,
			NULL},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *foundation = hash(cases[i].text);
		const char *found = match(
			foundation, cases[i].type, cases[i].transport, cases[i].base, cases[i].tie_breaker);

		if (g_strcmp0(found, cases[i].wanted) != 0)
			fail_msg("%s: %s", cases[i].text, found);
	}
}

/* Foundations are free text (RFC 8445 5.1.1.3). */
static void test_other_foundations(void **state)
{
	static const char *const others[] = {
		"", "1", "0", "01", "4294967296", "99999999999", "abc", "+1", "1 "};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(others); i++)
		assert_null(
			match(others[i], ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_UDP, "192.168.1.10", 0));
	assert_null(match("1", ICELAB_CANDIDATE_HOST, ICELAB_TRANSPORT_UDP, "", 0));
}

/* CRC-32 of "srflx192.168.1.10udp", "host192.168.1.10udp77", "host192.168.1.10udp4". */
#define PLAIN "2405989941"
#define SALTED "2044069778"
#define PION "2631669666"
#define UUID "0a1b2c3d-0000-4000-8000-0123456789ab.local"
#define HIDDEN(foundation)                                                                         \
	"candidate candidate:" foundation                                                              \
	" 1 UDP 1694498815 {isp4} 61000 typ srflx raddr 0.0.0.0 rport "                                \
	"9\n"
#define NAMED(foundation)                                                                          \
	"candidate candidate:" foundation " 1 UDP 2130706431 " UUID " 5000 typ host\n"
#define LISTED(type, kind, protocol, foundation)                                                   \
	"stats {\"a\":{\"type\":\"" type "\",\"candidateType\":\"" kind "\",\"protocol\":\"" protocol  \
	"\",\"foundation\":\"" foundation "\"}}"

static void test_judged(void **state)
{
	static const Case cases[] = {
		{&world_lan, PUBLIC, "candidate\nsdp", HIDDEN(PLAIN),
			"fail\nJ1 fail lan4 foundation of srflx\nlan4 foundation\n"},
		{&world_lan, PUBLIC, "candidate\nsdp", HIDDEN(SALTED), "pass\n"},
		{&world_lan, PRIVATE, "candidate\nsdp", HIDDEN("2") NAMED(PION),
			"warn\nL3 warn lan4 foundation of host\nlan4 foundation\n"},
		{&world_lan, PRIVATE, "candidate\nsdp", HIDDEN("2") NAMED(SALTED), "pass\n"},
		{&world_lan, PRIVATE, "candidate\nsdp", HIDDEN("2") NAMED(SALTED) "check 78", "pass\n"},
		{&world_lan, PRIVATE, "candidate\nsdp", HIDDEN("2") NAMED(SALTED) "check 78\ncheck 77",
			"warn\nL3 warn lan4 foundation of host\nlan4 foundation\n"},
		/* Listed in the statistics alone. */
		{&world_lan, RELAY, NULL, LISTED("local-candidate", "host", "udp", PION),
			"fail\nJ1 fail lan4 foundation of host\nlan4 foundation\n"},
		{&world_lan, RELAY, NULL, LISTED("local-candidate", "host", "tcp", PION), "pass\n"},
		{&world_lan, RELAY, NULL, LISTED("local-candidate", "strange", "udp", PION), "pass\n"},
		{&world_lan, RELAY, NULL, LISTED("remote-candidate", "host", "udp", PION), "pass\n"},
		/* Shown anyway, it is one more way. */
		{&world_lan, PRIVATE, "candidate\nsdp",
			HIDDEN("2") "candidate candidate:" PION " 1 UDP 2130706431 {lan4} 5000 typ host\n",
			"pass\nlan4 foundation\nlan4 host\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "lan4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formulas),
		cmocka_unit_test(test_other_foundations),
		cmocka_unit_test(test_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
