/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/result.h"

#include <stdbool.h>
#include <stdio.h>

/* What is going on while a run goes on: on a terminal one line that is rewritten, else a line per
 * finished cell. To be called from one thread. */

typedef struct IcelabProgress IcelabProgress;

/* `stream` (stderr, so that a report can be piped) is not owned. Free by icelab_progress_finish. */
IcelabProgress *icelab_progress_start(FILE *stream, bool live, unsigned total);

/* True where `stream` is a terminal that can rewrite a line. */
bool icelab_progress_can_be_live(FILE *stream);

/* This cell has started. With several workers the last one to start is shown. */
void icelab_progress_begin(
	IcelabProgress *progress, const char *adapter, const char *scenario, const char *policy);

/* This cell has ended. */
void icelab_progress_update(IcelabProgress *progress, const IcelabResult *result);

/* Wipes the line; NULL is allowed. */
void icelab_progress_finish(IcelabProgress *progress);
