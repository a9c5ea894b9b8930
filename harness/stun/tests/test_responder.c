/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stun/builder.h"
#include "stun/integrity.h"
#include "stun/responder.h"

/* All on loopback. Every wait is for an event, and ends after this long only where the test fails.
 */
#define PATIENCE_MS 10000

static const IcelabAddress loopback4 = {4, {127, 0, 0, 1}};
static const IcelabAddress loopback6 = {6, {[15] = 1}};

/* A responder in its own process, as in the lab: the record must be readable before the answer is.
 */
typedef struct {
	IcelabStunListener listeners[3];
	size_t count;
	int log;
	int stop; /* closing it stops the server */
	pid_t pid;
} Server;

static bool has_v6(void)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int descriptor = socket(AF_INET6, SOCK_DGRAM, 0);
	bool works = descriptor >= 0 && bind(descriptor, (void *)&address, sizeof address) == 0;

	if (descriptor >= 0)
		close(descriptor);
	return works;
}

static int start_server(void **state)
{
	Server *server = calloc(1, sizeof *server);
	int log[2], stop[2];
	size_t failed;

	server->listeners[server->count++].address = loopback4;
	server->listeners[server->count++].address = (IcelabAddress){4, {127, 0, 0, 2}};
	if (has_v6())
		server->listeners[server->count++].address = loopback6;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, log) != 0 || pipe(stop) != 0)
		return -1;

	IcelabStunResponder *responder =
		icelab_stun_responder_new(server->listeners, server->count, log[1], &failed);

	if (responder == NULL)
		return -1;
	for (size_t i = 0; i < server->count; i++)
		server->listeners[i].port = icelab_stun_responder_port(responder, i);
	server->pid = fork();
	if (server->pid == 0) {
		close(log[0]);
		close(stop[1]);
		int result = icelab_stun_responder_serve(responder, stop[0]);

		icelab_stun_responder_free(responder);
		/* Not _exit(): LeakSanitizer has its say at the exit. */
		exit(result == 0 ? 0 : 1);
	}
	icelab_stun_responder_free(responder);
	close(log[1]);
	close(stop[0]);
	server->log = log[0];
	server->stop = stop[1];
	*state = server;
	return server->pid > 0 ? 0 : -1;
}

static int stop_server(void **state)
{
	Server *server = *state;
	int status = 0;

	if (server->stop >= 0)
		close(server->stop);
	if (server->pid > 0)
		waitpid(server->pid, &status, 0);
	close(server->log);
	free(server);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static socklen_t fill(struct sockaddr_storage *storage, const IcelabAddress *address, uint16_t port)
{
	memset(storage, 0, sizeof *storage);
	if (address->family == 4) {
		struct sockaddr_in *v4 = (void *)storage;

		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, address->bytes, 4);
		return sizeof *v4;
	}
	struct sockaddr_in6 *v6 = (void *)storage;

	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, address->bytes, 16);
	return sizeof *v6;
}

/* A connected socket, UDP too: an answer from another address than the one asked would not arrive.
 */
static int dial(const IcelabStunListener *listener, int type)
{
	struct sockaddr_storage storage;
	socklen_t length = fill(&storage, &listener->address, listener->port);
	int descriptor = socket(storage.ss_family, type, 0);

	assert_true(descriptor >= 0);
	assert_int_equal(connect(descriptor, (void *)&storage, length), 0);
	return descriptor;
}

static uint16_t local_port(int descriptor)
{
	struct sockaddr_storage storage;
	socklen_t length = sizeof storage;

	assert_int_equal(getsockname(descriptor, (void *)&storage, &length), 0);
	return ntohs(storage.ss_family == AF_INET ? ((struct sockaddr_in *)&storage)->sin_port
											  : ((struct sockaddr_in6 *)&storage)->sin6_port);
}

static bool readable(int descriptor)
{
	struct pollfd wait = {.fd = descriptor, .events = POLLIN};

	return poll(&wait, 1, PATIENCE_MS) == 1;
}

/* A Binding request; `number` makes its transaction, without the cookie where `classic`. */
static size_t request(uint8_t bytes[64], uint32_t number, bool classic)
{
	uint8_t transaction[16] = {0x21, 0x12, 0xA4, 0x42};
	IcelabStunBuilder builder;

	if (classic)
		transaction[0] = 0x20;
	memcpy(transaction + 12, &number, sizeof number);
	icelab_stun_build_start(
		&builder, bytes, 64, ICELAB_STUN_REQUEST, ICELAB_STUN_BINDING, transaction);
	if (!classic)
		icelab_stun_build_fingerprint(&builder);
	return icelab_stun_build_end(&builder);
}

/* Reads exactly one message from a stream or a datagram socket. */
static size_t receive(int descriptor, uint8_t bytes[256])
{
	size_t filled = 0, size = 20;

	while (icelab_stun_measure(bytes, filled, &size) != ICELAB_STUN_OK) {
		int type = 0;
		socklen_t length = sizeof type;

		assert_true(readable(descriptor));
		assert_int_equal(getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length), 0);
		ssize_t count =
			recv(descriptor, bytes + filled, type == SOCK_DGRAM ? 256 : size - filled, 0);

		assert_true(count > 0);
		filled += (size_t)count;
	}
	return size;
}

