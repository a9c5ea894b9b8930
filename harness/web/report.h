/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* A report on its way from a page to the adapter that waits for it: JSON lines, handed on as they
 * come. It exists while somebody reads it, so that pages alone cannot fill the memory. */

#define ICELAB_REPORT_ID_LIMIT 64                   /* characters */
#define ICELAB_REPORT_BODY_LIMIT (256 * 1024)       /* bytes of one request */
#define ICELAB_REPORT_TOTAL_LIMIT (8 * 1024 * 1024) /* bytes of one report */

typedef struct {
	char *id;
	GByteArray *waiting; /* not yet read */
	gsize total;
	gboolean ended; /* nothing more is taken */
} IcelabReportStream;

/* 1 to ICELAB_REPORT_ID_LIMIT of a-z, A-Z, 0-9, '-' and '_'. */
gboolean icelab_report_is_id(const char *text);

IcelabReportStream *icelab_report_stream_new(const char *id);
void icelab_report_stream_free(IcelabReportStream *stream);

/* Takes whole lines; `last` ends the report. FALSE where it has ended, the body is not made of
 * whole lines of text, or the report grows too long. */
gboolean icelab_report_stream_add(
	IcelabReportStream *stream, const char *bytes, gsize length, gboolean last);

/* Moves up to `limit` bytes to `buffer`. Returns how many; 0 where none wait. */
gsize icelab_report_stream_take(IcelabReportStream *stream, char *buffer, gsize limit);
