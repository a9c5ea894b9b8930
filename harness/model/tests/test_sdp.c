/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/sdp.h"

static char *copy; /* of the description, exact in size; spans point into it */

static void start(IcelabSdpReader *reader, const char *text, size_t length)
{
	free(copy);
	copy = malloc(length);
	if (length > 0)
		memcpy(copy, text, length);
	icelab_sdp_start(reader, copy, length);
}

/* The entries as text, one per line: "number field media host port", "-" where there is none, or
 * "number ! error". */
static const char *told(const char *text, size_t length)
{
	static const char *const fields[] = {"o", "c", "m", "rtcp", "candidate"};
	static char result[2048];
	IcelabSdpReader reader;
	IcelabSdpEntry entry;
	const char *error;
	size_t at = 0;
	int status;

	start(&reader, text, length);
	result[0] = '\0';
	while ((status = icelab_sdp_next(&reader, &entry, &error)) != 0) {
		char port[8] = "-";

		if (status < 0) {
			at +=
				(size_t)snprintf(result + at, sizeof result - at, "%u ! %s\n", entry.number, error);
			continue;
		}
		if (entry.has_port)
			snprintf(port, sizeof port, "%u", entry.port);
		at += (size_t)snprintf(result + at, sizeof result - at, "%u %s %d %.*s%s %s\n",
			entry.number, fields[entry.field], entry.media, (int)entry.host.length,
			entry.host.length > 0 ? entry.host.text : "", entry.host.length > 0 ? "" : "-", port);
	}
	return result;
}

#define TOLD(text) told(text, sizeof(text) - 1)

static void browser_offer_is_read(void **state)
{
	(void)state;
	assert_string_equal(TOLD("v=0\r\n"
							 "o=- 4611731400430051336 2 IN IP4 127.0.0.1\r\n"
							 "s=-\r\n"
							 "t=0 0\r\n"
							 "a=group:BUNDLE 0 1\r\n"
							 "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
							 "c=IN IP4 0.0.0.0\r\n"
							 "a=candidate:1 1 udp 2113937151 0b9ab5b4-5f2a.local 54400 typ host\r\n"
							 "a=ice-ufrag:abcd\r\n"
							 "m=audio 50000/2 UDP/TLS/RTP/SAVPF 111 63\r\n"
							 "c=IN IP6 2001:db8::1\r\n"
							 "a=rtcp:9 IN IP4 0.0.0.0\r\n"
							 "a=rtcp-mux\r\n"
							 "a=rtcp-fb:111 transport-cc\r\n"
							 "a=candidate:2 1 tcp 1 2001:db8::1 9 typ host tcptype active\r\n"
							 "a=end-of-candidates\r\n"),
		"2 o -1 127.0.0.1 -\n"
		"6 m 0 - 9\n"
		"7 c 0 0.0.0.0 -\n"
		"8 candidate 0 0b9ab5b4-5f2a.local 54400\n"
		"10 m 1 - 50000\n"
		"11 c 1 2001:db8::1 -\n"
		"12 rtcp 1 0.0.0.0 9\n"
		"15 candidate 1 2001:db8::1 9\n");
}

static void libnice_description_is_read(void **state)
{
	(void)state;
	assert_string_equal(TOLD("m=- 40962 ICE/SDP\n"
							 "c=IN IP4 192.168.1.10\n"
							 "a=ice-ufrag:T4lm\n"
							 "a=candidate:1 1 UDP 2015363327 192.168.1.10 40962 typ host"),
		"1 m 0 - 40962\n"
		"2 c 0 192.168.1.10 -\n"
		"4 candidate 0 192.168.1.10 40962\n");
}

