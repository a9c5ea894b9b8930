/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/if_addr.h>

#include "adapter/interface.h"

/* One address on an interface that is up. */
static IcelabInterfaceAddress on(unsigned interface, const char *text, uint32_t flags)
{
	IcelabInterfaceAddress address = {.interface_index = interface,
		.interface_flags = IFF_UP | IFF_RUNNING,
		.flags = flags,
		.prefix_length = 64};

	if (inet_pton(AF_INET, text, &address.address.v4.sin_addr) == 1) {
		address.address.any.sa_family = AF_INET;
		address.prefix_length = 24;
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &address.address.v6.sin6_addr), 1);
		address.address.any.sa_family = AF_INET6;
	}
	return address;
}

static const char *refusal(IcelabInterfaceAddress address)
{
	icelab_interface_refuse(&address, 1);
	return address.refusal;
}

/* Why `address` is refused in the company of `other`. */
static const char *refusal_with(IcelabInterfaceAddress address, IcelabInterfaceAddress other)
{
	IcelabInterfaceAddress both[] = {address, other};
	IcelabInterfaceAddress turned[] = {other, address};

	icelab_interface_refuse(both, 2);
	icelab_interface_refuse(turned, 2);
	assert_ptr_equal(both[0].refusal, turned[1].refusal);
	return both[0].refusal;
}

static void test_alone(void **state)
{
	IcelabInterfaceAddress down = on(2, "192.168.1.10", 0);
	IcelabInterfaceAddress loopback = on(1, "192.168.1.10", 0);

	(void)state;
	down.interface_flags = IFF_UP;
	loopback.interface_flags |= IFF_LOOPBACK;
	assert_null(refusal(on(2, "192.168.1.10", 0)));
	assert_null(refusal(on(2, "169.254.3.4", 0)));
	assert_null(refusal(on(2, "2001:db8::10", 0)));
	assert_null(refusal(on(2, "fe80::1", 0)));
	assert_null(refusal(on(2, "fd00::1", 0)));
	assert_null(refusal(on(2, "2001:db8::200:ff:fe00:1", 0)));
	assert_non_null(refusal(down));
	assert_non_null(refusal(loopback));
	assert_non_null(refusal(on(2, "127.1.2.3", 0)));
	assert_non_null(refusal(on(2, "::1", 0)));
	assert_non_null(refusal(on(2, "fec0::1", 0)));
	assert_non_null(refusal(on(2, "::192.0.2.1", 0)));
	assert_non_null(refusal(on(2, "::ffff:192.0.2.1", 0)));
	assert_non_null(refusal(on(2, "2001:db8::10", IFA_F_DEPRECATED)));
	assert_non_null(refusal(on(2, "2001:db8::10", IFA_F_TENTATIVE)));
	assert_non_null(refusal(on(2, "2001:db8::10", IFA_F_TENTATIVE | IFA_F_DADFAILED)));
	assert_null(refusal(on(2, "2001:db8::10", IFA_F_TENTATIVE | IFA_F_OPTIMISTIC)));
	/* A second IPv4 address of a prefix carries the same bit as a temporary IPv6 address. */
	assert_null(refusal(on(2, "192.168.1.11", IFA_F_SECONDARY)));
}

static void test_eui64(void **state)
{
	IcelabInterfaceAddress eui64 = on(2, "2001:db8::200:ff:fe00:1", 0);

	(void)state;
	assert_non_null(refusal_with(eui64, on(2, "2001:db8::aaaa:1", IFA_F_TEMPORARY)));
	assert_non_null(refusal_with(eui64, on(2, "2001:db8::aaaa:1", IFA_F_STABLE_PRIVACY)));
	assert_non_null(refusal_with(eui64, on(2, "2001:db8::10", IFA_F_PERMANENT)));
	assert_null(refusal_with(eui64, on(2, "2001:db8::300:ff:fe00:1", 0)));
	/* The rule is of one interface and one prefix. */
	assert_null(refusal_with(eui64, on(3, "2001:db8::aaaa:1", IFA_F_TEMPORARY)));
	assert_null(refusal_with(eui64, on(2, "2001:db8:1::aaaa:1", IFA_F_TEMPORARY)));
	/* What is not gathered itself displaces nothing. */
	assert_null(refusal_with(eui64, on(2, "2001:db8::aaaa:1", IFA_F_TEMPORARY | IFA_F_DEPRECATED)));
	assert_null(refusal_with(on(2, "2001:db8::aaaa:1", IFA_F_TEMPORARY), eui64));
}

