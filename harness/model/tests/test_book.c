/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/book.h"

static const char good[] = "# A home network\n"
						   "topology lan\n"
						   "\n"
						   "node client client   # where the implementation runs\n"
						   "node router lan\n"
						   "\tnode core\tcore\r\n"
						   "node stun stun\n"
						   "node vpn vpn\n"
						   "address lan4 192.168.1.10 client eth0\n"
						   "address lan6 2001:DB8:0::1 client eth0\n"
						   "address stun4 192.0.2.53 stun eth0\n"
						   "address web4 192.0.2.80 stun eth0\n"
						   "address vpn4 198.51.100.10 vpn wan0\n"
						   "address isp4 203.0.113.10 router wan0\n"
						   "server stun4 3478\n"
						   "origin web4\n"
						   "path eth0 stun4 isp4\n"
						   "infra client eth0 udp lan4:51820 vpn4:443 the tunnel's own # packets\n"
						   "infra vpn wan0 tcp isp4:* vpn4:443 over TCP\n"
						   "infra vpn wan0 udp isp4:500 vpn4:* somewhere";

static IcelabBook *parse_good(void)
{
	g_autoptr(GError) error = NULL;
	IcelabBook *book = icelab_book_parse(good, "book", &error);

	if (error != NULL)
		fail_msg("%s", error->message);
	return book;
}

static void test_good(void **state)
{
	g_autoptr(IcelabBook) book = parse_good();
	const IcelabPath *path = book->paths->pdata[0];
	const IcelabInfra *infra = book->infras->pdata[0];
	static const IcelabRole roles[] = {
		ICELAB_ROLE_CLIENT, ICELAB_ROLE_LAN, ICELAB_ROLE_CORE, ICELAB_ROLE_STUN, ICELAB_ROLE_VPN};

	(void)state;
	assert_string_equal(book->topology, "lan");
	assert_int_equal(book->nodes->len, G_N_ELEMENTS(roles));
	for (guint i = 0; i < G_N_ELEMENTS(roles); i++)
		assert_int_equal(((IcelabNode *)book->nodes->pdata[i])->role, roles[i]);
	assert_int_equal(book->addresses->len, 6);
	assert_int_equal(book->servers->len, 1);
	assert_int_equal(book->origins->len, 1);
	assert_ptr_equal(book->origins->pdata[0], icelab_book_by_name(book, "web4"));
	assert_int_equal(book->paths->len, 1);
	assert_string_equal(path->interface, "eth0");
	assert_ptr_equal(path->server, icelab_book_server(book, "stun4"));
	assert_ptr_equal(path->mapped, icelab_book_by_name(book, "isp4"));
	assert_int_equal(book->infras->len, 3);
	assert_string_equal(infra->node, "client");
	assert_string_equal(infra->interface, "eth0");
	assert_string_equal(infra->protocol, "udp");
	assert_ptr_equal(infra->source, icelab_book_by_name(book, "lan4"));
	assert_ptr_equal(infra->destination, icelab_book_by_name(book, "vpn4"));
	assert_int_equal(infra->source_port, 51820);
	assert_int_equal(infra->destination_port, 443);
	assert_string_equal(infra->why, "the tunnel's own");
	infra = book->infras->pdata[1];
	assert_int_equal(infra->source_port, 0);
	icelab_book_free(NULL);
}

static IcelabAddress address(const char *text)
{
	IcelabAddress parsed;

	assert_true(icelab_address_parse(text, strlen(text), &parsed));
	return parsed;
}

