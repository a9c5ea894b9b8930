/* SPDX-License-Identifier: MIT */
#include "run/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/sandbox.h"
#include "report/progress.h"
#include "run/evidence.h"
#include "run/worker.h"

/* A group of cells on its way through one sandbox or, when one is used up, several. */
typedef struct {
	GPtrArray *cells; /* IcelabPlanned */
	guint next;       /* the first that is not done */
	gboolean over;    /* the sandbox said that it can go no further */
	pid_t pid;        /* 0 while no sandbox is at work */
	int reports;
	gint64 report_us; /* when the last report came */
} Job;

typedef struct {
	const IcelabRunOptions *options;
	int folder;
	GPtrArray *jobs;
	IcelabProgress *progress;
	double teardown_ms; /* the slowest so far */
} Supervisor;

static void settle(Supervisor *supervisor, IcelabPlanned *planned, IcelabResult *result)
{
	planned->result = result;
	if (supervisor->progress != NULL)
		icelab_progress_update(supervisor->progress, result);
}

static IcelabResult *bare_result(const Supervisor *supervisor, const IcelabPlanned *planned,
	IcelabVerdict verdict, const char *reason)
{
	IcelabResult *result = icelab_result_new(planned->interview->adapter->name,
		planned->scenario->name, icelab_policy_label(planned->policy));

	result->verdict = verdict;
	result->reason = g_strdup(reason);
	result->folder = g_build_filename(supervisor->options->output, planned->folder, NULL);
	return result;
}

static void judge_cell(Supervisor *supervisor, IcelabPlanned *planned)
{
	g_autofree char *folder = g_build_filename(supervisor->options->output, planned->folder, NULL);
	g_autoptr(GError) error = NULL;
	IcelabResult *result = icelab_evidence_judge(folder, &error);

	if (result == NULL)
		result = bare_result(supervisor, planned, ICELAB_BROKEN, error->message);
	if (result->verdict == ICELAB_PASS && !supervisor->options->keep)
		icelab_evidence_trim(folder);
	settle(supervisor, planned, result);
}

static void settle_rest(Supervisor *supervisor, Job *job, IcelabVerdict verdict, const char *reason)
{
	for (; job->next < job->cells->len; job->next++) {
		IcelabPlanned *planned = job->cells->pdata[job->next];

		settle(supervisor, planned, bare_result(supervisor, planned, verdict, reason));
	}
}

static gboolean make_cell_folder(
	const Supervisor *supervisor, const IcelabPlanned *planned, GError **error)
{
	g_autofree char *folder = g_build_filename(supervisor->options->output, planned->folder, NULL);
	g_autofree char *copy = g_build_filename(folder, "scenario.ini", NULL);
	g_autofree char *text = NULL;
	gsize length;

	if (g_mkdir_with_parents(folder, 0755) != 0) {
		g_set_error(
			error, ICELAB_EVIDENCE_ERROR, 0, "%s cannot be made: %s", folder, g_strerror(errno));
		return FALSE;
	}
	return g_file_get_contents(planned->scenario->path, &text, &length, error) &&
		   g_file_set_contents(copy, text, (gssize)length, error);
}

/* What is known by now is not lost because the next sandbox cannot be made. One that somebody
 * killed can be tried again for the next cell; what this machine denies, it denies them all. */
static void settle_unstarted(Supervisor *supervisor, Job *job, const GError *error)
{
	if (g_error_matches(error, ICELAB_SANDBOX_ERROR, ICELAB_SANDBOX_ERROR_DENIED)) {
		settle_rest(supervisor, job, ICELAB_SKIP, error->message);
		return;
	}
	IcelabPlanned *planned = job->cells->pdata[job->next++];

	settle(supervisor, planned, bare_result(supervisor, planned, ICELAB_BROKEN, error->message));
}

