/* SPDX-License-Identifier: MIT */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "stun/responder.h"

/* A descriptor that the responder waits for. */

typedef enum {
	ICELAB_STUN_STOP,
	ICELAB_STUN_DATAGRAMS,
	ICELAB_STUN_ACCEPTOR,
	ICELAB_STUN_CONNECTION,
} IcelabStunEndpointKind;

typedef struct {
	IcelabStunEndpointKind kind;
	int descriptor; /* -1: none */
	IcelabStunListener local;
} IcelabStunEndpoint;

typedef union {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
} IcelabSocketAddress;

/* Of AF_INET or AF_INET6; a scope id is lost. */
IcelabStunListener icelab_socket_address_listener(const IcelabSocketAddress *address);

/* Opens a non-blocking socket of `type` (SOCK_DGRAM or SOCK_STREAM, which then listens), binds it
 * to endpoint->local, and learns the port there where it was 0. False with errno; the descriptor is
 * to be closed all the same. */
bool icelab_stun_endpoint_bind(IcelabStunEndpoint *endpoint, int type);

/* Closes the descriptor where there is one. */
void icelab_stun_endpoint_close(IcelabStunEndpoint *endpoint);