static void addresses_are_values(void **state)
{
	IcelabSdpReader reader;
	IcelabSdpEntry entry;
	const char *error;
	char text[ICELAB_ADDRESS_TEXT];
	static const char sdp[] = "c=IN IP6 2001:DB8:0::1\nc=IN IP4 host.example\n";

	(void)state;
	start(&reader, sdp, sizeof sdp - 1);
	assert_int_equal(icelab_sdp_next(&reader, &entry, &error), 1);
	assert_string_equal(icelab_address_format(&entry.address, text), "2001:db8::1");
	assert_int_equal(entry.line.length, 22);
	assert_int_equal(icelab_sdp_next(&reader, &entry, &error), 1);
	assert_int_equal(entry.address.family, 0);
	assert_int_equal(entry.host.length, 12);
	assert_int_equal(icelab_sdp_next(&reader, &entry, &error), 0);
	assert_int_equal(icelab_sdp_next(&reader, &entry, &error), 0);
}

static void ends_of_lines(void **state)
{
	(void)state;
	assert_string_equal(TOLD(""), "");
	assert_string_equal(TOLD("\n\r\n\n"), "");
	assert_string_equal(TOLD("\r\n\nc=IN IP4 192.0.2.1\r\n"), "3 c -1 192.0.2.1 -\n");
	assert_string_equal(TOLD("c=IN IP4 192.0.2.1\r"), "1 c -1 192.0.2.1 -\n");
	/* A type has one letter, in this case, at the beginning, and no space around its "=". */
	assert_string_equal(TOLD(" c=IN IP4 192.0.2.1\nC=IN IP4 192.0.2.1\nc =IN IP4 192.0.2.1\n"), "");
}

static void multicast_may_have_a_suffix(void **state)
{
	(void)state;
	assert_string_equal(TOLD("c=IN IP4 224.2.36.42/127\n"
							 "c=IN IP4 224.2.1.1/0/3\n"
							 "c=IN IP6 ff15::101/3\n"),
		"1 c -1 224.2.36.42 -\n2 c -1 224.2.1.1 -\n3 c -1 ff15::101 -\n");
	assert_string_equal(TOLD("c=IN IP4 192.168.1.10/24\n"
							 "c=IN IP4 224.2.1.1/\n"
							 "c=IN IP4 224.2.1.1/256\n"
							 "c=IN IP4 224.2.1.1/1/0\n"
							 "c=IN IP4 224.2.1.1/1/2/3\n"
							 "c=IN IP6 ff15::101/0\n"
							 "c=IN IP6 ff15::101/1/2\n"
							 "c=IN IP4 host.example/1\n"),
		"1 ! address: what follows its / is no TTL or number of a multicast address\n"
		"2 ! address: what follows its / is no TTL or number of a multicast address\n"
		"3 ! address: what follows its / is no TTL or number of a multicast address\n"
		"4 ! address: what follows its / is no TTL or number of a multicast address\n"
		"5 ! address: what follows its / is no TTL or number of a multicast address\n"
		"6 ! address: what follows its / is no TTL or number of a multicast address\n"
		"7 ! address: what follows its / is no TTL or number of a multicast address\n"
		"8 ! address: what follows its / is no TTL or number of a multicast address\n");
	/* o= has an address and nothing behind it. */
	assert_string_equal(
		TOLD("o=- 1 1 IN IP4 224.2.1.1/127\n"), "1 ! address: neither an IP address nor a name\n");
}

