/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/book.h"
#include "model/observation.h"
#include "model/result.h"
#include "model/scenario.h"

/* Judges one cell. A pure function: no I/O, no clock, no state; the same arguments give the same
 * result, today from a live run or in a year from its folder.
 *
 * Order: an outcome that is no gathering (unsupported, skip, broken) is passed on; sensors that did
 * not prove themselves, or expectations that disagree with the kernel's routes, make the cell
 * broken; then candidates, their related addresses and foundations, the session descriptions and
 * the wire are each held against the closed world of the scenario. The exposure is computed beside
 * the verdict and does not depend on it. */
IcelabResult *icelab_judge(
	const IcelabScenario *scenario, const IcelabBook *book, const IcelabObservation *observation);
