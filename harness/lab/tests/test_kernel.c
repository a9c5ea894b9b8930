/* SPDX-License-Identifier: MIT */
#include "lab/kernel.h"

#include "inside.h"

#include <linux/if_arp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A client with two interfaces; nobody is at their other ends. The rest is what each test does. */
static const char build[] = "set -e; "
							"ip link set lo up; "
							"ip link add eth0 type veth peer name other0; "
							"ip link add tun0 type veth peer name other1; "
							"for link in eth0 tun0 other0 other1; do "
							"  ip link set $link addrgenmode none; ip link set $link up; "
							"done; "
							"ip address add 192.168.1.10/24 dev eth0; "
							"ip address add 10.8.0.2/24 dev tun0; "
							"ip address add 2001:db8::10/64 dev eth0 nodad; "
							"ip route add default via 192.168.1.1; "
							"ip -6 route add default via 2001:db8::1";

static IcelabAddress address(const char *text)
{
	IcelabAddress parsed = {0};

	icelab_address_parse(text, strlen(text), &parsed);
	return parsed;
}

/* "INTERFACE SOURCE" of the route to a destination, or "unreachable"; NULL where the kernel could
 * not be asked. Caller frees. */
static char *route(IcelabKernel *kernel, const char *destination)
{
	g_autoptr(IcelabObservation) observation = icelab_observation_new("", "", "");
	IcelabAddress to = address(destination);
	char text[ICELAB_ADDRESS_TEXT];
	const IcelabRoute *found;

	if (!icelab_kernel_route(kernel, &to, observation->routes, NULL) ||
		observation->routes->len != 1)
		return NULL;
	found = observation->routes->pdata[0];
	if (!icelab_address_equal(&found->destination, &to))
		return NULL;
	if (!found->reachable)
		return g_strdup("unreachable");
	return g_strdup_printf("%s %s", found->interface, icelab_address_format(&found->source, text));
}

static int interfaces(G_GNUC_UNUSED gpointer data)
{
	IcelabKernel *kernel = icelab_kernel_new(NULL);
	g_autoptr(GArray) found = NULL;
	const IcelabInterface *interface;

	CHECK(kernel != NULL);
	found = icelab_kernel_interfaces(kernel, NULL);
	CHECK(found != NULL && found->len == 1);
	interface = &g_array_index(found, IcelabInterface, 0);
	CHECK(g_str_equal(interface->name, "lo") && interface->index == 1);
	CHECK(interface->loopback && !interface->up && interface->hardware == ARPHRD_LOOPBACK);
	g_clear_pointer(&found, g_array_unref);

	CHECK(command("%s", build));
	CHECK(command("ip link set tun0 down"));
	found = icelab_kernel_interfaces(kernel, NULL);
	CHECK(found != NULL && found->len == 5);
	for (guint i = 1; i < found->len; i++)
		CHECK(g_array_index(found, IcelabInterface, i).index >
			  g_array_index(found, IcelabInterface, i - 1).index);
	for (guint i = 0; i < found->len; i++) {
		interface = &g_array_index(found, IcelabInterface, i);
		CHECK(interface->up == !g_str_equal(interface->name, "tun0"));
		CHECK(interface->loopback == g_str_equal(interface->name, "lo"));
	}
	icelab_kernel_free(kernel);
	return 0;
}

