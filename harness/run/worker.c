/* SPDX-License-Identifier: MIT */
#include "run/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/cell.h"

#define LOG "/run/icelab/lab.log"
#define BOOK "/run/icelab/book"

static void report(const IcelabWorker *worker, IcelabReportKind kind, const char *text)
{
	IcelabReport message = {.kind = kind};

	if (text != NULL)
		g_strlcpy(message.text, text, sizeof message.text);
	/* Without a supervisor nobody wants the rest. */
	if (send(worker->supervisor, &message, sizeof message, 0) != (ssize_t)sizeof message)
		_exit(1);
}

/* Waits for the supervisor. FALSE when there are no more cells. */
static gboolean next_cell(const IcelabWorker *worker, guint32 *index)
{
	ssize_t count = TEMP_FAILURE_RETRY(recv(worker->supervisor, index, sizeof *index, 0));

	return count == (ssize_t)sizeof *index && *index < worker->cells->len;
}

static gboolean write_file(int folder, const char *name, const char *text)
{
	int descriptor = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	gsize length = strlen(text);
	gboolean done = descriptor >= 0;

	while (done && length > 0) {
		ssize_t count = TEMP_FAILURE_RETRY(write(descriptor, text, length));

		done = count > 0;
		text += count;
		length -= (gsize)count;
	}
	if (descriptor >= 0)
		close(descriptor);
	return done;
}

static void copy_file(const char *from, int folder, const char *name)
{
	g_autofree char *text = NULL;

	if (g_file_get_contents(from, &text, NULL, NULL))
		write_file(folder, name, text);
}

static int open_folder(const IcelabWorker *worker, const IcelabPlanned *planned)
{
	return openat(worker->folder, planned->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Without evidence there is no judging; and what keeps one cell's from being written keeps the
 * others' too. Returns FALSE. */
static gboolean give_up(const IcelabWorker *worker, const char *what)
{
	g_autofree char *text = g_strdup_printf("%s: %s", what, g_strerror(errno));

	report(worker, ICELAB_REPORT_BROKEN, text);
	return FALSE;
}

/* Returns whether the lab can serve another cell. */
static gboolean run_cell(
	const IcelabWorker *worker, IcelabLab *lab, const IcelabPlanned *planned, double lab_ms)
{
	IcelabCell cell = {
		.adapter = planned->interview->adapter,
		.scenario = planned->scenario,
		.policy = planned->policy,
		.deadline_ms = MAX(worker->options->deadline_ms, planned->interview->adapter->deadline_ms),
		.folder = open_folder(worker, planned),
	};
	g_autoptr(IcelabObservation) observation = NULL;
	g_autofree char *json = NULL;
	gboolean changed = FALSE;

	if (cell.folder < 0)
		return give_up(worker, "the cell's folder cannot be opened");
	report(worker, ICELAB_REPORT_STARTED, NULL);
	observation = icelab_cell_run(lab, &cell, &changed);
	observation->lab_ms = lab_ms;
	json = icelab_observation_to_json(observation);
	copy_file(BOOK, cell.folder, "book");
	if (observation->outcome == ICELAB_OUTCOME_BROKEN)
		copy_file(LOG, cell.folder, "lab.log");
	if (!write_file(cell.folder, "observation.json", json)) {
		close(cell.folder);
		return give_up(worker, "observation.json cannot be written");
	}
	close(cell.folder);
	report(worker, changed ? ICELAB_REPORT_STALE : ICELAB_REPORT_DONE, NULL);
	return !changed;
}

/* The log goes to all cells that will never run. */
static void report_failure(const IcelabWorker *worker, const GError *error)
{
	gboolean skip = g_error_matches(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_SKIP);

	for (guint i = 0; i < worker->cells->len; i++) {
		int folder = open_folder(worker, worker->cells->pdata[i]);

		if (folder < 0)
			continue;
		if (faccessat(folder, "observation.json", F_OK, 0) != 0)
			copy_file(LOG, folder, "lab.log");
		close(folder);
	}
	report(worker, skip ? ICELAB_REPORT_SKIP : ICELAB_REPORT_BROKEN, error->message);
}

/* Only for those who open it: every other lab is ready sooner. */
static gboolean serve_page(const IcelabWorker *worker, IcelabLab *lab, GError **error)
{
	for (guint i = 0; i < worker->cells->len; i++) {
		const IcelabPlanned *planned = worker->cells->pdata[i];

		if (icelab_adapter_needs_page(planned->interview->adapter))
			return icelab_lab_serve_page(lab, worker->options->folders->page, FALSE, error);
	}
	return TRUE;
}

int icelab_worker_run(gpointer data)
{
	const IcelabWorker *worker = data;
	const IcelabPlanned *any = worker->cells->pdata[0];
	IcelabTopologyOptions topology = {
		.folder = worker->options->folders->netns,
		.name = any->scenario->topology,
		.echo = worker->options->echo,
		.each = worker->options->each,
		.log = LOG,
	};
	g_autoptr(GError) error = NULL;
	IcelabLab *lab = icelab_lab_open(&topology, worker->options->fault, &error);
	double lab_ms;
	guint32 index;

	if (lab == NULL || !serve_page(worker, lab, &error)) {
		report_failure(worker, error);
		return 1;
	}
	/* It was built for the first of them. */
	lab_ms = (double)lab->build_us / 1000;
	while (next_cell(worker, &index) && run_cell(worker, lab, worker->cells->pdata[index], lab_ms))
		lab_ms = 0;
	/* The lab goes with the sandbox, all at once. */
	return 0;
}
