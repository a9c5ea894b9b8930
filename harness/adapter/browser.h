/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "adapter/kit.h"
#include "adapter/policy_proof.h"

/* What adapters for browsers share: a browser is started with a fresh profile and the address of
 * the web application's page, which gathers and reports to the page's own server (web/server.h);
 * the adapter reads there and prints. What the browser says of its policy is read from its log, and
 * nothing is reported as done under a policy that was not proven to be in force. The page comes
 * from a host of the network and not from loopback, since browsers look at the route to it (RFC
 * 8828 6.2). */

/* Of a gathering: libwebrtc asks a silent STUN server for 39.9 s, and on a busy machine the start
 * alone takes 20 s. */
#define ICELAB_BROWSER_DEADLINE_MS 120000

/* How to start a browser for one gathering, and what it must say then. */
typedef struct {
	char *folder;         /* for the profile: new and empty */
	char *program;        /* may be replaced */
	GPtrArray *arguments; /* from the program's name to, but without, the page's address */
	GString *detail;      /* for the policy line: what was set, in the browser's own words */
	IcelabPolicyProof *proof;
	char *shown;   /* a folder that the browser is to find */
	char *covered; /* in place of this one; or NULL */
} IcelabBrowserPlan;

typedef struct {
	const char *const *programs; /* paths, the first that exists is taken; NULL-terminated */
	const char *variable;        /* of the environment: a path in place of them */
	const char *package;         /* Debian's name, for whoever lacks it */
	const char *says;            /* who states what proves the policy */

	/* Writes the profile and fills the plan. */
	gboolean (*prepare)(
		const IcelabRequest *request, const char *page, IcelabBrowserPlan *plan, GError **error);

	/* States what one line that the browser printed says of the policy. */
	void (*listen)(const char *line, gsize length, IcelabPolicyProof *proof);

	gboolean has_devtools; /* over a pipe; else it takes a picture at its command line's wish */
} IcelabBrowser;

/* Makes the profile of a new browser for `page`. NULL and `error` on failure. */
IcelabBrowserPlan *icelab_browser_plan_new(const IcelabBrowser *browser, const char *program,
	const IcelabRequest *request, const char *page, GError **error);
void icelab_browser_plan_free(IcelabBrowserPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabBrowserPlan, icelab_browser_plan_free)

/* The program to start; prints what is missing and exits 77 where there is none. */
const char *icelab_browser_find(const IcelabBrowser *browser, const char *name);

/* One gathering; returns the exit status for main. */
int icelab_browser_gather(
	const IcelabBrowser *browser, const char *program, const IcelabRequest *request);

/* The address of the page for this request: "http://HOST/?id=..."; caller frees. */
char *icelab_browser_page(const IcelabRequest *request, const char *origin, gint64 until_ms);

/* The same for a person, who is shown the audit, which is reported as text, too: "?report=...".
 * With `hold` the page has not loaded before it shows the audit. */
char *icelab_browser_audit_page(const IcelabRequest *request, const char *origin, gboolean hold);
