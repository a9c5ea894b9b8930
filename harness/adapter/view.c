/* SPDX-License-Identifier: MIT */
#include "adapter/view.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapter/browser_process.h"
#include "adapter/devtools.h"
#include "adapter/report_reader.h"

#define PICTURE_WIDTH 1000  /* pixels */
#define PICTURE_HEIGHT 1000 /* of the window; the picture is as long as the page */
#define LINGER_MS 2000      /* from the browser's end to the end of its report */

typedef struct {
	const IcelabBrowser *browser;
	const char *program;
	const IcelabRequest *request;
	char *page;
	IcelabBrowserPlan *plan;
	gint64 deadline_us;
	pid_t pid;
	int handle; /* pidfd: readable when the browser has ended; or -1 */
	IcelabDevtools *devtools;
	char *picture; /* path of the file that the browser writes, or NULL */
} View;

static void clear_view(View *view)
{
	if (view->pid > 0)
		icelab_browser_end(view->pid);
	if (view->handle >= 0)
		close(view->handle);
	icelab_devtools_free(view->devtools);
	icelab_browser_plan_free(view->plan);
	g_free(view->page);
	g_free(view->picture);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(View, clear_view)

static gboolean fail(GError **error, const char *what)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s", what);
	return FALSE;
}

static gboolean prepare(View *view, gboolean hold, GError **error)
{
	view->page = icelab_browser_audit_page(view->request, view->request->origin[0], hold);
	view->plan =
		icelab_browser_plan_new(view->browser, view->program, view->request, view->page, error);
	if (view->plan == NULL)
		return FALSE;
	fprintf(stderr, "%s\n", view->plan->detail->str);
	return TRUE;
}

static gboolean start(View *view, const int *pipes, GError **error)
{
	const IcelabBrowserProcess process = {
		.program = view->plan->program,
		.arguments = view->plan->arguments,
		.output = STDERR_FILENO,
		.pipes = pipes,
		.shown = view->plan->shown,
		.covered = view->plan->covered,
	};

	g_ptr_array_add(view->plan->arguments, g_strdup(view->page));
	g_ptr_array_add(view->plan->arguments, NULL);
	view->pid = icelab_browser_start(&process);
	if (view->pid > 0)
		view->handle = (int)syscall(SYS_pidfd_open, view->pid, 0);
	return view->handle >= 0 || fail(error, strerror(errno));
}

/* The switch is called the same everywhere. */
static void show_window(GPtrArray *arguments)
{
	for (guint i = arguments->len; i > 0; i--) {
		if (g_str_has_prefix(arguments->pdata[i - 1], "--headless"))
			g_ptr_array_remove_index(arguments, i - 1);
	}
}

/* They stand in a file that cannot be seen from here. */
static gboolean write_cookies(GError **error)
{
	const char *base64 = g_getenv("ICELAB_XAUTHORITY");
	g_autofree char *path = g_build_filename(g_get_home_dir(), ".Xauthority", NULL);
	g_autofree guchar *bytes = NULL;
	gsize length;

	if (base64 == NULL)
		return TRUE;
	bytes = g_base64_decode(base64, &length);
	g_setenv("XAUTHORITY", path, TRUE);
	return g_file_set_contents_full(
		path, (const char *)bytes, (gssize)length, G_FILE_SET_CONTENTS_NONE, 0600, error);
}

static gboolean view_window(View *view, GError **error)
{
	int status = 0;

	if (!write_cookies(error) || !prepare(view, FALSE, error))
		return FALSE;
	show_window(view->plan->arguments);
	if (!start(view, NULL, error))
		return FALSE;
	TEMP_FAILURE_RETRY(waitpid(view->pid, &status, 0));
	view->pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return TRUE;
	return fail(error, "the browser could not show a window, or was ended");
}

static gboolean start_with_devtools(View *view, GError **error)
{
	int commands[2], answers[2];
	gboolean started;

	if (pipe2(commands, O_CLOEXEC) != 0)
		return fail(error, strerror(errno));
	if (pipe2(answers, O_CLOEXEC) != 0) {
		close(commands[0]);
		close(commands[1]);
		return fail(error, strerror(errno));
	}
	g_ptr_array_add(view->plan->arguments, g_strdup("--remote-debugging-pipe"));
	g_ptr_array_add(view->plan->arguments, g_strdup("--hide-scrollbars"));
	g_ptr_array_add(view->plan->arguments,
		g_strdup_printf("--window-size=%d,%d", PICTURE_WIDTH, PICTURE_HEIGHT));
	started = start(view, (const int[]){commands[0], answers[1]}, error);
	close(commands[0]);
	close(answers[1]);
	/* A browser that dies is told of by the command that it does not take. */
	signal(SIGPIPE, SIG_IGN);
	view->devtools = icelab_devtools_new(answers[0], commands[1], view->deadline_us);
	return started;
}

