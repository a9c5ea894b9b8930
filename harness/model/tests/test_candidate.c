/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/candidate.h"

static char *copy; /* of the line, exact in size; spans point into it */

static bool parse_bytes(
	const char *line, size_t length, IcelabCandidate *candidate, const char **error)
{
	free(copy);
	copy = malloc(length);
	if (length > 0)
		memcpy(copy, line, length);
	*error = NULL;
	return icelab_candidate_parse(copy, length, candidate, error);
}

static IcelabCandidate parsed(const char *line)
{
	IcelabCandidate candidate;
	const char *error;

	if (!parse_bytes(line, strlen(line), &candidate, &error))
		fail_msg("\"%s\": %s", line, error);
	return candidate;
}

static void assert_span(IcelabSpan span, const char *expected)
{
	assert_int_equal(span.length, strlen(expected));
	assert_memory_equal(span.text, expected, span.length);
}

static void assert_refused(const char *line, const char *field)
{
	IcelabCandidate candidate;
	const char *error;

	if (parse_bytes(line, strlen(line), &candidate, &error))
		fail_msg("accepted: \"%s\"", line);
	if (strncmp(error, field, strlen(field)) != 0)
		fail_msg("\"%s\": \"%s\" does not begin with \"%s\"", line, error, field);
}

static void fields_are_read(void **state)
{
	char text[ICELAB_ADDRESS_TEXT];
	IcelabCandidate candidate =
		parsed("candidate:+/aZ09 1 UDP 2130706431 192.168.1.10 50000 typ host");

	(void)state;
	assert_span(candidate.foundation, "+/aZ09");
	assert_int_equal(candidate.component, 1);
	assert_int_equal(candidate.transport, ICELAB_TRANSPORT_UDP);
	assert_int_equal(candidate.priority, 2130706431);
	assert_span(candidate.connection, "192.168.1.10");
	assert_string_equal(icelab_address_format(&candidate.address, text), "192.168.1.10");
	assert_int_equal(candidate.port, 50000);
	assert_int_equal(candidate.type, ICELAB_CANDIDATE_HOST);
	assert_false(candidate.has_raddr);
	assert_false(candidate.has_rport);
	assert_int_equal(candidate.tcptype, ICELAB_TCPTYPE_NONE);
	assert_int_equal(candidate.extension_count, 0);

	candidate = parsed("a=candidate:2 256 TCP 1 2001:db8::1 9 typ srflx raddr fe80::1 rport 65535 "
					   "tcptype active generation 0 ufrag EsAw network-id 3");
	assert_int_equal(candidate.component, 256);
	assert_int_equal(candidate.transport, ICELAB_TRANSPORT_TCP);
	assert_int_equal(candidate.address.family, 6);
	assert_int_equal(candidate.type, ICELAB_CANDIDATE_SRFLX);
	assert_true(candidate.has_raddr);
	assert_span(candidate.related, "fe80::1");
	assert_int_equal(candidate.raddr.family, 6);
	assert_true(candidate.has_rport);
	assert_int_equal(candidate.rport, 65535);
	assert_int_equal(candidate.tcptype, ICELAB_TCPTYPE_ACTIVE);
	assert_int_equal(candidate.extension_count, 3);
	assert_span(candidate.extensions[0].name, "generation");
	assert_span(candidate.extensions[0].value, "0");
	assert_span(candidate.extensions[1].value, "EsAw");
	assert_span(candidate.extensions[2].name, "network-id");
}

