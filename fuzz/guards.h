/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

/* Known defects of a released library (ledger.ini) that a target steps over, so that they do not
 * hide others. */

/* Whether to step over the defect `id`, the name of a group of ledger.ini. The environment's
 * ICELAB_GUARDS decides, read once:
 *   unset     step over all
 *   off       over none
 *   -ID,ID    over all but these: shows that a defect is still there
 */
bool icelab_guard(const char *id);
