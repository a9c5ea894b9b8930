/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/summary.h"
#include "report/table.h"
#include "report/tap.h"
#include "run/evidence.h"
#include "run/ineffective.h"
#include "run/known.h"
#include "run/supervisor.h"

typedef struct {
	char *format; /* of standard output */
	char *json;   /* files */
	char *junit;
	char *tap;
	char *known;
	char *fault;
	char *must_find;
	char *must_expose;
	gboolean strict;
} Output;

static const char summary[] = "Runs every ADAPTER in every SCENARIO under every POLICY, and prints "
							  "for each cell the verdict and\n"
							  "the protected addresses that were exposed. Globs may be given more "
							  "than once; a '*' does not reach\n"
							  "into folders, so the mutants are asked for as \"mutants/*\".\n\n"
							  "Exit codes: 0 all pass (or fail as known), 1 a cell failed, 2 "
							  "usage, 77 nothing could run here,\n"
							  "99 a lab or an adapter broke. With CI=true or ICELAB_MUST_WORK set, "
							  "a skipped cell is a failure.";

static gboolean write_report(const IcelabRun *run, const char *path,
	void (*append)(GString *out, const IcelabRun *run), GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (path == NULL)
		return TRUE;
	append(text, run);
	return g_file_set_contents(path, text->str, (gssize)text->len, error);
}

static void append_table(GString *out, const IcelabRun *run)
{
	IcelabTableStyle style = icelab_table_style(stdout);

	icelab_table_append(out, run, &style);
}

static const struct {
	const char *name;
	void (*append)(GString *out, const IcelabRun *run);
} formats[] = {
	{"table", append_table},
	{"tap", icelab_tap_append},
	{"junit", icelab_junit_append},
	{"json", icelab_json_append},
};

static gboolean print_report(const IcelabRun *run, const char *format)
{
	for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
		if (!g_str_equal(formats[i].name, format))
			continue;
		g_autoptr(GString) text = g_string_new(NULL);

		formats[i].append(text, run);
		fwrite(text->str, 1, text->len, stdout);
		return fflush(stdout) == 0;
	}
	return FALSE;
}

static gboolean is_format(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
		if (g_str_equal(formats[i].name, name))
			return TRUE;
	}
	return FALSE;
}

/* Whether the clauses found in all cells together are exactly the ones asked for: how the mutants
 * are held to their leak. */
static int check_found(const IcelabRun *run, const char *must_find)
{
	g_auto(GStrv) wanted = g_strsplit(must_find, ",", -1);
	g_autoptr(GHashTable) found = g_hash_table_new(g_str_hash, g_str_equal);
	int code = ICELAB_EXIT_PASS;

	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = run->results->pdata[i];

		for (guint k = 0; k < result->findings->len; k++)
			g_hash_table_add(found, ((IcelabFinding *)result->findings->pdata[k])->clause);
	}
	for (guint i = 0; wanted[i] != NULL; i++) {
		if (wanted[i][0] != '\0' && !g_hash_table_remove(found, wanted[i])) {
			printf("not found: %s\n", wanted[i]);
			code = ICELAB_EXIT_FAIL;
		}
	}
	GHashTableIter iterator;
	gpointer clause;

	g_hash_table_iter_init(&iterator, found);
	while (g_hash_table_iter_next(&iterator, &clause, NULL)) {
		printf("found, but not expected: %s\n", (char *)clause);
		code = ICELAB_EXIT_FAIL;
	}
	return code;
}

static gboolean has_exposure(const IcelabRun *run, const char *wanted)
{
	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = run->results->pdata[i];

		for (guint k = 0; k < result->exposures->len; k++) {
			const IcelabExposure *exposure = result->exposures->pdata[k];
			g_autofree char *text = g_strdup_printf("%s:%s", exposure->name, exposure->channel);

			if (g_str_equal(text, wanted))
				return TRUE;
		}
	}
	return FALSE;
}

/* Whether each of the exposures asked for is among those of all cells together: what a mutant must
 * show beside its clause, or in its place. */