static int compare_lines(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "ADDRESS/PREFIX INTERFACE FLAGS" lines, sorted. Caller frees. */
static char *addresses(IcelabKernel *kernel)
{
	g_autoptr(IcelabObservation) observation = icelab_observation_new("", "", "");
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

	if (!icelab_kernel_addresses(kernel, observation->locals, NULL))
		return NULL;
	for (guint i = 0; i < observation->locals->len; i++) {
		const IcelabLocalAddress *local = observation->locals->pdata[i];
		char text[ICELAB_ADDRESS_TEXT];

		g_ptr_array_add(
			lines, g_strdup_printf("%s/%u %s%s%s%s", icelab_address_format(&local->address, text),
					   local->prefix, local->interface, local->temporary ? " temporary" : "",
					   local->deprecated ? " deprecated" : "", local->up ? "" : " down"));
	}
	g_ptr_array_sort(lines, compare_lines);
	g_ptr_array_add(lines, NULL);
	return g_strjoinv("\n", (char **)lines->pdata);
}

static int local_addresses(G_GNUC_UNUSED gpointer data)
{
	IcelabKernel *kernel = icelab_kernel_new(NULL);
	g_autofree char *found = NULL;
	g_autofree char *temporary = NULL;

	CHECK(kernel != NULL);
	CHECK(command("%s", build));
	/* A peer's address is not this node's. */
	CHECK(command("ip address add 10.9.0.1 peer 10.9.0.2/32 dev tun0"));
	CHECK(command("ip address add 2001:db8::de/64 dev eth0 nodad preferred_lft 0"));
	CHECK(command("ip link set other1 down && ip link set tun0 down"));
	found = addresses(kernel);
	CHECK(g_strcmp0(found, "10.8.0.2/24 tun0 down\n"
						   "10.9.0.1/32 tun0 down\n"
						   "127.0.0.1/8 lo\n"
						   "192.168.1.10/24 eth0\n"
						   "2001:db8::10/64 eth0\n"
						   "2001:db8::de/64 eth0 deprecated\n"
						   "::1/128 lo") == 0);
	/* RFC 8981 */
	CHECK(command("cd /proc/sys/net/ipv6/conf/eth0 && echo 2 >use_tempaddr && "
				  "echo 0 >dad_transmits && echo 0 >accept_dad && "
				  "ip address add 2001:db8:1::10/64 dev eth0 mngtmpaddr nodad"));
	temporary = addresses(kernel);
	CHECK(temporary != NULL && strstr(temporary, "/64 eth0 temporary") != NULL);
	CHECK(strstr(temporary, "2001:db8:1::10/64 eth0\n") != NULL);
	icelab_kernel_free(kernel);
	return 0;
}

static int routes(G_GNUC_UNUSED gpointer data)
{
	static const struct {
		const char *change; /* before it is asked; or NULL */
		const char *destination;
		const char *wanted;
	} cases[] = {
		{NULL, "192.168.1.77", "eth0 192.168.1.10"},
		{NULL, "192.0.2.53", "eth0 192.168.1.10"},
		{NULL, "10.8.0.9", "tun0 10.8.0.2"},
		{NULL, "2001:db8:2::1", "eth0 2001:db8::10"},
		{NULL, "192.168.1.10", "lo 192.168.1.10"},
		{"ip route add default dev tun0 table 51820 && "
		 "ip rule add not fwmark 51820 table 51820 && "
		 "ip rule add table main suppress_prefixlength 0",
			"192.0.2.53", "tun0 10.8.0.2"},
		{NULL, "192.168.1.77", "eth0 192.168.1.10"},
		{"ip route add 0.0.0.0/1 via 192.168.1.1 dev eth0 table 51820 src 192.168.1.10", "8.8.8.8",
			"eth0 192.168.1.10"},
		{"ip route add blackhole 203.0.113.0/24 table 51820", "203.0.113.1", "unreachable"},
		{"ip route add unreachable 198.51.100.0/24 table 51820", "198.51.100.1", "unreachable"},
		{"ip -6 route add prohibit 2001:db8:3::/48", "2001:db8:3::1", "unreachable"},
		{"ip -6 route del default", "2001:db8:2::1", "unreachable"},
		{"ip rule add priority 1 prohibit", "192.0.2.53", "unreachable"},
	};
	IcelabKernel *kernel = icelab_kernel_new(NULL);

	CHECK(kernel != NULL);
	for (guint i = 0; i < 2; i++) {
		g_autofree char *nowhere = route(kernel, i == 0 ? "192.0.2.53" : "2001:db8::1");

		CHECK(g_strcmp0(nowhere, "unreachable") == 0);
	}
	CHECK(command("%s", build));
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		CHECK(cases[i].change == NULL || command("%s", cases[i].change));
		g_autofree char *found = route(kernel, cases[i].destination);

		if (g_strcmp0(found, cases[i].wanted) != 0)
			fprintf(stderr, "%s: %s, not %s\n", cases[i].destination, found, cases[i].wanted);
		CHECK(g_strcmp0(found, cases[i].wanted) == 0);
	}
	icelab_kernel_free(kernel);
	return 0;
}

/* All that a fingerprint is of, to be read. */
static char *shown(void)
{
	const char *const words[] = {"sh", "-c",
		"ip link; ip address; ip route show table all; ip -6 route show table all; ip rule; "
		"ip -6 rule",
		NULL};
	char *output = NULL;

	g_spawn_sync(
		NULL, (char **)words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL, NULL, NULL);
	return output;
}

