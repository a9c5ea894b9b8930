/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* A browser as a process of its own group, that dies with whoever started it. */

/* Starts `program` with a NULL-terminated vector of arguments; what it prints goes to standard
 * error. With `pipes`, a browser's DevTools pipe: it reads pipes[0] as descriptor 3 and writes
 * pipes[1] as descriptor 4, which stay the caller's here. Returns the pid, or -1 with errno. */
pid_t icelab_browser_start(const char *program, GPtrArray *arguments, const int *pipes);

/* Ends it and what it started, and lays it to rest. Whatever left its group ends with the stage. */
void icelab_browser_end(pid_t pid);

/* Whether it has ended by itself; it is still to be laid to rest. */
gboolean icelab_browser_has_ended(pid_t pid);
