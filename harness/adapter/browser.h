/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "adapter/kit.h"

/* What adapters for browsers share: a browser is started with a fresh profile and the address of
 * the web application's page, which gathers and reports to the page's own server (web/server.h);
 * the adapter reads there and prints. The page comes from a host of the network and not from
 * loopback, since browsers look at the route to it (RFC 8828 6.2). */

/* Of a gathering: libwebrtc asks a silent STUN server for 39.9 s, and the start takes its time. */
#define ICELAB_BROWSER_DEADLINE_MS 60000

typedef struct {
	const char *const *programs; /* paths, the first that exists is taken; NULL-terminated */
	const char *variable;        /* of the environment: a path in place of them */
	const char *package;         /* Debian's name, for whoever lacks it */

	/* Writes the profile into `folder`, which is new and empty, and appends the arguments but the
	 * page's address. `detail` is for the policy line: what was set, in the browser's own words. */
	gboolean (*prepare)(const IcelabRequest *request, const char *page, const char *folder,
		GPtrArray *arguments, GString *detail, GError **error);
	gboolean has_devtools; /* over a pipe; else it takes a picture at its command line's wish */
} IcelabBrowser;

/* The program to start; prints what is missing and exits 77 where there is none. */
const char *icelab_browser_find(const IcelabBrowser *browser, const char *name);

/* One gathering; returns the exit status for main. */
int icelab_browser_gather(
	const IcelabBrowser *browser, const char *program, const IcelabRequest *request);

/* The command line up to the page's address, with a fresh profile; NULL and `error` on failure. */
GPtrArray *icelab_browser_prepare(const IcelabBrowser *browser, const char *program,
	const IcelabRequest *request, const char *page, GString *detail, GError **error);

/* The address of the page for this request: "http://HOST/?id=..."; caller frees. */
char *icelab_browser_page(const IcelabRequest *request, const char *origin, gint64 until_ms);

/* The same for a person, who is shown the audit, which is reported as text, too: "?report=...". With
 * `hold` the page has not loaded before it shows the audit. */
char *icelab_browser_audit_page(const IcelabRequest *request, const char *origin, gboolean hold);
