/* SPDX-License-Identifier: MIT */
#include "stun/responder.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "stun/answer.h"
#include "stun/endpoint.h"

#define CONNECTIONS 64
#define STREAM_BYTES 4096
#define DATAGRAM_BYTES 65536
#define EVENTS 64
#define BATCH 64         /* datagrams read from one socket before the others get their turn */
#define PORT_ATTEMPTS 16 /* to find a port that is free for UDP and TCP */

typedef struct {
	IcelabStunEndpoint endpoint;
	IcelabStunListener remote;
	uint64_t used; /* the turn in which it was last heard */
	size_t filled; /* bytes of an unfinished message */
	uint8_t bytes[STREAM_BYTES];
} Connection;

struct IcelabStunResponder {
	int epoll;
	int log;
	bool stopped;
	IcelabStunEndpoint stop;
	size_t count;
	IcelabStunEndpoint *datagrams; /* `count` of each */
	IcelabStunEndpoint *acceptors;
	uint64_t turn;
	Connection connections[CONNECTIONS];
	uint8_t datagram[DATAGRAM_BYTES];
};

static bool watch(IcelabStunResponder *responder, IcelabStunEndpoint *endpoint)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = endpoint};

	return epoll_ctl(responder->epoll, EPOLL_CTL_ADD, endpoint->descriptor, &event) == 0;
}

static bool open_listener(
	IcelabStunResponder *responder, size_t index, const IcelabStunListener *listener)
{
	IcelabStunEndpoint *datagrams = &responder->datagrams[index];
	IcelabStunEndpoint *acceptor = &responder->acceptors[index];

	if ((listener->address.family != 4 && listener->address.family != 6) ||
		icelab_address_is_unspecified(&listener->address)) {
		errno = EINVAL;
		return false;
	}
	for (int attempt = 1;; attempt++) {
		datagrams->local = *listener;
		if (!icelab_stun_endpoint_bind(datagrams, SOCK_DGRAM))
			return false;
		acceptor->local = datagrams->local;
		if (icelab_stun_endpoint_bind(acceptor, SOCK_STREAM))
			break;
		/* UDP chose a port that is taken for TCP. */
		if (errno != EADDRINUSE || listener->port != 0 || attempt == PORT_ATTEMPTS)
			return false;
		icelab_stun_endpoint_close(datagrams);
		icelab_stun_endpoint_close(acceptor);
	}
	return watch(responder, datagrams) && watch(responder, acceptor);
}

static bool keeps_records_apart(int descriptor)
{
	int type = 0;
	socklen_t length = sizeof type;

	if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) != 0)
		return false;
	errno = ENOTSOCK;
	return type == SOCK_SEQPACKET || type == SOCK_DGRAM;
}

static IcelabStunResponder *allocate(size_t count)
{
	IcelabStunResponder *responder = calloc(1, sizeof *responder);

	if (responder == NULL)
		return NULL;
	responder->epoll = -1;
	responder->count = count;
	/* One more than needed, because calloc(0) may give NULL. */
	responder->datagrams = calloc(count + 1, sizeof *responder->datagrams);
	responder->acceptors = calloc(count + 1, sizeof *responder->acceptors);
	for (size_t i = 0; i < CONNECTIONS; i++)
		responder->connections[i].endpoint =
			(IcelabStunEndpoint){.kind = ICELAB_STUN_CONNECTION, .descriptor = -1};
	if (responder->datagrams == NULL || responder->acceptors == NULL) {
		responder->count = 0;
		icelab_stun_responder_free(responder);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		responder->datagrams[i] =
			(IcelabStunEndpoint){.kind = ICELAB_STUN_DATAGRAMS, .descriptor = -1};
		responder->acceptors[i] =
			(IcelabStunEndpoint){.kind = ICELAB_STUN_ACCEPTOR, .descriptor = -1};
	}
	return responder;
}

IcelabStunResponder *icelab_stun_responder_new(
	const IcelabStunListener *listeners, size_t count, int log_descriptor, size_t *failed)
{
	*failed = count;
	if (!keeps_records_apart(log_descriptor))
		return NULL;

	IcelabStunResponder *responder = allocate(count);

	if (responder == NULL)
		return NULL;
	responder->log = log_descriptor;
	responder->epoll = epoll_create1(EPOLL_CLOEXEC);

	bool ready = responder->epoll >= 0;

	for (size_t i = 0; ready && i < count; i++) {
		ready = open_listener(responder, i, &listeners[i]);
		if (!ready)
			*failed = i;
	}
	if (!ready) {
		int reason = errno;

		icelab_stun_responder_free(responder);
		errno = reason;
		return NULL;
	}
	return responder;
}

