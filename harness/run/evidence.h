/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/result.h"

/* The output folder: RUN/run.json, and per cell RUN/cells/ADAPTER/SCENARIO/POLICY with what it
 * takes to judge it again (scenario.ini, book, observation.json) and, where it did not pass, pcap
 * files and logs. */

#define ICELAB_EVIDENCE_ERROR (icelab_evidence_error_quark())
GQuark icelab_evidence_error_quark(void);

/* Makes the folder: the one given, which must be empty, new, or an earlier run (which is replaced),
 * or a fresh icelab-runs/DATE-TIME. Returns its absolute path, to be freed. */
char *icelab_evidence_prepare(const char *output, GError **error);

/* Judges the cell whose evidence lies in a folder. `judge_ms` of the result says how long. */
IcelabResult *icelab_evidence_judge(const char *folder, GError **error);

/* Removes what only explains a failure. */
void icelab_evidence_trim(const char *folder);

/* All folders below `folder` (itself included) that hold an observation, sorted; char*, owned. */
GPtrArray *icelab_evidence_find(const char *folder);
