/* SPDX-License-Identifier: MIT */
#include "web/report.h"

#include <string.h>

gboolean icelab_report_is_id(const char *text)
{
	gsize length = 0;

	for (; text[length] != '\0'; length++) {
		if (length == ICELAB_REPORT_ID_LIMIT ||
			!(g_ascii_isalnum(text[length]) || text[length] == '-' || text[length] == '_'))
			return FALSE;
	}
	return length > 0;
}

IcelabReportStream *icelab_report_stream_new(const char *id)
{
	IcelabReportStream *stream = g_new0(IcelabReportStream, 1);

	stream->id = g_strdup(id);
	stream->waiting = g_byte_array_new();
	return stream;
}

void icelab_report_stream_free(IcelabReportStream *stream)
{
	if (stream == NULL)
		return;
	g_free(stream->id);
	g_byte_array_unref(stream->waiting);
	g_free(stream);
}

gboolean icelab_report_stream_add(
	IcelabReportStream *stream, const char *bytes, gsize length, gboolean last)
{
	if (stream->ended || length > ICELAB_REPORT_TOTAL_LIMIT - stream->total)
		return FALSE;
	/* Half a line would become one with the next. */
	if (length > 0 && (bytes[length - 1] != '\n' || memchr(bytes, '\0', length) != NULL))
		return FALSE;
	if (length > 0)
		g_byte_array_append(stream->waiting, (const guint8 *)bytes, (guint)length);
	stream->total += length;
	stream->ended = last;
	return TRUE;
}

gsize icelab_report_stream_take(IcelabReportStream *stream, char *buffer, gsize limit)
{
	gsize count = MIN(limit, stream->waiting->len);

	if (count == 0)
		return 0;
	memcpy(buffer, stream->waiting->data, count);
	g_byte_array_remove_range(stream->waiting, 0, (guint)count);
	return count;
}
