/* SPDX-License-Identifier: MIT */
#include "report/tap.h"

#include "report/summary.h"
#include "report/text.h"

#include <stdbool.h>

static bool is_ok(const IcelabResult *result)
{
	switch (result->verdict) {
	case ICELAB_PASS:
		return !icelab_result_is_unexpected(result);
	case ICELAB_WARN:
	case ICELAB_UNSUPPORTED:
	case ICELAB_SKIP:
		return true;
	default:
		return false;
	}
}

/* In a description '#' starts a directive unless escaped; the backslashes are doubled already. */
static void append_description(GString *out, const IcelabResult *result)
{
	GString *id = g_string_new(NULL);

	icelab_result_append_id(id, result);
	for (const char *character = id->str; *character != '\0'; character++) {
		if (*character == '#')
			g_string_append_c(out, '\\');
		g_string_append_c(out, *character);
	}
	g_string_free(id, TRUE);
}

static void append_directive(GString *out, const IcelabResult *result)
{
	if (result->verdict == ICELAB_UNSUPPORTED || result->verdict == ICELAB_SKIP) {
		g_string_append(out, " # SKIP ");
		if (result->verdict == ICELAB_UNSUPPORTED)
			g_string_append(out, "unsupported: ");
		icelab_text_append(out, result->reason, 0);
	} else if (icelab_result_is_known(result)) {
		g_string_append(out, " # TODO ");
		icelab_text_append(out, result->known, 0);
	}
}

/* YAML 1.2 section 7.3.2: in single quotes only the quote itself needs an escape. */
static void append_value(GString *out, const char *prefix, const char *key, const char *value)
{
	g_autofree char *plain = NULL;

	if (value == NULL)
		return;
	plain = icelab_text_plain(value, 0);
	g_string_append_printf(out, "%s%s: '", prefix, key);
	for (const char *character = plain; *character != '\0'; character++) {
		if (*character == '\'')
			g_string_append_c(out, '\'');
		g_string_append_c(out, *character);
	}
	g_string_append(out, "'\n");
}

static void append_diagnostics(GString *out, const IcelabResult *result)
{
	bool silent = result->verdict == ICELAB_PASS && result->exposures->len == 0 &&
				  !icelab_result_is_unexpected(result);

	if (silent || result->verdict == ICELAB_UNSUPPORTED || result->verdict == ICELAB_SKIP)
		return;
	g_string_append(out, "  ---\n");
	append_value(out, "  ", "verdict", icelab_verdict_name(result->verdict));
	if (icelab_result_is_unexpected(result))
		append_value(out, "  ", "reason", "listed as a known failure, but it passes");
	append_value(out, "  ", "reason", result->reason);
	append_value(out, "  ", "known", result->known);
	if (result->findings->len > 0)
		g_string_append(out, "  findings:\n");
	for (guint i = 0; i < result->findings->len; i++) {
		const IcelabFinding *finding = g_ptr_array_index(result->findings, i);

		append_value(out, "    - ", "clause", finding->clause);
		append_value(out, "      ", "severity", icelab_verdict_name(finding->severity));
		append_value(out, "      ", "name", finding->name);
		append_value(out, "      ", "seen", finding->seen);
		append_value(out, "      ", "detail", finding->detail);
	}
	if (result->exposures->len > 0)
		g_string_append(out, "  exposures:\n");
	for (guint i = 0; i < result->exposures->len; i++) {
		const IcelabExposure *exposure = g_ptr_array_index(result->exposures, i);

		append_value(out, "    - ", "name", exposure->name);
		append_value(out, "      ", "channel", exposure->channel);
		append_value(out, "      ", "where", exposure->where);
	}
	append_value(out, "  ", "folder", result->folder);
	g_string_append(out, "  ...\n");
}

void icelab_tap_append(GString *out, const IcelabRun *run)
{
	IcelabSummary summary;

	g_string_append_printf(out, "TAP version 13\n1..%u\n", run->results->len);
	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = g_ptr_array_index(run->results, i);

		g_string_append_printf(out, "%sok %u - ", is_ok(result) ? "" : "not ", i + 1);
		append_description(out, result);
		append_directive(out, result);
		g_string_append_c(out, '\n');
		append_diagnostics(out, result);
	}
	for (guint i = 0; i < run->notes->len; i++) {
		g_string_append(out, "# ");
		icelab_text_append(out, g_ptr_array_index(run->notes, i), 0);
		g_string_append_c(out, '\n');
	}
	g_string_append(out, "# ");
	icelab_summary_count(run, &summary);
	icelab_summary_append(out, &summary, run->wall_ms);
	g_string_append_c(out, '\n');
}
