/* SPDX-License-Identifier: MIT */
#pragma once

#include "run/plan.h"

/* The cells of one topology, taken from the front by as many sandboxes as are at work for it: so
 * none is idle while there is a cell to run, and a cell that waits holds up no other. */

typedef struct {
	GPtrArray *cells; /* IcelabPlanned, the plan's */
	guint next;       /* number of the first that nobody took */
	guint jobs;       /* sandboxes at work for it */
	gboolean has_folders;
} IcelabQueue;

/* One for each of the plan's groups; the plan must live as long. */
GPtrArray *icelab_queues_new(const IcelabPlan *plan);

guint icelab_queue_left(const IcelabQueue *queue);

/* Whom another sandbox helps most: of those that have none, the longest; else the longest of all,
 * if `enough` cells are left in it to be worth another lab. NULL where there is none. */
IcelabQueue *icelab_queues_choose(const GPtrArray *queues, guint enough);
