/* SPDX-License-Identifier: MIT */
#include "run/interview.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/run_adapter.h"
#include "lab/sandbox.h"
#include "lab/topology.h"
#include "run/catalogue.h"

#define PROCESS_LIMIT 1024
/* For an adapter that hangs, not for a busy machine: a browser that says its version has taken 5 s.
 */
#define DEADLINE_MS 20000

typedef struct {
	GPtrArray *files;
	int output;
} Task;

static void write_text(int descriptor, const char *text, gsize length)
{
	while (length > 0) {
		ssize_t count = TEMP_FAILURE_RETRY(write(descriptor, text, length));

		if (count < 0)
			_exit(1);
		text += count;
		length -= (gsize)count;
	}
}

/* "STATUS LENGTH\n" and then the text: the description, or the reason. */
static void write_answer(int descriptor, char status, const char *text, gsize length)
{
	g_autofree char *head = g_strdup_printf("%c %" G_GSIZE_FORMAT "\n", status, length);

	write_text(descriptor, head, strlen(head));
	write_text(descriptor, text, length);
}

static void ready(G_GNUC_UNUSED gpointer data)
{
}

/* Returns NULL where the adapter refused the policy, as it must, else what it did. */
static char *try_unknown_policy(const IcelabAdapterStage *stage, const char *name)
{
	g_autoptr(IcelabBook) nowhere =
		icelab_book_parse("topology none\nnode client client\n", "", NULL);
	g_autoptr(IcelabObservation) observation = icelab_observation_new(name, "", "");
	g_autofree char *policy = g_strdup_printf("unknown_%08x", g_random_int());
	char *no_servers[] = {NULL};
	const IcelabAlongside alongside = {.ready = ready};
	IcelabGatherRequest request = {
		.id = "interview",
		.policy_name = policy,
		.book = nowhere,
		.stun = no_servers,
		.deadline_ms = DEADLINE_MS,
	};

	icelab_run_adapter(stage, &request, &alongside, observation);
	if (observation->outcome == ICELAB_OUTCOME_UNSUPPORTED)
		return NULL;
	if (observation->outcome == ICELAB_OUTCOME_BROKEN)
		return g_strdup_printf(
			"asked for the policy \"%s\", which does not exist: %s", policy, observation->reason);
	return g_strdup_printf(
		"it accepts the policy \"%s\", which does not exist: exit status 77 was due", policy);
}

static void ask(const IcelabAdapterFile *file, int output)
{
	IcelabAdapterStage stage = {.path = file->path,
		.network = -1,
		.log = -1,
		.process_limit = PROCESS_LIMIT,
		.grace_ms = DEADLINE_MS};
	g_autoptr(GError) error = NULL;
	g_autoptr(IcelabAdapter) adapter = NULL;
	g_autofree char *reason = NULL;
	gsize length = 0;
	g_autofree char *description = icelab_describe_adapter(&stage, &length, &error);

	if (description != NULL)
		adapter = icelab_adapter_parse(file->name, file->path, description, length, &error);
	if (adapter == NULL) {
		gboolean absent = g_error_matches(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_SKIP);

		write_answer(output, absent ? '-' : '!', error->message, strlen(error->message));
		return;
	}
	write_answer(output, '=', description, length);
	reason = try_unknown_policy(&stage, file->name);
	write_answer(output, '?', reason != NULL ? reason : "", reason != NULL ? strlen(reason) : 0);
}

/* Two cores and more: all are asked at once, each by a process of its own. */
static int run_interviews(gpointer data)
{
	const Task *task = data;
	g_autofree int *outputs = g_new(int, task->files->len);

	for (guint i = 0; i < task->files->len; i++) {
		int ends[2];
		pid_t pid;

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0 || (pid = fork()) < 0)
			return 1;
		if (pid == 0) {
			ask(task->files->pdata[i], ends[1]);
			_exit(0);
		}
		close(ends[1]);
		outputs[i] = ends[0];
	}
	for (guint i = 0; i < task->files->len; i++) {
		char buffer[4096];
		ssize_t count;

		while ((count = TEMP_FAILURE_RETRY(read(outputs[i], buffer, sizeof buffer))) > 0)
			write_text(task->output, buffer, (gsize)count);
		/* An adapter that ended its interviewer says nothing; its place in the order must be kept.
		 */
		write_answer(task->output, '.', "", 0);
	}
	return 0;
}

void icelab_interview_free(IcelabInterview *interview)
{
	icelab_adapter_free(interview->adapter);
	g_free(interview->reason);
	g_free(interview);
}

static void take_answer(IcelabInterview *interview, const IcelabAdapterFile *file, char status,
	const char *text, gsize length)
{
	g_autoptr(GError) error = NULL;

	if (status == '=') {
		interview->adapter = icelab_adapter_parse(file->name, file->path, text, length, &error);
		if (error != NULL)
			interview->reason = g_strdup(error->message);
	} else if (length > 0 && interview->reason == NULL) {
		interview->reason = g_strndup(text, length);
		interview->absent = status == '-';
	}
}

static GPtrArray *read_answers(GPtrArray *files, const GString *text)
{
	GPtrArray *interviews = g_ptr_array_new_with_free_func((GDestroyNotify)icelab_interview_free);
	const char *at = text->str;
	const char *end = text->str + text->len;

	for (guint i = 0; i < files->len; i++) {
		IcelabInterview *interview = g_new0(IcelabInterview, 1);
		char status = '\0';

		g_ptr_array_add(interviews, interview);
		while (at < end && status != '.') {
			const char *line_end = memchr(at, '\n', (gsize)(end - at));
			gsize length = (gsize)g_ascii_strtoull(at + 1, NULL, 10);

			status = at[0];
			if (line_end == NULL || length > (gsize)(end - line_end - 1))
				break;
			take_answer(interview, files->pdata[i], status, line_end + 1, length);
			at = line_end + 1 + length;
		}
		if (interview->adapter == NULL && interview->reason == NULL)
			interview->reason = g_strdup("the adapter could not be asked: its interviewer died");
	}
	return interviews;
}

GPtrArray *icelab_interview(GPtrArray *files, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	char buffer[4096];
	int ends[2];
	ssize_t count;
	pid_t pid;

	if (pipe(ends) != 0) {
		g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN, "pipe failed");
		return NULL;
	}
	Task task = {files, ends[1]};

	pid = icelab_sandbox_start(run_interviews, &task, &task.output, 1, error);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return NULL;
	}
	while ((count = TEMP_FAILURE_RETRY(read(ends[0], buffer, sizeof buffer))) > 0)
		g_string_append_len(text, buffer, count);
	close(ends[0]);
	icelab_sandbox_end(pid);
	return read_answers(files, text);
}
