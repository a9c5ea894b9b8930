/* SPDX-License-Identifier: MIT */
#include "report/json.h"

#include "report/summary.h"
#include "report/text.h"

#include <json-glib/json-glib.h>
#include <math.h>

#define SCHEMA_VERSION 1

static void add_text(JsonBuilder *builder, const char *key, const char *value)
{
	json_builder_set_member_name(builder, key);
	if (value == NULL) {
		json_builder_add_null_value(builder);
	} else {
		g_autofree char *plain = icelab_text_plain(value, 0);

		json_builder_add_string_value(builder, plain);
	}
}

static void add_count(JsonBuilder *builder, const char *key, unsigned value)
{
	json_builder_set_member_name(builder, key);
	json_builder_add_int_value(builder, value);
}

static void add_ms(JsonBuilder *builder, const char *key, double value)
{
	json_builder_set_member_name(builder, key);
	/* JSON has no NaN (RFC 8259 section 6); below a microsecond everything is noise. */
	json_builder_add_double_value(builder, isfinite(value) ? round(value * 1000) / 1000 : 0);
}

static void add_finding(JsonBuilder *builder, const IcelabFinding *finding)
{
	json_builder_begin_object(builder);
	add_text(builder, "clause", finding->clause);
	add_text(builder, "severity", icelab_verdict_name(finding->severity));
	add_text(builder, "name", finding->name);
	add_text(builder, "seen", finding->seen);
	add_text(builder, "detail", finding->detail);
	json_builder_end_object(builder);
}

static void add_exposure(JsonBuilder *builder, const IcelabExposure *exposure)
{
	json_builder_begin_object(builder);
	add_text(builder, "name", exposure->name);
	add_text(builder, "channel", exposure->channel);
	add_text(builder, "where", exposure->where);
	json_builder_end_object(builder);
}

static void add_trait(JsonBuilder *builder, const IcelabTrait *trait)
{
	json_builder_begin_object(builder);
	add_text(builder, "attribute", trait->attribute);
	add_text(builder, "value", trait->value);
	add_text(builder, "where", trait->where);
	json_builder_end_object(builder);
}

static void add_result(JsonBuilder *builder, const IcelabResult *result)
{
	json_builder_begin_object(builder);
	add_text(builder, "adapter", result->adapter);
	add_text(builder, "scenario", result->scenario);
	add_text(builder, "policy", result->policy);
	add_text(builder, "verdict", icelab_verdict_name(result->verdict));
	add_text(builder, "known", result->known);
	add_text(builder, "reason", result->reason);

	json_builder_set_member_name(builder, "findings");
	json_builder_begin_array(builder);
	for (guint i = 0; i < result->findings->len; i++)
		add_finding(builder, g_ptr_array_index(result->findings, i));
	json_builder_end_array(builder);

	json_builder_set_member_name(builder, "exposures");
	json_builder_begin_array(builder);
	for (guint i = 0; i < result->exposures->len; i++)
		add_exposure(builder, g_ptr_array_index(result->exposures, i));
	json_builder_end_array(builder);

	json_builder_set_member_name(builder, "traits");
	json_builder_begin_array(builder);
	for (guint i = 0; i < result->traits->len; i++)
		add_trait(builder, g_ptr_array_index(result->traits, i));
	json_builder_end_array(builder);

	add_ms(builder, "lab_ms", result->lab_ms);
	add_ms(builder, "gather_ms", result->gather_ms);
	add_ms(builder, "judge_ms", result->judge_ms);
	add_text(builder, "folder", result->folder);
	json_builder_end_object(builder);
}

static void add_summary(JsonBuilder *builder, const IcelabRun *run)
{
	IcelabSummary summary;
	unsigned known = 0;

	icelab_summary_count(run, &summary);
	add_count(builder, "cells", summary.cells);
	json_builder_set_member_name(builder, "verdicts");
	json_builder_begin_object(builder);
	for (unsigned verdict = 0; verdict < ICELAB_VERDICTS; verdict++) {
		add_count(builder, icelab_verdict_name((IcelabVerdict)verdict), summary.verdicts[verdict]);
		known += summary.known[verdict];
	}
	json_builder_end_object(builder);
	add_count(builder, "known", known);
	add_count(builder, "unexpected", summary.unexpected);
	add_count(builder, "exposed", summary.exposed);
}

void icelab_json_append(GString *out, const IcelabRun *run)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autoptr(JsonGenerator) generator = json_generator_new();

	json_builder_begin_object(builder);
	add_count(builder, "icelab", SCHEMA_VERSION);
	add_text(builder, "folder", run->folder);
	add_ms(builder, "wall_ms", run->wall_ms);
	add_ms(builder, "teardown_ms", run->teardown_ms);
	add_summary(builder, run);

	json_builder_set_member_name(builder, "notes");
	json_builder_begin_array(builder);
	for (guint i = 0; i < run->notes->len; i++) {
		g_autofree char *plain = icelab_text_plain(g_ptr_array_index(run->notes, i), 0);

		json_builder_add_string_value(builder, plain);
	}
	json_builder_end_array(builder);

	json_builder_set_member_name(builder, "results");
	json_builder_begin_array(builder);
	for (guint i = 0; i < run->results->len; i++)
		add_result(builder, g_ptr_array_index(run->results, i));
	json_builder_end_array(builder);
	json_builder_end_object(builder);

	g_autoptr(JsonNode) root = json_builder_get_root(builder);

	json_generator_set_root(generator, root);
	json_generator_set_pretty(generator, TRUE);
	json_generator_to_gstring(generator, out);
	g_string_append_c(out, '\n');
}
