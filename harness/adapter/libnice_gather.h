/* SPDX-License-Identifier: MIT */
#pragma once

#include "adapter/libnice_plan.h"
#include "adapter/libnice_session.h"

/* Called for each candidate that a NiceAgent found, also for those that are not to be told
 * (`withheld`). */
typedef void (*IcelabCandidateHook)(IcelabLocalCandidate *candidate, gpointer user_data);

/* Runs one NiceAgent per agent of the plan until all have gathered, or `milliseconds` have passed,
 * which is logged. Runs the default main context. Returns the agents, whose sockets stay open as
 * long as they live. */
GPtrArray *icelab_gather(const IcelabPlan *plan, const IcelabSession *session, int milliseconds,
	IcelabCandidateHook on_candidate, gpointer user_data);
