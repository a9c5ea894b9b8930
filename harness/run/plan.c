/* SPDX-License-Identifier: MIT */
#include "run/plan.h"

#include <string.h>

static void planned_free(gpointer data)
{
	IcelabPlanned *planned = data;

	g_free(planned->folder);
	icelab_result_free(planned->result);
	g_free(planned);
}

void icelab_plan_free(IcelabPlan *plan)
{
	if (plan == NULL)
		return;
	g_clear_pointer(&plan->groups, g_ptr_array_unref);
	g_clear_pointer(&plan->cells, g_ptr_array_unref);
	g_clear_pointer(&plan->interviews, g_ptr_array_unref);
	g_clear_pointer(&plan->files, g_ptr_array_unref);
	g_clear_pointer(&plan->scenarios, g_ptr_array_unref);
	g_clear_pointer(&plan->all, g_ptr_array_unref);
	g_free(plan);
}

static GPtrArray *choose_scenarios(const IcelabRunOptions *options, GError **error)
{
	GPtrArray *scenarios = icelab_scenario_load_folder(options->folders->scenarios, error);

	if (scenarios == NULL)
		return NULL;
	for (guint i = 0; options->scenarios != NULL && options->scenarios[i] != NULL; i++) {
		const char *const one[] = {options->scenarios[i], NULL};
		gboolean any = FALSE;

		for (guint k = 0; k < scenarios->len; k++)
			any |= icelab_matches(one, ((IcelabScenario *)scenarios->pdata[k])->name);
		if (!any) {
			g_set_error(error, ICELAB_CATALOGUE_ERROR, 0,
				"no scenario matches \"%s\"; \"icelab list\" shows those in %s", one[0],
				options->folders->scenarios);
			g_ptr_array_unref(scenarios);
			return NULL;
		}
	}
	return scenarios;
}

static void add_cell(IcelabPlan *plan, const IcelabInterview *interview,
	const IcelabAdapterFile *file, const IcelabScenario *scenario, IcelabPolicy policy)
{
	IcelabPlanned *planned = g_new0(IcelabPlanned, 1);
	const char *label = icelab_policy_label(policy);
	IcelabVerdict verdict = ICELAB_BROKEN;
	char *reason = NULL;

	planned->interview = interview;
	planned->scenario = scenario;
	planned->policy = policy;
	planned->folder = g_build_filename("cells", file->name, scenario->name, label, NULL);
	g_ptr_array_add(plan->cells, planned);
	if (interview->reason != NULL) {
		verdict = interview->absent ? ICELAB_SKIP : ICELAB_BROKEN;
		reason = g_strdup(interview->reason);
	} else if (!icelab_adapter_supports(interview->adapter, policy)) {
		verdict = ICELAB_UNSUPPORTED;
		reason = g_strdup("the adapter does not claim it");
	}
	if (reason == NULL)
		return;
	planned->result = icelab_result_new(file->name, scenario->name, label);
	planned->result->verdict = verdict;
	planned->result->reason = reason;
}

static void add_cells(IcelabPlan *plan, const IcelabRunOptions *options,
	const IcelabScenario *scenario, guint adapter)
{
	const IcelabAdapterFile *file = plan->files->pdata[adapter];

	for (const char *const *label = icelab_policy_labels(); *label != NULL; label++) {
		IcelabPolicy policy;

		icelab_policy_from_label(*label, &policy);
		if (icelab_scenario_expectation(scenario, policy) == NULL)
			continue;
		g_ptr_array_add(plan->all, g_strdup_printf("%s %s %s", file->name, scenario->name, *label));
		if (icelab_matches((const char *const *)options->scenarios, scenario->name) &&
			icelab_matches((const char *const *)options->policies, *label))
			add_cell(plan, plan->interviews->pdata[adapter], file, scenario, policy);
	}
}

static GPtrArray *group_of(IcelabPlan *plan, const char *topology)
{
	GPtrArray *group;

	for (guint i = 0; i < plan->groups->len; i++) {
		const IcelabPlanned *first;

		group = plan->groups->pdata[i];
		first = group->pdata[0];
		if (g_str_equal(first->scenario->topology, topology))
			return group;
	}
	group = g_ptr_array_new();
	g_ptr_array_add(plan->groups, group);
	return group;
}

static void make_groups(IcelabPlan *plan)
{
	for (guint i = 0; i < plan->cells->len; i++) {
		IcelabPlanned *planned = plan->cells->pdata[i];

		if (planned->result == NULL)
			g_ptr_array_add(group_of(plan, planned->scenario->topology), planned);
	}
}

static gboolean check_policies(const IcelabRunOptions *options, GError **error)
{
	for (guint i = 0; options->policies != NULL && options->policies[i] != NULL; i++) {
		const char *const one[] = {options->policies[i], NULL};
		gboolean any = FALSE;

		for (const char *const *label = icelab_policy_labels(); *label != NULL; label++)
			any |= icelab_matches(one, *label);
		if (!any) {
			g_autofree char *known = g_strjoinv(", ", (char **)icelab_policy_labels());

			g_set_error(error, ICELAB_CATALOGUE_ERROR, 0, "no policy matches \"%s\"; there are %s",
				one[0], known);
			return FALSE;
		}
	}
	return TRUE;
}

/* Who asked for all means all that can be had. */
static void leave_out_absent(IcelabPlan *plan)
{
	for (guint i = plan->files->len; i-- > 0;) {
		const IcelabInterview *interview = plan->interviews->pdata[i];

		if (!interview->absent)
			continue;
		g_ptr_array_remove_index(plan->files, i);
		g_ptr_array_remove_index(plan->interviews, i);
	}
}

IcelabPlan *icelab_plan_new(const IcelabRunOptions *options, GError **error)
{
	g_autoptr(IcelabPlan) plan = g_new0(IcelabPlan, 1);

	if (!check_policies(options, error))
		return NULL;
	plan->cells = g_ptr_array_new_with_free_func(planned_free);
	plan->groups = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	plan->all = g_ptr_array_new_with_free_func(g_free);
	plan->scenarios = choose_scenarios(options, error);
	if (plan->scenarios == NULL)
		return NULL;
	plan->files =
		icelab_catalogue_adapters(options->folders, (const char *const *)options->adapters, error);
	if (plan->files == NULL)
		return NULL;
	plan->interviews = icelab_interview(plan->files, error);
	if (plan->interviews == NULL)
		return NULL;
	if (options->adapters == NULL || options->adapters[0] == NULL)
		leave_out_absent(plan);
	for (guint i = 0; i < plan->scenarios->len; i++) {
		for (guint k = 0; k < plan->files->len; k++)
			add_cells(plan, options, plan->scenarios->pdata[i], k);
	}
	make_groups(plan);
	return g_steal_pointer(&plan);
}
