/* SPDX-License-Identifier: MIT */
#include "adapter/browser.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapter/browser_log.h"
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

void icelab_browser_plan_free(IcelabBrowserPlan *plan)
{
	if (plan == NULL)
		return;
	g_free(plan->folder);
	g_free(plan->program);
	g_ptr_array_unref(plan->arguments);
	g_string_free(plan->detail, TRUE);
	icelab_policy_proof_free(plan->proof);
	g_free(plan->shown);
	g_free(plan->covered);
	g_free(plan);
}

IcelabBrowserPlan *icelab_browser_plan_new(const IcelabBrowser *browser, const char *program,
	const IcelabRequest *request, const char *page, GError **error)
{
	g_autoptr(IcelabBrowserPlan) plan = g_new0(IcelabBrowserPlan, 1);

	plan->folder = g_build_filename(g_get_home_dir(), "profile-XXXXXX", NULL);
	plan->program = g_strdup(program);
	plan->arguments = g_ptr_array_new_with_free_func(g_free);
	plan->detail = g_string_new(NULL);
	plan->proof = icelab_policy_proof_new(browser->says);
	if (g_mkdtemp(plan->folder) == NULL) {
		g_set_error(
			error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", plan->folder, strerror(errno));
		return NULL;
	}
	if (!browser->prepare(request, page, plan, error))
		return NULL;
	g_ptr_array_insert(plan->arguments, 0, g_strdup(plan->program));
	return g_steal_pointer(&plan);
}

typedef struct {
	const IcelabBrowser *browser;
	const IcelabRequest *request;
	IcelabBrowserPlan *plan;
	IcelabReportReader *reader;
	IcelabBrowserLog *log;
	pid_t pid;
	gint64 deadline_us;
	gboolean proven;
	gboolean done; /* the page said so */
} Gathering;

static void listen_to(const char *line, gsize length, gpointer data)
{
	Gathering *gathering = data;

	gathering->browser->listen(line, length, gathering->plan->proof);
}

/* What the browser has said so far. FALSE where that is not what it was told. */
static gboolean check_policy(Gathering *gathering, GError **error)
{
	const IcelabPolicyProof *proof = gathering->plan->proof;

	icelab_browser_log_read(gathering->log);
	if (!icelab_policy_proof_is_refuted(proof) &&
		(gathering->proven || !icelab_policy_proof_is_complete(proof)))
		return TRUE;
	g_autofree char *text = icelab_policy_proof_text(proof);

	if (icelab_policy_proof_is_refuted(proof)) {
		g_set_error(
			error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "the policy did not take effect: %s", text);
		return FALSE;
	}
	icelab_kit_policy_in_force(
		gathering->request->policy, gathering->plan->detail->str, gathering->request->policy, text);
	gathering->proven = TRUE;
	return TRUE;
}

static gboolean fail(GError **error, const char *what)
{
	g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, what);
	return FALSE;
}

static gboolean fail_ended(Gathering *gathering, GError **error)
{
	icelab_browser_log_read(gathering->log);
	g_autofree char *last = icelab_browser_log_last(gathering->log);

	if (icelab_browser_status(gathering->pid) == ICELAB_BROWSER_NOT_COVERED)
		icelab_kit_unsupported(last);
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
		"the browser ended before its page had reported%s%s", last[0] != '\0' ? ": " : "", last);
	return FALSE;
}

static gboolean print_lines(Gathering *gathering, GError **error)
{
	char *line;

	if (!icelab_report_reader_read(gathering->reader, error))
		return FALSE;
	while ((line = icelab_report_reader_next(gathering->reader)) != NULL) {
		gathering->done |= strcmp(line, "{\"type\":\"done\"}") == 0;
		icelab_kit_line(line);
		g_free(line);
	}
	return TRUE;
}

static void wait_for_more(const Gathering *gathering)
{
	struct pollfd waits[] = {
		{icelab_report_reader_descriptor(gathering->reader), POLLIN, 0},
		{icelab_browser_log_descriptor(gathering->log), POLLIN, 0},
	};

	/* A browser that dies closes nothing that this process could see. */
	poll(waits, G_N_ELEMENTS(waits), 100);
}

/* Prints the report as it comes. Returns whether it was whole, and the policy proven. */
static gboolean relay(Gathering *gathering, GError **error)
{
	while (!icelab_report_reader_is_over(gathering->reader)) {
		wait_for_more(gathering);
		if (!check_policy(gathering, error) || !print_lines(gathering, error))
			return FALSE;
		if (icelab_browser_has_ended(gathering->pid) && !gathering->done)
			return fail_ended(gathering, error);
		if (g_get_monotonic_time() > gathering->deadline_us) {
			fail(error, "the page did not report in time");
			return FALSE;
		}
	}
	if (!gathering->done)
		return fail(error, "the page ended its report too early");
	/* The browser says it before it gathers, so it has been said by now. */
	if (!check_policy(gathering, error))
		return FALSE;
	if (gathering->proven)
		return TRUE;
	g_autofree char *text = icelab_policy_proof_text(gathering->plan->proof);

	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
		"nothing proves that the policy took effect: %s", text);
	return FALSE;
}

static gboolean start(Gathering *gathering, const char *page, GError **error)
{
	const IcelabBrowserPlan *plan = gathering->plan;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return fail(error, g_strerror(errno));
	const IcelabBrowserProcess process = {
		.program = plan->program,
		.arguments = plan->arguments,
		.output = ends[1],
		.shown = plan->shown,
		.covered = plan->covered,
	};

	g_ptr_array_add(plan->arguments, g_strdup(page));
	g_ptr_array_add(plan->arguments, NULL);
	gathering->pid = icelab_browser_start(&process);
	close(ends[1]);
	gathering->log = icelab_browser_log_new(ends[0], STDERR_FILENO, listen_to, gathering);
	return gathering->pid > 0 || fail(error, "the browser cannot be started");
}

static gboolean gather(
	const IcelabBrowser *browser, const char *program, const IcelabRequest *request, GError **error)
{
	gint64 share_ms = request->deadline_ms / RESERVE_PART;
	gint64 deadline_us = g_get_monotonic_time() + (request->deadline_ms - share_ms) * 1000;
	gint64 until_ms = g_get_real_time() / 1000 + request->deadline_ms - 2 * share_ms;
	g_autofree char *page = icelab_browser_page(request, request->origin[0], until_ms);
	g_autoptr(IcelabBrowserPlan) plan =
		icelab_browser_plan_new(browser, program, request, page, error);
	Gathering gathering = {
		.browser = browser,
		.request = request,
		.plan = plan,
		.pid = -1,
		.deadline_us = deadline_us,
	};
	gboolean whole;

	if (plan == NULL)
		return FALSE;
	/* The server takes reports only for those who wait for them. */
	gathering.reader =
		icelab_report_reader_open(request->origin[0], request->id, deadline_us, error);
	whole = gathering.reader != NULL && start(&gathering, page, error) && relay(&gathering, error);
	if (gathering.pid > 0)
		icelab_browser_end(gathering.pid);
	icelab_browser_log_free(gathering.log);
	icelab_report_reader_free(gathering.reader);
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