static void test_lookups(void **state)
{
	g_autoptr(IcelabBook) book = parse_good();
	const IcelabAddress lan6 = address("2001:db8::1");
	const IcelabAddress lan4 = address("192.168.1.10");
	const IcelabAddress stun4 = address("192.0.2.53");
	const IcelabAddress web4 = address("192.0.2.80");
	const IcelabAddress strange = address("2001:db8::2");
	char text[ICELAB_ADDRESS_TEXT];

	(void)state;
	assert_string_equal(icelab_book_node(book, "router")->name, "router");
	assert_null(icelab_book_node(book, "lan"));
	assert_string_equal(icelab_book_client(book)->name, "client");
	assert_string_equal(icelab_book_by_name(book, "lan6")->node, "client");
	assert_string_equal(icelab_book_by_name(book, "lan6")->interface, "eth0");
	assert_null(icelab_book_by_name(book, "lan5"));
	assert_string_equal(icelab_book_by_address(book, &lan6)->name, "lan6");
	assert_string_equal(icelab_book_by_address(book, &lan4)->name, "lan4");
	assert_null(icelab_book_by_address(book, &strange));
	assert_int_equal(icelab_book_server(book, "stun4")->port, 3478);
	assert_null(icelab_book_server(book, "web4"));
	assert_ptr_equal(icelab_book_server_at(book, &stun4), icelab_book_server(book, "stun4"));
	assert_null(icelab_book_server_at(book, &web4));
	assert_string_equal(icelab_book_label(book, &lan6, text), "lan6");
	assert_string_equal(icelab_book_label(book, &strange, text), "2001:db8::2");
}

static void test_infra(void **state)
{
	static const struct {
		const char *node;
		const char *interface;
		const char *protocol;
		const char *source;
		guint16 source_port;
		const char *destination;
		guint16 destination_port;
		gboolean infra;
	} cases[] = {
		{"client", "eth0", "udp", "192.168.1.10", 51820, "198.51.100.10", 443, TRUE},
		/* Both directions */
		{"client", "eth0", "udp", "198.51.100.10", 443, "192.168.1.10", 51820, TRUE},
		/* One thing is another each. */
		{"router", "eth0", "udp", "192.168.1.10", 51820, "198.51.100.10", 443, FALSE},
		{"client", "tun0", "udp", "192.168.1.10", 51820, "198.51.100.10", 443, FALSE},
		{"client", "eth0", "tcp", "192.168.1.10", 51820, "198.51.100.10", 443, FALSE},
		{"client", "eth0", "udp", "192.168.1.11", 51820, "198.51.100.10", 443, FALSE},
		{"client", "eth0", "udp", "192.168.1.10", 51821, "198.51.100.10", 443, FALSE},
		{"client", "eth0", "udp", "192.168.1.10", 51820, "198.51.100.11", 443, FALSE},
		{"client", "eth0", "udp", "192.168.1.10", 51820, "198.51.100.10", 444, FALSE},
		{"client", "eth0", "udp", "192.168.1.10", 443, "198.51.100.10", 51820, FALSE},
		/* Any port */
		{"vpn", "wan0", "tcp", "203.0.113.10", 40000, "198.51.100.10", 443, TRUE},
		{"vpn", "wan0", "tcp", "198.51.100.10", 443, "203.0.113.10", 1, TRUE},
		{"vpn", "wan0", "tcp", "203.0.113.10", 40000, "198.51.100.10", 40000, FALSE},
		{"vpn", "wan0", "udp", "203.0.113.10", 500, "198.51.100.10", 40000, TRUE},
		{"vpn", "wan0", "udp", "203.0.113.10", 501, "198.51.100.10", 40000, FALSE},
	};
	g_autoptr(IcelabBook) book = parse_good();

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		const IcelabAddress source = address(cases[i].source);
		const IcelabAddress destination = address(cases[i].destination);
		gboolean infra =
			icelab_book_is_infra(book, cases[i].node, cases[i].interface, cases[i].protocol,
				&source, cases[i].source_port, &destination, cases[i].destination_port);

		if (infra != cases[i].infra)
			fail_msg("case %u", i);
	}
}

