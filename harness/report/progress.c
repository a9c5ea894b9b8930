/* SPDX-License-Identifier: MIT */
#include "report/progress.h"

#include "report/details.h"
#include "report/summary.h"
#include "report/text.h"

#include <sys/ioctl.h>
#include <unistd.h>

/* A run finishes up to a thousand cells a second; nobody reads faster than this. */
#define REDRAW_US (50 * G_TIME_SPAN_MILLISECOND)
#define USUAL_WIDTH 80

struct IcelabProgress {
	FILE *stream;
	bool live;
	unsigned total;
	unsigned done;
	unsigned failed; /* neither pass, warn, known failure, unsupported nor skip */
	char *current;
	gint64 drawn; /* monotonic, microseconds */
};

bool icelab_progress_can_be_live(FILE *stream)
{
	return isatty(fileno(stream)) && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
}

IcelabProgress *icelab_progress_start(FILE *stream, bool live, unsigned total)
{
	IcelabProgress *progress = g_new0(IcelabProgress, 1);

	progress->stream = stream;
	progress->live = live;
	progress->total = total;
	return progress;
}

static size_t terminal_width(FILE *stream)
{
	struct winsize size;

	if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return USUAL_WIDTH;
}

static void draw(IcelabProgress *progress)
{
	gint64 now = g_get_monotonic_time();
	g_autofree char *line = NULL;
	g_autofree char *fitting = NULL;

	if (progress->drawn != 0 && now - progress->drawn < REDRAW_US)
		return;
	progress->drawn = now;
	line = g_strdup_printf("%u/%u cells, %u failed  %s", progress->done, progress->total,
		progress->failed, progress->current != NULL ? progress->current : "");
	/* One column less: a full line wraps on some terminals, and could not be wiped. */
	fitting = icelab_text_plain(line, terminal_width(progress->stream) - 1);
	fprintf(progress->stream, "\r\033[K%s", fitting);
	fflush(progress->stream);
}

void icelab_progress_begin(
	IcelabProgress *progress, const char *adapter, const char *scenario, const char *policy)
{
	if (!progress->live)
		return;
	g_free(progress->current);
	progress->current = g_strdup_printf("%s/%s/%s", adapter, scenario, policy);
	draw(progress);
}

static bool is_failure(const IcelabResult *result)
{
	if (icelab_result_is_known(result))
		return false;
	return result->verdict == ICELAB_FAIL || result->verdict == ICELAB_BROKEN ||
		   icelab_result_is_unexpected(result);
}

static void print_line(const IcelabProgress *progress, const IcelabResult *result)
{
	GString *line = g_string_new(NULL);

	g_string_append_printf(line, "[%u/%u] %-11s ", progress->done, progress->total,
		icelab_details_verdict(result->verdict));
	icelab_result_append_id(line, result);
	if (icelab_result_is_known(result))
		g_string_append(line, " (known failure)");
	if (icelab_result_is_unexpected(result))
		g_string_append(line, " (listed as a known failure)");
	if (result->exposures->len > 0)
		g_string_append(line, " (exposure)");
	g_string_append_c(line, '\n');
	fputs(line->str, progress->stream);
	fflush(progress->stream);
	g_string_free(line, TRUE);
}

void icelab_progress_update(IcelabProgress *progress, const IcelabResult *result)
{
	progress->done++;
	if (is_failure(result))
		progress->failed++;
	if (progress->live)
		draw(progress);
	else
		print_line(progress, result);
}

void icelab_progress_finish(IcelabProgress *progress)
{
	if (progress == NULL)
		return;
	if (progress->live) {
		fputs("\r\033[K", progress->stream);
		fflush(progress->stream);
	}
	g_free(progress->current);
	g_free(progress);
}
