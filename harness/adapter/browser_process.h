/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* A browser as a process of its own group, that dies with whoever started it. */

typedef struct {
	const char *program;
	GPtrArray *arguments; /* NULL-terminated, from the program's name on */
	int output;           /* what it prints goes there; STDERR_FILENO to show it with one's own */
	const int *pipes;  /* a browser's DevTools pipe, or NULL: it reads pipes[0] as descriptor 3 and
						  writes pipes[1] as descriptor 4, which stay the caller's here */
	const char *shown; /* a folder that it finds */
	const char *covered; /* in place of this one; or NULL */
} IcelabBrowserProcess;

/* Exit status of what was to become a browser, where this machine does not let it have a mount of
 * its own; the last thing that it printed says why. */
#define ICELAB_BROWSER_NOT_COVERED 125

/* Returns the pid, or -1 with errno. */
pid_t icelab_browser_start(const IcelabBrowserProcess *process);

/* Ends it and what it started, and lays it to rest. Whatever left its group ends with the stage. */
void icelab_browser_end(pid_t pid);

/* Whether it has ended by itself; it is still to be laid to rest. */
gboolean icelab_browser_has_ended(pid_t pid);

/* The status with which it ended, or -1 where it was a signal. */
int icelab_browser_status(pid_t pid);
