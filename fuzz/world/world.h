/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "model/address.h"

/* The world that a NiceAgent lives in while it is fuzzed: a clock, a main loop, sockets,
 * interfaces, a resolver and a random generator that are all functions of the input. They take the
 * place of GLib's and the C library's at link time (--wrap: the list is world/wrap.txt), below
 * libnice's own sockets, so that every line of libnice runs as it is. Nothing leaves the process,
 * nothing waits, no thread is started. */

/* ---- a transport address ---- */

typedef struct {
	IcelabAddress address;
	uint16_t port;
} IcelabEndpoint;

IcelabEndpoint icelab_endpoint(const char *address, uint16_t port);
bool icelab_endpoint_equal(const IcelabEndpoint *a, const IcelabEndpoint *b);
IcelabEndpoint icelab_endpoint_from_sockaddr(const struct sockaddr *address);
void icelab_endpoint_to_sockaddr(const IcelabEndpoint *endpoint, struct sockaddr_storage *address);

/* ---- the whole ---- */

/* Begins an execution: the clock at its start, no sockets, sources or lookups, the generator seeded
 * with `seed`. */
void icelab_world_start(uint64_t seed);

/* Ends an execution: what libnice left attached goes off a last time, then all is given back. */
void icelab_world_end(void);

/* ---- statics.c ---- */

/* Sets what libnice's functions keep from call to call back to its start. */
void icelab_world_reset_statics(void);

/* ---- log.c ---- */

/* Whether libnice writes its debug messages; off until it is called. */
void icelab_world_set_log(bool on);

/* Whether what is verbose is left out for now. */
void icelab_world_hush(bool on);

/* ---- clock.c ---- */

/* Microseconds; starts where a machine would be that has been up for a while. */
int64_t icelab_world_now(void);
void icelab_world_set_now(int64_t microseconds);

/* ---- random.c ---- */

void icelab_world_seed(uint64_t seed);
uint64_t icelab_world_random(void);

/* ---- source.c ---- */

#define ICELAB_WORLD_DISPATCHES 2000 /* callbacks in one execution; then time stands still */

/* Dispatches what is ready, then moves the clock on to each timer that is due within `microseconds`
 * from now, one after the other, calling `between` (may be NULL) after each. Each takes
 * some time. Aborts where they do nothing else than go off. */
void icelab_world_advance(int64_t microseconds, void (*between)(void *), void *user_data);

/* Dispatches the sockets and idle sources that are ready, without moving the clock. */
void icelab_world_settle(void);

/* Lets GTasks call back, which have a main loop of GIO's own. */
void icelab_world_finish_tasks(void);

/* The time of the next timer, or -1. */
int64_t icelab_world_next_timer(void);

/* Timers attached. */
unsigned icelab_world_timers(void);

/* Gives the full number of dispatches again, for what must be brought to its end. */
void icelab_world_grant(void);

/* False where the dispatches are used up. */
bool icelab_world_alive(void);

/* ---- socket.c ---- */

typedef struct _IcelabWorldSocket IcelabWorldSocket;

typedef enum {
	ICELAB_SOCKET_DATAGRAM,
	ICELAB_SOCKET_STREAM,
	ICELAB_SOCKET_LISTENER,
} IcelabSocketKind;

/* What becomes of a connect(). */
typedef enum {
	ICELAB_CONNECT_PENDING, /* until icelab_world_socket_connected() */
	ICELAB_CONNECT_AT_ONCE,
	ICELAB_CONNECT_REFUSED,
} IcelabConnect;

typedef struct {
	/* Called for everything that libnice sends; for a stream, `to` is the far end. `bytes` is a
	 * copy of exactly `length` bytes. */
	void (*sent)(
		IcelabWorldSocket *socket, const IcelabEndpoint *to, const uint8_t *bytes, size_t length);
	/* Called for every new stream that libnice opens. */
	IcelabConnect (*connecting)(IcelabWorldSocket *socket, const IcelabEndpoint *to);
	/* False: no such address or no permission to bind it. May be NULL. */
	bool (*may_bind)(const IcelabEndpoint *local);
} IcelabWorldNetwork;

void icelab_world_set_network(const IcelabWorldNetwork *network);

/* The sockets that libnice has open, in the order of their opening; NULL past the last. */
IcelabWorldSocket *icelab_world_socket(unsigned index);
IcelabSocketKind icelab_world_socket_kind(const IcelabWorldSocket *socket);
IcelabEndpoint icelab_world_socket_local(const IcelabWorldSocket *socket);
IcelabEndpoint icelab_world_socket_remote(const IcelabWorldSocket *socket);
bool icelab_world_socket_is_connected(const IcelabWorldSocket *socket);
/* A number that no other socket of this execution has. */
unsigned icelab_world_socket_number(const IcelabWorldSocket *socket);
IcelabWorldSocket *icelab_world_socket_by_number(unsigned number);

/* A datagram arrives. The bytes are kept in a block of exactly their length. */
void icelab_world_socket_receive(
	IcelabWorldSocket *socket, const IcelabEndpoint *from, const void *bytes, size_t length);

/* Bytes arrive on a stream; `more` further ones follow that nobody needs to have written: a length
 * that a header declares need not be in the input. */
void icelab_world_socket_stream(
	IcelabWorldSocket *socket, const void *bytes, size_t length, size_t more);

/* How many of a stream's bytes one read may return at most; 0: no limit. */
void icelab_world_socket_set_fragment(IcelabWorldSocket *socket, size_t fragment);

/* How many bytes may be sent before the socket blocks; SIZE_MAX: no limit. */
void icelab_world_socket_set_room(IcelabWorldSocket *socket, size_t room);

void icelab_world_socket_connected(IcelabWorldSocket *socket, bool success);
void icelab_world_socket_end(IcelabWorldSocket *socket);   /* the far end shut down */
void icelab_world_socket_reset(IcelabWorldSocket *socket); /* the connection is gone */

/* Somebody connects to a listener. */
void icelab_world_socket_knock(IcelabWorldSocket *listener, const IcelabEndpoint *from);

/* A connected stream that no agent opened, for a target that drives one socket by itself. The
 * caller owns it. */
GSocket *icelab_world_stream_new(const IcelabEndpoint *local, const IcelabEndpoint *remote);

/* For source.c. */
GIOCondition icelab_world_socket_condition(const IcelabWorldSocket *socket);
uint64_t icelab_world_socket_progress(void);
void icelab_world_sockets_reset(void);

/* ---- interface.c ---- */

#define ICELAB_WORLD_INTERFACES 8

typedef struct {
	const char *name;
	const char *address;
	unsigned index;
	unsigned flags; /* IFF_* */
} IcelabWorldInterface;

/* The machine's addresses; the strings must outlive the execution. */
void icelab_world_set_interfaces(const IcelabWorldInterface *interfaces, unsigned count);

/* ---- resolver.c ---- */

/* Answers the oldest lookup that waits: with the address where the name is one, else with the
 * `count` addresses given; none: the name does not exist. Returns false where none waits. */
bool icelab_world_resolve(const char *const *addresses, unsigned count);
unsigned icelab_world_lookups(void);
const char *icelab_world_lookup_name(void);
void icelab_world_lookups_reset(void);
