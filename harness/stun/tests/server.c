/* SPDX-License-Identifier: MIT */
#include "server.h"
#include "model/socket_address.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stun/attribute.h"
#include "stun/builder.h"
#include "stun/integrity.h"

/* All on loopback. Every wait is for an event, and ends after this long only where the test fails.
 */
#define PATIENCE_MS 10000

static bool has_v6(void)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int descriptor = socket(AF_INET6, SOCK_DGRAM, 0);
	bool works = descriptor >= 0 && bind(descriptor, (void *)&address, sizeof address) == 0;

	if (descriptor >= 0)
		close(descriptor);
	return works;
}

int start_server(void **state)
{
	Server *server = calloc(1, sizeof *server);
	int log[2], stop[2];
	size_t failed;

	server->listeners[server->count++].address = (IcelabAddress){4, {127, 0, 0, 1}};
	server->listeners[server->count++].address = (IcelabAddress){4, {127, 0, 0, 2}};
	if (has_v6())
		server->listeners[server->count++].address = (IcelabAddress){6, {[15] = 1}};
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

int stop_server(void **state)
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

int dial(const IcelabStunListener *listener, int type)
{
	IcelabSocketAddress address;
	socklen_t length = icelab_socket_address_set(&address, &listener->address, listener->port);
	int descriptor = socket(address.any.sa_family, type, 0);

	assert_true(descriptor >= 0);
	assert_int_equal(connect(descriptor, &address.any, length), 0);
	return descriptor;
}

uint16_t local_port(int descriptor)
{
	IcelabSocketAddress address;
	socklen_t length = sizeof address;
	IcelabAddress ip;
	uint16_t port;

	assert_int_equal(getsockname(descriptor, &address.any, &length), 0);
	icelab_socket_address_get(&address, &ip, &port);
	return port;
}

bool readable(int descriptor)
{
	struct pollfd wait = {.fd = descriptor, .events = POLLIN};

	return poll(&wait, 1, PATIENCE_MS) == 1;
}

size_t request(uint8_t bytes[64], uint32_t number, bool classic)
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

size_t receive(int descriptor, uint8_t bytes[256])
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

void assert_answer(int descriptor, const uint8_t *asked, const IcelabStunListener *listener)
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

IcelabStunRecord take_record(const Server *server)
{
	IcelabStunRecord record;

	assert_int_equal(
		recv(server->log, &record, sizeof record, MSG_DONTWAIT), (ssize_t)sizeof record);
	return record;
}

void assert_no_record(const Server *server)
{
	IcelabStunRecord record;

	assert_true(recv(server->log, &record, sizeof record, MSG_DONTWAIT) < 0);
	assert_int_equal(errno, EAGAIN);
}

void assert_dropped(int descriptor)
{
	uint8_t byte;

	assert_true(readable(descriptor));
	assert_true(recv(descriptor, &byte, 1, 0) <= 0);
	close(descriptor);
}