/* The answer to asked bytes names the socket's own address and port. */
static void assert_answer(int descriptor, const uint8_t *asked, const IcelabStunListener *listener)
{
	uint8_t bytes[256];
	IcelabStunMessage message;
	IcelabStunAttribute attribute;
	IcelabAddress address;
	uint16_t port;
	size_t length = receive(descriptor, bytes);

	assert_int_equal(icelab_stun_parse(bytes, length, &message), ICELAB_STUN_OK);
	assert_int_equal(message.message_class, ICELAB_STUN_SUCCESS);
	assert_memory_equal(message.transaction, asked + 4, 16);
	if (message.has_magic) {
		assert_int_equal(icelab_stun_check_fingerprint(&message), ICELAB_STUN_RIGHT);
		assert_true(icelab_stun_find(&message, ICELAB_STUN_XOR_MAPPED_ADDRESS, &attribute));
		assert_true(icelab_stun_read_xor_address(&message, &attribute, &address, &port));
	} else {
		assert_true(icelab_stun_find(&message, ICELAB_STUN_MAPPED_ADDRESS, &attribute));
		assert_true(icelab_stun_read_address(&attribute, &address, &port));
	}
	/* On loopback the source is what was connected to, or 127.0.0.1. */
	assert_int_equal(address.family, listener->address.family);
	assert_true(icelab_address_is_loopback(&address));
	assert_int_equal(port, local_port(descriptor));
}

/* The next record must be there already: nobody waits. */
static IcelabStunRecord take_record(const Server *server)
{
	IcelabStunRecord record;

	assert_int_equal(
		recv(server->log, &record, sizeof record, MSG_DONTWAIT), (ssize_t)sizeof record);
	return record;
}

static void assert_no_record(const Server *server)
{
	IcelabStunRecord record;

	assert_true(recv(server->log, &record, sizeof record, MSG_DONTWAIT) < 0);
	assert_int_equal(errno, EAGAIN);
}

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

static void assert_dropped(int descriptor)
{
	uint8_t byte;

	assert_true(readable(descriptor));
	assert_true(recv(descriptor, &byte, 1, 0) <= 0);
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

/* Nobody reads the log while 1000 requests come in: the server waits, loses none, and can still be
 * stopped. */
static void full_log_holds_the_server_up(void **state)
{
	Server *server = *state;
	int descriptor = dial(&server->listeners[0], SOCK_STREAM);
	uint8_t bytes[64], answer[256];
	size_t length = 0;

	for (uint32_t number = 0; number < 1000; number++) {
		length = request(bytes, number, false);
		assert_int_equal(send(descriptor, bytes, length, 0), (ssize_t)length);
	}
	/* The request whose record finds the log full has no answer yet. Where the machine is slow the
	 * silence comes earlier, and the rest is read below. */
	struct pollfd wait = {.fd = descriptor, .events = POLLIN};
	uint32_t answered = 0;

	do {
		receive(descriptor, answer);
		answered++;
	} while (answered < 1000 && poll(&wait, 1, 100) == 1);
	assert_in_range(answered, 1, 999);
	for (uint32_t number = 0; number < 1000; number++) {
		assert_true(readable(server->log));
		request(bytes, number, false);
		assert_memory_equal(take_record(server).transaction, bytes + 4, 16);
	}
	for (; answered < 1000; answered++)
		receive(descriptor, answer);

	/* Full again, then stopped: the teardown waits for the process. */
	for (uint32_t number = 0; number < 1000; number++)
		assert_int_equal(send(descriptor, bytes, length, 0), (ssize_t)length);
	while (poll(&wait, 1, 100) == 1)
		receive(descriptor, answer);
	close(server->stop);
	server->stop = -1;
	close(descriptor);
}

/* 64 connections are kept; one more drops the one that has been silent longest. */
static void longest_silent_is_dropped(void **state)
{
	const Server *server = *state;
	const IcelabStunListener *listener = &server->listeners[0];
	int descriptors[65];
	uint8_t bytes[64];
	size_t length = request(bytes, 1, false);

	for (size_t i = 0; i < 65; i++) {
		/* Number 0 speaks again before the last one comes: number 1 is the one to go. */
		if (i == 64) {
			assert_int_equal(send(descriptors[0], bytes, length, 0), (ssize_t)length);
			assert_answer(descriptors[0], bytes, listener);
		}
		descriptors[i] = dial(listener, SOCK_STREAM);
		assert_int_equal(send(descriptors[i], bytes, length, 0), (ssize_t)length);
		assert_answer(descriptors[i], bytes, listener);
	}
	assert_dropped(descriptors[1]);
	for (size_t i = 0; i < 65; i++) {
		if (i == 1)
			continue;
		assert_int_equal(send(descriptors[i], bytes, length, 0), (ssize_t)length);
		assert_answer(descriptors[i], bytes, listener);
		close(descriptors[i]);
	}
}

static void lost_log_ends_the_server(void **state)
{
	const IcelabStunListener any = {loopback4, 0};
	IcelabStunListener listener = any;
	int log[2], stop[2], status = 0;
	size_t failed;
	uint8_t bytes[64];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, log), 0);
	assert_int_equal(pipe(stop), 0);

	IcelabStunResponder *responder = icelab_stun_responder_new(&listener, 1, log[1], &failed);

	assert_non_null(responder);
	listener.port = icelab_stun_responder_port(responder, 0);
	close(log[0]);

	pid_t pid = fork();

	if (pid == 0) {
		int result = icelab_stun_responder_serve(responder, stop[0]);
		int reason = errno;

		icelab_stun_responder_free(responder);
		exit(result == -1 && reason == EPIPE ? 42 : 1);
	}
	icelab_stun_responder_free(responder);

	int descriptor = dial(&listener, SOCK_DGRAM);
	size_t length = request(bytes, 1, false);

	assert_int_equal(send(descriptor, bytes, length, 0), (ssize_t)length);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
	close(descriptor);
	close(log[1]);
	close(stop[0]);
	close(stop[1]);
}

