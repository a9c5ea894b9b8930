/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Sockets and a clock that are not the system's, for code that blocks: what is wrapped at link
 * time (ICELAB_NETWORK_WRAP in targets/stun.cmake) comes here. Descriptors that this did not give
 * go on to the system. */

typedef struct {
	/* What arrives next: `wait` milliseconds from now, which are at most `patience`; false: nothing
	 * within them. *length 0 and *error not 0: recv() fails with it. */
	bool (*arrive)(void *user, unsigned patience, unsigned *wait);
	/* Writes what arrived to `bytes`; returns its length, or -1 with errno. */
	ssize_t (*receive)(void *user, uint8_t *bytes, size_t capacity);
	/* False: fails with errno. `error_queue`: true once, and the sender tries again. */
	bool (*send)(void *user, const uint8_t *bytes, size_t length, const struct sockaddr *to,
		socklen_t to_length);
	/* Whether there is an error to be taken from the queue. */
	bool (*dequeue)(void *user);
	/* False: there are no more sockets. */
	bool (*open)(void *user, int family);
	void *user;
} Network;

/* NULL: all goes to the system again. */
void network_use(const Network *network);
/* The clock that libnice sees, in milliseconds. */
void network_set_clock(uint64_t now);
uint64_t network_clock(void);
/* Whether the monotonic clock fails; gettimeofday() then says the same time. */
void network_break_clock(bool broken);
/* How many sockets are open. */
int network_sockets(void);
void network_reset(void);
