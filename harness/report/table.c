/* SPDX-License-Identifier: MIT */
#include "report/table.h"

#include "model/policy.h"
#include "report/details.h"
#include "report/grid.h"
#include "report/summary.h"
#include "report/text.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define NAME_LIMIT 48 /* an address's name may be its text: 46 */
#define NARROWEST 80
#define WIDEST 120
#define USUAL 100

IcelabTableStyle icelab_table_style(FILE *stream)
{
	IcelabTableStyle style = {.colour = false, .width = USUAL};
	const char *no_color = g_getenv("NO_COLOR");
	struct winsize size;

	if (!isatty(fileno(stream)))
		return style;
	style.colour =
		(no_color == NULL || *no_color == '\0') && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
	if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		style.width = CLAMP(size.ws_col, NARROWEST, WIDEST);
	return style;
}

static void add_once(GPtrArray *names, const char *name)
{
	if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
		g_ptr_array_add(names, (gpointer)name);
}

static size_t policy_rank(const char *policy)
{
	const char *const *labels = icelab_policy_labels();
	size_t rank = 0;

	while (labels[rank] != NULL && strcmp(labels[rank], policy) != 0)
		rank++;
	return rank;
}

static gint compare_policies(gconstpointer a, gconstpointer b)
{
	const char *first = *(const char *const *)a;
	const char *second = *(const char *const *)b;
	size_t first_rank = policy_rank(first);
	size_t second_rank = policy_rank(second);

	if (first_rank != second_rank)
		return first_rank < second_rank ? -1 : 1;
	return strcmp(first, second);
}

static const IcelabResult *find_result(
	const IcelabRun *run, const char *adapter, const char *scenario, const char *policy)
{
	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = g_ptr_array_index(run->results, i);

		if (strcmp(result->adapter, adapter) == 0 && strcmp(result->scenario, scenario) == 0 &&
			strcmp(result->policy, policy) == 0)
			return result;
	}
	return NULL;
}

static void put_verdict(IcelabGrid *grid, unsigned row, unsigned column, const IcelabResult *result)
{
	g_autoptr(GPtrArray) clauses = g_ptr_array_new();
	GString *text = g_string_new(icelab_details_verdict(result->verdict));

	for (guint i = 0; i < result->findings->len; i++) {
		const IcelabFinding *finding = g_ptr_array_index(result->findings, i);

		if (finding->severity == result->verdict)
			add_once(clauses, finding->clause);
	}
	for (guint i = 0; i < clauses->len; i++) {
		g_string_append_c(text, ' ');
		icelab_text_append(text, g_ptr_array_index(clauses, i), NAME_LIMIT);
	}
	if (icelab_result_is_known(result))
		g_string_append(text, " " ICELAB_MARK_KNOWN);
	if (icelab_result_is_unexpected(result))
		g_string_append(text, " " ICELAB_MARK_UNEXPECTED);
	icelab_grid_put(grid, row, column, text->str, icelab_details_ink(result), ICELAB_WRAP_WORDS);
	g_string_free(text, TRUE);
}

static void put_exposures(
	IcelabGrid *grid, unsigned row, unsigned column, const IcelabResult *result)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < result->exposures->len; i++)
		add_once(names, ((const IcelabExposure *)g_ptr_array_index(result->exposures, i))->name);
	for (guint i = 0; i < names->len; i++) {
		g_string_append(text, i > 0 ? " " ICELAB_MARK_EXPOSED : ICELAB_MARK_EXPOSED);
		icelab_text_append(text, g_ptr_array_index(names, i), NAME_LIMIT);
	}
	if (names->len > 0)
		icelab_grid_put(grid, row, column, text->str, ICELAB_INK_RED, ICELAB_WRAP_WORDS);
	g_string_free(text, TRUE);
}

static void append_adapter(
	GString *out, const IcelabRun *run, const char *adapter, const IcelabTableStyle *style)
{
	g_autoptr(GPtrArray) scenarios = g_ptr_array_new();
	g_autoptr(GPtrArray) policies = g_ptr_array_new();
	g_autofree char *title = icelab_text_plain(adapter, NAME_LIMIT);

	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = g_ptr_array_index(run->results, i);

		if (strcmp(result->adapter, adapter) != 0)
			continue;
		add_once(scenarios, result->scenario);
		/* A policy that an adapter does nowhere gets a line below instead of a column. */
		if (result->verdict != ICELAB_UNSUPPORTED)
			add_once(policies, result->policy);
	}
	g_ptr_array_sort(policies, compare_policies);

	g_autoptr(IcelabGrid) grid = icelab_grid_new(scenarios->len + 1, policies->len + 1);

	icelab_grid_put(grid, 0, 0, title, ICELAB_INK_STRONG, ICELAB_WRAP_WORDS);
	for (guint column = 0; column < policies->len; column++) {
		g_autofree char *head = icelab_text_plain(policies->pdata[column], NAME_LIMIT);

		icelab_grid_put(grid, 0, column + 1, head, ICELAB_INK_STRONG, ICELAB_WRAP_NAME);
	}
	for (guint row = 0; row < scenarios->len; row++) {
		g_autofree char *head = icelab_text_plain(scenarios->pdata[row], NAME_LIMIT);

		icelab_grid_put(grid, row + 1, 0, head, ICELAB_INK_NONE, ICELAB_WRAP_WORDS);
		for (guint column = 0; column < policies->len; column++) {
			const IcelabResult *result =
				find_result(run, adapter, scenarios->pdata[row], policies->pdata[column]);

			if (result == NULL) {
				icelab_grid_put(
					grid, row + 1, column + 1, "-", ICELAB_INK_FAINT, ICELAB_WRAP_WORDS);
				continue;
			}
			put_verdict(grid, row + 1, column + 1, result);
			put_exposures(grid, row + 1, column + 1, result);
		}
	}
	icelab_grid_append(grid, out, style->width, style->colour);
	g_string_append_c(out, '\n');
}

void icelab_table_append(GString *out, const IcelabRun *run, const IcelabTableStyle *style)
{
	g_autoptr(GPtrArray) adapters = g_ptr_array_new();

	for (guint i = 0; i < run->results->len; i++)
		add_once(adapters, ((const IcelabResult *)g_ptr_array_index(run->results, i))->adapter);
	for (guint i = 0; i < adapters->len; i++)
		append_adapter(out, run, g_ptr_array_index(adapters, i), style);
	icelab_details_append(out, run, style->colour);
}
