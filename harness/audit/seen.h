/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/book.h"
#include "model/observation.h"
#include "model/scenario.h"

/* What a page's script, the STUN servers and whoever carries the packets learned of the person at
 * the client, for the page to show. What counts as learned is the judge's to say
 * (icelab_judge_exposed()). */

/* JSON, caller frees:
 *
 *	{"problem": what keeps this from being the whole truth, or "",
 *	 "learned": [{"name", "address", "what", "protected",
 *	              "channels": [{"channel", "where"} ...]} ...],
 *	 "asked":   [{"server", "transport", "address", "port", "what", "protected"} ...],
 *	 "wire":    [{"watcher", "interface", "kind", "protocol", "source", "destination", "count",
 *	              "what", "protected"} ...]}
 *
 * `learned` has every address of the client and every address under which servers see it, those
 *that the book does not know and names in place of addresses too; `asked` one entry a server,
 *transport and source; `wire` the flows from the client's addresses that others saw, the lab's own
 *left out.
 */
char *icelab_seen_write(
	const IcelabScenario *scenario, const IcelabBook *book, const IcelabObservation *observation);