static void test_prefix_lengths(void **state)
{
	IcelabInterfaceAddress eui64 = on(2, "2001:db8:0:10:200:ff:fe00:1", 0);
	IcelabInterfaceAddress temporary = on(2, "2001:db8:0:1f::aaaa:1", IFA_F_TEMPORARY);

	(void)state;
	assert_null(refusal_with(eui64, temporary));
	eui64.prefix_length = temporary.prefix_length = 60;
	assert_non_null(refusal_with(eui64, temporary));
	eui64.prefix_length = temporary.prefix_length = 61;
	assert_null(refusal_with(eui64, temporary));
	eui64.prefix_length = 60;
	assert_null(refusal_with(eui64, temporary));
}

static void test_permanent_beside_temporary(void **state)
{
	IcelabInterfaceAddress opaque =
		on(2, "2001:db8::bbbb:1", IFA_F_PERMANENT | IFA_F_STABLE_PRIVACY);

	(void)state;
	assert_non_null(refusal_with(opaque, on(2, "2001:db8::aaaa:1", IFA_F_TEMPORARY)));
	assert_null(refusal_with(opaque, on(2, "2001:db8::10", IFA_F_PERMANENT)));
	assert_null(refusal_with(opaque, on(3, "2001:db8:8::aaaa:1", IFA_F_TEMPORARY)));
	assert_null(refusal_with(
		on(2, "2001:db8::aaaa:1", IFA_F_TEMPORARY), on(2, "2001:db8::aaaa:2", IFA_F_TEMPORARY)));
}

static void test_link_local(void **state)
{
	IcelabInterfaceAddress link = on(2, "fe80::1", IFA_F_PERMANENT);

	(void)state;
	assert_non_null(refusal_with(link, on(2, "2001:db8::aaaa:1", IFA_F_TEMPORARY)));
	assert_non_null(refusal_with(link, on(3, "2001:db8::aaaa:1", IFA_F_STABLE_PRIVACY)));
	assert_null(refusal_with(link, on(2, "2001:db8::10", IFA_F_PERMANENT)));
	assert_null(refusal_with(link, on(2, "192.168.1.10", 0)));
	/* An opaque link-local address is no address that is told instead. */
	assert_null(refusal_with(link, on(2, "fe80::aaaa:1", IFA_F_STABLE_PRIVACY)));
}

/* Whatever the order, one of a family and prefix is left. */
static void test_all_kinds_at_once(void **state)
{
	IcelabInterfaceAddress all[] = {
		on(2, "192.168.1.10", 0),
		on(2, "fe80::1", IFA_F_PERMANENT),
		on(2, "2001:db8::200:ff:fe00:1", 0),
		on(2, "2001:db8::bbbb:1", IFA_F_STABLE_PRIVACY),
		on(2, "2001:db8::cccc:1", IFA_F_TEMPORARY | IFA_F_DEPRECATED),
		on(2, "2001:db8::aaaa:1", IFA_F_TEMPORARY),
		on(2, "fd00::200:ff:fe00:1", 0),
	};

	(void)state;
	icelab_interface_refuse(all, 7);
	assert_null(all[0].refusal);
	assert_non_null(all[1].refusal);
	assert_non_null(all[2].refusal);
	assert_non_null(all[3].refusal);
	assert_non_null(all[4].refusal);
	assert_null(all[5].refusal);
	assert_null(all[6].refusal);
}

/* The machine that runs the test has at least a loopback interface. */
static void test_kernel(void **state)
{
	IcelabInterfaceAddress addresses[64];
	int count = icelab_interface_addresses(addresses, 64);
	int loopbacks = 0;

	(void)state;
	assert_true(count >= 0);
	for (int i = 0; i < count; i++) {
		assert_true(addresses[i].address.any.sa_family == AF_INET ||
					addresses[i].address.any.sa_family == AF_INET6);
		assert_true(addresses[i].interface[0] != '\0');
		if (strcmp(addresses[i].interface, "lo") == 0) {
			assert_non_null(addresses[i].refusal);
			loopbacks++;
		}
	}
	assert_true(count == 0 || loopbacks > 0);
	if (count > 1)
		assert_int_equal(icelab_interface_addresses(addresses, 1), 1);
}

static void test_route(void **state)
{
	IcelabSocketAddress loopback = on(1, "127.0.0.1", 0).address;
	IcelabSocketAddress source;

	(void)state;
	if (!icelab_route_source(&loopback.any, &source))
		skip();
	assert_int_equal(source.any.sa_family, AF_INET);
	assert_int_equal(source.v4.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	assert_int_equal(source.v4.sin_port, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_eui64),
		cmocka_unit_test(test_prefix_lengths),
		cmocka_unit_test(test_permanent_beside_temporary),
		cmocka_unit_test(test_link_local),
		cmocka_unit_test(test_all_kinds_at_once),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_route),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
