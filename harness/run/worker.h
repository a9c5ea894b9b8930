/* SPDX-License-Identifier: MIT */
#pragma once

#include "run/plan.h"

/* One sandbox at work: builds the topology of its cells once, runs them one after the other, and
 * tells the supervisor. */

typedef enum {
	ICELAB_REPORT_LAB,     /* the lab stands; `milliseconds` is what it took */
	ICELAB_REPORT_SKIP,    /* this machine lacks something; `text` says what: no cell can run */
	ICELAB_REPORT_BROKEN,  /* the lab does not stand; `text` says why: no cell can run */
	ICELAB_REPORT_STARTED, /* cell number `cell` of the group */
	ICELAB_REPORT_DONE,    /* its observation is in its folder */
	ICELAB_REPORT_STALE,   /* the network was changed: the cells that are left need a new lab */
} IcelabReportKind;

/* One datagram each. */
typedef struct {
	guint32 kind;
	guint32 cell;
	double milliseconds;
	char text[2048];
} IcelabReport;

typedef struct {
	const IcelabRunOptions *options;
	GPtrArray *cells; /* IcelabPlanned, all of one topology */
	guint first;      /* the cells before it are done */
	int folder;       /* descriptor of the run's folder */
	int reports;      /* SOCK_SEQPACKET */
} IcelabWorker;

/* The body of a sandbox; `data` is an IcelabWorker. */
int icelab_worker_run(gpointer data);
