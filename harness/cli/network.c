/* SPDX-License-Identifier: MIT */
#include "cli/network.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "lab/sandbox.h"

static int use_network(gpointer data)
{
	const IcelabNetwork *network = data;
	g_autoptr(GError) error = NULL;
	IcelabLab *lab = icelab_lab_open(&network->topology, ICELAB_FAULT_NONE, &error);

	if (lab == NULL ||
		(network->page != NULL && (!icelab_scenario_check(network->scenario, lab->book, &error) ||
									  !icelab_lab_serve_page(lab, network->page, TRUE, &error))))
		return icelab_tell(error);
	return network->use(lab, network->scenario, network->data);
}

static const IcelabScenario *find_scenario(GPtrArray *scenarios, const char *name)
{
	for (guint i = 0; i < scenarios->len; i++) {
		const IcelabScenario *scenario = scenarios->pdata[i];

		if (g_str_equal(scenario->name, name))
			return scenario;
	}
	return NULL;
}

int icelab_network_use(
	const IcelabFolders *folders, const char *name, IcelabNetwork *network, char **command)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) scenarios = icelab_scenario_load_folder(folders->scenarios, &error);
	int status = 0;
	pid_t pid;

	if (scenarios == NULL)
		return icelab_tell(error);
	network->scenario = find_scenario(scenarios, name);
	if (network->scenario == NULL) {
		fprintf(stderr, "icelab: there is no scenario \"%s\"; \"icelab list\" shows those in %s\n",
			name, folders->scenarios);
		return ICELAB_EXIT_USAGE;
	}
	network->topology.folder = folders->netns;
	network->topology.name = network->scenario->topology;
	network->topology.log = "/run/icelab/lab.log";
	pid = icelab_sandbox_start(use_network, network, network->keep, network->keep_count, &error);
	if (pid < 0) {
		icelab_elevate(command, error);
		return icelab_tell(error);
	}
	if (network->meanwhile != NULL) {
		network->meanwhile(network->data);
	} else {
		signal(SIGINT, SIG_IGN);
		signal(SIGQUIT, SIG_IGN);
	}
	TEMP_FAILURE_RETRY(waitpid(pid, &status, 0));
	return WIFEXITED(status) ? WEXITSTATUS(status) : ICELAB_EXIT_BROKEN;
}
