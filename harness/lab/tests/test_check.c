/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frame.h"
#include "lab/check.h"

#define CONTROLLED 0x80, 0x29, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8
#define CONTROLLING 0x80, 0x2A, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8
#define NETWORK 0xC0, 0x57, 0, 4, 0x01, 0x02, 0x03, 0x04

/* Takes a STUN message of this type with these attributes. */
static gboolean take(
	IcelabObservation *observation, unsigned type, const uint8_t *attributes, size_t length)
{
	Frame frame = {0};
	IcelabPacket packet;
	IcelabFlow flow = {.node = (char *)"client", .interface = (char *)"lo", .time_us = 5};

	frame_put_ethernet(&frame, 0x0800);
	frame_put_v4(&frame, 17, 0, 0x4000, length + 28);
	frame_put_udp(&frame, 5000, 6000, length + 20);
	frame_put_stun(&frame, type, frame_rfc5389, length);
	frame_put(&frame, attributes, length);
	icelab_packet_decode(ICELAB_LINK_ETHERNET, 0, frame.bytes, frame.length, &packet);
	flow.source = packet.source;
	flow.destination = packet.destination;
	flow.source_port = packet.source_port;
	flow.destination_port = packet.destination_port;
	return icelab_check_take(observation, &flow, &packet);
}

#define TAKE(type, ...)                                                                            \
	assert_true(take(observation, (type), (const uint8_t[]){__VA_ARGS__},                          \
		sizeof((const uint8_t[]){__VA_ARGS__})))

static void test_check(void **state)
{
	g_autoptr(IcelabObservation) observation = icelab_observation_new("", "", "");
	const IcelabCheck *check;

	(void)state;
	TAKE(0x0001, CONTROLLING, NETWORK);
	assert_int_equal(observation->checks->len, 1);
	check = observation->checks->pdata[0];
	assert_string_equal(check->node, "client");
	assert_string_equal(check->interface, "lo");
	assert_int_equal(check->source.family, 4);
	assert_int_equal(check->destination.family, 4);
	assert_int_equal(check->source_port, 5000);
	assert_int_equal(check->destination_port, 6000);
	assert_true(check->controlling);
	assert_true(check->tie_breaker == G_GUINT64_CONSTANT(0x0102030405060708));
	assert_true(check->has_network);
	assert_int_equal(check->network_id, 0x0102);
	assert_int_equal(check->network_cost, 0x0304);
	assert_int_equal(check->time_us, 5);
	TAKE(0x0001, CONTROLLED);
	assert_int_equal(observation->checks->len, 2);
	check = observation->checks->pdata[1];
	assert_false(check->controlling);
	assert_false(check->has_network);
	assert_true(check->tie_breaker == G_GUINT64_CONSTANT(0x0102030405060708));
	/* A network of another form is none. */
	TAKE(0x0001, CONTROLLING, 0xC0, 0x57, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8);
	assert_false(((IcelabCheck *)observation->checks->pdata[2])->has_network);
}

static void test_no_check(void **state)
{
	g_autoptr(IcelabObservation) observation = icelab_observation_new("", "", "");
	IcelabPacket packet = {.kind = ICELAB_PACKET_UDP};
	IcelabFlow flow = {.node = (char *)"client", .interface = (char *)"lo"};

	(void)state;
	/* A question for the STUN server; an answer; another method; a tie-breaker of four bytes. */
	TAKE(0x0001, NETWORK);
	TAKE(0x0101, CONTROLLING);
	TAKE(0x0003, CONTROLLING);
	TAKE(0x0001, 0x80, 0x2A, 0, 4, 1, 2, 3, 4);
	/* Cut off. */
	TAKE(0x0001, 0x80, 0x2A, 0, 8, 1, 2, 3, 4);
	assert_true(icelab_check_take(observation, &flow, &packet));
	assert_int_equal(observation->checks->len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_no_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
