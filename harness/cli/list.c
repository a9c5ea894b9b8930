/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "report/text.h"

static const char summary[] =
	"Lists the adapters with their policies, and the scenarios with theirs. --cells prints one "
	"line a cell\n"
	"instead: ADAPTER SCENARIO POLICY, those alone that the adapter claims.";

static void print_adapter(const IcelabInterview *interview, const IcelabAdapterFile *file)
{
	if (interview->reason != NULL) {
		g_autofree char *reason = icelab_text_plain(interview->reason, 0);

		printf("  %-24s %s: %s\n", file->name, interview->absent ? "absent" : "broken", reason);
		return;
	}
	g_autofree char *policies = g_strjoinv(" ", interview->adapter->policies);
	g_autofree char *features = g_strjoinv(" ", interview->adapter->features);
	g_autofree char *all = g_strdup_printf("%s %s%s%s", interview->adapter->version, policies,
		features[0] != '\0' ? " features: " : "", features);
	g_autofree char *plain = icelab_text_plain(all, 0);

	printf("  %-24s %s\n", file->name, plain);
}

static void print_scenario(const IcelabScenario *scenario)
{
	g_autofree char *protects = g_strjoinv(" ", scenario->protects);
	g_autofree char *line = g_strdup_printf("%s; topology %s, protects %s", scenario->title,
		scenario->topology, protects[0] != '\0' ? protects : "nothing");
	g_autofree char *plain = icelab_text_plain(line, 0);

	printf("  %-24s %s\n", scenario->name, plain);
}

static void print_cells(const IcelabPlan *plan)
{
	for (guint i = 0; i < plan->cells->len; i++) {
		const IcelabPlanned *planned = plan->cells->pdata[i];

		if (planned->result == NULL)
			printf("%s %s %s\n", planned->interview->adapter->name, planned->scenario->name,
				icelab_policy_label(planned->policy));
	}
}

static void print_plan(const IcelabPlan *plan)
{
	puts("Adapters (version, policies):");
	for (guint i = 0; i < plan->files->len; i++)
		print_adapter(plan->interviews->pdata[i], plan->files->pdata[i]);
	puts("Scenarios:");
	for (guint i = 0; i < plan->scenarios->len; i++)
		print_scenario(plan->scenarios->pdata[i]);
	puts("Policies:");
	for (const char *const *label = icelab_policy_labels(); *label != NULL; label++)
		printf("  %s\n", *label);
}

int icelab_list_main(int argc, char **argv)
{
	g_auto(GStrv) command = g_strdupv(argv);
	g_autoptr(IcelabFolders) folders = icelab_folders_new();
	g_autoptr(IcelabPlan) plan = NULL;
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) adapters = NULL;
	gboolean cells = FALSE;
	const GOptionEntry entries[] = {
		{"adapter", 'a', 0, G_OPTION_ARG_STRING_ARRAY, &adapters,
			"Adapters to list (default: all but the mutants)", "GLOB|PATH"},
		{"cells", 0, 0, G_OPTION_ARG_NONE, &cells, "One line a cell", NULL},
		G_OPTION_ENTRY_NULL,
	};

	icelab_parse_options(&argc, &argv, entries, "", summary, folders);

	IcelabRunOptions options = {.folders = folders, .adapters = adapters};

	plan = icelab_plan_new(&options, &error);
	if (plan == NULL) {
		icelab_elevate(command, error);
		return icelab_tell(error);
	}
	if (cells)
		print_cells(plan);
	else
		print_plan(plan);
	return ICELAB_EXIT_PASS;
}
