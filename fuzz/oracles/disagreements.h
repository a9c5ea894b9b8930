/* SPDX-License-Identifier: MIT */
#pragma once

#include "oracles/bucket.h"

/* The classes of disagreement that disagreements.ini lists, compiled into the program. */

/* Reads the list. Ends the process with one line where it is malformed. */
void disagreements_start(void);

/* Looks the bucket up. Ends the process where no class has it, but for ICELAB_DISAGREEMENTS=list.
 */
void disagreements_note(const Bucket *bucket);
