/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "lab/packet.h"

/* Sees every frame on every interface of one node, those that appear later included, in both
 * directions: one packet socket with a memory-mapped ring (packet(7), TPACKET_V2), read without a
 * system call per frame. */

#define ICELAB_SENSOR_ERROR (icelab_sensor_error_quark())
GQuark icelab_sensor_error_quark(void);

#define ICELAB_SENSOR_FRAME 2048  /* bytes kept of a frame, its bookkeeping included */
#define ICELAB_SENSOR_FRAMES 2048 /* of the ring */

typedef struct IcelabSensor IcelabSensor;

typedef struct {
	gint64 time_ns;  /* wall clock, from the kernel */
	guint interface; /* index */
	gboolean outgoing;
	guint16 protocol;    /* EtherType */
	guint16 hardware;    /* ARPHRD_... */
	const guint8 *bytes; /* valid within the callback */
	gsize length;        /* captured */
	gsize wire_length;
} IcelabFrame;

typedef void (*IcelabFrameCallback)(const IcelabFrame *frame, gpointer data);

/* Opens a sensor on the calling thread's network namespace, with a ring of `frames` (rounded up to
 * a page). Sees from the moment it returns. */
IcelabSensor *icelab_sensor_new(guint frames, GError **error);
void icelab_sensor_free(IcelabSensor *sensor);

/* Readable while frames wait. */
int icelab_sensor_descriptor(const IcelabSensor *sensor);

/* Hands over all that waits, the ring once around at most, so that a flood does not hold it up.
 * Returns how many. */
guint icelab_sensor_drain(IcelabSensor *sensor, IcelabFrameCallback callback, gpointer data);

/* How many frames the kernel had no room for since the last call. Returns FALSE and sets `error` if
 * it won't say. */
gboolean icelab_sensor_take_drops(IcelabSensor *sensor, guint64 *drops, GError **error);

/* Makes it blind, to prove that the lab notices. */
gboolean icelab_sensor_deafen(IcelabSensor *sensor, GError **error);

/* Ethernet, or plain IP for the links that have no header; FALSE for others. */
gboolean icelab_sensor_link_type(guint16 hardware, IcelabLinkType *link);
