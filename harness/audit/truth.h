/* SPDX-License-Identifier: MIT */
#pragma once

#include <json-glib/json-glib.h>

#include "model/book.h"
#include "model/scenario.h"

/* What the page cannot know: this network's addresses, and which of them it is meant to hide. */

/* Adds what an address is as members: name, address, what, protected. */
void icelab_truth_add_address(JsonBuilder *json, const IcelabScenario *scenario,
	const IcelabBook *book, const IcelabNamedAddress *named);

/* {"scenario", "title", "stun": [URI ...], "addresses": [{...} ...]}; caller frees. */
char *icelab_truth_write(const IcelabScenario *scenario, const IcelabBook *book);

/* The text of what was built; caller frees. */
char *icelab_truth_finish(JsonBuilder *json);

/* Adds a member. */
void icelab_truth_add_text(JsonBuilder *json, const char *member, const char *text);
