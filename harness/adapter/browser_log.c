/* SPDX-License-Identifier: MIT */
#include "adapter/browser_log.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS 64

struct IcelabBrowserLog {
	int descriptor;
	int copy;
	void (*take)(const char *line, gsize length, gpointer data);
	gpointer data;
	gsize length;
	char line[ICELAB_BROWSER_LOG_LINE];
	gsize last_length;
	char last[ICELAB_BROWSER_LOG_LINE];
};

IcelabBrowserLog *icelab_browser_log_new(int descriptor, int copy,
	void (*take)(const char *line, gsize length, gpointer data), gpointer data)
{
	IcelabBrowserLog *log = g_new0(IcelabBrowserLog, 1);

	log->descriptor = descriptor;
	log->copy = copy;
	log->take = take;
	log->data = data;
	fcntl(descriptor, F_SETFL, O_NONBLOCK);
	return log;
}

void icelab_browser_log_free(IcelabBrowserLog *log)
{
	if (log == NULL)
		return;
	if (log->descriptor >= 0)
		close(log->descriptor);
	g_free(log);
}

int icelab_browser_log_descriptor(const IcelabBrowserLog *log)
{
	return log->descriptor;
}

static void split(IcelabBrowserLog *log, const char *bytes, gsize count)
{
	while (count > 0) {
		const char *end = memchr(bytes, '\n', count);
		gsize part = end != NULL ? (gsize)(end - bytes) : count;
		gsize kept = MIN(part, sizeof log->line - log->length);

		memcpy(log->line + log->length, bytes, kept);
		log->length += kept;
		if (end == NULL)
			return;
		log->take(log->line, log->length, log->data);
		if (log->length > 0) {
			memcpy(log->last, log->line, log->length);
			log->last_length = log->length;
		}
		log->length = 0;
		bytes += part + 1;
		count -= part + 1;
	}
}

void icelab_browser_log_read(IcelabBrowserLog *log)
{
	char buffer[16 * 1024];
	ssize_t count = -1;

	for (guint i = 0; i < ROUNDS && log->descriptor >= 0 &&
					  (count = read(log->descriptor, buffer, sizeof buffer)) > 0;
		 i++) {
		/* A log that nobody takes is no reason to stop. */
		if (write(log->copy, buffer, (gsize)count) < 0)
			log->copy = -1;
		split(log, buffer, (gsize)count);
	}
	if (count == 0) {
		close(log->descriptor);
		log->descriptor = -1;
	}
}

char *icelab_browser_log_last(const IcelabBrowserLog *log)
{
	return g_strndup(log->last, log->last_length);
}
