/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Whether this machine has room for one more lab while others only wait: a browser asks a STUN
 * server that does not answer for 40 s, and needs no processor for it. Read from /proc; what cannot
 * be read is no room. */

typedef struct {
	guint64 busy; /* ticks since the machine started, all processors together */
	guint64 idle;
} IcelabProcessorTime;

/* Of the text of /proc/stat (proc_stat(5)). FALSE where it has no line of all processors. */
gboolean icelab_processor_time_parse(const char *text, IcelabProcessorTime *time);

/* How many of `processors` were idle from one time to the next; 0 where no time has passed. */
double icelab_idle_processors(
	const IcelabProcessorTime *from, const IcelabProcessorTime *to, guint processors);

/* MemAvailable in bytes of the text of /proc/meminfo (proc_meminfo(5)), or 0. */
guint64 icelab_memory_available(const char *text);

typedef struct {
	IcelabProcessorTime last;
	gint64 last_us; /* CLOCK_MONOTONIC; 0 before the first look */
} IcelabHeadroom;

/* Looks at the machine: whether most of one processor was idle since the last look, and there is
 * memory for a browser. Looks that follow too soon tell nothing: FALSE. */
gboolean icelab_headroom_has_room(IcelabHeadroom *headroom);