/* Each stands alone behind a good beginning of five lines, so in line 6. */
static void test_bad_lines(void **state)
{
	static const struct {
		const char *line;
		const char *wanted;
	} cases[] = {
		{"name x", "\"name\" is no word of an address book"},
		{"Node x lan", "\"Node\" is no word of an address book"},
		{"topology", "usage: topology NAME"},
		{"topology x y", "usage: topology NAME"},
		{"topology x", "a second topology line"},
		{"node x", "usage: node NAME ROLE"},
		{"node x lan y", "usage: node NAME ROLE"},
		{"node client lan", "a second node \"client\""},
		{"node x router", "\"router\" is no role; use client, lan, core, stun or vpn"},
		{"node x client", "a second client; the implementation runs in one"},
		{"address x 192.0.2.1 client", "usage: address NAME IP NODE INTERFACE"},
		{"address x 192.0.2.1 client eth0 y", "usage: address NAME IP NODE INTERFACE"},
		{"address lan4 192.0.2.1 client eth0", "a second address \"lan4\""},
		{"address x 192.0.2.256 client eth0", "\"192.0.2.256\" is no IP address"},
		{"address x 192.0.2.1/24 client eth0", "\"192.0.2.1/24\" is no IP address"},
		{"address x 192.0.2.1 router eth0", "no node is called \"router\""},
		{"server lan4", "usage: server NAME PORT"},
		{"server lan4 1 2", "usage: server NAME PORT"},
		{"server x 3478", "no address is called \"x\"; name it in an address line above"},
		{"server lan4 x", "\"x\" is no port (0 to 65535)"},
		{"server lan4 65536", "\"65536\" is no port (0 to 65535)"},
		{"server lan4 -1", "\"-1\" is no port (0 to 65535)"},
		{"server lan4 0", "a server needs a port (1 to 65535)"},
		{"origin", "usage: origin NAME"},
		{"origin lan4 x", "usage: origin NAME"},
		{"origin x", "no address is called \"x\"; name it in an address line above"},
		{"path eth0 lan4", "usage: path INTERFACE SERVER MAPPED"},
		{"path eth0 lan4 lan4 x", "usage: path INTERFACE SERVER MAPPED"},
		{"path eth0 lan4 x", "no address is called \"x\"; name it in an address line above"},
		{"path eth0 web4 lan4", "no server is called \"web4\""},
#define USAGE "usage: infra NODE INTERFACE PROTOCOL NAME:PORT NAME:PORT WHY"
		{"infra client eth0 udp lan4:1", USAGE},
		{"infra client eth0 udp lan4:1 lan4:2", USAGE},
		{"infra client eth0 udp lan4:1 lan4:2 # why", USAGE},
		{"infra client eth0 udp lan4 lan4:2 why", "\"lan4\" is no NAME:PORT"},
		{"infra client eth0 udp lan4:1 lan4 why", "\"lan4\" is no NAME:PORT"},
		{"infra client eth0 udp lan4: lan4:2 why", "\"\" is no port (0 to 65535)"},
		{"infra client eth0 udp lan4:1 lan4:x why", "\"x\" is no port (0 to 65535)"},
		{"infra client eth0 udp x:1 lan4:2 why",
			"no address is called \"x\"; name it in an address line above"},
		{"infra client eth0 udp lan4:1 x:* why",
			"no address is called \"x\"; name it in an address line above"},
		{"infra client eth0 icmp lan4:1 lan4:2 why", "\"icmp\" is neither udp nor tcp"},
		{"infra router eth0 udp lan4:1 lan4:2 why", "no node is called \"router\""},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf("topology lan\n"
												"node client client\n"
												"address lan4 192.168.1.10 client eth0\n"
												"address web4 192.0.2.80 client eth0\n"
												"server lan4 3478\n"
												"%s\n"
												"origin web4\n",
			cases[i].line);
		g_autofree char *wanted = g_strdup_printf("/tmp/a book:6: %s", cases[i].wanted);
		g_autoptr(GError) error = NULL;

		assert_null(icelab_book_parse(text, "/tmp/a book", &error));
		assert_true(g_error_matches(error, ICELAB_BOOK_ERROR, 0));
		if (!g_str_equal(error->message, wanted))
			fail_msg("%s\n%s", error->message, wanted);
	}
}

static void test_missing_lines(void **state)
{
	static const struct {
		const char *text;
		const char *wanted;
	} cases[] = {
		{"", "book: no \"node NAME client\" line"},
		{"topology lan\nnode router lan\n", "book: no \"node NAME client\" line"},
		{"node client client\n", "book: no topology line"},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(icelab_book_parse(cases[i].text, "book", &error));
		assert_true(g_error_matches(error, ICELAB_BOOK_ERROR, 0));
		assert_string_equal(error->message, cases[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_lookups),
		cmocka_unit_test(test_infra),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_missing_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
