/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <poll.h>

#include "lab/kernel.h"
#include "lab/recording.h"
#include "model/book.h"
#include "model/observation.h"

/* All sensors of a lab: on the client, the home router, the STUN hosts and the tunnel's end. Sees
 * while the lab lives; records while a cell runs. */

/* Ways to break a lab on purpose, to prove that it notices. */
typedef enum {
	ICELAB_FAULT_NONE,
	ICELAB_FAULT_DEAF_SENSOR, /* the client's sensor sees nothing */
	ICELAB_FAULT_LOST_CANARY, /* one node's canaries are not sent */
	ICELAB_FAULT_FULL_BUFFER, /* rings of two frames, and a burst */
} IcelabFault;

/* "deaf-sensor", "lost-canary", "full-buffer"; FALSE for any other text. */
gboolean icelab_fault_from_name(const char *name, IcelabFault *fault);

typedef struct IcelabObserver IcelabObserver;

/* Opens a sensor on each node that can see what an adversary sees. Keeps `book`. */
IcelabObserver *icelab_observer_new(const IcelabBook *book, IcelabFault fault, GError **error);
void icelab_observer_free(IcelabObserver *observer);

/* The first half of the transaction ids of the lab's own requests: 4 bytes after the magic cookie,
 * random, unknown to the implementation under test. Frames that carry it are nobody's but the
 * lab's. */
#define ICELAB_NONCE 4
const guint8 *icelab_observer_nonce(const IcelabObserver *observer);

/* Sends a canary on every interface that is up and waits until each sensor has seen its own. What
 * was sent before has then passed every sensor too. Fills the reports of `observation` where it is
 * given. */
gboolean icelab_observer_prove(
	IcelabObserver *observer, IcelabObservation *observation, GError **error);

/* From here on what is seen goes to `observation` and `recording`; NULL for both ends it. What
 * waits is dropped, or taken into the old observation. */
void icelab_observer_record(
	IcelabObserver *observer, IcelabObservation *observation, IcelabRecording *recording);

/* Descriptors to poll for POLLIN; fills `polls` (room for icelab_observer_count()). */
guint icelab_observer_count(const IcelabObserver *observer);
void icelab_observer_polls(const IcelabObserver *observer, struct pollfd *polls);

/* Takes all that waits. */
void icelab_observer_drain(IcelabObserver *observer);

/* The client's kernel. */
IcelabKernel *icelab_observer_client_kernel(const IcelabObserver *observer);