uint16_t icelab_stun_responder_port(const IcelabStunResponder *responder, size_t index)
{
	return responder->datagrams[index].local.port;
}

void icelab_stun_responder_free(IcelabStunResponder *responder)
{
	if (responder == NULL)
		return;
	for (size_t i = 0; i < responder->count; i++) {
		icelab_stun_endpoint_close(&responder->datagrams[i]);
		icelab_stun_endpoint_close(&responder->acceptors[i]);
	}
	for (size_t i = 0; i < CONNECTIONS; i++)
		icelab_stun_endpoint_close(&responder->connections[i].endpoint);
	if (responder->epoll >= 0)
		close(responder->epoll);
	free(responder->datagrams);
	free(responder->acceptors);
	free(responder);
}

/* Waits while the log is full, but not beyond a stop. False with errno where the log is lost; true
 * with nothing written where the server was stopped. */
static bool write_record(IcelabStunResponder *responder, const IcelabStunRecord *record)
{
	while (send(responder->log, record, sizeof *record, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		struct pollfd wait[] = {{.fd = responder->log, .events = POLLOUT},
			{.fd = responder->stop.descriptor, .events = POLLIN}};

		if (errno == EINTR)
			continue;
		if (errno != EAGAIN || (poll(wait, 2, -1) < 0 && errno != EINTR))
			return false;
		if (wait[1].revents != 0) {
			responder->stopped = true;
			return true;
		}
	}
	return true;
}

/* Logs the request and makes the answer. False where the log is lost. *size is 0 where the bytes
 * deserve no answer. */
static bool handle(IcelabStunResponder *responder, const IcelabStunEndpoint *endpoint,
	const IcelabStunListener *remote, const uint8_t *bytes, size_t length,
	uint8_t answer[ICELAB_STUN_ANSWER], size_t *size)
{
	IcelabStunMessage request;
	IcelabStunRecord record;
	struct timespec now;

	*size = 0;
	if (!icelab_stun_read_request(bytes, length, &request))
		return true;
	clock_gettime(CLOCK_MONOTONIC, &now);
	/* The record leaves the process: its padding must not carry what lay on the stack. */
	memset(&record, 0, sizeof record);
	record.time_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
	record.source = remote->address;
	record.source_port = remote->port;
	record.destination = endpoint->local.address;
	record.destination_port = endpoint->local.port;
	memcpy(record.transaction, request.transaction, sizeof record.transaction);
	record.tcp = endpoint->kind == ICELAB_STUN_CONNECTION;
	record.rfc3489 = !request.has_magic;
	record.method = request.method;
	if (!write_record(responder, &record))
		return false;
	if (!responder->stopped)
		*size = icelab_stun_answer(&request, &remote->address, remote->port, answer);
	return true;
}

static bool serve_datagrams(IcelabStunResponder *responder, IcelabStunEndpoint *endpoint)
{
	for (int i = 0; i < BATCH && !responder->stopped; i++) {
		IcelabSocketAddress address;
		socklen_t length = sizeof address;
		uint8_t answer[ICELAB_STUN_ANSWER];
		size_t size;
		ssize_t count = recvfrom(endpoint->descriptor, responder->datagram,
			sizeof responder->datagram, 0, &address.any, &length);

		/* Errors are those of a datagram before (ICMP), or say that there is none. */
		if (count < 0)
			return true;

		IcelabStunListener remote;

		icelab_socket_address_get(&address, &remote.address, &remote.port);

		if (!handle(
				responder, endpoint, &remote, responder->datagram, (size_t)count, answer, &size))
			return false;
		/* An answer that cannot be sent now is lost, as datagrams are; the client asks again. */
		if (size > 0)
			sendto(endpoint->descriptor, answer, size, MSG_NOSIGNAL, &address.any, length);
	}
	return true;
}

/* A free place; where there is none, that of the connection that has been silent longest. */
static Connection *make_room(IcelabStunResponder *responder)
{
	Connection *oldest = &responder->connections[0];

	for (size_t i = 0; i < CONNECTIONS; i++) {
		Connection *connection = &responder->connections[i];

		if (connection->endpoint.descriptor < 0)
			return connection;
		if (connection->used < oldest->used)
			oldest = connection;
	}
	icelab_stun_endpoint_close(&oldest->endpoint);
	return oldest;
}

static bool accept_connection(IcelabStunResponder *responder, const IcelabStunEndpoint *acceptor)
{
	IcelabSocketAddress address;
	socklen_t length = sizeof address;
	int descriptor =
		accept4(acceptor->descriptor, &address.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);

	/* Out of descriptors the acceptor would stay readable for ever. Any other error is the client's
	 * (accept(2) lists those of the network). */
	if (descriptor < 0)
		return errno != EMFILE && errno != ENFILE;

	Connection *connection = make_room(responder);

	connection->endpoint.descriptor = descriptor;
	connection->endpoint.local = acceptor->local;
	icelab_socket_address_get(&address, &connection->remote.address, &connection->remote.port);
	connection->used = responder->turn;
	connection->filled = 0;
	return watch(responder, &connection->endpoint);
}

/* Answers the whole messages at the front of the stream and keeps the rest. *keep becomes false
 * where the connection is of no more use. False where the log is lost. */
static bool serve_stream(IcelabStunResponder *responder, Connection *connection, bool *keep)
{
	size_t offset = 0;

	while (*keep && !responder->stopped) {
		const uint8_t *message = connection->bytes + offset;
		uint8_t answer[ICELAB_STUN_ANSWER];
		size_t size, answer_size;
		IcelabStunStatus status = icelab_stun_measure(message, connection->filled - offset, &size);

		if (status == ICELAB_STUN_TRUNCATED && size <= sizeof connection->bytes)
			break;
		if (status != ICELAB_STUN_OK) {
			*keep = false;
			break;
		}
		if (!handle(responder, &connection->endpoint, &connection->remote, message, size, answer,
				&answer_size))
			return false;
		/* A client that does not read its answers fills its own window: it is dropped. */
		if (answer_size > 0 && send(connection->endpoint.descriptor, answer, answer_size,
								   MSG_NOSIGNAL) != (ssize_t)answer_size)
			*keep = false;
		offset += size;
	}
	connection->filled -= offset;
	memmove(connection->bytes, connection->bytes + offset, connection->filled);
	return true;
}

static bool serve_connection(IcelabStunResponder *responder, Connection *connection)
{
	bool keep = true;
	ssize_t count = recv(connection->endpoint.descriptor, connection->bytes + connection->filled,
		sizeof connection->bytes - connection->filled, 0);

	/* What was dropped for another earlier in the same round of events. */
	if (count < 0 && (errno == EAGAIN || errno == EINTR || errno == EBADF))
		return true;
	if (count <= 0) {
		icelab_stun_endpoint_close(&connection->endpoint);
		return true;
	}
	connection->filled += (size_t)count;
	connection->used = responder->turn;
	if (!serve_stream(responder, connection, &keep))
		return false;
	if (!keep)
		icelab_stun_endpoint_close(&connection->endpoint);
	return true;
}

static bool serve_event(IcelabStunResponder *responder, IcelabStunEndpoint *endpoint)
{
	responder->turn++;
	switch (endpoint->kind) {
	case ICELAB_STUN_STOP:
		responder->stopped = true;
		return true;
	case ICELAB_STUN_DATAGRAMS:
		return serve_datagrams(responder, endpoint);
	case ICELAB_STUN_ACCEPTOR:
		return accept_connection(responder, endpoint);
	case ICELAB_STUN_CONNECTION:
		/* The endpoint is the connection's first member. */
		return serve_connection(responder, (Connection *)endpoint);
	}
	return true;
}

int icelab_stun_responder_serve(IcelabStunResponder *responder, int stop_descriptor)
{
	struct epoll_event events[EVENTS];
	bool well = true;

	responder->stopped = false;
	responder->stop = (IcelabStunEndpoint){.kind = ICELAB_STUN_STOP, .descriptor = stop_descriptor};
	if (!watch(responder, &responder->stop))
		return -1;
	while (well && !responder->stopped) {
		int count = epoll_wait(responder->epoll, events, EVENTS, -1);

		well = count >= 0 || errno == EINTR;
		for (int i = 0; well && !responder->stopped && i < count; i++)
			well = serve_event(responder, events[i].data.ptr);
	}

	int reason = errno;

	epoll_ctl(responder->epoll, EPOLL_CTL_DEL, stop_descriptor, NULL);
	errno = reason;
	return well ? 0 : -1;
}
