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
#include "run/headroom.h"
#include "run/queue.h"
#include "run/worker.h"

#define NO_CELL G_MAXUINT
#define WORTH_A_LAB 4 /* cells that must be left for another one of the same topology */
#define WAITING_US (3 * 1000 * 1000) /* what no cell takes that has something to do */
#define LOOK_MS 500                  /* how often the machine is looked at while others wait */

/* A sandbox at work. */
typedef struct {
	IcelabQueue *queue;
	guint cell;    /* number of the one that it runs, or NO_CELL */
	gboolean over; /* it said that it can go no further, or was told to stop */
	pid_t pid;
	int reports;
	gint64 start_us;  /* of its cell */
	gint64 report_us; /* when the last report came */
} Job;

typedef struct {
	const IcelabRunOptions *options;
	int folder;
	GPtrArray *queues; /* IcelabQueue */
	GPtrArray *jobs;   /* Job */
	IcelabHeadroom headroom;
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

/* What nobody took. */
static void settle_queue(
	Supervisor *supervisor, IcelabQueue *queue, IcelabVerdict verdict, const char *reason)
{
	while (queue->next < queue->cells->len) {
		IcelabPlanned *planned = queue->cells->pdata[queue->next++];

		settle(supervisor, planned, bare_result(supervisor, planned, verdict, reason));
	}
}

/* The cell that it was to run. */
static void settle_job(Supervisor *supervisor, Job *job, IcelabVerdict verdict, const char *reason)
{
	if (job->cell == NO_CELL)
		return;
	IcelabPlanned *planned = job->queue->cells->pdata[job->cell];

	job->cell = NO_CELL;
	settle(supervisor, planned, bare_result(supervisor, planned, verdict, reason));
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

static gboolean make_folders(const Supervisor *supervisor, IcelabQueue *queue, GError **error)
{
	for (guint i = queue->next; i < queue->cells->len && !queue->has_folders; i++) {
		if (!make_cell_folder(supervisor, queue->cells->pdata[i], error))
			return FALSE;
	}
	queue->has_folders = TRUE;
	return TRUE;
}

/* Tells the sandbox which cell to run, or to end. */
static void give_cell(Job *job)
{
	IcelabQueue *queue = job->queue;
	guint32 index = queue->next < queue->cells->len ? queue->next : ICELAB_NO_MORE_CELLS;

	job->cell = index == ICELAB_NO_MORE_CELLS ? NO_CELL : queue->next++;
	job->over = job->cell == NO_CELL;
	job->start_us = g_get_monotonic_time();
	/* Whether it hears that is told by its end. */
	if (send(job->reports, &index, sizeof index, MSG_NOSIGNAL) < 0)
		return;
}

/* What is known by now is not lost because the next sandbox cannot be made. One that somebody
 * killed can be tried again for the next cell; what this machine denies, it denies them all. */
static void settle_unstarted(Supervisor *supervisor, Job *job, const GError *error)
{
	if (g_error_matches(error, ICELAB_SANDBOX_ERROR, ICELAB_SANDBOX_ERROR_DENIED)) {
		settle_job(supervisor, job, ICELAB_SKIP, error->message);
		settle_queue(supervisor, job->queue, ICELAB_SKIP, error->message);
		return;
	}
	settle_job(supervisor, job, ICELAB_BROKEN, error->message);
}

static gboolean start_job(Supervisor *supervisor, IcelabQueue *queue, GError **error)
{
	g_autoptr(GError) denied = NULL;
	int ends[2];

	if (!make_folders(supervisor, queue, error))
		return FALSE;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
		g_set_error(error, ICELAB_EVIDENCE_ERROR, 0, "socketpair: %s", g_strerror(errno));
		return FALSE;
	}
	IcelabWorker worker = {
		.options = supervisor->options,
		.cells = queue->cells,
		.folder = supervisor->folder,
		.supervisor = ends[1],
	};
	const int keep[] = {worker.folder, worker.supervisor};
	Job *job = g_new0(Job, 1);

	g_ptr_array_add(supervisor->jobs, job);
	job->queue = queue;
	job->reports = ends[0];
	queue->jobs++;
	job->pid = icelab_sandbox_start(icelab_worker_run, &worker, keep, G_N_ELEMENTS(keep), &denied);
	close(ends[1]);
	give_cell(job);
	job->report_us = job->start_us;
	if (job->pid > 0)
		return TRUE;
	job->pid = 0;
	settle_unstarted(supervisor, job, denied);
	g_ptr_array_remove(supervisor->jobs, job);
	return TRUE;
}

static void take_report(Supervisor *supervisor, Job *job, const IcelabReport *report)
{
	IcelabPlanned *planned = job->cell != NO_CELL ? job->queue->cells->pdata[job->cell] : NULL;

	if (planned == NULL)
		return;
	switch (report->kind) {
	case ICELAB_REPORT_STARTED:
		if (supervisor->progress != NULL)
			icelab_progress_begin(supervisor->progress, planned->interview->adapter->name,
				planned->scenario->name, icelab_policy_label(planned->policy));
		break;
	case ICELAB_REPORT_DONE:
		/* It is at work again while this one is judged. */
		give_cell(job);
		judge_cell(supervisor, planned);
		break;
	case ICELAB_REPORT_STALE:
		job->cell = NO_CELL;
		job->over = TRUE;
		judge_cell(supervisor, planned);
		break;
	case ICELAB_REPORT_SKIP:
		settle_job(supervisor, job, ICELAB_SKIP, report->text);
		settle_queue(supervisor, job->queue, ICELAB_SKIP, report->text);
		break;
	case ICELAB_REPORT_BROKEN:
		settle_job(supervisor, job, ICELAB_BROKEN, report->text);
		settle_queue(supervisor, job->queue, ICELAB_BROKEN, report->text);
		break;
	default:
		break;
	}
}

/* The sandbox has ended, well or not. A cell that it was given and did not report is lost: given to
 * the next sandbox, one that ends every sandbox would do so for ever. */
static void end_job(Supervisor *supervisor, Job *job)
{
	int status = 0;

	TEMP_FAILURE_RETRY(waitpid(job->pid, &status, 0));
	job->pid = 0;
	supervisor->teardown_ms =
		MAX(supervisor->teardown_ms, (double)(g_get_monotonic_time() - job->report_us) / 1000);
	g_autofree char *reason =
		WIFSIGNALED(status)
			? g_strdup_printf("the sandbox was ended by signal %d", WTERMSIG(status))
			: g_strdup_printf("the sandbox ended with exit status %d", WEXITSTATUS(status));

	settle_job(supervisor, job, ICELAB_BROKEN, reason);
	g_ptr_array_remove(supervisor->jobs, job);
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

/* Whether some cell has taken so long that it may be waiting for the network. */
static gboolean somebody_waits(const Supervisor *supervisor)
{
	gint64 now = g_get_monotonic_time();

	for (guint i = 0; i < supervisor->jobs->len; i++) {
		const Job *job = supervisor->jobs->pdata[i];

		if (job->cell != NO_CELL && now - job->start_us > WAITING_US)
			return TRUE;
	}
	return FALSE;
}

/* One lab a worker; and where it may, one more at a time while others wait and the machine has
 * room. */
static gboolean start_jobs(Supervisor *supervisor, GError **error)
{
	const IcelabRunOptions *options = supervisor->options;
	IcelabQueue *queue;

	while (supervisor->jobs->len < options->workers &&
		   (queue = icelab_queues_choose(supervisor->queues, WORTH_A_LAB)) != NULL) {
		if (!start_job(supervisor, queue, error))
			return FALSE;
	}
	queue = icelab_queues_choose(supervisor->queues, 1);
	if (!options->overlap || queue == NULL || supervisor->jobs->len == 0 ||
		!somebody_waits(supervisor) || !icelab_headroom_has_room(&supervisor->headroom))
		return TRUE;
	return start_job(supervisor, queue, error);
}

static void wait_for_reports(Supervisor *supervisor)
{
	/* Those that end are taken out of the other list. */
	g_autoptr(GPtrArray) jobs = g_ptr_array_new();
	g_autofree struct pollfd *polls = g_new0(struct pollfd, supervisor->jobs->len);
	gboolean looking =
		supervisor->options->overlap && icelab_queues_choose(supervisor->queues, 1) != NULL;

	g_ptr_array_extend(jobs, supervisor->jobs, NULL, NULL);
	for (guint i = 0; i < jobs->len; i++)
		polls[i] = (struct pollfd){((const Job *)jobs->pdata[i])->reports, POLLIN, 0};
	poll(polls, jobs->len, looking ? LOOK_MS : -1);
	for (guint i = 0; i < jobs->len; i++) {
		if (polls[i].revents != 0)
			read_reports(supervisor, jobs->pdata[i]);
	}
}

static void job_free(gpointer data)
{
	Job *job = data;

	close(job->reports);
	job->queue->jobs--;
	if (job->pid > 0)
		icelab_sandbox_end(job->pid);
	g_free(job);
}

static gboolean run_jobs(Supervisor *supervisor, GError **error)
{
	if (!start_jobs(supervisor, error))
		return FALSE;
	while (supervisor->jobs->len > 0) {
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
	supervisor.queues = icelab_queues_new(plan);
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
	done = run_jobs(&supervisor, error);
	icelab_progress_finish(supervisor.progress);
	g_ptr_array_unref(supervisor.jobs);
	g_ptr_array_unref(supervisor.queues);
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
