/* SPDX-License-Identifier: MIT */
#include "report/junit.h"

#include "report/summary.h"
#include "report/text.h"

#include <stdbool.h>

typedef enum {
	CASE_PASSED,
	CASE_SKIPPED,
	CASE_FAILED,
	CASE_ERROR,
} Case;

typedef struct {
	unsigned tests;
	unsigned counts[CASE_ERROR + 1];
	double ms;
} Totals;

static Case result_case(const IcelabResult *result)
{
	if (icelab_result_is_unexpected(result))
		return CASE_FAILED;
	if (icelab_result_is_known(result))
		return CASE_SKIPPED;
	switch (result->verdict) {
	case ICELAB_PASS:
	case ICELAB_WARN:
		return CASE_PASSED;
	case ICELAB_UNSUPPORTED:
	case ICELAB_SKIP:
		return CASE_SKIPPED;
	case ICELAB_FAIL:
		return CASE_FAILED;
	default:
		return CASE_ERROR;
	}
}

/* XML 1.0 section 2.2 forbids most control characters even as references; in plain text there are
 * none. */
static void append_escaped(GString *out, const char *text)
{
	g_autofree char *plain = icelab_text_plain(text, 0);
	g_autofree char *escaped = g_markup_escape_text(plain, -1);

	g_string_append(out, escaped);
}

static void append_attribute(GString *out, const char *name, const char *value)
{
	g_string_append_printf(out, " %s=\"", name);
	append_escaped(out, value);
	g_string_append_c(out, '"');
}

static double result_ms(const IcelabResult *result)
{
	return result->lab_ms + result->gather_ms + result->judge_ms;
}

static void count(const IcelabRun *run, const char *adapter, Totals *totals)
{
	*totals = (Totals){0};
	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = g_ptr_array_index(run->results, i);

		if (adapter != NULL && !g_str_equal(result->adapter, adapter))
			continue;
		totals->tests++;
		totals->counts[result_case(result)]++;
		totals->ms += result_ms(result);
	}
}

static void append_totals(GString *out, const Totals *totals, double ms)
{
	char seconds[G_ASCII_DTOSTR_BUF_SIZE];

	g_string_append_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\"",
		totals->tests, totals->counts[CASE_FAILED], totals->counts[CASE_ERROR],
		totals->counts[CASE_SKIPPED]);
	g_string_append_printf(
		out, " time=\"%s\"", g_ascii_formatd(seconds, sizeof(seconds), "%.3f", ms / 1000));
}

static void append_findings(GString *out, const IcelabResult *result)
{
	for (guint i = 0; i < result->findings->len; i++) {
		const IcelabFinding *finding = g_ptr_array_index(result->findings, i);

		g_string_append_printf(out, "%s ", icelab_verdict_name(finding->severity));
		append_escaped(out, finding->clause);
		g_string_append_c(out, ' ');
		append_escaped(out, finding->name);
		g_string_append(out, " in ");
		append_escaped(out, finding->seen);
		g_string_append(out, ": ");
		append_escaped(out, finding->detail);
		g_string_append_c(out, '\n');
	}
}

static void append_output(GString *out, const IcelabResult *result)
{
	bool warned = result_case(result) != CASE_FAILED && result->findings->len > 0;

	if (!warned && result->exposures->len == 0 && result->folder == NULL)
		return;
	g_string_append(out, "      <system-out>");
	if (warned)
		append_findings(out, result);
	for (guint i = 0; i < result->exposures->len; i++) {
		const IcelabExposure *exposure = g_ptr_array_index(result->exposures, i);

		g_string_append(out, "exposed ");
		append_escaped(out, exposure->name);
		g_string_append(out, " through ");
		append_escaped(out, exposure->channel);
		g_string_append(out, ": ");
		append_escaped(out, exposure->where);
		g_string_append_c(out, '\n');
	}
	if (result->folder != NULL) {
		g_string_append(out, "evidence: ");
		append_escaped(out, result->folder);
		g_string_append_c(out, '\n');
	}
	g_string_append(out, "</system-out>\n");
}

static void append_failure(GString *out, const IcelabResult *result)
{
	GString *message = g_string_new(NULL);

	for (guint i = 0; i < result->findings->len; i++) {
		const IcelabFinding *finding = g_ptr_array_index(result->findings, i);

		g_string_append_printf(
			message, "%s%s %s", i > 0 ? ", " : "", finding->clause, finding->name);
	}
	g_string_append(out, "      <failure");
	if (icelab_result_is_unexpected(result)) {
		append_attribute(out, "type", "unexpected-success");
		g_string_assign(message, "listed as a known failure, but it passes: ");
		g_string_append(message, result->known);
	} else {
		append_attribute(out, "type", "fail");
	}
	append_attribute(out, "message", message->str);
	g_string_append_c(out, '>');
	append_findings(out, result);
	g_string_append(out, "</failure>\n");
	g_string_free(message, TRUE);
}

static void append_skipped(GString *out, const IcelabResult *result)
{
	g_autofree char *message =
		icelab_result_is_known(result)
			? g_strdup_printf("known failure: %s", result->known)
			: g_strdup_printf("%s: %s", icelab_verdict_name(result->verdict),
				  result->reason != NULL ? result->reason : "no reason given");

	g_string_append(out, "      <skipped");
	append_attribute(out, "message", message);
	g_string_append(out, "/>\n");
}

static void append_case(GString *out, const IcelabResult *result)
{
	g_autofree char *class_name = g_strdup_printf("%s.%s", result->adapter, result->scenario);
	char seconds[G_ASCII_DTOSTR_BUF_SIZE];

	g_string_append(out, "    <testcase");
	append_attribute(out, "classname", class_name);
	append_attribute(out, "name", result->policy);
	append_attribute(
		out, "time", g_ascii_formatd(seconds, sizeof(seconds), "%.3f", result_ms(result) / 1000));
	g_string_append(out, ">\n");
	switch (result_case(result)) {
	case CASE_PASSED:
		break;
	case CASE_SKIPPED:
		append_skipped(out, result);
		break;
	case CASE_FAILED:
		append_failure(out, result);
		break;
	case CASE_ERROR:
		g_string_append(out, "      <error type=\"broken\"");
		append_attribute(
			out, "message", result->reason != NULL ? result->reason : "no reason given");
		g_string_append(out, "/>\n");
		break;
	}
	append_output(out, result);
	g_string_append(out, "    </testcase>\n");
}

static void append_suite(GString *out, const IcelabRun *run, const char *adapter)
{
	Totals totals;

	count(run, adapter, &totals);
	g_string_append(out, "  <testsuite");
	append_attribute(out, "name", adapter);
	append_totals(out, &totals, totals.ms);
	g_string_append(out, ">\n");
	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = g_ptr_array_index(run->results, i);

		if (g_str_equal(result->adapter, adapter))
			append_case(out, result);
	}
	g_string_append(out, "  </testsuite>\n");
}

void icelab_junit_append(GString *out, const IcelabRun *run)
{
	g_autoptr(GPtrArray) adapters = g_ptr_array_new();
	Totals totals;

	count(run, NULL, &totals);
	g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"icelab\"");
	append_totals(out, &totals, run->wall_ms);
	g_string_append(out, ">\n");
	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = g_ptr_array_index(run->results, i);

		if (g_ptr_array_find_with_equal_func(adapters, result->adapter, g_str_equal, NULL))
			continue;
		g_ptr_array_add(adapters, result->adapter);
		append_suite(out, run, result->adapter);
	}
	g_string_append(out, "</testsuites>\n");
}
