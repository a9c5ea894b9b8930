/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "frame.h"
#include "lab/naming.h"

#define HEADER(flags, questions, answers) 0, 0, (flags), 0, 0, (questions), 0, (answers), 0, 0, 0, 0
#define NAME 1, 'h', 5, 'l', 'o', 'c', 'a', 'l', 0
#define A 0, 1, 0x80, 1
#define TTL 0, 0, 0, 120

/* Takes `payload` as one datagram to `port`, or as a segment of TCP. */
static gboolean take(IcelabObservation *observation, unsigned port, uint8_t protocol,
	const uint8_t *payload, size_t length)
{
	Frame frame = {0};
	IcelabPacket packet;
	IcelabFlow flow = {
		.node = (char *)"client", .interface = (char *)"eth0", .outgoing = TRUE, .time_us = 5};

	frame_put_ethernet(&frame, 0x0800);
	frame_put_v4(&frame, protocol, 0, 0x4000, length + (protocol == 6 ? 20 : 8));
	if (protocol == 6)
		frame_put_tcp(&frame, 5000, port, 5);
	else
		frame_put_udp(&frame, 5000, port, length);
	frame_put(&frame, payload, length);
	icelab_packet_decode(ICELAB_LINK_ETHERNET, 0, frame.bytes, frame.length, &packet);
	flow.kind = (char *)icelab_packet_kind_name(packet.kind);
	flow.source = packet.source;
	flow.destination = packet.destination;
	flow.source_port = packet.source_port;
	flow.destination_port = packet.destination_port;
	return icelab_naming_take(observation, &flow, &packet);
}

static const uint8_t announcement[] = {HEADER(0x84, 0, 1), NAME, A, TTL, 0, 4, 10, 8, 0, 2};
static const uint8_t question[] = {HEADER(0, 1, 0), NAME, A};
/* A question, and an answer that is cut off. */
static const uint8_t damaged[] = {HEADER(0x84, 1, 1), NAME, A, NAME, A};

static void test_announcement(void **state)
{
	g_autoptr(IcelabObservation) observation = icelab_observation_new("", "", "");
	const IcelabNaming *naming;
	char text[ICELAB_ADDRESS_TEXT];

	(void)state;
	assert_true(take(observation, 5353, 17, announcement, sizeof announcement));
	assert_true(take(observation, 5353, 17, announcement, sizeof announcement));
	assert_int_equal(observation->namings->len, 1);
	naming = observation->namings->pdata[0];
	assert_string_equal(naming->node, "client");
	assert_string_equal(naming->interface, "eth0");
	assert_true(naming->outgoing && naming->response && naming->told);
	assert_string_equal(naming->kind, "mdns");
	assert_int_equal(naming->source.family, 4);
	assert_int_equal(naming->destination.family, 4);
	assert_int_equal(naming->source_port, 5000);
	assert_int_equal(naming->destination_port, 5353);
	assert_string_equal(naming->name, "h.local");
	assert_string_equal(naming->type, "A");
	assert_string_equal(icelab_address_format(&naming->address, text), "10.8.0.2");
	assert_int_equal(naming->count, 2);
	assert_int_equal(naming->time_us, 5);
}

static void test_question(void **state)
{
	g_autoptr(IcelabObservation) observation = icelab_observation_new("", "", "");
	const IcelabNaming *naming;

	(void)state;
	assert_true(take(observation, 53, 17, question, sizeof question));
	assert_int_equal(observation->namings->len, 1);
	naming = observation->namings->pdata[0];
	assert_string_equal(naming->kind, "dns");
	assert_false(naming->response);
	assert_false(naming->told);
	assert_int_equal(naming->address.family, 0);
}

static void test_what_is_none(void **state)
{
	g_autoptr(IcelabObservation) observation = icelab_observation_new("", "", "");

	(void)state;
	assert_true(take(observation, 5000, 17, announcement, sizeof announcement));
	/* RFC 7766 8: over TCP a length stands in front. */
	assert_true(take(observation, 53, 6, announcement, sizeof announcement));
	assert_true(take(observation, 5353, 17, announcement, 11));
	assert_true(take(observation, 5353, 17, announcement, 0));
	assert_int_equal(observation->namings->len, 0);
	assert_true(take(observation, 5353, 17, damaged, sizeof damaged));
	assert_int_equal(observation->namings->len, 1);
	assert_false(((IcelabNaming *)observation->namings->pdata[0])->told);
}

static void test_flood(void **state)
{
	g_autoptr(IcelabObservation) observation = icelab_observation_new("", "", "");
	uint8_t bytes[sizeof question];

	(void)state;
	memcpy(bytes, question, sizeof bytes);
	for (unsigned i = 0; i <= ICELAB_NAMING_LIMIT; i++) {
		bytes[13] = (uint8_t)(i >> 8);
		bytes[15] = (uint8_t)i;
		assert_int_equal(take(observation, 5353, 17, bytes, sizeof bytes), i < ICELAB_NAMING_LIMIT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_announcement),
		cmocka_unit_test(test_question),
		cmocka_unit_test(test_what_is_none),
		cmocka_unit_test(test_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
