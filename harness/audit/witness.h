/* SPDX-License-Identifier: MIT */
#pragma once

#include <sys/types.h>

#include "lab/lab.h"
#include "model/scenario.h"

/* Watches a lab while somebody uses its client, and answers what the page asks (web/question.h). */

typedef struct IcelabWitness IcelabWitness;

/* From here on it sees. The lab must serve its page with `asks`, or nobody will ask. */
IcelabWitness *icelab_witness_new(IcelabLab *lab, const IcelabScenario *scenario);
void icelab_witness_free(IcelabWitness *witness);

/* Watches and answers until a child has ended. Returns its status as of waitpid(2), or -1 with
 * errno. */
int icelab_witness_attend(IcelabWitness *witness, pid_t child);
