/* SPDX-License-Identifier: MIT */
#pragma once

#include "talk/talk.h"

/* What the agent tells the application, by its callbacks. */

void told_received(NiceAgent *agent, guint stream_id, guint component_id, guint length,
	gchar *bytes, gpointer user_data);
void told_candidate(NiceAgent *agent, NiceCandidate *candidate, gpointer user_data);
void told_selected(NiceAgent *agent, guint stream_id, guint component_id, NiceCandidate *local,
	NiceCandidate *remote, gpointer user_data);
void told_state(
	NiceAgent *agent, guint stream_id, guint component_id, guint state, gpointer user_data);
void told_log(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer user_data);
