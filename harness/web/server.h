/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "model/address.h"
#include "web/page.h"

/* The web application's host: serves the page, and relays what the page reports to the adapter that
 * opened the browser. HTTP/1.1:
 *
 *	GET /FILE                 the page's files, whatever the query says
 *	GET /report/ID            opens report ID and gets its lines as they come, until the last
 *	POST /report/ID[?last=1]  whole lines for an open report
 *
 * and, where the lab tells (web/question.h), as JSON:
 *
 *	GET /truth                the network's addresses, and which of them it is meant to hide
 *	POST /begin               what was seen before is another audit's
 *	GET /seen                 what the wire gave away since
 *	POST /seen                the same, and what a page's lines give away
 *
 * No names, no TLS, no files opened at a request, no state that outlives its connection. */

typedef struct IcelabWebServer IcelabWebServer;

/* Listens on each address; `page` must live as long. Returns NULL with errno, *failed is the
 * address that could not be had. Port 0 takes any, for tests. `lab` is a socket on which the lab
 * answers questions, or -1; it stays the caller's. */
IcelabWebServer *icelab_web_server_new(const IcelabPage *page, const IcelabAddress *addresses,
	gsize count, guint16 port, int lab, gsize *failed);
void icelab_web_server_free(IcelabWebServer *server);

/* The port of one of its addresses. */
guint16 icelab_web_server_port(const IcelabWebServer *server, gsize index);

/* Serves until the other end of `until`, a socket, is closed. Returns 0, or -1 with errno. */
int icelab_web_server_serve(IcelabWebServer *server, int until);
