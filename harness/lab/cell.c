/* SPDX-License-Identifier: MIT */
#include "lab/cell.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESS_LIMIT                                                                              \
	1024 /* a browser needs some hundred threads; a fork storm must end somewhere */
#define GRACE_MS 1000

typedef struct {
	IcelabLab *lab;
	IcelabObservation *observation;
	gint64 start_us; /* CLOCK_MONOTONIC */
} Watch;

static void take_what_waits(gpointer data)
{
	Watch *watch = data;

	icelab_observer_drain(watch->lab->observer);
	icelab_servers_drain(watch->lab->servers, watch->observation, watch->start_us,
		icelab_observer_nonce(watch->lab->observer), ICELAB_NONCE);
}

static void run_adapter(
	IcelabLab *lab, const IcelabCell *cell, IcelabObservation *observation, Watch *watch)
{
	guint count = icelab_observer_count(lab->observer);
	g_autofree struct pollfd *polls = g_new0(struct pollfd, count + 1);
	guint64 number = 0;
	g_autofree char *id = NULL;
	IcelabAdapterStage stage = {
		.path = cell->adapter->path,
		.network = lab->client,
		.process_limit = PROCESS_LIMIT,
		.grace_ms = GRACE_MS,
	};
	IcelabAlongside alongside = {polls, count + 1, take_what_waits, watch};
	IcelabGatherRequest request = {
		.policy = cell->policy,
		.policy_name = cell->policy_name,
		.book = lab->book,
		.stun = cell->scenario->stun,
		.deadline_ms = cell->deadline_ms,
	};

	if (getrandom(&number, sizeof number, 0) < 0)
		number = (guint64)g_get_monotonic_time();
	id = g_strdup_printf("%016" G_GINT64_MODIFIER "x", number);
	request.id = id;
	icelab_observer_polls(lab->observer, polls);
	polls[count] = (struct pollfd){icelab_servers_descriptor(lab->servers), POLLIN, 0};
	stage.log = openat(cell->folder, "adapter.log", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	icelab_run_adapter(&stage, &request, &alongside, observation);
	if (stage.log >= 0)
		close(stage.log);
}

/* What an adapter left behind has died with its stage; here it is only laid to rest. */
static void reap_orphans(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
}

/* After the adapter has ended, frames may still be on their way. One request along every path, and
 * one canary on every interface, queue up behind them: when those have arrived, so has everything
 * else. */
static gboolean wait_for_the_rest(Watch *watch, GError **error)
{
	if (!icelab_lab_try_paths(watch->lab, error))
		return FALSE;
	take_what_waits(watch);
	return icelab_observer_prove(watch->lab->observer, watch->observation, error);
}

IcelabObservation *icelab_cell_run(IcelabLab *lab, const IcelabCell *cell, gboolean *changed)
{
	IcelabObservation *observation = icelab_observation_new(
		cell->adapter->name, cell->scenario->name, icelab_policy_label(cell->policy));
	IcelabRecording *recording = icelab_recording_new(cell->folder);
	Watch watch = {lab, observation, g_get_monotonic_time()};
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) change = NULL;

	icelab_servers_drain(lab->servers, NULL, 0, NULL, 0);
	icelab_observer_record(lab->observer, observation, recording);
	if (icelab_lab_ask_kernel(lab, observation, &error)) {
		run_adapter(lab, cell, observation, &watch);
		wait_for_the_rest(&watch, &error);
	}
	icelab_observer_record(lab->observer, NULL, NULL);
	if (error == NULL)
		icelab_recording_finish(recording, &error);
	else
		icelab_recording_finish(recording, NULL);
	reap_orphans();
	*changed = !icelab_lab_is_unchanged(lab, &change);
	/* A network that was changed explains why the proofs failed. */
	if (change != NULL)
		icelab_observation_end(observation, ICELAB_OUTCOME_BROKEN, "%s", change->message);
	if (error != NULL)
		icelab_observation_end(observation, ICELAB_OUTCOME_BROKEN, "%s", error->message);
	*changed |= error != NULL;
	return observation;
}
