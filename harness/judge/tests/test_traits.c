/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

/* "attribute value where", a line each. */
static char *traits_of(const char *more)
{
	g_autoptr(IcelabResult) result = world_judge(&world_lan, "", PRIVATE, "candidate\nsdp", more);
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < result->traits->len; i++) {
		const IcelabTrait *trait = result->traits->pdata[i];

		g_string_append_printf(text, "%s %s %s\n", trait->attribute, trait->value, trait->where);
	}
	return g_string_free(text, FALSE);
}

#define HOST "candidate:1 1 UDP 2130706431 192.168.1.10 50000 typ host generation 0 ufrag abcd"
#define STATS(type, members)                                                                       \
	"stats {\"S1\":{\"type\":\"" type "-candidate\"," members "},\"S2\":7,\"S3\":{}}"

static void test_traits(void **state)
{
	static const struct {
		const char *more;
		const char *wanted;
	} cases[] = {
		{"candidate " HOST, ""},
		{"candidate " HOST " network-id 2 network-cost 10",
			"network-id 2 " HOST " network-id 2 network-cost 10\n"
			"network-cost 10 " HOST " network-id 2 network-cost 10\n"},
		{"candidate " HOST " network-cost 999", ""},
		/* The same says no more; another value does. */
		{"candidate " HOST " network-id 1\ncandidate candidate:2 1 UDP 1 {router4} 5 typ host "
		 "network-id 1\ncandidate candidate:3 1 UDP 1 {stun4} 5 typ host network-id 2",
			"network-id 1 " HOST " network-id 1\n"
			"network-id 2 candidate:3 1 UDP 1 192.0.2.53 5 typ host network-id 2\n"},
		{STATS("local", "\"networkType\":\"vpn\",\"networkAdapterType\":\"wifi\",\"vpn\":true"),
			"networkType vpn S1\nnetworkAdapterType wifi S1\nvpn yes S1\n"},
		{STATS("local", "\"vpn\":false"), "vpn no S1\n"},
		{STATS("local", "\"networkType\":\"unknown\",\"networkAdapterType\":[],\"vpn\":null"), ""},
		{STATS("remote", "\"networkType\":\"wifi\""), ""},
		{"stats 7", ""},
		{"check 5", ""},
		{"check 5 1 10", "GOOG-NETWORK-INFO 1 cost 10 check to lan4\n"},
		{"check 5 0 999", ""},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = traits_of(cases[i].more);

		if (!g_str_equal(text, cases[i].wanted))
			fail_msg("%s:\n%swanted:\n%s", cases[i].more, text, cases[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_traits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
