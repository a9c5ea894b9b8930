/* SPDX-License-Identifier: MIT */
#pragma once

#include "adapter/libnice_reference.h"

/* Deliberately leaky variants of the reference adapter, one leak each, so that every must-not of
 * the judge is proven able to fire. mutants.ini says in which cell each leaks and which clause must
 * catch it. */

typedef struct {
	const char *policy;         /* leaks under this policy only; NULL: under each */
	bool consent;               /* and with this consent */
	IcelabReferenceHooks hooks; /* with its name */
} IcelabMutant;

extern const IcelabMutant icelab_mutants[];
extern const size_t icelab_mutants_count;

/* NULL where there is none of that name. */
const IcelabMutant *icelab_mutant_find(const char *name);
