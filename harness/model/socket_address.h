/* SPDX-License-Identifier: MIT */
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "model/address.h"

/* An address and port as the socket calls take them. */

typedef union {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
} IcelabSocketAddress;

/* Fills it, without a scope id. `address` must have a family. Returns the length that the socket
 * calls want. */
socklen_t icelab_socket_address_set(
	IcelabSocketAddress *socket_address, const IcelabAddress *address, uint16_t port);

/* Reads one of AF_INET or AF_INET6; a scope id is lost. */
void icelab_socket_address_get(
	const IcelabSocketAddress *socket_address, IcelabAddress *address, uint16_t *port);