static void wrong_lines_are_named(void **state)
{
	static const struct {
		const char *line;
		const char *error;
	} wrong[] = {
		{"o=", "username"},
		{"o= 1 1 IN IP4 192.0.2.1", "username"},
		{"o=-", "sess-id"},
		{"o=- x 1 IN IP4 192.0.2.1", "sess-id"},
		{"o=- 1  IN IP4 192.0.2.1", "sess-id"},
		{"o=- 1 -1 IN IP4 192.0.2.1", "sess-id"},
		{"o=- 1 1 IN IP4", "address"},
		{"o=- 1 1 IN IP4 192.0.2.1 x", "address"},
		{"o=\x01 1 1 IN IP4 192.0.2.1", "line"},
		{"c=", "nettype"},
		{"c=ATM IP4 192.0.2.1", "nettype"},
		{"c=IN  IP4 192.0.2.1", "addrtype"},
		{"c=IN IP5 192.0.2.1", "addrtype"},
		{"c=IN IP4 ", "address"},
		{"c=IN IP4 2001:db8::1", "address"},
		{"c=IN IP6 192.0.2.1", "address"},
		{"c=IN IP4 192.0.2.1 ", "address"},
		{"c=IN IP4 192.0.2.999", "address"},
		{"c=IN IP6 fe80::1%eth0", "address"},
		{"m=", "media"},
		{"m=audio", "port"},
		{"m=audio 65536 RTP/AVP 0", "port"},
		{"m=audio x RTP/AVP 0", "port"},
		{"m=audio  9 RTP/AVP 0", "port"},
		{"m=audio 9/0 RTP/AVP 0", "number of ports"},
		{"m=audio 9/ RTP/AVP 0", "number of ports"},
		{"m=audio 9", "proto"},
		{"a=rtcp:", "port"},
		{"a=rtcp:x", "port"},
		{"a=rtcp:9 ", "nettype"},
		{"a=rtcp:9 IN IP4", "address"},
		{"a=candidate:", "foundation"},
		{"a=candidate:1 1 udp 1 192.0.2.1 99999 typ host", "port"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char text[256];
		char expected[64];

		/* The reader goes on behind the wrong line. */
		snprintf(text, sizeof text, "v=0\r\n%s\r\nc=IN IP4 192.0.2.7\r\n", wrong[i].line);
		snprintf(expected, sizeof expected, "2 ! %s", wrong[i].error);

		const char *result = told(text, strlen(text));

		if (strncmp(result, expected, strlen(expected)) != 0 || strstr(result, "\n3 c ") == NULL ||
			strstr(result, "192.0.2.7 -\n") == NULL)
			fail_msg("\"%s\": %s", wrong[i].line, result);
	}
}

/* A m= line that is wrong still begins a section: what follows must not be put into the one before.
 */
static void wrong_media_counts(void **state)
{
	(void)state;
	assert_string_equal(TOLD("m=audio 9 x\nm=video x x\nc=IN IP4 192.0.2.1\n"),
		"1 m 0 - 9\n2 ! port: not a number from 0 to 65535\n3 c 1 192.0.2.1 -\n");
}

static void nothing_hides_behind_nul_or_cr(void **state)
{
	(void)state;
	assert_string_equal(
		TOLD("s=x\rc=IN IP4 192.168.1.10\r\n"), "1 ! line: a NUL or a CR in its middle\n");
	assert_string_equal(
		TOLD("s=x\0c=IN IP4 192.168.1.10\r\n"), "1 ! line: a NUL or a CR in its middle\n");
	assert_string_equal(
		TOLD("s=\xC3\xA4\ti\r\no=\xC3\xA4 1 1 IN IP4 192.0.2.1\r\n"), "2 o -1 192.0.2.1 -\n");
	assert_string_equal(TOLD("o=a\tb 1 1 IN IP4 192.0.2.1\r\n"), "1 ! line: a control character\n");
}

static void every_beginning_ends(void **state)
{
	static const char sdp[] = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nm=audio 9/2 RTP/AVP 0\r\n"
							  "c=IN IP4 224.2.1.1/127/3\r\na=rtcp:9 IN IP6 ::\r\n"
							  "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n";
	IcelabSdpReader reader;
	IcelabSdpEntry entry;
	const char *error;

	(void)state;
	for (size_t length = 0; length < sizeof sdp; length++)
		told(sdp, length);
	icelab_sdp_start(&reader, NULL, 0);
	assert_int_equal(icelab_sdp_next(&reader, &entry, &error), 0);
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
		cmocka_unit_test(browser_offer_is_read),
		cmocka_unit_test(libnice_description_is_read),
		cmocka_unit_test(addresses_are_values),
		cmocka_unit_test(ends_of_lines),
		cmocka_unit_test(multicast_may_have_a_suffix),
		cmocka_unit_test(wrong_lines_are_named),
		cmocka_unit_test(wrong_media_counts),
		cmocka_unit_test(nothing_hides_behind_nul_or_cr),
		cmocka_unit_test(every_beginning_ends),
	};

	return cmocka_run_group_tests(tests, NULL, free_copy);
}
