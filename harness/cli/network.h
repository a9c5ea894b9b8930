/* SPDX-License-Identifier: MIT */
#pragma once

#include "cli/options.h"
#include "lab/lab.h"

/* One lab of one scenario for the commands that look at a network rather than at an implementation.
 */

typedef struct {
	const IcelabScenario *scenario;
	IcelabTopologyOptions topology;
	const char *page; /* folder that the web application's host serves, or NULL */
	int (*use)(IcelabLab *lab, const IcelabScenario *scenario, gpointer data);
	gpointer data;
	const int *keep; /* descriptors that stay open in the sandbox */
	gsize keep_count;
	void (*meanwhile)(gpointer data); /* outside, once the sandbox runs; or NULL: Ctrl-C is then for
										 whoever works in the sandbox */
} IcelabNetwork;

/* Finds the scenario by its name, builds its lab in a sandbox, calls `use` there, and returns what
 * it returned or, after a message, an exit code of cli/options.h. `command` is the command line as
 * it was given. */
int icelab_network_use(
	const IcelabFolders *folders, const char *name, IcelabNetwork *network, char **command);
