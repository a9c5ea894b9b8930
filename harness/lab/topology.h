/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "model/book.h"

/* Runs a topology script of netns/ inside the sandbox, and reads the address book that it wrote. */

#define ICELAB_LAB_ERROR (icelab_lab_error_quark())
GQuark icelab_lab_error_quark(void);

enum {
	ICELAB_LAB_ERROR_BROKEN,
	ICELAB_LAB_ERROR_SKIP, /* this machine lacks something; the message says what and how to get it
							*/
};

typedef struct {
	const char *folder; /* of the scripts; absolute */
	const char *name;
	gboolean echo;   /* every command on standard error, as one would type it */
	gboolean each;   /* one process per command in place of batches */
	const char *log; /* receives what the script says, unless it echoes */
} IcelabTopologyOptions;

/* Builds the network. Must run in a sandbox. On failure NULL and `error` in ICELAB_LAB_ERROR. */
IcelabBook *icelab_topology_build(const IcelabTopologyOptions *options, GError **error);

/* Opens the network namespace of a node; the caller closes it. -1 and `error` on failure. */
int icelab_topology_open_node(const char *node, GError **error);

/* Calls `body` inside a node's network namespace and comes back; returns what it returns. */
typedef gpointer (*IcelabNodeBody)(gpointer data, GError **error);
gpointer icelab_topology_in_node(int node, IcelabNodeBody body, gpointer data, GError **error);
