/* SPDX-License-Identifier: MIT */
/* Attack surface: the reports that pages post to the lab's web server: their id, which any page
 * chooses, and their bodies (harness/web/report.c).
 *
 * The input is a list of steps: what is to be done (add a body, add the last one, take, ask for an
 * id), then a length and so many bytes. Oracle: a model of the stream, a string that grows at the
 * end of each accepted body and shrinks at its front, and that says by itself which bodies are to
 * be accepted. */
#include <stdint.h>
#include <string.h>

#include "oracles/oracle.h"
#include "web/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
	IcelabReportStream *stream;
	GString *waiting;
	gboolean ended;
	gsize total;
} Model;

static void add(Model *model, const char *bytes, gsize length, gboolean last)
{
	/* Of its own size, so that reading past it is seen. */
	g_autofree char *body = g_memdup2(bytes, length);
	gboolean whole = length == 0 || (bytes[length - 1] == '\n' && strnlen(bytes, length) == length);
	gboolean expected =
		!model->ended && whole && model->total + length <= ICELAB_REPORT_TOTAL_LIMIT;

	EXPECT(icelab_report_stream_add(model->stream, body, length, last) == expected, "report-add",
		"%zu bytes, %s", length, expected ? "refused" : "accepted");
	if (!expected)
		return;
	g_string_append_len(model->waiting, bytes, (gssize)length);
	model->total += length;
	model->ended = last;
}

static void take(Model *model, gsize limit)
{
	g_autofree char *buffer = g_malloc(MAX(limit, 1));
	gsize count = icelab_report_stream_take(model->stream, buffer, limit);

	EXPECT(count == MIN(limit, model->waiting->len), "report-take", "%zu of %zu", count,
		model->waiting->len);
	EXPECT(count == 0 || memcmp(buffer, model->waiting->str, count) == 0, "report-take",
		"other bytes");
	g_string_erase(model->waiting, 0, (gssize)count);
}

static void ask_id(const char *bytes, gsize length)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	g_autofree char *id = g_strndup(bytes, length);
	gsize count = strlen(id);
	gboolean expected =
		count >= 1 && count <= ICELAB_REPORT_ID_LIMIT && strspn(id, allowed) == count;

	EXPECT(icelab_report_is_id(id) == expected, "report-ask-id", "\"%s\"", id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Model model = {icelab_report_stream_new("id"), g_string_new(NULL), FALSE, 0};

	while (size >= 2) {
		unsigned step = data[0] % 4;
		gsize length = MIN((gsize)data[1], size - 2);
		const char *bytes = (const char *)data + 2;

		if (step == 2)
			take(&model, length);
		else if (step == 3)
			ask_id(bytes, length);
		else
			add(&model, bytes, length, step == 1);
		data += 2 + length;
		size -= 2 + length;
	}
	EXPECT(model.stream->ended == model.ended && model.stream->total == model.total, "report-input",
		"the end");
	icelab_report_stream_free(model.stream);
	g_string_free(model.waiting, TRUE);
	return 0;
}