static int fingerprint(G_GNUC_UNUSED gpointer data)
{
	static const struct {
		const char *change;
		const char *undo; /* NULL: it cannot be undone without a trace */
	} changes[] = {
		{"ip address add 192.168.1.11/24 dev eth0", "ip address del 192.168.1.11/24 dev eth0"},
		{"ip -6 address add 2001:db8::11/64 dev eth0 nodad",
			"ip -6 address del 2001:db8::11/64 dev eth0"},
		{"ip route add 192.0.2.0/24 via 192.168.1.2", "ip route del 192.0.2.0/24"},
		{"ip route add 192.0.2.0/24 dev tun0 table 99", "ip route flush table 99"},
		{"ip -6 route add 2001:db8:2::/48 dev tun0", "ip -6 route del 2001:db8:2::/48"},
		{"ip rule add from 10.8.0.2 table 99", "ip rule del from 10.8.0.2 table 99"},
		{"ip -6 rule add fwmark 1 table 99", "ip -6 rule del fwmark 1 table 99"},
		{"ip link add new0 type veth peer name new1", "ip link del new0"},
		{"ip link set eth0 mtu 1400", "ip link set eth0 mtu 1500"},
		{"ip link set eth0 promisc on", "ip link set eth0 promisc off"},
		{"ip link set eth0 address 02:00:00:00:00:09", NULL},
		{"ip link set eth0 down", NULL},
	};
	/* What happens while an implementation gathers. */
	static const char *const harmless[] = {
		"true",
		"ip route get 192.0.2.53",
		"ip -6 route get 2001:db8:2::1",
		"ip neighbour add 192.168.1.1 lladdr 02:00:00:00:00:01 dev eth0",
		"bash -c 'for port in 1 2 3; do echo x >/dev/udp/192.168.1.1/$port; done' 2>/dev/null",
	};
	IcelabKernel *kernel = icelab_kernel_new(NULL);
	g_autofree char *first = NULL;
	g_autofree char *before = NULL;

	CHECK(kernel != NULL);
	CHECK(command("%s", build));
	/* The kernel's workers set the links' states, and the routes that follow them, when they have
	 * noticed that the links carry, and make the new IPv6 address's own route. */
	CHECK(command("for i in $(seq 1000); do "
				  "[ $(ip link show up | grep -c 'state UP') = 4 ] && "
				  "[ -n \"$(ip -6 route show table local 2001:db8::10)\" ] && exit 0; sleep 0.01; "
				  "done; exit 1"));
	before = shown();
	first = icelab_kernel_fingerprint(kernel, NULL);
	CHECK(first != NULL && strlen(first) == 64);
	for (guint i = 0; i < G_N_ELEMENTS(harmless); i++) {
		g_autofree char *again = NULL;

		CHECK(command("%s >/dev/null", harmless[i]));
		again = icelab_kernel_fingerprint(kernel, NULL);
		if (g_strcmp0(again, first) != 0) {
			g_autofree char *after = shown();

			fprintf(
				stderr, "it changes with: %s\nbefore:\n%safter:\n%s", harmless[i], before, after);
		}
		CHECK(g_strcmp0(again, first) == 0);
	}
	for (guint i = 0; i < G_N_ELEMENTS(changes); i++) {
		g_autofree char *changed = NULL;
		g_autofree char *undone = NULL;

		CHECK(command("%s", changes[i].change));
		changed = icelab_kernel_fingerprint(kernel, NULL);
		CHECK(changed != NULL);
		if (g_str_equal(changed, first))
			fprintf(stderr, "it does not change with: %s\n", changes[i].change);
		CHECK(!g_str_equal(changed, first));
		if (changes[i].undo == NULL) {
			g_free(first);
			first = g_steal_pointer(&changed);
			continue;
		}
		CHECK(command("%s", changes[i].undo));
		undone = icelab_kernel_fingerprint(kernel, NULL);
		if (g_strcmp0(undone, first) != 0)
			fprintf(stderr, "it does not come back after: %s\n", changes[i].undo);
		CHECK(g_strcmp0(undone, first) == 0);
	}
	icelab_kernel_free(kernel);
	return 0;
}

#define IN_SANDBOX(body)                                                                           \
	static void test_##body(void **state)                                                          \
	{                                                                                              \
		(void)state;                                                                               \
		assert_int_equal(inside(body, NULL), 0);                                                   \
	}

IN_SANDBOX(interfaces)
IN_SANDBOX(local_addresses)
IN_SANDBOX(routes)
IN_SANDBOX(fingerprint)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_local_addresses),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_fingerprint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
