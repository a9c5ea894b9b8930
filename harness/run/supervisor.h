/* SPDX-License-Identifier: MIT */
#pragma once

#include "run/plan.h"

/* Runs a plan: as many sandboxes at a time as there are workers, each with the cells of one
 * topology; judges every cell from its folder as soon as it is done. A sandbox that dies takes down
 * the cell that it was running, and no other. */
IcelabRun *icelab_supervise(const IcelabRunOptions *options, IcelabPlan *plan, GError **error);
