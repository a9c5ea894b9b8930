/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "adapter/libnice_server.h"
#include "adapter/libnice_session.h"

static NiceAddress at(const char *host, guint port)
{
	NiceAddress address;

	nice_address_init(&address);
	assert_true(nice_address_set_from_string(&address, host));
	nice_address_set_port(&address, port);
	return address;
}

static IcelabLocalCandidate host(const char *address, guint port)
{
	return (IcelabLocalCandidate){.type = NICE_CANDIDATE_TYPE_HOST,
		.transport = NICE_CANDIDATE_TRANSPORT_UDP,
		.component = 1,
		.address = at(address, port),
		.base = at(address, port)};
}

static IcelabLocalCandidate srflx(guint port, const char *base, const char *server)
{
	return (IcelabLocalCandidate){.type = NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE,
		.transport = NICE_CANDIDATE_TRANSPORT_UDP,
		.component = 1,
		.address = at("203.0.113.10", port),
		.base = at(base, 5000),
		.has_server = TRUE,
		.server = at(server, 3478),
		.has_related = TRUE,
		.related = at("0.0.0.0", 9)};
}

/* The fields before the address: foundation and priority. */
static char *field(const char *line, int number)
{
	g_auto(GStrv) fields = g_strsplit(line, " ", -1);

	assert_true(g_strv_length(fields) > (guint)number);
	return g_strdup(fields[number]);
}

static char *foundation_of(IcelabSession *session, IcelabLocalCandidate candidate)
{
	const char *line = icelab_session_add(session, &candidate);

	assert_non_null(line);
	return field(line, 0);
}

static void test_foundation(void **state)
{
	g_autoptr(IcelabSession) session = icelab_session_new();
	g_autofree char *first = foundation_of(session, srflx(1, "192.168.1.10", "192.0.2.53"));
	g_autofree char *same = foundation_of(session, srflx(2, "192.168.1.10", "192.0.2.53"));
	g_autofree char *other_server = foundation_of(session, srflx(3, "192.168.1.10", "192.0.2.54"));
	g_autofree char *other_base = foundation_of(session, srflx(4, "192.168.1.11", "192.0.2.53"));
	g_autofree char *other_type = foundation_of(session, host("192.168.1.10", 5000));
	IcelabLocalCandidate tcp = host("192.168.1.10", 5000);
	tcp.transport = NICE_CANDIDATE_TRANSPORT_TCP_PASSIVE;
	g_autofree char *other_transport = foundation_of(session, tcp);
	const char *all[] = {first, other_server, other_base, other_type, other_transport};

	(void)state;
	assert_string_equal(first, same);
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(all[i], all[j]);
	}
}

static void test_redundant(void **state)
{
	g_autoptr(IcelabSession) session = icelab_session_new();
	IcelabLocalCandidate one = srflx(1, "192.168.1.10", "192.0.2.53");
	IcelabLocalCandidate other_server = srflx(1, "192.168.1.10", "192.0.2.54");
	IcelabLocalCandidate other_base = srflx(1, "192.168.1.11", "192.0.2.53");

	(void)state;
	assert_non_null(icelab_session_add(session, &one));
	assert_null(icelab_session_add(session, &one));
	assert_null(icelab_session_add(session, &other_server));
	assert_non_null(icelab_session_add(session, &other_base));
	assert_int_equal(session->lines->len, 2);
}

/* RFC 8445 5.1.2: unique for each candidate, host above server-reflexive, UDP above TCP. */
static void test_priority(void **state)
{
	g_autoptr(IcelabSession) session = icelab_session_new();
	IcelabLocalCandidate candidates[] = {srflx(1, "192.168.1.10", "192.0.2.53"),
		srflx(2, "192.168.1.10", "192.0.2.53"), host("192.168.1.10", 1), host("192.168.1.11", 1),
		host("192.168.1.10", 2)};
	guint64 priorities[G_N_ELEMENTS(candidates)];

	(void)state;
	candidates[4].transport = NICE_CANDIDATE_TRANSPORT_TCP_PASSIVE;
	for (size_t i = 0; i < G_N_ELEMENTS(candidates); i++) {
		g_autofree char *text = field(icelab_session_add(session, &candidates[i]), 3);

		priorities[i] = g_ascii_strtoull(text, NULL, 10);
		assert_in_range(priorities[i], 1, 2147483647);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(priorities[i], priorities[j]);
	}
	assert_true(priorities[2] > priorities[0]);
	assert_true(priorities[4] < priorities[1]);
}

