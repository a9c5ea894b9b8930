/* SPDX-License-Identifier: MIT */
#include "model/result.h"

const char *icelab_verdict_name(IcelabVerdict verdict)
{
	static const char *const names[] = {"pass", "warn", "fail", "unsupported", "skip", "broken"};

	return verdict < G_N_ELEMENTS(names) ? names[verdict] : "broken";
}

static void finding_free(gpointer data)
{
	IcelabFinding *finding = data;

	g_free(finding->clause);
	g_free(finding->name);
	g_free(finding->seen);
	g_free(finding->detail);
	g_free(finding);
}

static void exposure_free(gpointer data)
{
	IcelabExposure *exposure = data;

	g_free(exposure->name);
	g_free(exposure->channel);
	g_free(exposure->where);
	g_free(exposure);
}

static void trait_free(gpointer data)
{
	IcelabTrait *trait = data;

	g_free(trait->attribute);
	g_free(trait->value);
	g_free(trait->where);
	g_free(trait);
}

IcelabResult *icelab_result_new(const char *adapter, const char *scenario, const char *policy)
{
	IcelabResult *result = g_new0(IcelabResult, 1);

	result->adapter = g_strdup(adapter);
	result->scenario = g_strdup(scenario);
	result->policy = g_strdup(policy);
	result->findings = g_ptr_array_new_with_free_func(finding_free);
	result->exposures = g_ptr_array_new_with_free_func(exposure_free);
	result->traits = g_ptr_array_new_with_free_func(trait_free);
	return result;
}

void icelab_result_free(IcelabResult *result)
{
	if (result == NULL)
		return;
	g_free(result->adapter);
	g_free(result->scenario);
	g_free(result->policy);
	g_free(result->known);
	g_free(result->reason);
	g_free(result->signature);
	g_free(result->folder);
	g_ptr_array_unref(result->findings);
	g_ptr_array_unref(result->exposures);
	g_ptr_array_unref(result->traits);
	g_free(result);
}

void icelab_result_add_finding(IcelabResult *result, const char *clause, IcelabVerdict severity,
	const char *name, const char *seen, const char *detail)
{
	IcelabFinding *finding;

	result->verdict = MAX(result->verdict, severity);
	for (guint i = 0; i < result->findings->len; i++) {
		IcelabFinding *known = result->findings->pdata[i];

		if (g_str_equal(known->clause, clause) && g_str_equal(known->name, name) &&
			g_str_equal(known->seen, seen)) {
			known->severity = MAX(known->severity, severity);
			return;
		}
	}
	finding = g_new0(IcelabFinding, 1);
	finding->clause = g_strdup(clause);
	finding->severity = severity;
	finding->name = g_strdup(name);
	finding->seen = g_strdup(seen);
	finding->detail = g_strdup(detail);
	g_ptr_array_add(result->findings, finding);
}

void icelab_result_add_exposure(
	IcelabResult *result, const char *name, const char *channel, const char *where)
{
	IcelabExposure *exposure;

	for (guint i = 0; i < result->exposures->len; i++) {
		const IcelabExposure *known = result->exposures->pdata[i];

		if (g_str_equal(known->name, name) && g_str_equal(known->channel, channel))
			return;
	}
	exposure = g_new0(IcelabExposure, 1);
	exposure->name = g_strdup(name);
	exposure->channel = g_strdup(channel);
	exposure->where = g_strdup(where);
	g_ptr_array_add(result->exposures, exposure);
}

void icelab_result_add_trait(
	IcelabResult *result, const char *attribute, const char *value, const char *where)
{
	IcelabTrait *trait;

	for (guint i = 0; i < result->traits->len; i++) {
		const IcelabTrait *known = result->traits->pdata[i];

		if (g_str_equal(known->attribute, attribute) && g_str_equal(known->value, value))
			return;
	}
	trait = g_new0(IcelabTrait, 1);
	trait->attribute = g_strdup(attribute);
	trait->value = g_strdup(value);
	trait->where = g_strdup(where);
	g_ptr_array_add(result->traits, trait);
}

IcelabRun *icelab_run_new(void)
{
	IcelabRun *run = g_new0(IcelabRun, 1);

	run->results = g_ptr_array_new_with_free_func((GDestroyNotify)icelab_result_free);
	run->notes = g_ptr_array_new_with_free_func(g_free);
	return run;
}

void icelab_run_free(IcelabRun *run)
{
	if (run == NULL)
		return;
	g_ptr_array_unref(run->results);
	g_ptr_array_unref(run->notes);
	g_free(run->folder);
	g_free(run);
}
