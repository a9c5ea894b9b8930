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

/* What was learned of the addresses of these names (NULL-terminated), by no rule: the exposures of
 * the result, and a reason where a candidate cannot be read. */
IcelabResult *icelab_judge_exposed(
	char **names, const IcelabBook *book, const IcelabObservation *observation);

/* Whether a flow shows an address to somebody who did not know it: the STUN server, or whoever
 * carries it and is not on the address's own link. */
gboolean icelab_judge_flow_exposes(const IcelabBook *book, const IcelabObservation *observation,
	const IcelabFlow *flow, const IcelabNamedAddress *named);
