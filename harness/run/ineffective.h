/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/result.h"

/* The commonest failure in the field is a policy that is silently ignored. Adds a note for each
 * failed cell in which the implementation did exactly what it does under its most permissive policy
 * in the same scenario. */
void icelab_ineffective_note(IcelabRun *run);
