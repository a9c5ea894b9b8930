/* SPDX-License-Identifier: MIT */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/types.h>

#include "stun/responder.h"

/* A responder in its own process, as in the lab, on loopback, and a client to ask it. */
typedef struct {
	IcelabStunListener listeners[3]; /* two of IPv4, and IPv6 where this machine has it */
	size_t count;
	int log;
	int stop; /* closing it stops the server; -1 where that was done */
	pid_t pid;
} Server;

/* Setup and teardown of CMocka; the state is the Server. The teardown fails where the server did.
 */
int start_server(void **state);
int stop_server(void **state);

/* A connected socket, UDP too: an answer from another address than the one asked would not arrive.
 */
int dial(const IcelabStunListener *listener, int type);
uint16_t local_port(int descriptor);

/* A Binding request; `number` makes its transaction, without the cookie where `classic`. */
size_t request(uint8_t bytes[64], uint32_t number, bool classic);
/* Reads exactly one message from a stream or a datagram socket. */
size_t receive(int descriptor, uint8_t bytes[256]);
/* Waits until there is something to read; false after 10 s. */
bool readable(int descriptor);

/* The next message is the answer to `asked` and names the socket's own port. */
void assert_answer(int descriptor, const uint8_t *asked, const IcelabStunListener *listener);
/* The server closes the connection; so does this. */
void assert_dropped(int descriptor);

/* The next record, which must be there already: nobody waits. */
IcelabStunRecord take_record(const Server *server);
void assert_no_record(const Server *server);

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start_server, stop_server)
