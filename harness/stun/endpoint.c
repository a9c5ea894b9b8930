/* SPDX-License-Identifier: MIT */
#include "stun/endpoint.h"

#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

static socklen_t to_socket_address(const IcelabStunListener *listener, IcelabSocketAddress *address)
{
	/* An initialiser would clear the first member only. */
	memset(address, 0, sizeof *address);
	if (listener->address.family == 4) {
		address->v4.sin_family = AF_INET;
		address->v4.sin_port = htons(listener->port);
		memcpy(&address->v4.sin_addr, listener->address.bytes, 4);
		return sizeof address->v4;
	}
	address->v6.sin6_family = AF_INET6;
	address->v6.sin6_port = htons(listener->port);
	memcpy(&address->v6.sin6_addr, listener->address.bytes, 16);
	return sizeof address->v6;
}

IcelabStunListener icelab_socket_address_listener(const IcelabSocketAddress *address)
{
	IcelabStunListener listener = {0};

	if (address->any.sa_family == AF_INET) {
		listener.address.family = 4;
		listener.port = ntohs(address->v4.sin_port);
		memcpy(listener.address.bytes, &address->v4.sin_addr, 4);
	} else {
		listener.address.family = 6;
		listener.port = ntohs(address->v6.sin6_port);
		memcpy(listener.address.bytes, &address->v6.sin6_addr, 16);
	}
	return listener;
}

void icelab_stun_endpoint_close(IcelabStunEndpoint *endpoint)
{
	if (endpoint->descriptor >= 0)
		close(endpoint->descriptor);
	endpoint->descriptor = -1;
}

bool icelab_stun_endpoint_bind(IcelabStunEndpoint *endpoint, int type)
{
	IcelabSocketAddress address;
	socklen_t length = to_socket_address(&endpoint->local, &address);
	const int on = 1;
	int descriptor = socket(address.any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	endpoint->descriptor = descriptor;
	if (descriptor < 0)
		return false;
	/* A listener's port may be in TIME_WAIT from the server before. Not for UDP, where the option
	 * lets two servers have the same port. */
	if (type == SOCK_STREAM &&
		setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
		return false;
	/* Connections inherit it: the second answer of two must not wait for the first one's ACK. */
	if (type == SOCK_STREAM &&
		setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
		return false;
	/* Or ::ffff:192.0.2.1 would be bound, and clients would be reported by mapped addresses. */
	if (endpoint->local.address.family == 6 &&
		setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0)
		return false;
	if (bind(descriptor, &address.any, length) != 0 ||
		getsockname(descriptor, &address.any, &length) != 0)
		return false;
	endpoint->local.port = icelab_socket_address_listener(&address).port;
	return type != SOCK_STREAM || listen(descriptor, SOMAXCONN) == 0;
}
