/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

/* Chromium's DevTools protocol over a pair of pipes (--remote-debugging-pipe): JSON objects, each
 * with a NUL behind it. A command and its answer at a time; events are skipped. */

typedef struct IcelabDevtools IcelabDevtools;

/* Reads `input`, writes `output`: the ends of the pipes that the browser does not have. Takes them
 * over. All that follows must have happened at `deadline_us` of CLOCK_MONOTONIC. */
IcelabDevtools *icelab_devtools_new(int input, int output, gint64 deadline_us);
void icelab_devtools_free(IcelabDevtools *devtools);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabDevtools, icelab_devtools_free)

/* Sends a command with its parameters as JSON text, to the page that is attached if there is one.
 * Returns the result, which the caller unrefs; NULL and `error` where the browser reports an error,
 * is gone, or takes too long. */
JsonObject *icelab_devtools_call(
	IcelabDevtools *devtools, const char *method, const char *parameters, GError **error);

/* Attaches to the tab that shows an address beginning with `address`; waits until there is one. */
gboolean icelab_devtools_attach(IcelabDevtools *devtools, const char *address, GError **error);

/* A picture of the whole page, however long, as PNG in base64; caller frees. */
char *icelab_devtools_picture(IcelabDevtools *devtools, GError **error);
