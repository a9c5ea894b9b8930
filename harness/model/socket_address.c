/* SPDX-License-Identifier: MIT */
#include "model/socket_address.h"

#include <string.h>

socklen_t icelab_socket_address_set(
	IcelabSocketAddress *socket_address, const IcelabAddress *address, uint16_t port)
{
	/* An initialiser would clear the first member only. */
	memset(socket_address, 0, sizeof *socket_address);
	if (address->family == 4) {
		socket_address->v4.sin_family = AF_INET;
		socket_address->v4.sin_port = htons(port);
		memcpy(&socket_address->v4.sin_addr, address->bytes, 4);
		return sizeof socket_address->v4;
	}
	socket_address->v6.sin6_family = AF_INET6;
	socket_address->v6.sin6_port = htons(port);
	memcpy(&socket_address->v6.sin6_addr, address->bytes, 16);
	return sizeof socket_address->v6;
}

void icelab_socket_address_get(
	const IcelabSocketAddress *socket_address, IcelabAddress *address, uint16_t *port)
{
	*address = (IcelabAddress){0};
	if (socket_address->any.sa_family == AF_INET) {
		address->family = 4;
		*port = ntohs(socket_address->v4.sin_port);
		memcpy(address->bytes, &socket_address->v4.sin_addr, 4);
	} else {
		address->family = 6;
		*port = ntohs(socket_address->v6.sin6_port);
		memcpy(address->bytes, &socket_address->v6.sin6_addr, 16);
	}
}
