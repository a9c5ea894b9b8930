/* SPDX-License-Identifier: MIT */
#include "run/known.h"

#include <fnmatch.h>
#include <string.h>

G_DEFINE_QUARK(icelab_known_error, icelab_known_error)

typedef struct {
	char *glob[3]; /* adapter, scenario, policy */
	char **clauses;
	char *reason;
	char *where; /* "FILE: [group]" */
} KnownFailure;

static void known_free(gpointer data)
{
	KnownFailure *known = data;

	for (guint i = 0; i < G_N_ELEMENTS(known->glob); i++)
		g_free(known->glob[i]);
	g_strfreev(known->clauses);
	g_free(known->reason);
	g_free(known->where);
	g_free(known);
}

static KnownFailure *read_group(GKeyFile *keys, const char *group, const char *path, GError **error)
{
	g_autofree char *clauses = g_key_file_get_string(keys, group, "clauses", NULL);
	g_autofree char *reason = g_key_file_get_string(keys, group, "reason", NULL);
	g_autofree char *link = g_key_file_get_string(keys, group, "link", NULL);
	g_auto(GStrv) globs = g_strsplit(group, " ", -1);
	KnownFailure *known;

	if (g_strv_length(globs) != 3 || clauses == NULL || reason == NULL || link == NULL) {
		g_set_error(error, ICELAB_KNOWN_ERROR, 0,
			"%s: [%s]: write [ADAPTER SCENARIO POLICY] with clauses, reason and link", path, group);
		return NULL;
	}
	known = g_new0(KnownFailure, 1);
	for (guint i = 0; i < G_N_ELEMENTS(known->glob); i++)
		known->glob[i] = g_strdup(globs[i]);
	known->clauses = g_strsplit(clauses, " ", -1);
	known->reason = g_strdup_printf("%s (%s)", reason, link);
	known->where = g_strdup_printf("%s: [%s]", path, group);
	return known;
}

GPtrArray *icelab_known_load(const char *path, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(known_free);
	g_autoptr(GKeyFile) keys = g_key_file_new();

	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return g_steal_pointer(&list);
	if (!g_key_file_load_from_file(keys, path, G_KEY_FILE_NONE, error)) {
		g_prefix_error(error, "%s: ", path);
		return NULL;
	}
	g_auto(GStrv) groups = g_key_file_get_groups(keys, NULL);

	for (guint i = 0; groups[i] != NULL; i++) {
		KnownFailure *known = read_group(keys, groups[i], path, error);

		if (known == NULL)
			return NULL;
		g_ptr_array_add(list, known);
	}
	return g_steal_pointer(&list);
}

static gboolean matches(const KnownFailure *known, const char *const words[3])
{
	for (guint i = 0; i < G_N_ELEMENTS(known->glob); i++) {
		if (fnmatch(known->glob[i], words[i], FNM_PATHNAME) != 0)
			return FALSE;
	}
	return TRUE;
}

static const KnownFailure *find_known(GPtrArray *list, const IcelabResult *result)
{
	const char *const words[3] = {result->adapter, result->scenario, result->policy};

	for (guint i = 0; i < list->len; i++) {
		if (matches(list->pdata[i], words))
			return list->pdata[i];
	}
	return NULL;
}

static gboolean has_clause(const IcelabResult *result, const char *clause)
{
	for (guint i = 0; i < result->findings->len; i++) {
		const IcelabFinding *finding = result->findings->pdata[i];

		if (g_str_equal(finding->clause, clause))
			return TRUE;
	}
	return FALSE;
}

/* Both ways: what is found must be written, and what is written must be found. */
static gboolean same_clauses(const KnownFailure *known, const IcelabResult *result)
{
	for (guint i = 0; known->clauses[i] != NULL; i++) {
		if (known->clauses[i][0] != '\0' && !has_clause(result, known->clauses[i]))
			return FALSE;
	}
	for (guint i = 0; i < result->findings->len; i++) {
		const IcelabFinding *finding = result->findings->pdata[i];

		if (!g_strv_contains((const char *const *)known->clauses, finding->clause))
			return FALSE;
	}
	return TRUE;
}

static gboolean was_run(const KnownFailure *known, const IcelabRun *run)
{
	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = run->results->pdata[i];

		if (fnmatch(known->glob[0], result->adapter, FNM_PATHNAME) == 0)
			return TRUE;
	}
	return FALSE;
}

static gboolean can_match(const KnownFailure *known, GPtrArray *cells)
{
	for (guint i = 0; i < cells->len; i++) {
		g_auto(GStrv) words = g_strsplit(cells->pdata[i], " ", 3);

		if (matches(known, (const char *const *)words))
			return TRUE;
	}
	return FALSE;
}

static guint note_stale(GPtrArray *list, IcelabRun *run, GPtrArray *cells)
{
	guint stale = 0;

	for (guint i = 0; i < list->len; i++) {
		const KnownFailure *known = list->pdata[i];

		if (!was_run(known, run) || can_match(known, cells))
			continue;
		stale++;
		g_ptr_array_add(
			run->notes, g_strdup_printf("%s is stale: there is no such cell", known->where));
	}
	return stale;
}

guint icelab_known_apply(GPtrArray *list, IcelabRun *run, GPtrArray *cells)
{
	for (guint i = 0; i < run->results->len; i++) {
		IcelabResult *result = run->results->pdata[i];
		const KnownFailure *known = find_known(list, result);

		if (known == NULL || result->verdict > ICELAB_FAIL)
			continue;
		if (result->verdict == ICELAB_PASS || same_clauses(known, result)) {
			result->known = g_strdup(known->reason);
		} else {
			g_autofree char *clauses = g_strjoinv(" ", known->clauses);

			g_ptr_array_add(
				run->notes, g_strdup_printf("%s no longer fits %s/%s/%s: it names %s", known->where,
								result->adapter, result->scenario, result->policy, clauses));
		}
	}
	return cells != NULL ? note_stale(list, run, cells) : 0;
}
