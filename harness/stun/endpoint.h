/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "model/socket_address.h"
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

/* Opens a non-blocking socket of `type` (SOCK_DGRAM or SOCK_STREAM, which then listens), binds it
 * to endpoint->local, and learns the port there where it was 0. False with errno; the descriptor is
 * to be closed all the same. */
bool icelab_stun_endpoint_bind(IcelabStunEndpoint *endpoint, int type);

/* Closes the descriptor where there is one. */
void icelab_stun_endpoint_close(IcelabStunEndpoint *endpoint);
