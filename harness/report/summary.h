/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/result.h"

#include <stdbool.h>

/* How a run's cells came out, counted once for all formats. */

#define ICELAB_VERDICTS (ICELAB_BROKEN + 1)

typedef struct {
	unsigned cells;
	unsigned verdicts[ICELAB_VERDICTS]; /* cells per IcelabVerdict */
	unsigned known[ICELAB_VERDICTS];    /* of these, known failures */
	unsigned unexpected;                /* pass, though listed as a known failure */
	unsigned exposed; /* cells with at least one exposure, whatever their verdict */
} IcelabSummary;

void icelab_summary_count(const IcelabRun *run, IcelabSummary *summary);

/* One line without its end: "26 cells: 20 pass, 2 fail (2 known), 4 skip; exposure in 3; 1.2 s". */
void icelab_summary_append(GString *out, const IcelabSummary *summary, double wall_ms);

/* The cell failed as its known failure says. */
bool icelab_result_is_known(const IcelabResult *result);
/* The cell passed although it is listed as a known failure: the list is out of date, which is a
 * failure. */
bool icelab_result_is_unexpected(const IcelabResult *result);

/* Appends "adapter/scenario/policy", made plain. */
void icelab_result_append_id(GString *out, const IcelabResult *result);

/* Appends, made plain, the cell's folder, or "" where there is none; relative to the run's where it
 * is inside. */
void icelab_result_append_folder(GString *out, const IcelabResult *result, const IcelabRun *run);
