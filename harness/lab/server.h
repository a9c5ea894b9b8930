/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "model/book.h"
#include "model/observation.h"
#include "web/page.h"

/* The lab's servers: one process for each node that carries STUN servers, with one log of all their
 * requests, and one for each that is the web application's host. */

typedef struct IcelabServers IcelabServers;

/* Starts the STUN servers and returns when all listen. */
IcelabServers *icelab_servers_start(const IcelabBook *book, GError **error);

/* Starts those that serve `page` at the book's origins, too. With `asks` they ask what the lab
 * knows (web/question.h): somebody must answer on icelab_servers_askers(). */
gboolean icelab_servers_serve_page(IcelabServers *servers, const IcelabBook *book,
	const IcelabPage *page, gboolean asks, GError **error);

/* Sockets, each readable when a question is there. */
const int *icelab_servers_askers(const IcelabServers *servers, guint *count);

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
