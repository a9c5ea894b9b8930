/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* What a browser prints on standard output and error, on its way to the adapter's own standard
 * error: looked at line by line, for what the browser says about its policy. */

typedef struct IcelabBrowserLog IcelabBrowserLog;

/* What is looked at of one line, in bytes; of a longer one, its beginning. */
#define ICELAB_BROWSER_LOG_LINE 4096

/* Takes over `descriptor`; `copy` stays the caller's. `line` has no line end and no NUL behind it.
 */
IcelabBrowserLog *icelab_browser_log_new(int descriptor, int copy,
	void (*take)(const char *line, gsize length, gpointer data), gpointer data);
void icelab_browser_log_free(IcelabBrowserLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabBrowserLog, icelab_browser_log_free)

/* To wait for; -1 when the browser has closed its end. */
int icelab_browser_log_descriptor(const IcelabBrowserLog *log);

/* Takes what has come, without waiting, but not for ever: some of what comes faster than it is read
 * is left for the next call. */
void icelab_browser_log_read(IcelabBrowserLog *log);

/* The last line that was not empty, or ""; caller frees. */
char *icelab_browser_log_last(const IcelabBrowserLog *log);
