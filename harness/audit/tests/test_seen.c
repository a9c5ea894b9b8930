/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "audit/identity.h"
#include "audit/seen.h"
#include "audit/truth.h"
#include "model/json.h"

/* What the page is told, of a client behind a tunnel. */

typedef struct {
	IcelabBook *book;
	IcelabScenario *scenario;
	IcelabObservation *observation;
} World;

static const char book_text[] = "topology tunnel\n"
								"node client client\n"
								"node router lan\n"
								"node core core\n"
								"node stun stun\n"
								"node vpn vpn\n"
								"address lan4 192.168.1.10 client eth0\n"
								"address link6 fe80::10 client eth0\n"
								"address own6 2001:db8::5 client eth0\n"
								"address mac6 2001:db8::200:5eff:fe00:5310 client eth0\n"
								"address tun4 10.8.0.2 client tun0\n"
								"address router4 192.168.1.1 router eth0\n"
								"address isp4 203.0.113.10 router wan0\n"
								"address core4 203.0.113.1 core isp0\n"
								"address exit4 198.51.100.20 vpn wan0\n"
								"address vpn4 198.51.100.10 vpn wan0\n"
								"address stun4 192.0.2.53 stun eth0\n"
								"address stun6 2001:db8:3::53 stun eth0\n"
								"address web4 192.0.2.80 stun eth0\n"
								"server stun4 3478\n"
								"server stun6 3478\n"
								"origin web4\n"
								"path eth0 stun4 isp4\n"
								"path tun0 stun4 exit4\n"
								"infra router eth0 udp lan4:51820 vpn4:51820 wireguard\n";

static const char scenario_text[] = "[scenario]\n"
									"title = A tunnel\n"
									"topology = tunnel\n"
									"stun = stun4 stun6\n"
									"protects = lan4 isp4\n"
									"[policy default]\n"
									"may = host@tun4\n"
									"cites = N5\n";

static int set_up(void **state)
{
	World *world = g_new0(World, 1);
	g_autoptr(GError) error = NULL;

	world->book = icelab_book_parse(book_text, "book", &error);
	if (world->book != NULL)
		world->scenario = icelab_scenario_parse(scenario_text, "tunnel.ini", &error);
	world->observation = icelab_observation_new("", "tunnel", "");
	if (error != NULL)
		print_error("%s\n", error->message);
	*state = world;
	return world->scenario != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	World *world = *state;

	icelab_observation_free(world->observation);
	icelab_scenario_free(world->scenario);
	icelab_book_free(world->book);
	g_free(world);
	return 0;
}

static IcelabAddress address(const World *world, const char *name)
{
	const IcelabNamedAddress *named = icelab_book_by_name(world->book, name);

	assert_non_null(named);
	return named->address;
}

static void add_line(World *world, const char *text)
{
	JsonObject *line = icelab_json_parse(text, strlen(text), 8, NULL);

	assert_non_null(line);
	icelab_observation_add_event(world->observation, 0, FALSE, line);
}

static void add_flow(World *world, const char *node, const char *interface, gboolean outgoing,
	const char *kind, const char *source, guint16 source_port, const char *destination)
{
	const IcelabFlow flow = {
		.node = (char *)node,
		.interface = (char *)interface,
		.outgoing = outgoing,
		.kind = (char *)kind,
		.protocol = (char *)(g_str_equal(kind, "arp") ? "" : "udp"),
		.source = address(world, source),
		.destination = address(world, destination),
		.source_port = source_port,
		.destination_port = g_str_equal(destination, "vpn4") ? 51820 : 3478,
	};

	assert_true(icelab_observation_count(world->observation, &flow));
}

static void add_request(World *world, const char *source, guint16 port, gboolean tcp)
{
	IcelabRequest *request = g_new0(IcelabRequest, 1);

	request->source = address(world, source);
	request->source_port = port;
	request->destination = address(world, "stun4");
	request->destination_port = 3478;
	request->tcp = tcp;
	g_ptr_array_add(world->observation->requests, request);
}

/* A member of what is written, in one line. */
static char *write_member(const World *world, const char *member)
{
	g_autofree char *text = icelab_seen_write(world->scenario, world->book, world->observation);
	g_autoptr(JsonObject) seen = icelab_json_parse(text, strlen(text), 8, NULL);

	assert_non_null(seen);
	return json_to_string(json_object_get_member(seen, member), FALSE);
}

static void check(const World *world, const char *member, const char *wanted)
{
	g_autofree char *text = write_member(world, member);

	assert_string_equal(text, wanted);
}