static gboolean start_job(Supervisor *supervisor, Job *job, GError **error)
{
	g_autoptr(GError) denied = NULL;
	int ends[2];

	for (guint i = job->next; i < job->cells->len; i++) {
		if (!make_cell_folder(supervisor, job->cells->pdata[i], error))
			return FALSE;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
		g_set_error(error, ICELAB_EVIDENCE_ERROR, 0, "socketpair: %s", g_strerror(errno));
		return FALSE;
	}
	IcelabWorker worker = {
		.options = supervisor->options,
		.cells = job->cells,
		.first = job->next,
		.folder = supervisor->folder,
		.reports = ends[1],
	};
	const int keep[] = {worker.folder, worker.reports};

	job->over = FALSE;
	job->reports = ends[0];
	job->pid = icelab_sandbox_start(icelab_worker_run, &worker, keep, G_N_ELEMENTS(keep), &denied);
	close(ends[1]);
	if (job->pid > 0)
		return TRUE;
	close(ends[0]);
	job->pid = 0;
	settle_unstarted(supervisor, job, denied);
	return TRUE;
}

static void take_report(Supervisor *supervisor, Job *job, const IcelabReport *report)
{
	IcelabPlanned *planned = job->next < job->cells->len ? job->cells->pdata[job->next] : NULL;

	if (planned == NULL)
		return;
	switch (report->kind) {
	case ICELAB_REPORT_STARTED:
		if (supervisor->progress != NULL)
			icelab_progress_begin(supervisor->progress, planned->interview->adapter->name,
				planned->scenario->name, icelab_policy_label(planned->policy));
		break;
	case ICELAB_REPORT_DONE:
		job->next++;
		judge_cell(supervisor, planned);
		break;
	case ICELAB_REPORT_SKIP:
		settle_rest(supervisor, job, ICELAB_SKIP, report->text);
		break;
	case ICELAB_REPORT_BROKEN:
		settle_rest(supervisor, job, ICELAB_BROKEN, report->text);
		break;
	case ICELAB_REPORT_STALE:
		job->over = TRUE;
		break;
	default:
		break;
	}
}

/* The sandbox has ended, well or not. */
static void end_job(Supervisor *supervisor, Job *job)
{
	int status = 0;

	close(job->reports);
	TEMP_FAILURE_RETRY(waitpid(job->pid, &status, 0));
	job->pid = 0;
	supervisor->teardown_ms =
		MAX(supervisor->teardown_ms, (double)(g_get_monotonic_time() - job->report_us) / 1000);
	if (job->over || job->next >= job->cells->len)
		return;
	g_autofree char *reason =
		WIFSIGNALED(status)
			? g_strdup_printf("the sandbox was ended by signal %d", WTERMSIG(status))
			: g_strdup_printf("the sandbox ended with exit status %d", WEXITSTATUS(status));

	/* Between two cells nothing is lost. But a sandbox that dies before its first would die for
	 * ever. */
	IcelabPlanned *planned = job->cells->pdata[job->next++];

	settle(supervisor, planned, bare_result(supervisor, planned, ICELAB_BROKEN, reason));
}

static void read_reports(Supervisor *supervisor, Job *job)
{
	IcelabReport report;
	ssize_t count;

	while ((count = recv(job->reports, &report, sizeof report, MSG_DONTWAIT)) ==
		   (ssize_t)sizeof report) {
		report.text[sizeof report.text - 1] = '\0';
		job->report_us = g_get_monotonic_time();
		take_report(supervisor, job, &report);
	}
	if (count == 0)
		end_job(supervisor, job);
}

static guint count_running(const Supervisor *supervisor)
{
	guint running = 0;

	for (guint i = 0; i < supervisor->jobs->len; i++)
		running += ((Job *)supervisor->jobs->pdata[i])->pid > 0;
	return running;
}

static gboolean start_jobs(Supervisor *supervisor, GError **error)
{
	for (guint i = 0; i < supervisor->jobs->len; i++) {
		Job *job = supervisor->jobs->pdata[i];

		if (count_running(supervisor) >= supervisor->options->workers)
			return TRUE;
		while (job->pid == 0 && job->next < job->cells->len) {
			if (!start_job(supervisor, job, error))
				return FALSE;
		}
	}
	return TRUE;
}

