/* SPDX-License-Identifier: MIT */
#include "judge/judge.h"

#include "judge/expectation.h"
#include "judge/judgement.h"

static IcelabVerdict verdict_of(IcelabOutcome outcome)
{
	switch (outcome) {
	case ICELAB_OUTCOME_DONE:
		return ICELAB_PASS;
	case ICELAB_OUTCOME_UNSUPPORTED:
		return ICELAB_UNSUPPORTED;
	case ICELAB_OUTCOME_SKIP:
		return ICELAB_SKIP;
	default:
		return ICELAB_BROKEN;
	}
}

static gboolean has_sensor(const IcelabObservation *observation, const char *node)
{
	for (guint i = 0; i < observation->sensors->len; i++) {
		const IcelabSensorReport *sensor = observation->sensors->pdata[i];

		if (g_str_equal(sensor->node, node))
			return TRUE;
	}
	return FALSE;
}

/* What a sensor may have missed must not count as clean. The internet between has none. */
static char *doubt_sensors(const IcelabBook *book, const IcelabObservation *observation)
{
	for (guint i = 0; i < book->nodes->len; i++) {
		const IcelabNode *node = book->nodes->pdata[i];

		if (node->role != ICELAB_ROLE_CORE && !has_sensor(observation, node->name))
			return g_strdup_printf("no sensor on %s has reported", node->name);
	}
	for (guint i = 0; i < observation->sensors->len; i++) {
		const IcelabSensorReport *sensor = observation->sensors->pdata[i];

		if (!sensor->canary)
			return g_strdup_printf("the sensor on %s did not see its canary", sensor->node);
		if (sensor->drops > 0)
			return g_strdup_printf("the sensor on %s dropped %" G_GUINT64_FORMAT " frames",
				sensor->node, sensor->drops);
	}
	return NULL;
}

const char *icelab_judge_route_clause(const IcelabJudgement *judgement)
{
	IcelabPolicy policy = judgement->expectation->policy;

	/* N11: "default" without consent that behaves as mode 1 breaks the rule about consent; the
	 * routing rule follows. */
	if (policy.name == ICELAB_POLICY_DEFAULT && !policy.consent)
		return "N11";
	return "N5";
}

static char *judge_parts(IcelabJudgement *judgement)
{
	g_autoptr(GError) error = NULL;

	if (!icelab_judgement_collect(judgement, &error))
		return g_strdup(error->message);
	icelab_judge_candidates(judgement);
	icelab_judge_missing(judgement);
	icelab_judge_related(judgement);
	icelab_judge_descriptions(judgement);
	icelab_judge_statistics(judgement);
	icelab_judge_foundations(judgement);
	icelab_judge_errors(judgement);
	icelab_judge_wire(judgement);
	icelab_judge_names(judgement);
	icelab_judge_traits(judgement);
	icelab_judge_exposure(judgement);
	icelab_judge_links(judgement);
	judgement->result->signature = icelab_judge_signature(judgement);
	return NULL;
}

/* Returns the reason why this cell cannot be judged, or NULL. */
static char *judge_cell(IcelabJudgement *judgement)
{
	g_autoptr(GError) error = NULL;
	char *doubt = doubt_sensors(judgement->book, judgement->observation);

	if (doubt != NULL)
		return doubt;
	if (!icelab_scenario_check(judgement->scenario, judgement->book, &error) ||
		!icelab_expectation_check(judgement->scenario, judgement->book, judgement->observation,
			judgement->expectation, &error))
		return g_strdup(error->message);
	return judge_parts(judgement);
}

IcelabResult *icelab_judge(
	const IcelabScenario *scenario, const IcelabBook *book, const IcelabObservation *observation)
{
	IcelabResult *result =
		icelab_result_new(observation->adapter, observation->scenario, observation->policy);
	IcelabJudgement judgement = {
		.scenario = scenario, .book = book, .observation = observation, .result = result};
	IcelabPolicy policy;

	result->lab_ms = observation->lab_ms;
	result->gather_ms = observation->gather_ms;
	result->verdict = verdict_of(observation->outcome);
	result->reason = g_strdup(observation->reason);
	if (result->verdict != ICELAB_PASS)
		return result;
	judgement.expectation = icelab_policy_from_label(observation->policy, &policy)
								? icelab_scenario_expectation(scenario, policy)
								: NULL;
	if (judgement.expectation == NULL) {
		result->verdict = ICELAB_BROKEN;
		result->reason = g_strdup_printf(
			"%s expects nothing of the policy %s", scenario->path, observation->policy);
		return result;
	}
	judgement.mode = icelab_policy_mode(policy);
	judgement.reported = g_ptr_array_new_with_free_func((GDestroyNotify)icelab_reported_free);
	result->reason = judge_cell(&judgement);
	if (result->reason != NULL)
		result->verdict = ICELAB_BROKEN;
	g_ptr_array_unref(judgement.reported);
	return result;
}

IcelabResult *icelab_judge_exposed(
	char **names, const IcelabBook *book, const IcelabObservation *observation)
{
	const IcelabScenario scenario = {.protects = names};
	g_autoptr(GPtrArray) reported =
		g_ptr_array_new_with_free_func((GDestroyNotify)icelab_reported_free);
	g_autoptr(GError) error = NULL;
	IcelabResult *result =
		icelab_result_new(observation->adapter, observation->scenario, observation->policy);
	IcelabJudgement judgement = {.scenario = &scenario,
		.book = book,
		.observation = observation,
		.reported = reported,
		.result = result};

	if (icelab_judgement_collect(&judgement, &error))
		icelab_judge_exposure(&judgement);
	else
		result->reason = g_strdup(error->message);
	return result;
}