static void test_identity(void **state)
{
	static const struct {
		const char *name;
		const char *what;
	} cases[] = {
		{"lan4", "this machine's address in the LAN"},
		{"link6", "this machine's link-local address"},
		{"own6", "this machine's public address"},
		{"mac6", "this machine's public address with its hardware address in it"},
		{"tun4", "this machine's address in the tunnel"},
		{"isp4", "your provider's address"},
		{"exit4", "the VPN's address"},
		{"router4", "the home router"},
		{"vpn4", "the VPN"},
		{"stun4", "a STUN server"},
		{"web4", "a server"},
		{"core4", "the internet"},
	};
	const World *world = *state;
	g_auto(GStrv) names = icelab_identity_names(world->book);
	g_autofree char *all = g_strjoinv(" ", names);

	assert_string_equal(all, "lan4 link6 own6 mac6 tun4 isp4 exit4");
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_string_equal(
			icelab_identity_describe(world->book, icelab_book_by_name(world->book, cases[i].name)),
			cases[i].what);
}

static void test_truth(void **state)
{
	const World *world = *state;
	g_autofree char *text = icelab_truth_write(world->scenario, world->book);
	g_autoptr(JsonObject) truth = icelab_json_parse(text, strlen(text), 8, NULL);
	g_autofree char *stun = json_to_string(json_object_get_member(truth, "stun"), FALSE);
	JsonArray *addresses = icelab_json_array(truth, "addresses");
	g_autofree char *first = json_to_string(json_array_get_element(addresses, 0), FALSE);
	g_autofree char *fifth = json_to_string(json_array_get_element(addresses, 4), FALSE);

	assert_string_equal(icelab_json_text(truth, "scenario"), "tunnel");
	assert_string_equal(icelab_json_text(truth, "title"), "A tunnel");
	/* RFC 7064 3.1 */
	assert_string_equal(stun, "[\"stun:192.0.2.53:3478\",\"stun:[2001:db8:3::53]:3478\"]");
	assert_int_equal(json_array_get_length(addresses), 7);
	assert_string_equal(first, "{\"name\":\"lan4\",\"address\":\"192.168.1.10\",\"what\":\"this "
							   "machine's address in the LAN\",\"protected\":true}");
	assert_string_equal(fifth, "{\"name\":\"tun4\",\"address\":\"10.8.0.2\",\"what\":\"this "
							   "machine's address in the tunnel\",\"protected\":false}");
}

static void test_nothing(void **state)
{
	check(*state, "problem", "\"\"");
	check(*state, "learned", "[]");
	check(*state, "asked", "[]");
	check(*state, "wire", "[]");
}

#define LAN                                                                                        \
	"{\"name\":\"lan4\",\"address\":\"192.168.1.10\",\"what\":\"this machine's address in the "    \
	"LAN\",\"protected\":true,\"channels\":["
#define TUN                                                                                        \
	"{\"name\":\"tun4\",\"address\":\"10.8.0.2\",\"what\":\"this machine's address in the "        \
	"tunnel\",\"protected\":false,\"channels\":["

static void test_learned(void **state)
{
	World *world = *state;

	add_line(world, "{\"type\":\"candidate\",\"candidate\":\"candidate:1 1 UDP 1 10.8.0.2 5 typ "
					"host\"}");
	check(world, "learned",
		"[" TUN "{\"channel\":\"host\",\"where\":\"candidate:1 1 UDP 1 10.8.0.2 5 typ host\"}]}]");
	add_line(world, "{\"type\":\"stats\",\"stats\":{\"a\":{\"address\":\"192.168.1.10\"}}}");
	check(world, "learned",
		"[" LAN "{\"channel\":\"stats\",\"where\":\"192.168.1.10\"}]}," TUN
		"{\"channel\":\"host\",\"where\":\"candidate:1 1 UDP 1 10.8.0.2 5 typ host\"}]}]");
}

/* Nothing that was reported goes unsaid. */
static void test_strangers(void **state)
{
	World *world = *state;
	static const char name[] = "1f4712db-ea17-4bcf-a596-105139dfd8bf.local";
	g_autofree char *line = g_strdup_printf(
		"{\"type\":\"candidate\",\"candidate\":\"candidate:1 1 UDP 1 %s 5 typ host\"}", name);
	g_autofree char *wanted = g_strdup_printf(
		"[{\"name\":\"\",\"address\":\"%s\",\"what\":\"a name in place of an address\","
		"\"protected\":false,\"channels\":[{\"channel\":\"host\",\"where\":\"candidate:1 1 UDP 1 "
		"%s "
		"5 typ host\"}]},{\"name\":\"\",\"address\":\"172.16.0.9\",\"what\":\"an address that this "
		"network does not know\",\"protected\":false,\"channels\":[{\"channel\":\"host\",\"where\":"
		"\"candidate:2 1 UDP 1 172.16.0.9 5 typ host\"}]}]",
		name, name);

	add_line(world, line);
	add_line(world, line);
	add_line(world, "{\"type\":\"candidate\",\"candidate\":\"candidate:2 1 UDP 1 172.16.0.9 5 typ "
					"host\"}");
	/* A wildcard says nothing, and the end of candidates is none. */
	add_line(world, "{\"type\":\"candidate\",\"candidate\":\"candidate:3 1 UDP 1 0.0.0.0 5 typ "
					"host\"}");
	add_line(world, "{\"type\":\"candidate\",\"candidate\":\"\"}");
	check(world, "learned", wanted);
}

