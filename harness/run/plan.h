/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "lab/observer.h"
#include "model/result.h"
#include "model/scenario.h"
#include "run/catalogue.h"
#include "run/interview.h"

/* What a run is to do, and what it found out: all adapters, scenarios and policies that were asked
 * for, as cells, grouped by topology so that one lab serves many. */

typedef struct {
	const IcelabFolders *folders;
	char **adapters;  /* globs; empty for all but the mutants */
	char **scenarios; /* globs; empty for all */
	char **policies;  /* globs over labels; empty for all */
	char *output;     /* the run's folder */
	guint workers;    /* labs at a time */
	gboolean overlap; /* more of them while some wait and the machine has room */
	guint deadline_ms;
	IcelabFault fault;
	gboolean echo;
	gboolean each;
	gboolean keep; /* the evidence of passing cells, too */
	gboolean progress;
} IcelabRunOptions;

typedef struct {
	const IcelabInterview *interview;
	const IcelabScenario *scenario;
	IcelabPolicy policy;
	char *folder;         /* below the run's folder: "cells/ADAPTER/SCENARIO/POLICY" */
	IcelabResult *result; /* NULL until it is judged; owned */
} IcelabPlanned;

typedef struct {
	GPtrArray *files;      /* IcelabAdapterFile */
	GPtrArray *interviews; /* IcelabInterview, for each file */
	GPtrArray *scenarios;  /* IcelabScenario */
	GPtrArray *cells;      /* IcelabPlanned, ordered by scenario, adapter, policy */
	GPtrArray *groups;     /* GPtrArray of IcelabPlanned that need a lab; each of one topology */
	GPtrArray
		*all; /* char*: "ADAPTER SCENARIO POLICY", every cell that exists for the adapters chosen */
} IcelabPlan;

/* Loads, asks the adapters, and lays out the cells. Cells that need no lab (unsupported, or of an
 * adapter that failed its interview) have their result already. */
IcelabPlan *icelab_plan_new(const IcelabRunOptions *options, GError **error);
void icelab_plan_free(IcelabPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabPlan, icelab_plan_free)
