/* SPDX-License-Identifier: MIT */
#include "run/headroom.h"

#include <string.h>

/* Long enough to be no accident. */
#define LOOK_US (400 * 1000)
#define ENOUGH_PROCESSORS 0.7
/* A browser's processes take 1.1 GB; as much again is left for everybody else. */
#define ENOUGH_MEMORY (G_GUINT64_CONSTANT(2200) * 1000 * 1000)

gboolean icelab_processor_time_parse(const char *text, IcelabProcessorTime *time)
{
	enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, FIELDS };
	guint64 ticks[FIELDS] = {0};
	const char *at = text + strlen("cpu ");

	if (!g_str_has_prefix(text, "cpu "))
		return FALSE;
	for (guint i = 0; i < FIELDS; i++) {
		char *end = NULL;

		ticks[i] = g_ascii_strtoull(at, &end, 10);
		if (end == at)
			return FALSE;
		at = end;
	}
	time->idle = ticks[IDLE] + ticks[IOWAIT];
	time->busy =
		ticks[USER] + ticks[NICE] + ticks[SYSTEM] + ticks[IRQ] + ticks[SOFTIRQ] + ticks[STEAL];
	return TRUE;
}

double icelab_idle_processors(
	const IcelabProcessorTime *from, const IcelabProcessorTime *to, guint processors)
{
	/* The kernel's count of idle time may go back a little. */
	double idle = to->idle > from->idle ? (double)(to->idle - from->idle) : 0;
	double busy = to->busy > from->busy ? (double)(to->busy - from->busy) : 0;

	return idle > 0 ? processors * idle / (idle + busy) : 0;
}

guint64 icelab_memory_available(const char *text)
{
	static const char key[] = "\nMemAvailable:";
	const char *line = strstr(text, key);

	return line != NULL ? g_ascii_strtoull(line + strlen(key), NULL, 10) * 1024 : 0;
}

static gboolean has_memory(void)
{
	g_autofree char *text = NULL;

	return g_file_get_contents("/proc/meminfo", &text, NULL, NULL) &&
		   icelab_memory_available(text) >= ENOUGH_MEMORY;
}

gboolean icelab_headroom_has_room(IcelabHeadroom *headroom)
{
	gint64 now = g_get_monotonic_time();
	g_autofree char *text = NULL;
	IcelabProcessorTime time;
	gboolean room;

	if (headroom->last_us != 0 && now - headroom->last_us < LOOK_US)
		return FALSE;
	if (!g_file_get_contents("/proc/stat", &text, NULL, NULL) ||
		!icelab_processor_time_parse(text, &time))
		return FALSE;
	room = headroom->last_us != 0 &&
		   icelab_idle_processors(&headroom->last, &time, g_get_num_processors()) >=
			   ENOUGH_PROCESSORS &&
		   has_memory();
	headroom->last = time;
	headroom->last_us = now;
	return room;
}
