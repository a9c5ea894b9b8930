/* SPDX-License-Identifier: MIT */
#pragma once

#include "run/plan.h"

/* One sandbox at work: builds the topology of its cells once, runs those that the supervisor asks
 * for one after the other, and tells it. */

typedef enum {
	ICELAB_REPORT_SKIP,    /* this machine lacks something; `text` says what: no cell can run */
	ICELAB_REPORT_BROKEN,  /* the lab does not stand; `text` says why: no cell can run */
	ICELAB_REPORT_STARTED, /* the cell that was asked for */
	ICELAB_REPORT_DONE,    /* its observation is in its folder */
	ICELAB_REPORT_STALE,   /* the same, but the network was changed: other cells need a new lab */
} IcelabReportKind;

#define ICELAB_NO_MORE_CELLS G_MAXUINT32

/* One datagram each. */
typedef struct {
	guint32 kind;
	char text[2048];
} IcelabReport;

typedef struct {
	const IcelabRunOptions *options;
	GPtrArray *cells; /* IcelabPlanned, all of one topology */
	int folder;       /* descriptor of the run's folder */
	int supervisor;   /* SOCK_SEQPACKET: reports to it, from it the number of a cell (guint32), or
						 ICELAB_NO_MORE_CELLS */
} IcelabWorker;

/* The body of a sandbox; `data` is an IcelabWorker. */
int icelab_worker_run(gpointer data);
