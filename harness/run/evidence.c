/* SPDX-License-Identifier: MIT */
#include "run/evidence.h"

#include <errno.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "judge/judge.h"

G_DEFINE_QUARK(icelab_evidence_error, icelab_evidence_error)

/* What nobody but a run puts into a cell's folder. */
static gboolean is_evidence(const char *name)
{
	static const char *const names[] = {
		"scenario.ini", "book", "observation.json", "adapter.log", "lab.log", NULL};

	/* A run that is killed may leave a file that is not yet called by its name. */
	return g_strv_contains(names, name) || g_str_has_suffix(name, ".pcap") ||
		   g_str_has_prefix(name, "scenario.ini.");
}

static int find_foreign(
	const char *path, G_GNUC_UNUSED const struct stat *status, int kind, struct FTW *walk)
{
	return kind != FTW_D && (kind != FTW_F || !is_evidence(path + walk->base)) ? 1 : 0;
}

static int remove_entry(const char *path, G_GNUC_UNUSED const struct stat *status,
	G_GNUC_UNUSED int kind, G_GNUC_UNUSED struct FTW *walk)
{
	return remove(path);
}

static gboolean is_empty(const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);

	return dir != NULL && g_dir_read_name(dir) == NULL;
}

/* Only what an earlier run made is ever removed; one that was killed made no report. */
static gboolean clear_earlier_run(const char *folder, GError **error)
{
	g_autofree char *report = g_build_filename(folder, "run.json", NULL);
	g_autofree char *cells = g_build_filename(folder, "cells", NULL);

	if ((!g_file_test(report, G_FILE_TEST_EXISTS) && !g_file_test(cells, G_FILE_TEST_IS_DIR)) ||
		nftw(cells, find_foreign, 16, FTW_PHYS) > 0) {
		g_set_error(error, ICELAB_EVIDENCE_ERROR, 0,
			"%s is neither empty nor an earlier run; name another folder with --output", folder);
		return FALSE;
	}
	nftw(cells, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	g_unlink(report);
	return TRUE;
}

static gboolean make_folder(const char *folder, GError **error)
{
	if (g_mkdir_with_parents(folder, 0755) == 0)
		return TRUE;
	g_set_error(
		error, ICELAB_EVIDENCE_ERROR, 0, "%s cannot be made: %s", folder, g_strerror(errno));
	return FALSE;
}

/* Two runs may begin in the same second: the one that makes the folder has it. */
static char *make_fresh_folder(GError **error)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autofree char *name = g_date_time_format(now, "%Y%m%d-%H%M%S");

	if (!make_folder("icelab-runs", error))
		return NULL;
	for (guint i = 1; i < 100; i++) {
		g_autofree char *numbered = i == 1 ? g_strdup(name) : g_strdup_printf("%s-%u", name, i);
		g_autofree char *path = g_build_filename("icelab-runs", numbered, NULL);

		if (g_mkdir(path, 0755) == 0)
			return g_canonicalize_filename(path, NULL);
	}
	g_set_error(error, ICELAB_EVIDENCE_ERROR, 0, "no fresh folder can be made in icelab-runs: %s",
		g_strerror(errno));
	return NULL;
}

char *icelab_evidence_prepare(const char *output, GError **error)
{
	if (output == NULL)
		return make_fresh_folder(error);
	if (g_file_test(output, G_FILE_TEST_IS_DIR) && !is_empty(output) &&
		!clear_earlier_run(output, error))
		return NULL;
	return make_folder(output, error) ? g_canonicalize_filename(output, NULL) : NULL;
}

IcelabResult *icelab_evidence_judge(const char *folder, GError **error)
{
	g_autofree char *scenario_path = g_build_filename(folder, "scenario.ini", NULL);
	g_autofree char *book_path = g_build_filename(folder, "book", NULL);
	g_autofree char *observation_path = g_build_filename(folder, "observation.json", NULL);
	g_autofree char *book_text = NULL;
	g_autofree char *observation_text = NULL;
	g_autoptr(IcelabScenario) scenario = icelab_scenario_load(scenario_path, error);
	g_autoptr(IcelabBook) book = NULL;
	g_autoptr(IcelabObservation) observation = NULL;
	gint64 start;
	IcelabResult *result;

	if (scenario == NULL || !g_file_get_contents(book_path, &book_text, NULL, error) ||
		!g_file_get_contents(observation_path, &observation_text, NULL, error))
		return NULL;
	book = icelab_book_parse(book_text, book_path, error);
	if (book == NULL)
		return NULL;
	observation = icelab_observation_from_json(observation_text, observation_path, error);
	if (observation == NULL)
		return NULL;
	/* The file is a copy under another name; messages name the original. */
	g_free(scenario->name);
	scenario->name = g_strdup(observation->scenario);
	start = g_get_monotonic_time();
	result = icelab_judge(scenario, book, observation);
	result->judge_ms = (double)(g_get_monotonic_time() - start) / 1000;
	result->folder = g_strdup(folder);
	return result;
}

void icelab_evidence_trim(const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (g_str_has_suffix(name, ".pcap") || g_str_has_suffix(name, ".log"))
			g_unlink(path);
	}
}

static int compare_paths(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void find_in(const char *folder, GPtrArray *found, guint depth)
{
	g_autofree char *observation = g_build_filename(folder, "observation.json", NULL);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	if (g_file_test(observation, G_FILE_TEST_EXISTS))
		g_ptr_array_add(found, g_strdup(folder));
	while (dir != NULL && depth > 0 && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
			find_in(path, found, depth - 1);
	}
}

GPtrArray *icelab_evidence_find(const char *folder)
{
	GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *absolute = g_canonicalize_filename(folder, NULL);

	find_in(absolute, found, 8);
	g_ptr_array_sort(found, compare_paths);
	return found;
}