/* Lines as the stacks print them. */
static void stacks_are_understood(void **state)
{
	static const char *const lines[] = {
		/* libwebrtc */
		"candidate:842163049 1 udp 1677729535 203.0.113.10 46154 typ srflx raddr 0.0.0.0 rport 0 "
		"generation 0 ufrag 8hhY network-id 1 network-cost 10",
		"candidate:1467250027 1 tcp 1518280447 192.168.1.10 9 typ host tcptype active generation 0",
		"candidate:1 1 udp 2113937151 0b9ab5b4-5f2a-4b1e-8c3d-0a1b2c3d4e5f.local 54400 typ host",
		/* Firefox */
		"candidate:0 1 UDP 2122252543 192.168.1.10 57211 typ host",
		"candidate:2 2 TCP 2105524478 192.168.1.10 9 typ host tcptype active",
		/* libnice */
		"a=candidate:1 1 UDP 2015363327 192.168.1.10 40962 typ host",
		"a=candidate:9 1 TCP 1010827775 192.168.1.10 40000 typ host tcptype passive",
		"a=candidate:5 1 UDP 1679819007 203.0.113.10 40962 typ srflx raddr 192.168.1.10 rport "
		"40962",
		/* Pion: a related port that was not hidden with its address */
		"candidate:233762139 1 udp 2130706431 172.17.0.1 57191 typ host ufrag abc",
		"candidate:3 1 udp 1694498815 203.0.113.10 62779 typ srflx raddr 0.0.0.0 rport 62779",
		/* RFC 8839 5.1 */
		"candidate:2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998",
		/* RFC 6544: simultaneous open */
		"candidate:1 1 TCP 2128609279 10.0.1.1 8998 typ host tcptype so",
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		parsed(lines[i]);
}

static void missing_raddr_is_the_judges(void **state)
{
	IcelabCandidate candidate = parsed("candidate:1 1 udp 1 203.0.113.10 1 typ srflx");

	(void)state;
	assert_false(candidate.has_raddr);
	candidate = parsed("candidate:1 1 udp 1 203.0.113.10 1 typ srflx rport 9");
	assert_false(candidate.has_raddr);
	assert_true(candidate.has_rport);
	assert_int_equal(candidate.rport, 9);
	candidate = parsed("candidate:1 1 udp 1 203.0.113.10 1 typ srflx raddr  rport 7");
	assert_true(candidate.has_raddr);
	assert_int_equal(candidate.related.length, 0);
	assert_int_equal(candidate.raddr.family, 0);
	assert_int_equal(candidate.rport, 7);
	candidate = parsed("candidate:1 1 udp 1 203.0.113.10 1 typ relay raddr ");
	assert_true(candidate.has_raddr);
	assert_false(candidate.has_rport);
	candidate = parsed("candidate:1 1 udp 1 203.0.113.10 1 typ prflx raddr x.local rport 0");
	assert_span(candidate.related, "x.local");
	assert_int_equal(candidate.raddr.family, 0);
}

static void case_is_ignored_in_keywords(void **state)
{
	IcelabCandidate candidate =
		parsed("candidate:1 1 TcP 1 192.0.2.1 1 TYP Srflx RADDR 192.0.2.2 RPort 3 TCPTYPE So");

	(void)state;
	assert_int_equal(candidate.transport, ICELAB_TRANSPORT_TCP);
	assert_int_equal(candidate.type, ICELAB_CANDIDATE_SRFLX);
	assert_int_equal(candidate.rport, 3);
	assert_int_equal(candidate.tcptype, ICELAB_TCPTYPE_SO);
	assert_int_equal(candidate.extension_count, 0);
	/* Not so in the attribute's name. */
	assert_refused("Candidate:1 1 UDP 1 192.0.2.1 1 typ host", "line");
}

static void extension_values_may_be_empty(void **state)
{
	IcelabCandidate candidate =
		parsed("candidate:1 1 udp 1 192.0.2.1 1 typ host ufrag  network-cost 10 generation ");

	(void)state;
	assert_int_equal(candidate.extension_count, 3);
	assert_span(candidate.extensions[0].name, "ufrag");
	assert_span(candidate.extensions[0].value, "");
	assert_span(candidate.extensions[1].name, "network-cost");
	assert_span(candidate.extensions[2].value, "");
}

static void sixteen_extensions_fit(void **state)
{
	char line[512] = "candidate:1 1 tcp 1 192.0.2.1 1 typ host tcptype so";

	(void)state;
	for (int i = 0; i < 16; i++)
		strcat(line, " n v");
	assert_int_equal(parsed(line).extension_count, 16);
	strcat(line, " n v");
	assert_refused(line, "extension");
}

static void wrong_fields_are_named(void **state)
{
	static const struct {
		const char *line;
		const char *field;
	} wrong[] = {
		{"", "line"},
		{"a=", "line"},
		{"candidate", "line"},
		{" candidate:1 1 UDP 1 192.0.2.1 1 typ host", "line"},
		{"a=a=candidate:1 1 UDP 1 192.0.2.1 1 typ host", "line"},
		{"1 1 UDP 1 192.0.2.1 1 typ host", "line"},
		{"candidate:1\t1 UDP 1 192.0.2.1 1 typ host", "line"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ host\r", "line"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ host\n", "line"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ host ufrag \x7F", "line"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ host ufrag \xC3\xA4", "line"},
		{"candidate:", "foundation"},
		{"candidate: 1 UDP 1 192.0.2.1 1 typ host", "foundation"},
		{"candidate:123456789012345678901234567890123 1 UDP 1 192.0.2.1 1 typ host", "foundation"},
		{"candidate:a-b 1 UDP 1 192.0.2.1 1 typ host", "foundation"},
		{"candidate:1", "component"},
		{"candidate:1  UDP 1 192.0.2.1 1 typ host", "component"},
		{"candidate:1  1 UDP 1 192.0.2.1 1 typ host", "component"},
		{"candidate:1 0 UDP 1 192.0.2.1 1 typ host", "component"},
		{"candidate:1 257 UDP 1 192.0.2.1 1 typ host", "component"},
		{"candidate:1 000001 UDP 1 192.0.2.1 1 typ host", "component"},
		{"candidate:1 -1 UDP 1 192.0.2.1 1 typ host", "component"},
		{"candidate:1 +1 UDP 1 192.0.2.1 1 typ host", "component"},
		{"candidate:1 1x UDP 1 192.0.2.1 1 typ host", "component"},
		{"candidate:1 1 ssltcp 1 192.0.2.1 1 typ host", "transport"},
		{"candidate:1 1 UD 1 192.0.2.1 1 typ host", "transport"},
		{"candidate:1 1 UDPP 1 192.0.2.1 1 typ host", "transport"},
		{"candidate:1 1 UDP 0 192.0.2.1 1 typ host", "priority"},
		{"candidate:1 1 UDP 2147483648 192.0.2.1 1 typ host", "priority"},
		{"candidate:1 1 UDP 4294967297 192.0.2.1 1 typ host", "priority"},
		{"candidate:1 1 UDP 18446744073709551617 192.0.2.1 1 typ host", "priority"},
		{"candidate:1 1 UDP 1.0 192.0.2.1 1 typ host", "priority"},
		{"candidate:1 1 UDP 1", "connection-address"},
		{"candidate:1 1 UDP 1  1 typ host", "connection-address"},
		{"candidate:1 1 UDP 1 fe80::1%eth0 1 typ host", "connection-address"},
		{"candidate:1 1 UDP 1 [::1] 1 typ host", "connection-address"},
		{"candidate:1 1 UDP 1 192.0.2 1 typ host", "connection-address"},
		{"candidate:1 1 UDP 1 192.0.2.1 65536 typ host", "port"},
		{"candidate:1 1 UDP 1 192.0.2.1 0x10 typ host", "port"},
		{"candidate:1 1 UDP 1 192.0.2.1 -1 typ host", "port"},
		{"candidate:1 1 UDP 1 192.0.2.1  typ host", "port"},
		{"candidate:1 1 UDP 1 192.0.2.1 1", "typ"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 type host", "typ"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ", "typ"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ  host", "typ"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ local", "typ"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ hosts", "typ"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ srflx raddr", "raddr"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ srflx raddr 300.0.2.1 rport 1", "raddr"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ srflx rport", "rport"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ srflx raddr 192.0.2.2 rport 65536", "rport"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ srflx raddr 192.0.2.2 rport ", "rport"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ srflx rport 1 raddr 192.0.2.2", "raddr, rport"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ srflx x y raddr 192.0.2.2 rport 1", "raddr, rport"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ srflx x y RADDR 192.0.2.2", "raddr, rport"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ srflx raddr 192.0.2.2 raddr 192.0.2.3",
			"raddr, rport"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ srflx raddr 192.0.2.2 rport 1 rport 2",
			"raddr, rport"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ host ", "extension"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ host generation", "extension"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ host generation 0 ufrag", "extension"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ host generation 0 ", "extension"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ host  generation 0", "extension"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ host na:me 0", "extension"},
		{"candidate:1 1 UDP 1 192.0.2.1 1 typ host tcptype active", "tcptype"},
		{"candidate:1 1 TCP 1 192.0.2.1 1 typ host tcptype lazy", "tcptype"},
		{"candidate:1 1 TCP 1 192.0.2.1 1 typ host tcptype ", "tcptype"},
		{"candidate:1 1 TCP 1 192.0.2.1 1 typ host tcptype so tcptype active", "tcptype"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_refused(wrong[i].line, wrong[i].field);
}

static void names_are_no_numbers(void **state)
{
	static const char *const right[] = {"host.example", "a.local", "host", "xn--bcher-kva.example",
		"1.2.3.example", "0b9ab5b4-5f2a-4b1e-8c3d-0a1b2c3d4e5f.local"};
	/* Among them what inet_aton() would take for an address. */
	static const char *const wrong[] = {"abc", "192.168.257", "3232235786", "0x7f000001", "0x7f.1",
		"127.0.0.0x1", "1.2.3.4.5", ".local", "a..local", "a.local.", "-a.local", "a-.local",
		"a_b.local", "a.1ocal", "a%b.local", "fe80::1%eth0", "host:80"};
	char line[512], name[300];
	IcelabAddress address;

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		snprintf(line, sizeof line, "candidate:1 1 UDP 1 %s 1 typ host", right[i]);
		IcelabCandidate candidate = parsed(line);

		assert_span(candidate.connection, right[i]);
		assert_int_equal(candidate.address.family, 0);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		snprintf(line, sizeof line, "candidate:1 1 UDP 1 %s 1 typ host", wrong[i]);
		assert_refused(line, "connection-address");
	}
	memset(name, 'a', sizeof name);
	assert_true(icelab_connection_address_parse((IcelabSpan){name, 63}, &address));
	assert_false(icelab_connection_address_parse((IcelabSpan){name, 64}, &address));
	for (size_t i = 50; i < sizeof name; i += 50)
		name[i] = '.';
	assert_true(icelab_connection_address_parse((IcelabSpan){name, 253}, &address));
	assert_false(icelab_connection_address_parse((IcelabSpan){name, 254}, &address));
}

static void nul_is_refused(void **state)
{
	static const char line[] = "candidate:1 1 UDP 1 192.0.2.1 1 typ host ufrag ab";
	IcelabCandidate candidate;
	const char *error;

	(void)state;
	for (size_t i = 0; i < sizeof line - 1; i++) {
		char changed[sizeof line];

		memcpy(changed, line, sizeof line);
		changed[i] = '\0';
		assert_false(parse_bytes(changed, sizeof line - 1, &candidate, &error));
		assert_non_null(error);
	}
	assert_false(icelab_candidate_parse(NULL, 0, &candidate, &error));
}

/* Each beginning of a line: an answer, an error text where it is refused, and no read behind its
 * end. */
static void every_beginning_is_judged(void **state)
{
	static const char line[] = "a=candidate:1 1 TCP 1 2001:db8::1 9 typ srflx raddr fe80::1 rport "
							   "9 tcptype active ufrag abcd";
	IcelabCandidate candidate;
	const char *error;

	(void)state;
	for (size_t length = 0; length < sizeof line; length++) {
		bool right = parse_bytes(line, length, &candidate, &error);

		assert_int_equal(right, error == NULL);
	}
}

static void names_of_kinds(void **state)
{
	(void)state;
	assert_string_equal(icelab_candidate_type_name(ICELAB_CANDIDATE_HOST), "host");
	assert_string_equal(icelab_candidate_type_name(ICELAB_CANDIDATE_RELAY), "relay");
	assert_string_equal(icelab_transport_name(ICELAB_TRANSPORT_TCP), "tcp");
}

static int free_copy(void **state)
{
	(void)state;
	free(copy);
	copy = NULL;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_read),
		cmocka_unit_test(stacks_are_understood),
		cmocka_unit_test(missing_raddr_is_the_judges),
		cmocka_unit_test(case_is_ignored_in_keywords),
		cmocka_unit_test(extension_values_may_be_empty),
		cmocka_unit_test(sixteen_extensions_fit),
		cmocka_unit_test(wrong_fields_are_named),
		cmocka_unit_test(names_are_no_numbers),
		cmocka_unit_test(nul_is_refused),
		cmocka_unit_test(every_beginning_is_judged),
		cmocka_unit_test(names_of_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, free_copy);
}