static void wrong_listeners_are_named(void **state)
{
	const Server *server = *state;
	IcelabStunListener listeners[] = {{loopback4, 0}, {{4, {192, 0, 2, 1}}, 0}};
	size_t failed = 99;
	int log[2], stream[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, log), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, stream), 0);

	/* Not an address of this machine; taken; a wildcard; a mapped address; none. */
	assert_null(icelab_stun_responder_new(listeners, 2, log[0], &failed));
	assert_int_equal(errno, EADDRNOTAVAIL);
	assert_int_equal(failed, 1);
	listeners[1] = server->listeners[0];
	assert_null(icelab_stun_responder_new(listeners, 2, log[0], &failed));
	assert_int_equal(errno, EADDRINUSE);
	assert_int_equal(failed, 1);
	listeners[0].address = (IcelabAddress){4, {0}};
	assert_null(icelab_stun_responder_new(listeners, 1, log[0], &failed));
	assert_int_equal(errno, EINVAL);
	assert_int_equal(failed, 0);
	listeners[0].address = (IcelabAddress){6, {[10] = 0xFF, [11] = 0xFF, [12] = 127, [15] = 1}};
	assert_null(icelab_stun_responder_new(listeners, 1, log[0], &failed));
	assert_int_equal(errno, server->count < 3 ? EADDRNOTAVAIL : EINVAL);
	listeners[0].address = (IcelabAddress){0};
	assert_null(icelab_stun_responder_new(listeners, 1, log[0], &failed));
	assert_int_equal(errno, EINVAL);

	/* A stream would glue records together. */
	listeners[0].address = loopback4;
	assert_null(icelab_stun_responder_new(listeners, 1, stream[0], &failed));
	assert_int_equal(errno, ENOTSOCK);
	assert_int_equal(failed, 1);
	assert_null(icelab_stun_responder_new(listeners, 1, -1, &failed));
	assert_int_equal(errno, EBADF);
	for (int i = 0; i < 2; i++) {
		close(log[i]);
		close(stream[i]);
	}
}

/* One port serves both families at once. */
static void families_do_not_collide(void **state)
{
	const Server *server = *state;
	IcelabStunListener listeners[] = {{loopback6, 0}, {loopback4, 0}};
	IcelabStunResponder *responder = NULL;
	size_t failed;
	int log[2];

	if (server->count < 3)
		skip();
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, log), 0);
	/* The port that IPv6 gets may be taken for IPv4, by anyone. */
	for (int attempt = 0; responder == NULL && attempt < 16; attempt++) {
		listeners[0].port = 0;
		responder = icelab_stun_responder_new(listeners, 1, log[0], &failed);
		assert_non_null(responder);
		listeners[0].port = icelab_stun_responder_port(responder, 0);
		listeners[1].port = listeners[0].port;
		icelab_stun_responder_free(responder);
		responder = icelab_stun_responder_new(listeners, 2, log[0], &failed);
	}
	assert_non_null(responder);
	icelab_stun_responder_free(responder);
	close(log[0]);
	close(log[1]);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start_server, stop_server)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SERVER(every_way_is_answered),
		WITH_SERVER(pieces_are_put_together),
		WITH_SERVER(several_in_one_segment),
		WITH_SERVER(end_follows_the_answer),
		WITH_SERVER(garbage_is_ignored),
		WITH_SERVER(thousand_are_answered_and_logged),
		WITH_SERVER(full_log_holds_the_server_up),
		WITH_SERVER(longest_silent_is_dropped),
		cmocka_unit_test(lost_log_ends_the_server),
		WITH_SERVER(wrong_listeners_are_named),
		WITH_SERVER(families_do_not_collide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
