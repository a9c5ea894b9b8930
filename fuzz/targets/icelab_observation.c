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
#include "oracles/expect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_read(const IcelabObservation *observation)
{
	g_autofree char *written = icelab_observation_to_json(observation);
	g_autofree char *again = NULL;
	g_autoptr(IcelabObservation) read = NULL;
	g_autoptr(GError) error = NULL;

	read = icelab_observation_from_json(written, "again", &error);
	EXPECT(read != NULL, "%s: %s", error->message, written);
	EXPECT(read->outcome == observation->outcome, "outcome");
	EXPECT(g_strcmp0(read->reason, observation->reason) == 0, "reason");
	EXPECT(read->events->len == observation->events->len, "events");
	EXPECT(read->flows->len == observation->flows->len, "flows");
	EXPECT(read->requests->len == observation->requests->len, "requests");
	EXPECT(read->sensors->len == observation->sensors->len, "sensors");
	EXPECT(read->routes->len == observation->routes->len, "routes");
	EXPECT(read->locals->len == observation->locals->len, "addresses");
	again = icelab_observation_to_json(read);
	EXPECT(g_str_equal(written, again), "%s\n and then %s", written, again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(IcelabObservation) observation = NULL;
	g_autoptr(GError) error = NULL;

	observation = icelab_observation_from_json(text, "observation.json", &error);
	EXPECT((observation == NULL) == (error != NULL), "neither an observation nor a message");
	if (observation != NULL) {
		check_read(observation);
		return 0;
	}
	EXPECT(g_str_has_prefix(error->message, "observation.json: "), "%s", error->message);
	EXPECT(strchr(error->message, '\n') == NULL, "%s", error->message);
	return 0;
}
