/* SPDX-License-Identifier: MIT */
#include "server.h"

#include <sys/socket.h>
#include <unistd.h>

#include "stun/message.h"

static void every_way_is_answered(void **state)
{
	const Server *server = *state;
	int64_t before = 0;

	for (size_t i = 0; i < server->count; i++) {
		const IcelabStunListener *listener = &server->listeners[i];

		for (int way = 0; way < 4; way++) {
			bool tcp = way & 1, classic = way & 2;
			int descriptor = dial(listener, tcp ? SOCK_STREAM : SOCK_DGRAM);
			uint8_t bytes[64];
			size_t length = request(bytes, (uint32_t)way, classic);

			assert_int_equal(send(descriptor, bytes, length, 0), (ssize_t)length);
			assert_answer(descriptor, bytes, listener);

			IcelabStunRecord record = take_record(server);

			assert_true(record.time_us >= before);
			before = record.time_us;
			assert_true(icelab_address_equal(&record.destination, &listener->address));
			assert_int_equal(record.destination_port, listener->port);
			assert_int_equal(record.source.family, listener->address.family);
			assert_int_equal(record.source_port, local_port(descriptor));
			assert_memory_equal(record.transaction, bytes + 4, 16);
			assert_int_equal(record.tcp, tcp);
			assert_int_equal(record.rfc3489, classic);
			assert_int_equal(record.method, ICELAB_STUN_BINDING);
			assert_no_record(server);
			close(descriptor);
		}
	}
}

static void pieces_are_put_together(void **state)
{
	const Server *server = *state;
	int descriptor = dial(&server->listeners[0], SOCK_STREAM);
	uint8_t bytes[64];
	size_t length = request(bytes, 7, false);

	for (size_t i = 0; i < length; i++)
		assert_int_equal(send(descriptor, bytes + i, 1, 0), 1);
	assert_answer(descriptor, bytes, &server->listeners[0]);
	take_record(server);
	close(descriptor);
}

/* Two and a half requests in one segment, the other half later. */
static void several_in_one_segment(void **state)
{
	const Server *server = *state;
	int descriptor = dial(&server->listeners[0], SOCK_STREAM);
	uint8_t bytes[192];
	size_t first = request(bytes, 1, false);
	size_t second = first + request(bytes + first, 2, true);
	size_t third = second + request(bytes + second, 3, false);

	assert_int_equal(send(descriptor, bytes, second + 11, 0), (ssize_t)(second + 11));
	assert_answer(descriptor, bytes, &server->listeners[0]);
	assert_answer(descriptor, bytes + first, &server->listeners[0]);
	take_record(server);
	take_record(server);
	assert_no_record(server);
	assert_int_equal(
		send(descriptor, bytes + second + 11, third - second - 11, 0), third - second - 11);
	assert_answer(descriptor, bytes + second, &server->listeners[0]);
	take_record(server);
	close(descriptor);
}

/* A half-closed client still gets its answer, then the end. */
static void end_follows_the_answer(void **state)
{
	const Server *server = *state;
	int descriptor = dial(&server->listeners[0], SOCK_STREAM);
	uint8_t bytes[64];
	size_t length = request(bytes, 1, false);

	assert_int_equal(send(descriptor, bytes, length, 0), (ssize_t)length);
	assert_int_equal(shutdown(descriptor, SHUT_WR), 0);
	assert_answer(descriptor, bytes, &server->listeners[0]);
	assert_true(readable(descriptor));
	assert_int_equal(recv(descriptor, bytes, sizeof bytes, 0), 0);
	close(descriptor);
}

static void garbage_is_ignored(void **state)
{
	const Server *server = *state;
	static const char http[] = "GET / HTTP/1.1\r\nHost: stun\r\n\r\n";
	/* A header of 65532 bytes more than the server keeps. */
	static const uint8_t endless[20] = {0, 1, 0xFF, 0xFC, 0x21, 0x12, 0xA4, 0x42};
	uint8_t bytes[64];
	size_t length;
	int descriptor = dial(&server->listeners[0], SOCK_STREAM);

	assert_true(send(descriptor, http, sizeof http - 1, 0) > 0);
	assert_dropped(descriptor);
	descriptor = dial(&server->listeners[0], SOCK_STREAM);
	assert_true(send(descriptor, endless, sizeof endless, 0) > 0);
	assert_dropped(descriptor);

	descriptor = dial(&server->listeners[0], SOCK_DGRAM);
	assert_int_equal(send(descriptor, "", 0, 0), 0);
	assert_true(send(descriptor, http, sizeof http - 1, 0) > 0);
	assert_true(send(descriptor, endless, sizeof endless, 0) > 0);
	length = request(bytes, 1, false);
	bytes[length - 1] ^= 1;
	assert_int_equal(send(descriptor, bytes, length, 0), (ssize_t)length);
	length = request(bytes, 2, false);
	assert_int_equal(send(descriptor, bytes, length, 0), (ssize_t)length);
	assert_answer(descriptor, bytes, &server->listeners[0]);
	assert_memory_equal(take_record(server).transaction, bytes + 4, 16);
	assert_no_record(server);
	close(descriptor);
}

static void thousand_are_answered_and_logged(void **state)
{
	const Server *server = *state;
	int descriptor = dial(&server->listeners[0], SOCK_DGRAM);
	uint8_t bytes[64];

	for (uint32_t number = 0; number < 1000; number++) {
		size_t length = request(bytes, number, number % 2);

		assert_int_equal(send(descriptor, bytes, length, 0), (ssize_t)length);
		assert_answer(descriptor, bytes, &server->listeners[0]);
		assert_memory_equal(take_record(server).transaction, bytes + 4, 16);
	}
	assert_no_record(server);
	close(descriptor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SERVER(every_way_is_answered),
		WITH_SERVER(pieces_are_put_together),
		WITH_SERVER(several_in_one_segment),
		WITH_SERVER(end_follows_the_answer),
		WITH_SERVER(garbage_is_ignored),
		WITH_SERVER(thousand_are_answered_and_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