static void wait_for_reports(Supervisor *supervisor)
{
	g_autofree struct pollfd *polls = g_new0(struct pollfd, supervisor->jobs->len);

	for (guint i = 0; i < supervisor->jobs->len; i++) {
		const Job *job = supervisor->jobs->pdata[i];

		polls[i] = (struct pollfd){job->pid > 0 ? job->reports : -1, POLLIN, 0};
	}
	poll(polls, supervisor->jobs->len, -1);
	for (guint i = 0; i < supervisor->jobs->len; i++) {
		if (polls[i].revents != 0)
			read_reports(supervisor, supervisor->jobs->pdata[i]);
	}
}

static void job_free(gpointer data)
{
	Job *job = data;

	if (job->pid > 0) {
		close(job->reports);
		icelab_sandbox_end(job->pid);
	}
	g_ptr_array_unref(job->cells);
	g_free(job);
}

static Job *add_job(Supervisor *supervisor)
{
	Job *job = g_new0(Job, 1);

	job->cells = g_ptr_array_new();
	g_ptr_array_add(supervisor->jobs, job);
	return job;
}

/* One lab serves many cells; but rather than leave a worker idle, a long group is dealt out to two.
 */
static void make_jobs(Supervisor *supervisor, const IcelabPlan *plan)
{
	guint parts = plan->groups->len < supervisor->options->workers && plan->groups->len > 0
					  ? supervisor->options->workers / plan->groups->len
					  : 1;

	for (guint i = 0; i < plan->groups->len; i++) {
		GPtrArray *group = plan->groups->pdata[i];
		guint share = MAX((group->len + parts - 1) / parts, 4);

		for (guint k = 0; k < group->len; k++) {
			Job *job = k % share == 0 ? add_job(supervisor)
									  : supervisor->jobs->pdata[supervisor->jobs->len - 1];

			g_ptr_array_add(job->cells, group->pdata[k]);
		}
	}
}

static gboolean run_jobs(Supervisor *supervisor, GError **error)
{
	if (!start_jobs(supervisor, error))
		return FALSE;
	while (count_running(supervisor) > 0) {
		wait_for_reports(supervisor);
		if (!start_jobs(supervisor, error))
			return FALSE;
	}
	return TRUE;
}

IcelabRun *icelab_supervise(const IcelabRunOptions *options, IcelabPlan *plan, GError **error)
{
	Supervisor supervisor = {.options = options};
	g_autoptr(IcelabRun) run = icelab_run_new();
	gint64 start = g_get_monotonic_time();
	gboolean done;

	supervisor.folder = open(options->output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (supervisor.folder < 0) {
		g_set_error(error, ICELAB_EVIDENCE_ERROR, 0, "%s: %s", options->output, g_strerror(errno));
		return NULL;
	}
	supervisor.jobs = g_ptr_array_new_with_free_func(job_free);
	supervisor.progress =
		options->progress
			? icelab_progress_start(stderr, icelab_progress_can_be_live(stderr), plan->cells->len)
			: NULL;
	for (guint i = 0; i < plan->cells->len && supervisor.progress != NULL; i++) {
		const IcelabPlanned *planned = plan->cells->pdata[i];

		if (planned->result != NULL)
			icelab_progress_update(supervisor.progress, planned->result);
	}
	make_jobs(&supervisor, plan);
	done = run_jobs(&supervisor, error);
	icelab_progress_finish(supervisor.progress);
	g_ptr_array_unref(supervisor.jobs);
	close(supervisor.folder);
	if (!done)
		return NULL;
	for (guint i = 0; i < plan->cells->len; i++) {
		IcelabPlanned *planned = plan->cells->pdata[i];

		g_ptr_array_add(run->results, g_steal_pointer(&planned->result));
	}
	run->folder = g_strdup(options->output);
	run->teardown_ms = supervisor.teardown_ms;
	run->wall_ms = (double)(g_get_monotonic_time() - start) / 1000;
	return g_steal_pointer(&run);
}