static int check_exposed(const IcelabRun *run, const char *must_expose)
{
	g_auto(GStrv) wanted = g_strsplit(must_expose, ",", -1);
	int code = ICELAB_EXIT_PASS;

	for (guint i = 0; wanted[i] != NULL; i++) {
		if (has_exposure(run, wanted[i]))
			continue;
		printf("not exposed: %s\n", wanted[i]);
		code = ICELAB_EXIT_FAIL;
	}
	return code;
}

/* By what a mutant is held to its leak. */
static int check_leak(const IcelabRun *run, const Output *output)
{
	int found = output->must_find != NULL ? check_found(run, output->must_find) : ICELAB_EXIT_PASS;
	int exposed =
		output->must_expose != NULL ? check_exposed(run, output->must_expose) : ICELAB_EXIT_PASS;

	return found != ICELAB_EXIT_PASS ? found : exposed;
}

static int exit_code(const IcelabRun *run, const Output *output, guint stale)
{
	IcelabSummary summary_counts;
	guint failed, ran;

	icelab_summary_count(run, &summary_counts);
	failed = summary_counts.verdicts[ICELAB_FAIL] - summary_counts.known[ICELAB_FAIL] +
			 summary_counts.unexpected + stale;
	if (output->strict)
		failed += summary_counts.verdicts[ICELAB_WARN] - summary_counts.known[ICELAB_WARN];
	if (icelab_must_work())
		failed += summary_counts.verdicts[ICELAB_SKIP];
	ran = summary_counts.verdicts[ICELAB_PASS] + summary_counts.verdicts[ICELAB_WARN] +
		  summary_counts.verdicts[ICELAB_FAIL];
	if (summary_counts.verdicts[ICELAB_BROKEN] > 0)
		return ICELAB_EXIT_BROKEN;
	if ((output->must_find != NULL || output->must_expose != NULL) && ran > 0)
		return check_leak(run, output);
	if (failed > 0)
		return ICELAB_EXIT_FAIL;
	if (ran > 0)
		return ICELAB_EXIT_PASS;
	/* An adapter that was told to work here, and says that it cannot. */
	return icelab_must_work() ? ICELAB_EXIT_FAIL : ICELAB_EXIT_SKIP;
}

static int report_run(IcelabRun *run, const IcelabPlan *plan, const Output *output, GError **error)
{
	g_autofree char *own = g_build_filename(run->folder, "run.json", NULL);
	g_autoptr(GPtrArray) known = icelab_known_load(output->known, error);
	guint stale;

	if (known == NULL)
		return ICELAB_EXIT_USAGE;
	stale = icelab_known_apply(known, run, plan->all);
	icelab_ineffective_note(run);
	if (!write_report(run, own, icelab_json_append, error) ||
		!write_report(run, output->json, icelab_json_append, error) ||
		!write_report(run, output->junit, icelab_junit_append, error) ||
		!write_report(run, output->tap, icelab_tap_append, error))
		return ICELAB_EXIT_USAGE;
	print_report(run, output->format);
	return exit_code(run, output, stale);
}

static int run_plan(IcelabRunOptions *options, const Output *output, char **command)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(IcelabPlan) plan = icelab_plan_new(options, &error);
	g_autoptr(IcelabRun) run = NULL;
	g_autofree char *folder = NULL;
	int code;

	if (plan == NULL) {
		icelab_elevate(command, error);
		return icelab_tell(error);
	}
	folder = icelab_evidence_prepare(options->output, &error);
	if (folder == NULL)
		return icelab_tell(error);
	g_free(options->output);
	options->output = g_steal_pointer(&folder);
	run = icelab_supervise(options, plan, &error);
	if (run == NULL)
		return icelab_tell(error);
	code = report_run(run, plan, output, &error);
	icelab_give_back(options->output);
	return error != NULL ? icelab_tell(error) : code;
}

