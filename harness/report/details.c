/* SPDX-License-Identifier: MIT */
#include "report/details.h"

#include "report/summary.h"
#include "report/text.h"

/* A candidate line of RFC 8839 with the usual extensions fits; nobody can flood the screen. */
#define EVIDENCE_LIMIT 200
#define REASON_LIMIT 400
#define NAME_LIMIT 48

const char *icelab_details_verdict(IcelabVerdict verdict)
{
	switch (verdict) {
	case ICELAB_FAIL:
		return "FAIL";
	case ICELAB_BROKEN:
		return "BROKEN";
	default:
		return icelab_verdict_name(verdict);
	}
}

IcelabInk icelab_details_ink(const IcelabResult *result)
{
	if (icelab_result_is_unexpected(result))
		return ICELAB_INK_RED;
	if (icelab_result_is_known(result))
		return ICELAB_INK_YELLOW;
	switch (result->verdict) {
	case ICELAB_PASS:
		return ICELAB_INK_GREEN;
	case ICELAB_WARN:
	case ICELAB_SKIP:
		return ICELAB_INK_YELLOW;
	case ICELAB_UNSUPPORTED:
		return ICELAB_INK_FAINT;
	default:
		return ICELAB_INK_RED;
	}
}

static void append_title(GString *out, const char *title, bool *done, bool colour)
{
	if (*done)
		return;
	*done = true;
	g_string_append_c(out, '\n');
	icelab_ink_append(out, title, ICELAB_INK_STRONG, colour);
	g_string_append_c(out, '\n');
}

static void append_folder(GString *out, const IcelabResult *result, const IcelabRun *run)
{
	if (result->folder == NULL)
		return;
	g_string_append(out, " [");
	icelab_result_append_folder(out, result, run);
	g_string_append_c(out, ']');
}

/* What two cells have in common when one line can speak for both; NULL keeps a cell out of the
 * list. */
typedef const char *(*GroupReason)(const IcelabResult *result);

static const char *reason_known(const IcelabResult *result)
{
	return icelab_result_is_known(result) ? result->known : NULL;
}

static const char *reason_unexpected(const IcelabResult *result)
{
	return icelab_result_is_unexpected(result) ? result->known : NULL;
}

static const char *reason_not_judged(const IcelabResult *result)
{
	if (result->verdict != ICELAB_UNSUPPORTED && result->verdict != ICELAB_SKIP)
		return NULL;
	return result->reason != NULL ? result->reason : "no reason given";
}

static bool same_group(const IcelabResult *a, const IcelabResult *b, GroupReason reason)
{
	return a->verdict == b->verdict && g_str_equal(a->adapter, b->adapter) &&
		   g_strcmp0(reason(a), reason(b)) == 0;
}

static bool is_first_of_group(const IcelabRun *run, guint index, GroupReason reason)
{
	const IcelabResult *result = g_ptr_array_index(run->results, index);

	for (guint i = 0; i < index; i++) {
		if (same_group(g_ptr_array_index(run->results, i), result, reason))
			return false;
	}
	return true;
}

typedef const char *(*GroupName)(const IcelabResult *result);

static const char *name_policy(const IcelabResult *result)
{
	return result->policy;
}

static const char *name_scenario(const IcelabResult *result)
{
	return result->scenario;
}

/* The different names in a group, each once. */
static void append_names(
	GString *out, const IcelabRun *run, guint first, GroupReason reason, GroupName name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const IcelabResult *result = g_ptr_array_index(run->results, first);

	for (guint i = first; i < run->results->len; i++) {
		const IcelabResult *other = g_ptr_array_index(run->results, i);

		if (!same_group(result, other, reason) ||
			g_ptr_array_find_with_equal_func(names, name(other), g_str_equal, NULL))
			continue;
		g_string_append(out, names->len > 0 ? ", " : "");
		icelab_text_append(out, name(other), NAME_LIMIT);
		g_ptr_array_add(names, (gpointer)name(other));
	}
}

/* One line for all cells of an adapter that came out the same way for the same reason. */
static void append_groups(
	GString *out, const IcelabRun *run, const char *title, GroupReason reason, bool colour)
{
	bool titled = false;

	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = g_ptr_array_index(run->results, i);

		if (reason(result) == NULL || !is_first_of_group(run, i, reason))
			continue;
		append_title(out, title, &titled, colour);
		g_string_append_printf(out, "  %s: ", icelab_details_verdict(result->verdict));
		icelab_text_append(out, result->adapter, NAME_LIMIT);
		g_string_append_c(out, ' ');
		append_names(out, run, i, reason, name_policy);
		g_string_append(out, " in ");
		append_names(out, run, i, reason, name_scenario);
		g_string_append(out, ": ");
		icelab_text_append(out, reason(result), REASON_LIMIT);
		g_string_append_c(out, '\n');
	}
}

static void append_findings(GString *out, const IcelabRun *run, bool colour)
{
	bool titled = false;

	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = g_ptr_array_index(run->results, i);

		for (guint k = 0; k < result->findings->len; k++) {
			const IcelabFinding *finding = g_ptr_array_index(result->findings, k);

			append_title(out, "findings", &titled, colour);
			g_string_append(out, "  ");
			icelab_result_append_id(out, result);
			g_string_append(out, ": ");

			g_autofree char *clause = icelab_text_plain(finding->clause, NAME_LIMIT);
			g_autofree char *verdict =
				g_strdup_printf("%s%s %s", icelab_details_verdict(finding->severity),
					icelab_result_is_known(result) ? ICELAB_MARK_KNOWN : "", clause);

			icelab_ink_append(out, verdict, icelab_details_ink(result), colour);
			g_string_append_c(out, ' ');
			icelab_text_append(out, finding->name, NAME_LIMIT);
			if (finding->seen != NULL) {
				g_string_append(out, " in ");
				icelab_text_append(out, finding->seen, EVIDENCE_LIMIT);
			}
			if (finding->detail != NULL) {
				g_string_append(out, ": ");
				icelab_text_append(out, finding->detail, EVIDENCE_LIMIT);
			}
			append_folder(out, result, run);
			g_string_append_c(out, '\n');
		}
	}
}

