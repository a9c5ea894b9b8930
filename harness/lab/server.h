/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "model/book.h"
#include "model/observation.h"

/* The lab's STUN servers: one process for each node that carries servers, and one log of all
 * requests. */

typedef struct IcelabServers IcelabServers;

/* Starts them and returns when all listen. */
IcelabServers *icelab_servers_start(const IcelabBook *book, GError **error);

/* Returns FALSE and sets `error` where one has ended: nobody ends them but icelab_servers_free().
 */
gboolean icelab_servers_check(IcelabServers *servers, GError **error);

/* Ends them. */
void icelab_servers_free(IcelabServers *servers);

/* Readable when a request was logged; a log that nobody reads stops the servers. */
int icelab_servers_descriptor(const IcelabServers *servers);

/* Takes what was logged into `observation` (times relative to `start_us`, CLOCK_MONOTONIC), or
 * throws it away where that is NULL. Requests that carry `nonce` behind the magic cookie are the
 * lab's own and left out. */
void icelab_servers_drain(IcelabServers *servers, IcelabObservation *observation, gint64 start_us,
	const guint8 *nonce, gsize nonce_length);
