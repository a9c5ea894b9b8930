/* SPDX-License-Identifier: MIT */
#include "judge/clause.h"
#include "judge/expectation.h"

/* Whether a scenario file and the computation say the same. Every set is compared as a set of its
 * words. */

static void collect_expected(GPtrArray *set, GPtrArray *words)
{
	for (guint i = 0; i < set->len; i++) {
		const IcelabExpected *expected = set->pdata[i];

		g_ptr_array_add(
			words, icelab_expected_text(expected->type, expected->transport, expected->name));
	}
}

static void collect_names(GPtrArray *set, GPtrArray *words)
{
	for (guint i = 0; i < set->len; i++)
		g_ptr_array_add(words, g_strdup(set->pdata[i]));
}

static void collect_raddr(const IcelabExpectation *expectation, GPtrArray *words)
{
	collect_names(expectation->raddr, words);
	if (expectation->raddr_hidden)
		g_ptr_array_add(words, g_strdup("hidden"));
}

static void collect_wire(const IcelabExpectation *expectation, GPtrArray *words)
{
	for (guint i = 0; i < expectation->wire->len; i++) {
		const IcelabWire *wire = expectation->wire->pdata[i];

		g_ptr_array_add(words, g_strdup_printf("%s>%s", wire->name, wire->interface));
	}
}

static const char *const keys[] = {"must", "should", "may", "raddr", "wire", "uses"};

static GPtrArray *words_of(const IcelabExpectation *expectation, guint key)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

	switch (key) {
	case 0:
		collect_expected(expectation->must, words);
		break;
	case 1:
		collect_expected(expectation->should, words);
		break;
	case 2:
		collect_expected(expectation->may, words);
		break;
	case 3:
		collect_raddr(expectation, words);
		break;
	case 4:
		collect_wire(expectation, words);
		break;
	default:
		collect_names(expectation->uses, words);
	}
	return words;
}

static const char *first_extra(GPtrArray *words, GPtrArray *others)
{
	for (guint i = 0; i < words->len; i++) {
		if (!icelab_names_have(others, words->pdata[i]))
			return words->pdata[i];
	}
	return NULL;
}

static gboolean check_key(const IcelabScenario *scenario, const IcelabExpectation *file,
	const IcelabExpectation *computed, guint key, GError **error)
{
	g_autoptr(GPtrArray) written = words_of(file, key);
	g_autoptr(GPtrArray) wanted = words_of(computed, key);
	const char *extra = first_extra(written, wanted);
	const char *missing = first_extra(wanted, written);

	if (extra == NULL && missing == NULL)
		return TRUE;
	g_set_error(error, ICELAB_SCENARIO_ERROR, 0,
		"%s:%u: [policy %s] %s %s %s, but the kernel's routes and the policy's rules say "
		"otherwise; "
		"\"icelab expect %s\" prints what they say",
		scenario->path, file->line, icelab_policy_label(file->policy), keys[key],
		extra != NULL ? "has" : "lacks", extra != NULL ? extra : missing, scenario->name);
	return FALSE;
}

gboolean icelab_expectation_check(const IcelabScenario *scenario, const IcelabBook *book,
	const IcelabObservation *observation, const IcelabExpectation *expectation, GError **error)
{
	IcelabExpectation *computed =
		icelab_expectation_compute(scenario, book, observation, expectation->policy, error);
	gboolean agree = computed != NULL;

	for (guint i = 0; agree && i < expectation->cites->len; i++) {
		const char *id = expectation->cites->pdata[i];

		agree = icelab_clause(id) != NULL;
		if (!agree)
			g_set_error(error, ICELAB_SCENARIO_ERROR, 0, "%s:%u: there is no clause %s",
				scenario->path, expectation->line, id);
	}
	for (guint key = 0; agree && key < G_N_ELEMENTS(keys); key++)
		agree = check_key(scenario, expectation, computed, key, error);
	if (computed != NULL)
		icelab_expectation_free(computed);
	return agree;
}

char *icelab_expectation_text(const IcelabExpectation *expectation)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "[policy %s]\n", icelab_policy_label(expectation->policy));
	for (guint key = 0; key < G_N_ELEMENTS(keys); key++) {
		g_autoptr(GPtrArray) words = words_of(expectation, key);

		if (words->len == 0)
			continue;
		g_string_append_printf(text, "%-6s =", keys[key]);
		for (guint i = 0; i < words->len; i++)
			g_string_append_printf(text, " %s", (const char *)words->pdata[i]);
		g_string_append_c(text, '\n');
	}
	return g_string_free(text, FALSE);
}