/* It takes its picture when the page has loaded, and ends. */
static gboolean start_with_switch(View *view, GError **error)
{
	view->picture = g_build_filename(g_get_home_dir(), "picture.png", NULL);
	g_ptr_array_add(view->plan->arguments, g_strdup_printf("--window-size=%d", PICTURE_WIDTH));
	g_ptr_array_add(view->plan->arguments, g_strdup("--screenshot"));
	g_ptr_array_add(view->plan->arguments, g_strdup(view->picture));
	return start(view, NULL, error);
}

/* Waits for the next thing to happen to the browser or the report; -1 for what is not waited for.
 * FALSE when time is up. */
static gboolean wait_for_more(int browser, int report, gint64 deadline_us, struct pollfd polls[2])
{
	gint64 left = deadline_us - g_get_monotonic_time();

	polls[0] = (struct pollfd){browser, POLLIN, 0};
	polls[1] = (struct pollfd){report, POLLIN, 0};
	return left > 0 && poll(polls, 2, (int)(left / 1000 + 1)) > 0;
}

static guint print_lines(IcelabReportReader *reader)
{
	guint count = 0;

	for (;;) {
		g_autofree char *line = icelab_report_reader_next(reader);

		if (line == NULL)
			return count;
		icelab_kit_line(line);
		count++;
	}
}

/* Prints the page's lines. Returns when it shows the audit. */
static gboolean relay(const View *view, IcelabReportReader *reader, GError **error)
{
	int browser = view->handle;
	gint64 deadline_us = view->deadline_us;
	struct pollfd polls[2];
	guint lines = 0;

	while (!icelab_report_reader_is_over(reader)) {
		if (!wait_for_more(browser, icelab_report_reader_descriptor(reader), deadline_us, polls))
			return fail(error, browser < 0 ? "the browser ended before its page had shown the audit"
										   : "the page did not show the audit in time");
		if (!icelab_report_reader_read(reader, error))
			return FALSE;
		lines += print_lines(reader);
		/* What its page has sent is still on its way. */
		if (browser >= 0 && polls[0].revents != 0) {
			browser = -1;
			deadline_us = MIN(deadline_us, g_get_monotonic_time() + LINGER_MS * 1000);
		}
	}
	return lines > 0 || fail(error, "the page showed no audit");
}

static void print_picture(const char *base64)
{
	g_autofree char *line = g_strdup_printf("{\"picture\":\"%s\"}", base64);

	icelab_kit_line(line);
}

static gboolean print_devtools_picture(View *view, GError **error)
{
	g_autofree char *picture = NULL;

	if (!icelab_devtools_attach(view->devtools, "http://", error))
		return FALSE;
	picture = icelab_devtools_picture(view->devtools, error);
	if (picture != NULL)
		print_picture(picture);
	return picture != NULL;
}

static gboolean print_file_picture(View *view, GError **error)
{
	g_autofree char *bytes = NULL;
	g_autofree char *base64 = NULL;
	struct pollfd polls[2];
	gsize length;

	if (!wait_for_more(view->handle, -1, view->deadline_us, polls))
		return fail(error, "the browser took no picture in time");
	if (!g_file_get_contents(view->picture, &bytes, &length, error))
		return FALSE;
	base64 = g_base64_encode((const guchar *)bytes, length);
	print_picture(base64);
	return TRUE;
}

static gboolean view_report(View *view, gboolean picture, GError **error)
{
	gboolean devtools = picture && view->browser->has_devtools;
	gboolean by_switch = picture && !devtools;
	g_autoptr(IcelabReportReader) reader = NULL;

	if (!prepare(view, by_switch, error))
		return FALSE;
	reader = icelab_report_reader_open(
		view->request->origin[0], view->request->id, view->deadline_us, error);
	if (reader == NULL)
		return FALSE;
	if (!(devtools      ? start_with_devtools(view, error)
			: by_switch ? start_with_switch(view, error)
						: start(view, NULL, error)))
		return FALSE;
	if (!relay(view, reader, error))
		return FALSE;
	return !picture ||
		   (devtools ? print_devtools_picture(view, error) : print_file_picture(view, error));
}

gboolean icelab_browser_view(const IcelabBrowser *browser, const char *program,
	const IcelabRequest *request, const char *how, GError **error)
{
	g_auto(View) view = {
		.browser = browser,
		.program = program,
		.request = request,
		.handle = -1,
		.deadline_us = g_get_monotonic_time() + (gint64)request->deadline_ms * 1000,
	};

	if (strcmp(how, "window") == 0)
		return view_window(&view, error);
	if (strcmp(how, "text") == 0 || strcmp(how, "picture") == 0)
		return view_report(&view, strcmp(how, "picture") == 0, error);
	return fail(error, "ICELAB_VIEW is none of window, text and picture");
}
