/* SPDX-License-Identifier: MIT */
#include "server.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const IcelabAddress loopback4 = {4, {127, 0, 0, 1}};
static const IcelabAddress loopback6 = {6, {[15] = 1}};

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SERVER(full_log_holds_the_server_up),
		WITH_SERVER(longest_silent_is_dropped),
		cmocka_unit_test(lost_log_ends_the_server),
		WITH_SERVER(wrong_listeners_are_named),
		WITH_SERVER(families_do_not_collide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
