/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "adapter/protocol.h"
#include "model/observation.h"

/* Runs one process of an adapter on a stage, and collects what it prints until it ends, breaks the
 * protocol, or runs out of time. Whatever it started ends with it. */

typedef struct {
	const char *path; /* of the adapter */
	int network;      /* descriptor of the client's network namespace */
	int log;          /* receives its standard error, bounded */
	guint process_limit;
	guint grace_ms; /* what it may take beyond the request's deadline */
} IcelabAdapterStage;

/* Called whenever `descriptors` have something to read while the adapter runs. */
typedef struct {
	struct pollfd *polls;
	guint count;
	void (*ready)(gpointer data);
	gpointer data;
} IcelabAlongside;

/* Fills events, gather_ms, and outcome with its reason. */
void icelab_run_adapter(const IcelabAdapterStage *stage, const IcelabGatherRequest *request,
	const IcelabAlongside *alongside, IcelabObservation *observation);

/* Runs "ADAPTER --describe"; what it printed (bounded by the protocol's line limit), or NULL and
 * `error`: ICELAB_LAB_ERROR_SKIP where it says by exit status 77 that this machine lacks what it
 * needs. */
char *icelab_describe_adapter(const IcelabAdapterStage *stage, gsize *length, GError **error);
