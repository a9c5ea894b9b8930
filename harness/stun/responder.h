/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/address.h"

/* The lab's STUN server: answers Binding requests (RFC 8489, RFC 3489) on several addresses, UDP
 * and TCP. One thread, never blocks on a client; at most 64 TCP connections, of which the longest
 * silent one is dropped for a new one; a message over TCP has at most 4096 bytes. */

typedef struct {
	IcelabAddress address;
	uint16_t port; /* 0: any one that is free for both UDP and TCP */
} IcelabStunListener;

/* What the server saw: one fixed-size record per request, written whole to the log descriptor
 * *before* the answer is sent, so that whoever has the answer can read the record. */
typedef struct {
	int64_t time_us; /* CLOCK_MONOTONIC */
	IcelabAddress source;
	IcelabAddress destination;
	uint16_t source_port;
	uint16_t destination_port;
	uint8_t transaction[16];
	uint8_t tcp;     /* 1 over TCP, 0 over UDP */
	uint8_t rfc3489; /* 1 where the request has no magic cookie */
	uint16_t method;
} IcelabStunRecord;

typedef struct IcelabStunResponder IcelabStunResponder;

/* Binds each listener (in the calling thread's network namespace) on UDP and TCP; every address
 * explicitly, because a wildcard socket answers from the primary address: 0.0.0.0 and :: are
 * EINVAL. `log_descriptor` is a socket that keeps the records apart (SOCK_SEQPACKET, SOCK_DGRAM;
 * else ENOTSOCK) and stays the caller's. A full log holds the server up, nothing is lost. Returns
 * NULL with errno set and *failed the index of the listener, or `count` where it was none of them.
 */
IcelabStunResponder *icelab_stun_responder_new(
	const IcelabStunListener *listeners, size_t count, int log_descriptor, size_t *failed);

/* The port of listener `index`, chosen or given. */
uint16_t icelab_stun_responder_port(const IcelabStunResponder *responder, size_t index);

/* Serves until `stop_descriptor` is readable or closed at its other end. Returns 0, or -1 with
 * errno, EPIPE where nobody reads the log any more. */
int icelab_stun_responder_serve(IcelabStunResponder *responder, int stop_descriptor);

/* May be NULL. */
void icelab_stun_responder_free(IcelabStunResponder *responder);
