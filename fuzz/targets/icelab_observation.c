/* SPDX-License-Identifier: MIT */
/* Attack surface: recorded runs: observation.json as icelab_observation_from_json()
 * (harness/model/observation_json.c) reads it, written by another version, by hand, or by whoever
 * sent the folder.
 *
 * The input is the text. Oracles: what is read can be written, and what was written is read to the
 * same, to the letter; what is refused is refused again, with one line that begins with the file's
 * name. */
#include <stdint.h>
#include <string.h>

#include "model/observation.h"
#include "oracles/oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_read(const IcelabObservation *observation)
{
	g_autofree char *written = icelab_observation_to_json(observation);
	g_autofree char *again = NULL;
	g_autoptr(IcelabObservation) read = NULL;
	g_autoptr(GError) error = NULL;

	read = icelab_observation_from_json(written, "again", &error);
	EXPECT(read != NULL, "observation-check-read", "%s: %s", error->message, written);
	EXPECT(read->outcome == observation->outcome, "observation-check-read", "outcome");
	EXPECT(g_strcmp0(read->reason, observation->reason) == 0, "observation-check-read", "reason");
	EXPECT(read->events->len == observation->events->len, "observation-check-read", "events");
	EXPECT(read->flows->len == observation->flows->len, "observation-check-read", "flows");
	EXPECT(read->requests->len == observation->requests->len, "observation-check-read", "requests");
	EXPECT(read->sensors->len == observation->sensors->len, "observation-check-read", "sensors");
	EXPECT(read->routes->len == observation->routes->len, "observation-check-read", "routes");
	EXPECT(read->locals->len == observation->locals->len, "observation-check-read", "addresses");
	again = icelab_observation_to_json(read);
	EXPECT(
		g_str_equal(written, again), "observation-check-read", "%s\n and then %s", written, again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(IcelabObservation) observation = NULL;
	g_autoptr(GError) error = NULL;

	observation = icelab_observation_from_json(text, "observation.json", &error);
	EXPECT((observation == NULL) == (error != NULL), "observation-input",
		"neither an observation nor a message");
	if (observation != NULL) {
		check_read(observation);
		return 0;
	}
	EXPECT(g_str_has_prefix(error->message, "observation.json: "), "observation-input", "%s",
		error->message);
	EXPECT(strchr(error->message, '\n') == NULL, "observation-input", "%s", error->message);
	return 0;
}