static void test_lines(void **state)
{
	g_autoptr(IcelabSession) session = icelab_session_new();
	IcelabLocalCandidate reflexive = srflx(40000, "0.0.0.0", "192.0.2.53");
	IcelabLocalCandidate link_local = host("fe80::1", 6000);
	IcelabLocalCandidate active = host("192.168.1.10", 0);

	(void)state;
	link_local.address.s.ip6.sin6_scope_id = 1;
	active.transport = NICE_CANDIDATE_TRANSPORT_TCP_ACTIVE;
	assert_string_equal(icelab_session_add(session, &reflexive),
		"candidate:1 1 UDP 1694498815 203.0.113.10 40000 typ srflx raddr 0.0.0.0 rport 9");
	assert_string_equal(icelab_session_add(session, &link_local),
		"candidate:2 1 UDP 2030042879 fe80::1 6000 typ host");
	assert_string_equal(icelab_session_add(session, &active),
		"candidate:3 1 TCP 1023409663 192.168.1.10 9 typ host tcptype active");
}

static void test_description(void **state)
{
	g_autoptr(IcelabSession) session = icelab_session_new();
	g_autoptr(IcelabSession) another = icelab_session_new();
	NiceAddress nowhere = at("0.0.0.0", 0);
	IcelabLocalCandidate one = host("192.168.1.10", 1);
	g_autofree char *initial = icelab_session_describe(session, &nowhere, FALSE);
	const char *line = icelab_session_add(session, &one);
	g_autofree char *gathered = icelab_session_describe(session, &nowhere, TRUE);
	g_autofree char *attribute = g_strdup_printf("\r\na=%s\r\n", line);

	(void)state;
	assert_null(strstr(initial, "a=candidate"));
	assert_null(strstr(initial, "a=end-of-candidates"));
	assert_non_null(strstr(initial, " 1 IN IP4 127.0.0.1\r\n"));
	assert_non_null(strstr(initial, "\r\nm=audio 9 "));
	assert_non_null(strstr(initial, "\r\nc=IN IP4 0.0.0.0\r\n"));
	assert_non_null(strstr(initial, "\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"));
	assert_non_null(strstr(gathered, attribute));
	assert_non_null(strstr(gathered, "\r\na=end-of-candidates\r\n"));
	/* RFC 8445 5.3, and RFC 8839 5.4's letters. */
	assert_int_equal(strlen(session->ufrag), 8);
	assert_int_equal(strlen(session->password), 24);
	assert_null(strchr(session->password, '='));
	assert_string_not_equal(session->password, another->password);
}

static void assert_server(const char *uri, const char *wanted, guint port)
{
	NiceAddress address, expected = at(wanted, port);
	const char *error = NULL;

	assert_true(icelab_stun_server_parse(uri, &address, &error));
	assert_true(nice_address_equal(&address, &expected));
}

static void assert_no_server(const char *uri)
{
	NiceAddress address;
	const char *error = NULL;

	assert_false(icelab_stun_server_parse(uri, &address, &error));
	assert_non_null(error);
}

static void test_server(void **state)
{
	(void)state;
	assert_server("stun:192.0.2.53:3479", "192.0.2.53", 3479);
	assert_server("stun:192.0.2.53", "192.0.2.53", 3478);
	assert_server("stun:[2001:db8::1]:3479", "2001:db8::1", 3479);
	assert_server("stun:[2001:db8::1]", "2001:db8::1", 3478);
	assert_no_server("");
	assert_no_server("stun:");
	assert_no_server("stuns:192.0.2.53");
	assert_no_server("192.0.2.53:3478");
	assert_no_server("stun:[2001:db8::1");
	assert_no_server("stun:[2001:db8::1]3478");
	assert_no_server("stun:192.0.2.53:http");
	assert_no_server("stun:192.0.2.53:");
	assert_no_server("stun:192.0.2.53:0");
	assert_no_server("stun:192.0.2.53:68999");
	assert_no_server("stun:192.0.2.53:-1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_foundation),
		cmocka_unit_test(test_redundant),
		cmocka_unit_test(test_priority),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_description),
		cmocka_unit_test(test_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
