/* SPDX-License-Identifier: MIT */
/* Attack surface: scenario files: icelab_scenario_parse() (harness/model/scenario_file.c), written
 * by hand, handed around, and kept in every recorded run.
 *
 * The input is the text. Oracles: a scenario that was read, printed and read again is the same;
 * every policy stands once and is found; a refusal is one line that names the file and a line that
 * there is. */
#include <stdint.h>
#include <string.h>

#include "model/scenario.h"
#include "oracles/message.h"
#include "oracles/oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_set(GString *out, const char *key, GPtrArray *set)
{
	g_string_append_printf(out, "%s =", key);
	for (guint i = 0; i < set->len; i++) {
		const IcelabExpected *expected = set->pdata[i];
		g_autofree char *text =
			icelab_expected_text(expected->type, expected->transport, expected->name);

		g_string_append_printf(out, " %s", text);
	}
	g_string_append_c(out, '\n');
}

static void print_names(GString *out, const char *key, GPtrArray *names)
{
	g_string_append_printf(out, "%s =", key);
	for (guint i = 0; i < names->len; i++)
		g_string_append_printf(out, " %s", (const char *)names->pdata[i]);
	g_string_append_c(out, '\n');
}

static void print_expectation(GString *out, const IcelabExpectation *expectation)
{
	g_string_append_printf(out, "[policy %s]\n", icelab_policy_label(expectation->policy));
	print_set(out, "must", expectation->must);
	print_set(out, "should", expectation->should);
	print_set(out, "may", expectation->may);
	g_string_append_printf(out, "raddr =%s", expectation->raddr_hidden ? " hidden" : "");
	for (guint i = 0; i < expectation->raddr->len; i++)
		g_string_append_printf(out, " %s", (const char *)expectation->raddr->pdata[i]);
	g_string_append(out, "\nwire =");
	for (guint i = 0; i < expectation->wire->len; i++) {
		const IcelabWire *wire = expectation->wire->pdata[i];

		g_string_append_printf(out, " %s>%s", wire->name, wire->interface);
	}
	g_string_append_c(out, '\n');
	print_names(out, "uses", expectation->uses);
	print_names(out, "cites", expectation->cites);
}

static char *print(const IcelabScenario *scenario)
{
	GString *out = g_string_new(NULL);
	g_autofree char *stun = g_strjoinv(" ", scenario->stun);
	g_autofree char *protects = g_strjoinv(" ", scenario->protects);

	g_string_append_printf(out, "[scenario]\ntitle = %s\ntopology = %s\nstun = %s\nprotects = %s\n",
		scenario->title, scenario->topology, stun, protects);
	for (guint i = 0; i < scenario->expectations->len; i++)
		print_expectation(out, scenario->expectations->pdata[i]);
	return g_string_free(out, FALSE);
}

static void check_read(const IcelabScenario *scenario)
{
	g_autofree char *printed = print(scenario);
	g_autofree char *twice = NULL;
	g_autoptr(IcelabScenario) again = NULL;
	g_autoptr(GError) error = NULL;

	EXPECT(strpbrk(scenario->topology, "/\n") == NULL && scenario->topology[0] != '.',
		"scenario-check-read", "a topology elsewhere: %s", scenario->topology);
	EXPECT(scenario->expectations->len > 0, "scenario-check-read", "nothing is expected");
	for (guint i = 0; i < scenario->expectations->len; i++) {
		const IcelabExpectation *expectation = scenario->expectations->pdata[i];

		EXPECT(icelab_scenario_expectation(scenario, expectation->policy) == expectation,
			"scenario-check-read", "policy %s twice", icelab_policy_label(expectation->policy));
		EXPECT(expectation->cites->len > 0, "scenario-check-read", "no clause");
	}
	again = icelab_scenario_parse(printed, "again.ini", &error);
	EXPECT(again != NULL, "scenario-check-read", "%s: %s", error->message, printed);
	twice = print(again);
	EXPECT(g_str_equal(printed, twice), "scenario-check-read", "%s\n and then %s", printed, twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(IcelabScenario) scenario = NULL;
	g_autoptr(GError) error = NULL;

	scenario = icelab_scenario_parse(text, "scenario.ini", &error);
	EXPECT((scenario == NULL) == (error != NULL), "scenario-input",
		"neither a scenario nor a message");
	if (scenario != NULL)
		check_read(scenario);
	else
		expect_message(error, "scenario.ini", text, MESSAGE_LINE_NEEDED);
	return 0;
}
