/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/result.h"
#include "report/grid.h"

#include <stdbool.h>

/* What stands below the leak table: legend, findings, exposures, reasons, notes, totals. */

#define ICELAB_MARK_KNOWN "*"
#define ICELAB_MARK_UNEXPECTED "?"
#define ICELAB_MARK_EXPOSED "!"

void icelab_details_append(GString *out, const IcelabRun *run, bool colour);

/* The verdict as the table prints it: what is bad in capitals. Static storage. */
const char *icelab_details_verdict(IcelabVerdict verdict);
IcelabInk icelab_details_ink(const IcelabResult *result);