int icelab_run_main(int argc, char **argv)
{
	g_auto(GStrv) command = g_strdupv(argv);
	g_autoptr(IcelabFolders) folders = icelab_folders_new();
	IcelabRunOptions options = {.folders = folders, .deadline_ms = 10000};
	Output output = {0};
	int workers = 0;
	int deadline = 10000;
	const GOptionEntry entries[] = {
		{"adapter", 'a', 0, G_OPTION_ARG_STRING_ARRAY, &options.adapters,
			"Adapters to run (default: all but the mutants)", "GLOB|PATH"},
		{"scenario", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options.scenarios, "Scenarios to run in",
			"GLOB"},
		{"policy", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &options.policies, "Policies to ask for",
			"GLOB"},
		{"jobs", 'j', 0, G_OPTION_ARG_INT, &workers,
			"Labs at a time (default: one a core, and more while some only wait)", "N"},
		{"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
			"Folder for the evidence (default: a new one in icelab-runs/)", "DIR"},
		{"format", 'f', 0, G_OPTION_ARG_STRING, &output.format,
			"What to print: table, tap, junit or json", "FORMAT"},
		{"json", 0, 0, G_OPTION_ARG_FILENAME, &output.json, "Write a JSON report, too", "FILE"},
		{"junit", 0, 0, G_OPTION_ARG_FILENAME, &output.junit, "Write a JUnit report, too", "FILE"},
		{"tap", 0, 0, G_OPTION_ARG_FILENAME, &output.tap, "Write a TAP report, too", "FILE"},
		{"strict", 0, 0, G_OPTION_ARG_NONE, &output.strict, "A warning fails, too", NULL},
		{"keep", 0, 0, G_OPTION_ARG_NONE, &options.keep, "Keep the captures of passing cells, too",
			NULL},
		{"deadline", 0, 0, G_OPTION_ARG_INT, &deadline,
			"Milliseconds for one gathering (default: 10000)", "MS"},
		{"known", 0, 0, G_OPTION_ARG_FILENAME, &output.known,
			"Known failures (default: known-failures.ini beside the scenarios)", "FILE"},
		{"must-find", 0, 0, G_OPTION_ARG_STRING, &output.must_find,
			"Succeed exactly if these clauses are found broken, and no other", "CLAUSE,..."},
		{"must-expose", 0, 0, G_OPTION_ARG_STRING, &output.must_expose,
			"Succeed only if these addresses are exposed, each through that channel",
			"NAME:CHANNEL,..."},
		{"fault", 0, 0, G_OPTION_ARG_STRING, &output.fault,
			"Break the lab on purpose: deaf-sensor, lost-canary or full-buffer", "NAME"},
		{"echo", 0, 0, G_OPTION_ARG_NONE, &options.echo,
			"Show every command that builds a network, as one would type it", NULL},
		{"each", 0, 0, G_OPTION_ARG_NONE, &options.each,
			"Build networks with one process a command (slow; for comparison)", NULL},
		G_OPTION_ENTRY_NULL,
	};

	icelab_parse_options(&argc, &argv, entries, "", summary, folders);
	if (output.format == NULL)
		output.format = g_strdup("table");
	if (argc > 1 || !is_format(output.format) || workers < 0 || deadline <= 0 ||
		(output.fault != NULL && !icelab_fault_from_name(output.fault, &options.fault))) {
		fprintf(stderr, "%s: %s; see --help\n", g_get_prgname(),
			argc > 1                       ? "it takes no arguments but options"
			: !is_format(output.format)    ? "unknown --format"
			: workers < 0 || deadline <= 0 ? "--jobs and --deadline take positive numbers"
										   : "unknown --fault");
		return ICELAB_EXIT_USAGE;
	}
	if (output.known == NULL)
		output.known = g_build_filename(folders->scenarios, "known-failures.ini", NULL);
	options.overlap = workers == 0;
	options.workers = workers > 0 ? (guint)workers : (guint)g_get_num_processors();
	options.deadline_ms = (guint)deadline;
	options.progress = isatty(STDERR_FILENO);

	int code = run_plan(&options, &output, command);

	g_strfreev(options.adapters);
	g_strfreev(options.scenarios);
	g_strfreev(options.policies);
	g_free(options.output);
	g_free(output.format);
	g_free(output.json);
	g_free(output.junit);
	g_free(output.tap);
	g_free(output.known);
	g_free(output.fault);
	g_free(output.must_find);
	g_free(output.must_expose);
	return code;
}
