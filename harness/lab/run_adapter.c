/* SPDX-License-Identifier: MIT */
#include "lab/run_adapter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/stage.h"
#include "lab/topology.h"
#include "model/json.h"

#define LOG_LIMIT (1024 * 1024)
#define LOG_ROUNDS 64 /* reads at a time */
#define EXIT_UNSUPPORTED 77
/* From the end of the output to the end of all that the adapter started: what a browser leaves is
 * ended with it, and the kernel takes seconds under load to free its memory. */
#define LINGER_MS 15000

typedef struct {
	pid_t pid;
	int handle; /* pidfd: readable when the process has ended */
	int input;
	int output;
	int errors;
	int log;
	gsize logged;
	char last_words[160]; /* the last line on standard error that is not empty */
	gsize last_length;
	gboolean line_over;
	gint64 start_us;
} Process;

static void close_if_open(int *descriptor)
{
	if (*descriptor >= 0)
		close(*descriptor);
	*descriptor = -1;
}

static gboolean start_process(Process *process, const IcelabAdapterStage *stage, char **argv,
	char **environment, GError **error)
{
	int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
	IcelabStage request = {
		.argv = argv,
		.environment = environment,
		.network = stage->network,
		.process_limit = stage->process_limit,
	};

	for (guint i = 0; i < 3; i++) {
		if (pipe2(pipes[i], O_CLOEXEC) != 0) {
			g_set_error(
				error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN, "pipe: %s", g_strerror(errno));
			return FALSE;
		}
	}
	request.input = pipes[0][0];
	request.output = pipes[1][1];
	request.errors = pipes[2][1];
	process->start_us = g_get_monotonic_time();
	process->pid = icelab_stage_start(&request);
	process->input = pipes[0][1];
	process->output = pipes[1][0];
	process->errors = pipes[2][0];
	process->log = stage->log;
	close(request.input);
	close(request.output);
	close(request.errors);
	if (process->pid > 0)
		process->handle = (int)syscall(SYS_pidfd_open, process->pid, 0);
	if (process->pid <= 0 || process->handle < 0) {
		g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN,
			"the stage for the adapter could not be started: %s", g_strerror(errno));
		return FALSE;
	}
	fcntl(process->input, F_SETFL, O_NONBLOCK);
	fcntl(process->output, F_SETFL, O_NONBLOCK);
	fcntl(process->errors, F_SETFL, O_NONBLOCK);
	return TRUE;
}

/* Ends the stage and all on it; returns the status of wait(2). */
static int end_process(Process *process)
{
	int status = 0;

	if (process->pid > 0) {
		kill(process->pid, SIGKILL);
		TEMP_FAILURE_RETRY(waitpid(process->pid, &status, 0));
	}
	close_if_open(&process->handle);
	close_if_open(&process->input);
	close_if_open(&process->output);
	close_if_open(&process->errors);
	return status;
}

static void keep_last_words(Process *process, const char *bytes, gsize length)
{
	for (gsize i = 0; i < length; i++) {
		if (bytes[i] == '\n') {
			process->line_over = process->last_length > 0;
			continue;
		}
		if (process->line_over) {
			process->last_length = 0;
			process->line_over = FALSE;
		}
		if (process->last_length + 1 < sizeof process->last_words)
			process->last_words[process->last_length++] = bytes[i];
	}
}

static void read_errors(Process *process)
{
	char buffer[16 * 1024];
	ssize_t count = -1;

	/* Not for ever: others may write faster than this reads, and their time must run out. */
	for (guint i = 0; i < LOG_ROUNDS && (count = read(process->errors, buffer, sizeof buffer)) > 0;
		 i++) {
		gsize kept = MIN((gsize)count, LOG_LIMIT - process->logged);

		keep_last_words(process, buffer, (gsize)count);
		if (process->log >= 0 && kept > 0 && write(process->log, buffer, kept) > 0)
			process->logged += kept;
	}
	if (count == 0)
		close_if_open(&process->errors);
}

/* A text for messages: the adapter's own words, with nothing in them that a terminal would obey. */
static char *last_words(const Process *process)
{
	g_autofree char *text = g_strndup(process->last_words, process->last_length);
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	g_autofree char *escaped = g_strescape(valid, NULL);

	return escaped[0] != '\0' ? g_strdup_printf("; it said: %s", escaped) : g_strdup("");
}

