/* SPDX-License-Identifier: MIT */
#include "run/ineffective.h"

static gboolean same_place(const IcelabResult *a, const IcelabResult *b)
{
	return g_str_equal(a->adapter, b->adapter) && g_str_equal(a->scenario, b->scenario);
}

/* Mode 1 where it was run, else whatever "default" is. */
static const IcelabResult *most_permissive(const IcelabRun *run, const IcelabResult *subject)
{
	const IcelabResult *permissive = NULL;

	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = run->results->pdata[i];

		if (result->signature == NULL || !same_place(result, subject))
			continue;
		if (g_str_equal(result->policy, "default+consent"))
			return result;
		if (g_str_equal(result->policy, "default"))
			permissive = result;
	}
	return permissive;
}

void icelab_ineffective_note(IcelabRun *run)
{
	for (guint i = 0; i < run->results->len; i++) {
		const IcelabResult *result = run->results->pdata[i];
		const IcelabResult *permissive = most_permissive(run, result);

		if (result->signature == NULL || permissive == NULL || permissive == result ||
			(result->verdict != ICELAB_FAIL && result->verdict != ICELAB_WARN) ||
			!g_str_equal(result->signature, permissive->signature))
			continue;
		g_ptr_array_add(
			run->notes, g_strdup_printf("ineffective: %s/%s/%s did exactly what it does under %s",
							result->adapter, result->scenario, result->policy, permissive->policy));
	}
}
