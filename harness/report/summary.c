/* SPDX-License-Identifier: MIT */
#include "report/summary.h"

#include "report/text.h"

#include <string.h>

/* Longer than any name in the lab; a foreign adapter's may be anything. */
#define NAME_LIMIT 80

bool icelab_result_is_known(const IcelabResult *result)
{
	return result->known != NULL && result->verdict != ICELAB_PASS;
}

bool icelab_result_is_unexpected(const IcelabResult *result)
{
	return result->known != NULL && result->verdict == ICELAB_PASS;
}

void icelab_summary_count(const IcelabRun *run, IcelabSummary *summary)
{
	*summary = (IcelabSummary){.cells = run->results->len};
	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = g_ptr_array_index(run->results, i);

		summary->verdicts[result->verdict]++;
		if (icelab_result_is_known(result))
			summary->known[result->verdict]++;
		if (icelab_result_is_unexpected(result))
			summary->unexpected++;
		if (result->exposures->len > 0)
			summary->exposed++;
	}
}

void icelab_summary_append(GString *out, const IcelabSummary *summary, double wall_ms)
{
	const char *separator = ": ";

	g_string_append_printf(out, "%u cell%s", summary->cells, summary->cells == 1 ? "" : "s");
	for (unsigned verdict = 0; verdict < ICELAB_VERDICTS; verdict++) {
		if (summary->verdicts[verdict] == 0)
			continue;
		g_string_append_printf(out, "%s%u %s", separator, summary->verdicts[verdict],
			icelab_verdict_name((IcelabVerdict)verdict));
		if (summary->known[verdict] > 0)
			g_string_append_printf(out, " (%u known)", summary->known[verdict]);
		if (verdict == ICELAB_PASS && summary->unexpected > 0)
			g_string_append_printf(out, " (%u unexpected)", summary->unexpected);
		separator = ", ";
	}
	if (summary->exposed > 0)
		g_string_append_printf(out, "; exposure in %u", summary->exposed);
	if (wall_ms > 0)
		g_string_append_printf(out, "; %.1f s", wall_ms / 1000);
}

void icelab_result_append_id(GString *out, const IcelabResult *result)
{
	icelab_text_append(out, result->adapter, NAME_LIMIT);
	g_string_append_c(out, '/');
	icelab_text_append(out, result->scenario, NAME_LIMIT);
	g_string_append_c(out, '/');
	icelab_text_append(out, result->policy, NAME_LIMIT);
}

void icelab_result_append_folder(GString *out, const IcelabResult *result, const IcelabRun *run)
{
	const char *folder = result->folder;

	if (folder != NULL && run->folder != NULL && g_str_has_prefix(folder, run->folder)) {
		size_t length = strlen(run->folder);

		if (folder[length] == '/')
			folder += length + 1;
	}
	icelab_text_append(out, folder, 0);
}