typedef struct {
	Process *process;
	const IcelabGatherRequest *request;
	IcelabObservation *observation;
	gboolean done;
} Gathering;

/* What was done under another policy than the one that was asked for is nothing to be judged. */
static void check_effective(const Gathering *gathering, JsonObject *line)
{
	const char *asked = icelab_request_policy(gathering->request);
	const char *effective = icelab_json_text(line, "effective");

	if (effective[0] == '\0' || g_str_equal(effective, asked))
		return;
	g_autofree char *shown = g_strescape(effective, NULL);

	icelab_observation_end(gathering->observation, ICELAB_OUTCOME_BROKEN,
		"the policy did not take effect: the adapter says that \"%.80s\" is in force, not %s",
		shown, asked);
}

static void take_line(JsonObject *line, gpointer data)
{
	Gathering *gathering = data;
	gboolean is_done = g_str_equal(icelab_json_text(line, "type"), "done");

	if (g_str_equal(icelab_json_text(line, "type"), "policy"))
		check_effective(gathering, line);
	icelab_observation_add_event(gathering->observation,
		g_get_monotonic_time() - gathering->process->start_us, gathering->done, line);
	gathering->done |= is_done;
}

static gboolean read_output(Process *process, IcelabLineReader *reader, GError **error)
{
	char buffer[64 * 1024];
	ssize_t count;

	while ((count = read(process->output, buffer, sizeof buffer)) > 0) {
		if (!icelab_line_reader_feed(reader, buffer, (gsize)count, error))
			return FALSE;
	}
	if (count == 0) {
		close_if_open(&process->output);
		return icelab_line_reader_finish(reader, error);
	}
	return TRUE;
}

/* The request is far smaller than a pipe holds; an adapter that does not read it loses nothing but
 * it. */
static void send_request(Process *process, const char *line)
{
	if (write(process->input, line, strlen(line)) < 0 && errno != EPIPE)
		g_warning("the request could not be written: %s", g_strerror(errno));
}

/* Waits for the next thing to happen. Returns FALSE when time is up. */
static gboolean wait_for_more(
	const Process *process, const IcelabAlongside *alongside, gint64 deadline_us)
{
	g_autofree struct pollfd *polls = g_new0(struct pollfd, 3 + alongside->count);
	gint64 left = deadline_us - g_get_monotonic_time();

	if (left <= 0)
		return FALSE;
	polls[0] = (struct pollfd){process->output, POLLIN, 0};
	polls[1] = (struct pollfd){process->errors, POLLIN, 0};
	polls[2] = (struct pollfd){process->handle, POLLIN, 0};
	for (guint i = 0; i < alongside->count; i++)
		polls[3 + i] = alongside->polls[i];
	poll(polls, 3 + alongside->count, (int)(left / 1000 + 1));
	return TRUE;
}

static gboolean has_ended(const Process *process)
{
	struct pollfd poll_handle = {process->handle, POLLIN, 0};

	return poll(&poll_handle, 1, 0) > 0;
}

static void judge_exit(Gathering *gathering, int status)
{
	IcelabObservation *observation = gathering->observation;
	g_autofree char *words = last_words(gathering->process);
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);

	if (code == EXIT_UNSUPPORTED)
		icelab_observation_end(observation, ICELAB_OUTCOME_UNSUPPORTED,
			"the adapter says that it does not support this%s", words);
	else if (code > 128)
		icelab_observation_end(observation, ICELAB_OUTCOME_BROKEN,
			"the adapter was ended by signal %d%s", code - 128, words);
	else if (code != 0)
		icelab_observation_end(observation, ICELAB_OUTCOME_BROKEN,
			"the adapter ended with exit status %d%s", code, words);
	else if (!gathering->done)
		icelab_observation_end(observation, ICELAB_OUTCOME_BROKEN,
			"the adapter ended without saying \"done\"%s", words);
}

