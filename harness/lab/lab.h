/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "lab/observer.h"
#include "lab/server.h"
#include "lab/topology.h"
#include "model/scenario.h"

/* One network that stands: built by its script, with STUN servers that answer, sensors that see,
 * and every path of its address book tried. Lives in a sandbox. */

typedef struct {
	IcelabBook *book;
	IcelabObserver *observer;
	IcelabServers *servers;
	int client;        /* network namespace of the client */
	char *fingerprint; /* of the client's network as it was built */
	gint64 build_us;   /* how long all this took */
} IcelabLab;

/* Builds, starts, and proves it: every canary seen, every path answered with the source that the
 * book says. */
IcelabLab *icelab_lab_open(
	const IcelabTopologyOptions *topology, IcelabFault fault, GError **error);
void icelab_lab_close(IcelabLab *lab);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabLab, icelab_lab_close)

/* Lets the web application's host serve the page of a folder; with `asks` it asks what the lab
 * knows (lab/server.h). */
gboolean icelab_lab_serve_page(IcelabLab *lab, const char *folder, gboolean asks, GError **error);

/* Sends one STUN request along every path and waits for its answer; whatever was sent along the
 * path before has then arrived, too. Any other mapped address than the book's is an error. */
gboolean icelab_lab_try_paths(IcelabLab *lab, GError **error);

/* Fills the kernel's routes to the servers and origins and the client's addresses into the
 * observation. */
gboolean icelab_lab_ask_kernel(IcelabLab *lab, IcelabObservation *observation, GError **error);

/* Whether the client's network is still as it was built. */
gboolean icelab_lab_is_unchanged(IcelabLab *lab, GError **error);
