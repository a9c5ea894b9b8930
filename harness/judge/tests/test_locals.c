/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "judge/judgement.h"
#include "world.h"

/* Which of a host's own addresses may be gathered (RFC 8445 5.1.1.1, RFC 8835 3.3), beside which
 * others. */

#define EUI64 "2001:db8:1::200:5eff:fe00:5310"
#define OPAQUE "2001:db8:1::1111:2222:3333:4444"
#define TEMPORARY "2001:db8:1::a1b2:c3d4:e5f6:789"
#define LOCAL(address, flags) "local " address "/64 eth0" flags "\n"

typedef struct {
	const char *locals;
	const char *address;
	const char *wanted; /* "CLAUSE SEVERITY", or "" */
} LocalCase;

static void check(const LocalCase *cases, gsize count)
{
	g_autoptr(IcelabBook) book = world_book(&world_lan);

	for (gsize i = 0; i < count; i++) {
		g_autoptr(IcelabObservation) observation = icelab_observation_new("", "", "");
		IcelabAddress address;
		IcelabVerdict severity = ICELAB_BROKEN;
		const char *clause;

		world_observe(observation, book, cases[i].locals);
		assert_true(icelab_address_parse(cases[i].address, strlen(cases[i].address), &address));
		clause = icelab_judge_address(observation, &address, &severity);

		g_autofree char *text =
			clause != NULL ? g_strdup_printf("%s %s", clause, icelab_verdict_name(severity))
						   : g_strdup("");

		if (!g_str_equal(text, cases[i].wanted))
			fail_msg(
				"case %zu, %s: \"%s\", not \"%s\"", i, cases[i].address, text, cases[i].wanted);
	}
}

static void test_kinds(void **state)
{
	static const LocalCase cases[] = {
		{LOCAL("127.0.0.1", ""), "127.0.0.1", "I2 fail"},
		{LOCAL("::1", ""), "::1", "I2 fail"},
		{"", "::ffff:127.0.0.1", "I2 fail"},
		{LOCAL("fec0::1", ""), "fec0::1", "I3 fail"},
		{"", "::192.0.2.1", "I3 fail"},
		{"", "0.0.0.0", "L29 warn"},
		{"", "::", "L29 warn"},
		{LOCAL("192.0.2.1", ""), "::ffff:192.0.2.1", "I4 warn"},
		{"", "192.0.2.1", "I1 warn"},
		{LOCAL("192.0.2.2", ""), "192.0.2.1", "I1 warn"},
		{LOCAL("192.0.2.2", "") LOCAL("192.0.2.1", ""), "192.0.2.1", ""},
		/* No rule against it, whatever its flags. */
		{LOCAL("192.0.2.1", " deprecated") LOCAL("192.0.2.2", " temporary"), "192.0.2.1", ""},
		{LOCAL("169.254.1.1", "") LOCAL(TEMPORARY, " temporary"), "169.254.1.1", ""},
	};

	(void)state;
	check(cases, G_N_ELEMENTS(cases));
}

static void test_beside_better_ones(void **state)
{
	static const LocalCase cases[] = {
		{LOCAL(EUI64, ""), EUI64, ""},
		{LOCAL(EUI64, "") LOCAL(OPAQUE, ""), EUI64, "I5 fail"},
		{LOCAL(EUI64, "") LOCAL(TEMPORARY, " temporary"), EUI64, "I5 fail"},
		/* A better one is of the same interface and prefix, in use, and tells nothing itself. */
		{LOCAL(EUI64, "") "local " OPAQUE "/64 eth1\n", EUI64, ""},
		{LOCAL(EUI64, "") LOCAL("2001:db8:2::1111:2222:3333:4444", ""), EUI64, ""},
		{"local " EUI64 "/32 eth0\n" LOCAL("2001:db8:2::1111:2222:3333:4444", ""), EUI64,
			"I5 fail"},
		{LOCAL(EUI64, "") LOCAL(OPAQUE, " down"), EUI64, ""},
		{LOCAL(EUI64, "") LOCAL(OPAQUE, " deprecated"), EUI64, ""},
		{LOCAL(EUI64, "") LOCAL("2001:db8:1::222:33ff:fe44:5566", ""), EUI64, ""},
		/* Whichever is listed first. */
		{LOCAL(OPAQUE, "") LOCAL(EUI64, ""), EUI64, "I5 fail"},
		/* By themselves they say nothing against each other. */
		{LOCAL(OPAQUE, ""), OPAQUE, ""},
		{LOCAL(TEMPORARY, " temporary") LOCAL(EUI64, ""), TEMPORARY, ""},
		/* T1 and T2 */
		{LOCAL(OPAQUE, "") LOCAL(TEMPORARY, " temporary"), OPAQUE, "T1 warn"},
		{LOCAL(OPAQUE, "") LOCAL("2001:db8:1::5555:6666:7777:8888", ""), OPAQUE, ""},
		{LOCAL(OPAQUE, " temporary") LOCAL(TEMPORARY, " temporary"), OPAQUE, ""},
		{LOCAL(OPAQUE, "") LOCAL(TEMPORARY, " temporary deprecated"), OPAQUE, ""},
		{LOCAL(OPAQUE, "") "local " TEMPORARY "/64 eth1 temporary\n", OPAQUE, ""},
		{LOCAL("fd00::1", "") LOCAL(TEMPORARY, " temporary"), "fd00::1", ""},
		{LOCAL("fd00::1", "") LOCAL("fd00::2", " temporary"), "fd00::1", "T1 warn"},
		{LOCAL(TEMPORARY, " temporary deprecated"), TEMPORARY, "T2 warn"},
		{LOCAL(OPAQUE, " deprecated") LOCAL(TEMPORARY, " temporary"), OPAQUE, "T2 warn"},
	};

	(void)state;
	check(cases, G_N_ELEMENTS(cases));
}

static void test_link_local(void **state)
{
#define LINK LOCAL("fe80::10", "")
	static const LocalCase cases[] = {
		{LINK, "fe80::10", ""},
		/* On any interface, of any prefix. */
		{LINK LOCAL(OPAQUE, ""), "fe80::10", "I6 fail"},
		{LINK "local fd00::1/64 eth1\n", "fe80::10", "I6 fail"},
		/* None that resists tracking. */
		{LINK LOCAL("192.0.2.1", ""), "fe80::10", ""},
		{LINK LOCAL(EUI64, ""), "fe80::10", ""},
		{LINK LOCAL(OPAQUE, " down"), "fe80::10", ""},
		{LINK LOCAL(OPAQUE, " deprecated"), "fe80::10", ""},
		{LINK LOCAL("::1", ""), "fe80::10", ""},
		{LINK LOCAL("fe80::11", ""), "fe80::10", ""},
		/* A link-local address is that first, however it is made. */
		{LOCAL("fe80::200:5eff:fe00:5310", "") LOCAL("fe80::1:2:3:4", ""),
			"fe80::200:5eff:fe00:5310", ""},
		{LOCAL("fe80::200:5eff:fe00:5310", "") LOCAL(OPAQUE, ""), "fe80::200:5eff:fe00:5310",
			"I6 fail"},
		{LOCAL("fe80::10", " deprecated"), "fe80::10", ""},
	};

	(void)state;
	check(cases, G_N_ELEMENTS(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_beside_better_ones),
		cmocka_unit_test(test_link_local),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
