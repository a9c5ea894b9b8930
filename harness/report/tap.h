/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/result.h"

/* Appends the run as Test Anything Protocol, version 13: a test point per cell with a YAML block
 * where there is something to say. Unsupported and skipped cells carry SKIP, known failures TODO
 * with the reason; a known failure that passes is "not ok", because the list of known failures is
 * then wrong. */
void icelab_tap_append(GString *out, const IcelabRun *run);
