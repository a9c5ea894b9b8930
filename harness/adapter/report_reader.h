/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Reads a page's report from the server that relays it (web/server.h): a request by HTTP/1.0, so
 * that the answer's body is the lines and nothing else, until the connection ends. */

typedef struct IcelabReportReader IcelabReportReader;

/* Asks for report `id` at a host's port 80 (`host` without brackets), and returns when the server
 * has taken the request; until `deadline_us` of CLOCK_MONOTONIC. NULL and `error` on failure. */
IcelabReportReader *icelab_report_reader_open(
	const char *host, const char *id, gint64 deadline_us, GError **error);

/* The same on a connected socket, which it takes over. */
IcelabReportReader *icelab_report_reader_open_at(
	int descriptor, const char *host, const char *id, gint64 deadline_us, GError **error);
void icelab_report_reader_free(IcelabReportReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabReportReader, icelab_report_reader_free)

/* To wait for. */
int icelab_report_reader_descriptor(const IcelabReportReader *reader);

/* Takes what has come without waiting. FALSE and `error` where the connection broke. */
gboolean icelab_report_reader_read(IcelabReportReader *reader, GError **error);

/* The next whole line without its end, or NULL; caller frees. */
char *icelab_report_reader_next(IcelabReportReader *reader);

/* Whether the server has closed the connection. */
gboolean icelab_report_reader_is_over(const IcelabReportReader *reader);
