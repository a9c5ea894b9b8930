/* SPDX-License-Identifier: MIT */
#include "adapter/browser.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapter/browser_process.h"
#include "adapter/report_reader.h"
#include "adapter/view.h"

/* What is kept of the deadline, once for the page to say what there is, and once for the end. */
#define RESERVE_PART 20

const char *icelab_browser_find(const IcelabBrowser *browser, const char *name)
{
	const char *chosen = getenv(browser->variable);

	if (chosen != NULL && access(chosen, X_OK) == 0)
		return chosen;
	for (gsize i = 0; chosen == NULL && browser->programs[i] != NULL; i++) {
		if (access(browser->programs[i], X_OK) == 0)
			return browser->programs[i];
	}
	if (chosen != NULL)
		fprintf(stderr, "%s: %s=%s: %s\n", name, browser->variable, chosen, strerror(errno));
	else
		fprintf(stderr, "%s is not installed: apt-get install %s, or set %s to its path\n", name,
			browser->package, browser->variable);
	exit(ICELAB_KIT_EXIT_UNSUPPORTED);
}

static char *host_of(const char *origin)
{
	return strchr(origin, ':') != NULL ? g_strdup_printf("[%s]", origin) : g_strdup(origin);
}

static char *page_address(const IcelabRequest *request, const char *origin, const char *first)
{
	g_autofree char *host = host_of(origin);
	GString *url = g_string_new(NULL);

	g_string_printf(url, "http://%s/?%s", host, first);
	for (gsize i = 0; request->stun[i] != NULL; i++) {
		g_autofree char *server = g_uri_escape_string(request->stun[i], ":", FALSE);

		g_string_append_printf(url, "&stun=%s", server);
	}
	if (request->consent)
		g_string_append(url, "&consent=1");
	if (strcmp(request->policy, "relay") == 0)
		g_string_append(url, "&relay=1");
	return g_string_free(url, FALSE);
}

char *icelab_browser_page(const IcelabRequest *request, const char *origin, gint64 until_ms)
{
	g_autofree char *first =
		g_strdup_printf("id=%s&until=%" G_GINT64_FORMAT, request->id, until_ms);

	return page_address(request, origin, first);
}

char *icelab_browser_audit_page(const IcelabRequest *request, const char *origin, gboolean hold)
{
	g_autofree char *first = g_strdup_printf("report=%s%s", request->id, hold ? "&hold=1" : "");

	return page_address(request, origin, first);
}

/* Prints the report as it comes. Returns whether it was whole. */
static gboolean relay(IcelabReportReader *reader, pid_t pid, gint64 deadline_us, GError **error)
{
	gboolean done = FALSE;

	while (!icelab_report_reader_is_over(reader)) {
		struct pollfd wait = {icelab_report_reader_descriptor(reader), POLLIN, 0};
		g_autofree char *line = NULL;

		/* A browser that dies closes nothing that this process could see. */
		poll(&wait, 1, 100);
		if (!icelab_report_reader_read(reader, error))
			return FALSE;
		while ((line = icelab_report_reader_next(reader)) != NULL) {
			done |= strcmp(line, "{\"type\":\"done\"}") == 0;
			icelab_kit_line(line);
			g_clear_pointer(&line, g_free);
		}
		if (icelab_browser_has_ended(pid) && !done) {
			g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
				"the browser ended before its page had reported");
			return FALSE;
		}
		if (g_get_monotonic_time() > deadline_us) {
			g_set_error(
				error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "the page did not report in time");
			return done;
		}
	}
	if (!done)
		g_set_error(
			error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "the page ended its report too early");
	return done;
}

GPtrArray *icelab_browser_prepare(const IcelabBrowser *browser, const char *program,
	const IcelabRequest *request, const char *page, GString *detail, GError **error)
{
	g_autofree char *folder = g_build_filename(g_get_home_dir(), "profile-XXXXXX", NULL);
	g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);

	if (g_mkdtemp(folder) == NULL) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", folder, strerror(errno));
		return NULL;
	}
	g_ptr_array_add(arguments, g_strdup(program));
	if (!browser->prepare(request, page, folder, arguments, detail, error))
		return NULL;
	return g_steal_pointer(&arguments);
}

static gboolean gather(
	const IcelabBrowser *browser, const char *program, const IcelabRequest *request, GError **error)
{
	gint64 share_ms = request->deadline_ms / RESERVE_PART;
	gint64 deadline_us = g_get_monotonic_time() + (request->deadline_ms - share_ms) * 1000;
	gint64 until_ms = g_get_real_time() / 1000 + request->deadline_ms - 2 * share_ms;
	g_autofree char *page = icelab_browser_page(request, request->origin[0], until_ms);
	g_autoptr(GString) detail = g_string_new(NULL);
	g_autoptr(GPtrArray) arguments =
		icelab_browser_prepare(browser, program, request, page, detail, error);
	g_autoptr(IcelabReportReader) reader = NULL;
	gboolean whole;
	pid_t pid;

	if (arguments == NULL)
		return FALSE;
	g_ptr_array_add(arguments, g_strdup(page));
	g_ptr_array_add(arguments, NULL);
	/* The server takes reports only for those who wait for them. */
	reader = icelab_report_reader_open(request->origin[0], request->id, deadline_us, error);
	if (reader == NULL)
		return FALSE;
	icelab_kit_policy(request->policy, detail->str);
	pid = icelab_browser_start(program, arguments, NULL);
	if (pid < 0) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "fork: %s", strerror(errno));
		return FALSE;
	}
	whole = relay(reader, pid, deadline_us, error);
	icelab_browser_end(pid);
	return whole;
}

int icelab_browser_gather(
	const IcelabBrowser *browser, const char *program, const IcelabRequest *request)
{
	g_autoptr(GError) error = NULL;

	if (request->turn[0] != NULL)
		icelab_kit_unsupported("TURN servers are not used by this adapter");
	if (request->proxy != NULL)
		icelab_kit_unsupported("proxies are not used by this adapter");
	if (request->origin[0] == NULL)
		icelab_kit_unsupported("there is no host for the page");
	if (getenv(ICELAB_VIEW) != NULL
			? icelab_browser_view(browser, program, request, getenv(ICELAB_VIEW), &error)
			: gather(browser, program, request, &error))
		return ICELAB_KIT_EXIT_DONE;
	fprintf(stderr, "%s\n", error->message);
	return 1;
}
