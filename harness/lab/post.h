/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "lab/kernel.h"
#include "lab/sensor.h"
#include "model/book.h"

/* One node's observation post: a sensor, and canaries that prove that it sees. */

/* A frame that nobody but this lab can have sent. */
typedef struct {
	guint64 key;   /* random, of the lab */
	guint64 round; /* counts the proofs */
} IcelabCanary;

typedef struct {
	const IcelabNode *node;
	IcelabSensor *sensor;
	IcelabKernel *kernel;
	GArray *interfaces; /* IcelabInterface */
	GHashTable *heard;  /* indices of the interfaces on which the current canary was seen */
	int canary;         /* packet socket that sends */
	pid_t keeper;       /* a process that holds the sockets, too */
	gpointer owner;     /* whoever drains the sensor */
	guint64 seen;       /* frames since the last report */
} IcelabPost;

/* Opens a post in the node's network namespace, with a ring of `frames`. NULL and `error` on
 * failure. */
IcelabPost *icelab_post_open(const IcelabNode *node, guint frames, gpointer owner, GError **error);
void icelab_post_free(IcelabPost *post);

/* Reads the list of interfaces again and forgets what was heard. */
gboolean icelab_post_refresh(IcelabPost *post, GError **error);

/* The name of an interface, in `text` ("if7") where the node has no such interface. */
const char *icelab_post_interface(IcelabPost *post, guint index, char text[16]);

/* Sends a canary on every interface that is up, `times` over. */
gboolean icelab_post_send(
	const IcelabPost *post, const IcelabCanary *canary, guint times, GError **error);

/* To be called for every canary that the sensor saw: counts it if it is this one and went out here.
 */
void icelab_post_hear(IcelabPost *post, const IcelabFrame *frame, const IcelabPacket *packet,
	const IcelabCanary *canary);

/* The first interface that is up and on which the canary was not seen, or NULL. */
const char *icelab_post_missing(const IcelabPost *post);
