/* SPDX-License-Identifier: MIT */
#pragma once

#include "adapter/adapter.h"
#include "lab/lab.h"
#include "lab/run_adapter.h"
#include "model/scenario.h"

/* One cell: an adapter gathers under a policy in a lab that stands, while everything is watched. */

typedef struct {
	const IcelabAdapter *adapter;
	const IcelabScenario *scenario;
	IcelabPolicy policy;
	const char *policy_name; /* in place of the policy's own, or NULL */
	guint deadline_ms;
	int folder; /* descriptor of the cell's folder: pcap files and adapter.log go there */
} IcelabCell;

/* Runs it. Never fails: what goes wrong is in the observation's outcome. *changed tells that the
 * lab must be built anew before it is used again. */
IcelabObservation *icelab_cell_run(IcelabLab *lab, const IcelabCell *cell, gboolean *changed);
