/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/network.h"
#include "judge/expectation.h"

static const char summary[] = "Builds the network of SCENARIO, asks its kernel for routes and "
							  "addresses, and prints what the policies'\n"
							  "rules make of them, in the form of a scenario file. With --check it "
							  "compares the file with that instead\n"
							  "and says nothing where they agree.";

static int print_expectations(
	const IcelabLab *lab, const IcelabScenario *scenario, const IcelabObservation *observation)
{
	for (const char *const *label = icelab_policy_labels(); *label != NULL; label++) {
		g_autoptr(GError) error = NULL;
		IcelabPolicy policy;
		IcelabExpectation *computed;

		icelab_policy_from_label(*label, &policy);
		computed = icelab_expectation_compute(scenario, lab->book, observation, policy, &error);
		if (computed == NULL) {
			icelab_say(error);
			return ICELAB_EXIT_FAIL;
		}
		g_autofree char *text = icelab_expectation_text(computed);

		printf("%s\n", text);
		icelab_expectation_free(computed);
	}
	return fflush(stdout) == 0 ? ICELAB_EXIT_PASS : ICELAB_EXIT_BROKEN;
}

static int check_expectations(
	const IcelabLab *lab, const IcelabScenario *scenario, const IcelabObservation *observation)
{
	g_autoptr(GError) unknown = NULL;
	int code = ICELAB_EXIT_PASS;

	if (!icelab_scenario_check(scenario, lab->book, &unknown)) {
		icelab_say(unknown);
		return ICELAB_EXIT_FAIL;
	}
	for (guint i = 0; i < scenario->expectations->len; i++) {
		g_autoptr(GError) error = NULL;

		if (icelab_expectation_check(
				scenario, lab->book, observation, scenario->expectations->pdata[i], &error))
			continue;
		icelab_say(error);
		code = ICELAB_EXIT_FAIL;
	}
	return code;
}

static int use_expectations(IcelabLab *lab, const IcelabScenario *scenario, gpointer data)
{
	const gboolean *check = data;
	g_autoptr(IcelabObservation) observation = icelab_observation_new("", scenario->name, "");
	g_autoptr(GError) error = NULL;

	if (!icelab_lab_ask_kernel(lab, observation, &error))
		return icelab_tell(error);
	/* A name that the book does not have is what the check is to find; the computation needs the
	 * servers' alone. */
	for (guint i = 0; scenario->stun[i] != NULL; i++) {
		if (icelab_book_server(lab->book, scenario->stun[i]) == NULL) {
			icelab_scenario_check(scenario, lab->book, &error);
			return icelab_tell(error);
		}
	}
	return *check ? check_expectations(lab, scenario, observation)
				  : print_expectations(lab, scenario, observation);
}

int icelab_expect_main(int argc, char **argv)
{
	g_auto(GStrv) command = g_strdupv(argv);
	g_autoptr(IcelabFolders) folders = icelab_folders_new();
	gboolean check = FALSE;
	IcelabNetwork network = {.use = use_expectations, .data = &check};
	const GOptionEntry entries[] = {
		{"check", 0, 0, G_OPTION_ARG_NONE, &check, "Compare the scenario file with it", NULL},
		G_OPTION_ENTRY_NULL,
	};

	icelab_parse_options(&argc, &argv, entries, "SCENARIO", summary, folders);
	if (argc != 2) {
		fprintf(stderr, "%s: name one SCENARIO; see --help\n", g_get_prgname());
		return ICELAB_EXIT_USAGE;
	}
	return icelab_network_use(folders, argv[1], &network, command);
}
