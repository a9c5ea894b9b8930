/* SPDX-License-Identifier: MIT */
#include "stun/endpoint.h"

#include <netinet/tcp.h>
#include <unistd.h>

void icelab_stun_endpoint_close(IcelabStunEndpoint *endpoint)
{
	if (endpoint->descriptor >= 0)
		close(endpoint->descriptor);
	endpoint->descriptor = -1;
}

bool icelab_stun_endpoint_bind(IcelabStunEndpoint *endpoint, int type)
{
	IcelabSocketAddress address;
	socklen_t length =
		icelab_socket_address_set(&address, &endpoint->local.address, endpoint->local.port);
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
	icelab_socket_address_get(&address, &endpoint->local.address, &endpoint->local.port);
	return type != SOCK_STREAM || listen(descriptor, SOMAXCONN) == 0;
}
