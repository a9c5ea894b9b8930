/* SPDX-License-Identifier: MIT */
#pragma once

#include "adapter/libnice_gather.h"

/* The reference adapter. Its executable passes no hooks; the mutants (harness/mutants/) pass those
 * that leak, so that both are the same code and what leaks stands outside it. */

typedef struct IcelabReference IcelabReference;

/* Each may be NULL. They are called in this order. */
typedef struct {
	const char *name;                        /* instead of "libnice" in --describe */
	void (*request)(IcelabRequest *request); /* what is asked for, before anything is planned */
	IcelabAddressHook address;               /* each address that mode 1 considers */
	void (*plan)(const IcelabRequest *request, IcelabPlan *plan); /* before any socket is opened */
	void (*started)(const IcelabRequest *request, const IcelabPlan *plan); /* before gathering */
	void (*candidate)(
		IcelabLocalCandidate *candidate);      /* each one found, before it is told or withheld */
	void (*line)(GString *line);               /* each candidate's line, before it is told */
	void (*description)(GString *sdp);         /* each description, before it is told */
	void (*ended)(IcelabReference *reference); /* after `done` was said */
} IcelabReferenceHooks;

/* One gathering: from the command line to the exit code. */
int icelab_reference_run(int argc, char **argv, const IcelabReferenceHooks *hooks);

/* Gathers by the reference's plan and tells what is found. For `ended`; otherwise
 * icelab_reference_run does it. */
void icelab_reference_gather(IcelabReference *reference);