static void test_asked(void **state)
{
	World *world = *state;

	add_request(world, "exit4", 5000, FALSE);
	add_request(world, "exit4", 5000, FALSE);
	add_request(world, "isp4", 6000, FALSE);
	add_request(world, "isp4", 6001, TRUE);
	check(world, "asked",
		"[{\"server\":\"stun4\",\"transport\":\"UDP\",\"address\":\"198.51.100.20\",\"port\":5000,"
		"\"what\":\"the VPN's address\",\"protected\":false},"
		"{\"server\":\"stun4\",\"transport\":\"UDP\",\"address\":\"203.0.113.10\",\"port\":6000,"
		"\"what\":\"your provider's address\",\"protected\":true},"
		"{\"server\":\"stun4\",\"transport\":\"TCP\",\"address\":\"203.0.113.10\",\"port\":6001,"
		"\"what\":\"your provider's address\",\"protected\":true}]");
}

#define WIRE(watcher, node, interface, source, count, what, bad)                                   \
	"{\"watcher\":\"" watcher "\",\"node\":\"" node                                                \
	"\",\"interface\":\"" interface "\",\"kind\":\"stun\",\"protocol\":\"udp\",\"source\":"        \
	"\"" source "\",\"destination\":\"stun4\",\"count\":" count ",\"what\":\"" what                \
	"\",\"protected\":" bad "}"

static void test_wire(void **state)
{
	World *world = *state;

	/* Past the tunnel: at home in the LAN, but not at the server. */
	add_flow(world, "client", "eth0", TRUE, "stun", "lan4", 5000, "stun4");
	add_flow(world, "router", "eth0", FALSE, "stun", "lan4", 5000, "stun4");
	add_flow(world, "router", "wan0", TRUE, "stun", "isp4", 6000, "stun4");
	add_flow(world, "stun", "eth0", FALSE, "stun", "isp4", 6000, "stun4");
	/* From another port: the same to whoever looks. */
	add_flow(world, "client", "eth0", TRUE, "stun", "lan4", 5001, "stun4");
	add_flow(world, "router", "eth0", FALSE, "stun", "lan4", 5001, "stun4");
	add_flow(world, "router", "eth0", FALSE, "stun", "lan4", 5001, "stun4");
	/* Nobody's: the tunnel's own, the servers', the kernel's, and what only this machine saw. */
	add_flow(world, "router", "eth0", FALSE, "wireguard", "lan4", 51820, "vpn4");
	add_flow(world, "router", "wan0", FALSE, "stun", "stun4", 3478, "isp4");
	add_flow(world, "router", "eth0", FALSE, "arp", "lan4", 0, "router4");
	add_flow(world, "client", "tun0", FALSE, "stun", "lan4", 5002, "stun4");
	check(world, "wire",
		"[" WIRE("everyone in the LAN", "router", "eth0", "lan4", "3",
			"this machine's address in the LAN", "false") "," WIRE("the server", "stun", "eth0",
			"isp4", "1", "your provider's address", "true") "]");
}

/* The LAN's address inside the tunnel is a secret that the operator learns. */
static void test_wire_elsewhere(void **state)
{
	World *world = *state;

	add_flow(world, "client", "tun0", TRUE, "stun", "lan4", 5000, "stun4");
	add_flow(world, "vpn", "wg0", FALSE, "stun", "lan4", 5000, "stun4");
	check(world, "wire",
		"[" WIRE("the VPN's operator", "vpn", "wg0", "lan4", "1",
			"this machine's address in the LAN", "true") "]");
}

static void test_problem(void **state)
{
	World *world = *state;

	icelab_observation_end(world->observation, ICELAB_OUTCOME_BROKEN, "the cable was cut");
	check(world, "problem", "\"the cable was cut\"");
	/* What cannot be read keeps more from being known. */
	add_line(world, "{\"type\":\"candidate\",\"candidate\":\"candidate:1 1 UDP\"}");
	g_autofree char *problem = write_member(world, "problem");

	assert_true(g_str_has_prefix(problem, "\"a candidate line cannot be read: "));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_identity),
		TEST(test_truth),
		TEST(test_nothing),
		TEST(test_learned),
		TEST(test_strangers),
		TEST(test_asked),
		TEST(test_wire),
		TEST(test_wire_elsewhere),
		TEST(test_problem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