static void gather(Process *process, const IcelabAdapterStage *stage,
	const IcelabGatherRequest *request, const IcelabAlongside *alongside,
	IcelabObservation *observation)
{
	Gathering gathering = {process, request, observation, FALSE};
	IcelabLineReader *reader = icelab_line_reader_new(take_line, &gathering);
	gint64 deadline = process->start_us + ((gint64)request->deadline_ms + stage->grace_ms) * 1000;
	gint64 linger = G_MAXINT64;
	g_autoptr(GError) error = NULL;
	gboolean in_time = TRUE;

	while (in_time && error == NULL && !has_ended(process)) {
		in_time = wait_for_more(process, alongside, MIN(deadline, linger));
		read_errors(process);
		if (process->output >= 0 && !read_output(process, reader, &error))
			break;
		if (process->output < 0 && linger == G_MAXINT64)
			linger = g_get_monotonic_time() + LINGER_MS * 1000;
		alongside->ready(alongside->data);
	}
	/* What it had printed before it ended. */
	read_errors(process);
	if (error == NULL && process->output >= 0)
		read_output(process, reader, &error);
	icelab_line_reader_free(reader);
	if (error != NULL)
		icelab_observation_end(observation, ICELAB_OUTCOME_BROKEN,
			"the adapter breaks the protocol: %s", error->message);
	else if (!in_time && linger < deadline)
		icelab_observation_end(observation, ICELAB_OUTCOME_BROKEN,
			"the adapter did not end within %d ms after it had closed its output", LINGER_MS);
	else if (!in_time)
		icelab_observation_end(observation, ICELAB_OUTCOME_BROKEN,
			"the adapter did not %s within %u ms",
			gathering.done ? "end after \"done\"" : "say \"done\"",
			request->deadline_ms + stage->grace_ms);
	observation->gather_ms = (double)(g_get_monotonic_time() - process->start_us) / 1000;
	judge_exit(&gathering, end_process(process));
}

void icelab_run_adapter(const IcelabAdapterStage *stage, const IcelabGatherRequest *request,
	const IcelabAlongside *alongside, IcelabObservation *observation)
{
	Process process = {.handle = -1, .input = -1, .output = -1, .errors = -1, .log = -1};
	g_auto(GStrv) environment = icelab_request_environment(request);
	g_autofree char *line = icelab_request_line(request);
	g_autoptr(GError) error = NULL;
	char *argv[] = {(char *)stage->path, NULL};

	if (!start_process(&process, stage, argv, environment, &error)) {
		end_process(&process);
		icelab_observation_end(observation, ICELAB_OUTCOME_BROKEN, "%s", error->message);
		return;
	}
	send_request(&process, line);
	close_if_open(&process.input);
	gather(&process, stage, request, alongside, observation);
}

char *icelab_describe_adapter(const IcelabAdapterStage *stage, gsize *length, GError **error)
{
	Process process = {.handle = -1, .input = -1, .output = -1, .errors = -1, .log = -1};
	const IcelabAlongside nothing = {0};
	char *argv[] = {(char *)stage->path, (char *)"--describe", NULL};
	g_autoptr(GString) text = g_string_new(NULL);
	gint64 deadline;
	gboolean in_time = TRUE;
	char buffer[4096];
	ssize_t count = -1;
	int status;

	if (!start_process(&process, stage, argv, NULL, error)) {
		end_process(&process);
		return NULL;
	}
	close_if_open(&process.input);
	deadline = process.start_us + (gint64)stage->grace_ms * 1000;
	while (in_time && process.output >= 0 && text->len <= ICELAB_PROTOCOL_LINE_LIMIT) {
		in_time = wait_for_more(&process, &nothing, deadline);
		read_errors(&process);
		while ((count = read(process.output, buffer, sizeof buffer)) > 0)
			g_string_append_len(text, buffer, count);
		if (count == 0)
			close_if_open(&process.output);
	}
	while (in_time && !has_ended(&process))
		in_time = wait_for_more(&process, &nothing, deadline);
	read_errors(&process);

	g_autofree char *words = last_words(&process);

	status = end_process(&process);
	if (in_time && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_UNSUPPORTED) {
		g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_SKIP,
			"the adapter cannot work on this machine%s", words);
		return NULL;
	}
	if (!in_time || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN, "%s --describe: it %s%s",
			stage->path, in_time ? "failed" : "did not end in time", words);
		return NULL;
	}
	*length = text->len;
	return g_string_free(g_steal_pointer(&text), FALSE);
}