static void append_broken(GString *out, const IcelabRun *run, bool colour)
{
	bool titled = false;

	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = g_ptr_array_index(run->results, i);

		if (result->verdict != ICELAB_BROKEN)
			continue;
		append_title(out, "broken: neither clean nor leaking", &titled, colour);
		g_string_append(out, "  ");
		icelab_result_append_id(out, result);
		g_string_append(out, ": ");
		icelab_text_append(
			out, result->reason != NULL ? result->reason : "no reason given", REASON_LIMIT);
		append_folder(out, result, run);
		g_string_append_c(out, '\n');
	}
}

static char *channels_of(const IcelabResult *result, const char *name)
{
	g_autoptr(GPtrArray) seen = g_ptr_array_new();
	GString *channels = g_string_new(NULL);

	for (guint i = 0; i < result->exposures->len; i++) {
		const IcelabExposure *exposure = g_ptr_array_index(result->exposures, i);

		if (!g_str_equal(exposure->name, name) ||
			g_ptr_array_find_with_equal_func(seen, exposure->channel, g_str_equal, NULL))
			continue;
		g_ptr_array_add(seen, exposure->channel);
		g_string_append(channels, channels->len > 0 ? ", " : "");
		icelab_text_append(channels, exposure->channel, NAME_LIMIT);
	}
	return g_string_free(channels, FALSE);
}

static void append_exposures(GString *out, const IcelabRun *run, bool colour)
{
	bool titled = false;

	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = g_ptr_array_index(run->results, i);
		g_autoptr(GPtrArray) names = g_ptr_array_new();

		if (result->exposures->len == 0)
			continue;
		append_title(out, "exposures", &titled, colour);
		g_string_append(out, "  ");
		icelab_result_append_id(out, result);
		for (guint k = 0; k < result->exposures->len; k++) {
			const IcelabExposure *exposure = g_ptr_array_index(result->exposures, k);

			if (g_ptr_array_find_with_equal_func(names, exposure->name, g_str_equal, NULL))
				continue;
			g_string_append(out, names->len > 0 ? "; " : ": ");
			g_ptr_array_add(names, exposure->name);

			g_autofree char *name = icelab_text_plain(exposure->name, NAME_LIMIT);
			g_autofree char *channels = channels_of(result, exposure->name);

			icelab_ink_append(out, name, ICELAB_INK_RED, colour);
			g_string_append_printf(out, " through %s", channels);
		}
		g_string_append_c(out, '\n');
	}
}

/* What the network's structure was told by, a line for each cell. */
static void append_traits(GString *out, const IcelabRun *run, bool colour)
{
	bool titled = false;

	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = g_ptr_array_index(run->results, i);

		if (result->traits->len == 0)
			continue;
		append_title(out, "told of the interfaces", &titled, colour);
		g_string_append(out, "  ");
		icelab_result_append_id(out, result);
		for (guint k = 0; k < result->traits->len; k++) {
			const IcelabTrait *trait = g_ptr_array_index(result->traits, k);

			g_string_append(out, k > 0 ? "; " : ": ");
			icelab_text_append(out, trait->attribute, NAME_LIMIT);
			g_string_append_c(out, ' ');
			icelab_text_append(out, trait->value, NAME_LIMIT);
		}
		g_string_append_c(out, '\n');
	}
}

static void append_notes(GString *out, const IcelabRun *run, bool colour)
{
	bool titled = false;

	for (guint i = 0; i < run->notes->len; i++) {
		append_title(out, "notes", &titled, colour);
		g_string_append(out, "  ");
		icelab_text_append(out, g_ptr_array_index(run->notes, i), REASON_LIMIT);
		g_string_append_c(out, '\n');
	}
}

static void append_legend(GString *out, bool colour)
{
	icelab_ink_append(out,
		"pass: keeps the policy's rules; warn: breaks a SHOULD; FAIL: breaks a "
		"MUST; " ICELAB_MARK_KNOWN " known failure",
		ICELAB_INK_FAINT, colour);
	g_string_append_c(out, '\n');
	icelab_ink_append(out,
		ICELAB_MARK_EXPOSED
		"name: a protected address that an adversary learned, even where every rule was kept",
		ICELAB_INK_FAINT, colour);
	g_string_append_c(out, '\n');
}

void icelab_details_append(GString *out, const IcelabRun *run, bool colour)
{
	IcelabSummary summary;

	append_legend(out, colour);
	append_findings(out, run, colour);
	append_broken(out, run, colour);
	append_groups(out, run, ICELAB_MARK_KNOWN " known failures", reason_known, colour);
	append_groups(out, run,
		ICELAB_MARK_UNEXPECTED " listed as known failures, but they pass: remove them there",
		reason_unexpected, colour);
	append_exposures(out, run, colour);
	append_traits(out, run, colour);
	append_groups(out, run, "not judged", reason_not_judged, colour);
	append_notes(out, run, colour);

	g_string_append_c(out, '\n');
	icelab_summary_count(run, &summary);
	icelab_summary_append(out, &summary, run->wall_ms);
	g_string_append_c(out, '\n');
	if (run->folder != NULL) {
		g_string_append(out, "evidence: ");
		icelab_text_append(out, run->folder, 0);
		g_string_append_c(out, '\n');
	}
}
