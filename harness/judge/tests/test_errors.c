/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

#define FAULT(address, port, host, url)                                                            \
	"error {\"code\":701,\"address\":\"" address "\",\"port\":" port ",\"hostCandidate\":\"" host  \
	"\",\"url\":\"" url "\"}"
#define URL "stun:192.0.2.53:3478"

/* W4 */
static void test_addresses(void **state)
{
	static const Case cases[] = {
		{&world_lan, PRIVATE, NULL, FAULT("{lan4}", "50000", "", URL), "pass\n"},
		{&world_lan, PUBLIC, NULL, FAULT("", "0", "", URL), "pass\n"},
		{&world_lan, PUBLIC, NULL, FAULT("{lan4}", "50000", "", URL),
			"fail\nW4 fail lan4 address of error\n"},
		{&world_lan, RELAY, NULL, FAULT("{lan4}", "50000", "", URL),
			"fail\nW4 fail lan4 address of error\n"},
		{&world_lan, PUBLIC, NULL, FAULT("", "0", "{lan4}:50000", URL),
			"fail\nW4 fail lan4 hostCandidate of error\n"},
		{&world_lan, PUBLIC, NULL, FAULT("", "50000", "", URL),
			"fail\nW4 fail port port of error\n"},
		/* The end left out. */
		{&world_lan, PRIVATE, NULL, FAULT("192.168.1.x", "50000", "192.168.1.x:50000", URL),
			"pass\n"},
		{&world_lan, PUBLIC, NULL, FAULT("192.168.1.x", "50000", "192.168.1.x:50000", URL),
			"fail\nW4 fail 192.168.1.x address of error\n"
			"W4 fail 192.168.1.x:50000 hostCandidate of error\n"},
		{&world_six, CONSENT, NULL, FAULT("[2001:db8:1:x:x:x:x:x]", "5", "", URL), "pass\n"},
		{&world_six, CONSENT, NULL, FAULT("[fd1c:e1ab:1:x:x:x:x:x]", "5", "", URL),
			"fail\nW4 fail [fd1c:e1ab:1:x:x:x:x:x] address of error\n"},
		{&world_full, PRIVATE, NULL, FAULT("192.168.1.x", "5", "", URL),
			"fail\nW4 fail 192.168.1.x address of error\n"},
		/* Wildcards say nothing; nor does what hides all. */
		{&world_lan, PUBLIC, NULL, FAULT("0.0.0.0", "50000", "0.0.0.x:50000", URL), "pass\n"},
		{&world_lan, PUBLIC, NULL, FAULT("[0:0:0:x:x:x:x:x]", "50000", "[::]:5", URL), "pass\n"},
		{&world_lan, PUBLIC, NULL, FAULT("x.x.x.x", "50000", "", URL), "pass\n"},
		/* No addresses. */
		{&world_lan, PUBLIC, NULL, FAULT("redacted-ip.invalid", "0", "hidden:5", URL), "pass\n"},
		{&world_lan, PUBLIC, NULL,
			FAULT("192.168.1.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "0", "", URL), "pass\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

/* L12 */
static void test_urls(void **state)
{
	static const Case cases[] = {
		{&world_six, PRIVATE, NULL, FAULT("", "0", "", "stun:[2001:db8:3::53]:3478"), "pass\n"},
		{&world_six, PRIVATE, NULL, FAULT("", "0", "", ""), "pass\n"},
		{&world_six, PRIVATE, NULL, FAULT("", "0", "", "stun:192.0.2.54:3478"),
			"warn\nL12 warn stun:192.0.2.54:3478 url of error\n"},
		{&world_lan, PRIVATE, NULL, FAULT("", "0", "", "stun:[2001:db8:3::53]:3478"),
			"warn\nL12 warn stun:[2001:db8:3::53]:3478 url of error\n"},
	};

	(void)state;
	WORLD_CHECK(cases, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_urls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
