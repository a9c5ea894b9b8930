/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/book.h"
#include "model/observation.h"
#include "model/scenario.h"

/* The expectations of a policy as they follow from the network itself: the kernel's routing
 * decisions and addresses, the paths of the address book, and the rules of RFC 8828, RFC 8445 and
 * RFC 8835. A scenario file states the same by hand; each guards the other. */

/* Computes. On failure (the kernel knows an address that the book does not) NULL and `error`. The
 * caller frees. */
IcelabExpectation *icelab_expectation_compute(const IcelabScenario *scenario,
	const IcelabBook *book, const IcelabObservation *observation, IcelabPolicy policy,
	GError **error);

/* Holds a file's expectation against the computed one. FALSE and `error` ("FILE:LINE: must has
 * ...") at the first difference, or at a clause that does not exist. */
gboolean icelab_expectation_check(const IcelabScenario *scenario, const IcelabBook *book,
	const IcelabObservation *observation, const IcelabExpectation *expectation, GError **error);

/* The group of a scenario file that says it: "[policy ...]\nmust = ...\n..."; caller frees. */
char *icelab_expectation_text(const IcelabExpectation *expectation);
