/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "report/json.h"
#include "report/summary.h"
#include "report/table.h"
#include "run/evidence.h"
#include "run/known.h"

static const char summary[] =
	"Judges every cell whose evidence lies in RUN-DIR (a run's folder, or one cell's) again, "
	"without a\n"
	"network: from scenario.ini, book and observation.json. Edit one of them and see what changes.";

static IcelabRun *judge_folder(const char *folder, GError **error)
{
	g_autoptr(IcelabRun) run = icelab_run_new();
	g_autoptr(GPtrArray) cells = icelab_evidence_find(folder);

	if (cells->len == 0) {
		g_set_error(error, ICELAB_EVIDENCE_ERROR, 0,
			"%s holds no observation.json; name the folder of a run or of a cell", folder);
		return NULL;
	}
	for (guint i = 0; i < cells->len; i++) {
		IcelabResult *result = icelab_evidence_judge(cells->pdata[i], error);

		if (result == NULL)
			return NULL;
		g_ptr_array_add(run->results, result);
		run->wall_ms += result->judge_ms;
	}
	run->folder = g_canonicalize_filename(folder, NULL);
	return g_steal_pointer(&run);
}

int icelab_judge_main(int argc, char **argv)
{
	g_autoptr(IcelabFolders) folders = icelab_folders_new();
	g_autoptr(IcelabRun) run = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GPtrArray) known = NULL;
	g_autofree char *known_path = NULL;
	IcelabTableStyle style = icelab_table_style(stdout);
	IcelabSummary counts;
	gboolean json = FALSE;
	const GOptionEntry entries[] = {
		{"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON in place of the table", NULL},
		{"known", 0, 0, G_OPTION_ARG_FILENAME, &known_path,
			"Known failures (default: known-failures.ini beside the scenarios)", "FILE"},
		G_OPTION_ENTRY_NULL,
	};

	icelab_parse_options(&argc, &argv, entries, "RUN-DIR", summary, folders);
	if (argc != 2) {
		fprintf(stderr, "%s: name one RUN-DIR; see --help\n", g_get_prgname());
		return ICELAB_EXIT_USAGE;
	}
	run = judge_folder(argv[1], &error);
	if (run == NULL)
		return icelab_tell(error);
	if (known_path == NULL)
		known_path = g_build_filename(folders->scenarios, "known-failures.ini", NULL);
	known = icelab_known_load(known_path, &error);
	if (known == NULL)
		return icelab_tell(error);
	icelab_known_apply(known, run, NULL);
	if (json)
		icelab_json_append(text, run);
	else
		icelab_table_append(text, run, &style);
	fwrite(text->str, 1, text->len, stdout);
	icelab_summary_count(run, &counts);
	if (counts.verdicts[ICELAB_BROKEN] > 0)
		return ICELAB_EXIT_BROKEN;
	return counts.verdicts[ICELAB_FAIL] > counts.known[ICELAB_FAIL] || counts.unexpected > 0
			   ? ICELAB_EXIT_FAIL
			   : ICELAB_EXIT_PASS;
}
