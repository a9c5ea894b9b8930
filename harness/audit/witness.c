/* SPDX-License-Identifier: MIT */
#include "audit/witness.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapter/protocol.h"
#include "audit/seen.h"
#include "audit/truth.h"
#include "model/json.h"
#include "web/question.h"

#define BAD_REQUEST 400
#define OK 200
#define QUESTION_LIMIT (1024 * 1024) /* bytes; the server takes less */

struct IcelabWitness {
	IcelabLab *lab;
	const IcelabScenario *scenario;
	IcelabObservation *observation;
	gint64 start_us; /* CLOCK_MONOTONIC */
	gboolean done;   /* in the lines that are read */
};

static void begin(IcelabWitness *witness)
{
	icelab_observer_record(witness->lab->observer, NULL, NULL);
	icelab_observation_free(witness->observation);
	witness->observation = icelab_observation_new("", witness->scenario->name, "");
	witness->start_us = g_get_monotonic_time();
	icelab_servers_drain(witness->lab->servers, NULL, 0, NULL, 0);
	icelab_observer_record(witness->lab->observer, witness->observation, NULL);
}

IcelabWitness *icelab_witness_new(IcelabLab *lab, const IcelabScenario *scenario)
{
	IcelabWitness *witness = g_new0(IcelabWitness, 1);

	witness->lab = lab;
	witness->scenario = scenario;
	begin(witness);
	return witness;
}

void icelab_witness_free(IcelabWitness *witness)
{
	if (witness == NULL)
		return;
	icelab_observer_record(witness->lab->observer, NULL, NULL);
	icelab_observation_free(witness->observation);
	g_free(witness);
}

static void drain(IcelabWitness *witness)
{
	icelab_observer_drain(witness->lab->observer);
	icelab_servers_drain(witness->lab->servers, witness->observation, witness->start_us,
		icelab_observer_nonce(witness->lab->observer), ICELAB_NONCE);
}

static void take_line(JsonObject *line, gpointer data)
{
	IcelabWitness *witness = data;
	gboolean late = witness->done;

	witness->done |= g_str_equal(icelab_json_text(line, "type"), "done");
	icelab_observation_add_event(
		witness->observation, g_get_monotonic_time() - witness->start_us, late, line);
}

static gboolean read_lines(IcelabWitness *witness, const GString *lines, GError **error)
{
	IcelabLineReader *reader = icelab_line_reader_new(take_line, witness);
	gboolean read;

	g_ptr_array_set_size(witness->observation->events, 0);
	witness->done = FALSE;
	read = icelab_line_reader_feed(reader, lines->str, lines->len, error) &&
		   icelab_line_reader_finish(reader, error);
	icelab_line_reader_free(reader);
	return read;
}

/* What is still under way arrives before the lab's own packets that follow it. */
static void wait_for_the_rest(IcelabWitness *witness)
{
	g_autoptr(GError) error = NULL;
	gboolean complete = icelab_lab_try_paths(witness->lab, &error);

	drain(witness);
	if (complete)
		complete = icelab_observer_prove(witness->lab->observer, NULL, &error);
	if (!complete)
		icelab_observation_end(witness->observation, ICELAB_OUTCOME_BROKEN, "%s", error->message);
}

static char *complain(const char *message)
{
	g_autoptr(JsonBuilder) json = json_builder_new();

	json_builder_begin_object(json);
	icelab_truth_add_text(json, "error", message);
	json_builder_end_object(json);
	return icelab_truth_finish(json);
}

static char *testify(IcelabWitness *witness, const GString *lines, guint *status)
{
	g_autoptr(GError) error = NULL;

	if (!read_lines(witness, lines, &error)) {
		*status = BAD_REQUEST;
		return complain(error->message);
	}
	wait_for_the_rest(witness);
	return icelab_seen_write(witness->scenario, witness->lab->book, witness->observation);
}

static gboolean answer(IcelabWitness *witness, int asker)
{
	g_autoptr(GString) body = g_string_new(NULL);
	g_autofree char *text = NULL;
	guint32 question;
	guint status = OK;

	if (!icelab_question_read(asker, &question, body, QUESTION_LIMIT))
		return FALSE;
	if (question == ICELAB_QUESTION_SEEN) {
		text = testify(witness, body, &status);
	} else {
		if (question == ICELAB_QUESTION_BEGIN)
			begin(witness);
		text = icelab_truth_write(witness->scenario, witness->lab->book);
	}
	return icelab_question_write(asker, status, text, strlen(text));
}

/* Returns when there is something to do. */
static void wait_for_more(
	IcelabWitness *witness, struct pollfd *polls, int child, const gboolean *gone)
{
	guint sensors = icelab_observer_count(witness->lab->observer);
	guint hosts;
	const int *askers = icelab_servers_askers(witness->lab->servers, &hosts);

	polls[0] = (struct pollfd){child, POLLIN, 0};
	polls[1] = (struct pollfd){icelab_servers_descriptor(witness->lab->servers), POLLIN, 0};
	icelab_observer_polls(witness->lab->observer, polls + 2);
	for (guint i = 0; i < hosts; i++)
		polls[2 + sensors + i] = (struct pollfd){gone[i] ? -1 : askers[i], POLLIN, 0};
	poll(polls, 2 + sensors + hosts, -1);
}

static void attend(IcelabWitness *witness, int child)
{
	guint sensors = icelab_observer_count(witness->lab->observer);
	guint hosts;

	icelab_servers_askers(witness->lab->servers, &hosts);
	g_autofree struct pollfd *polls = g_new0(struct pollfd, 2 + sensors + hosts);
	g_autofree gboolean *gone = g_new0(gboolean, hosts);

	do {
		wait_for_more(witness, polls, child, gone);
		drain(witness);
		for (guint i = 0; i < hosts; i++) {
			struct pollfd *host = &polls[2 + sensors + i];

			if (host->revents != 0)
				gone[i] = !answer(witness, host->fd);
		}
	} while (polls[0].revents == 0);
}

int icelab_witness_attend(IcelabWitness *witness, pid_t child)
{
	int handle = (int)syscall(SYS_pidfd_open, child, 0);
	int status = 0;

	if (handle < 0)
		return -1;
	attend(witness, handle);
	close(handle);
	return TEMP_FAILURE_RETRY(waitpid(child, &status, 0)) == child ? status : -1;
}
