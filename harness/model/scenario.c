/* SPDX-License-Identifier: MIT */
#include "model/scenario.h"

#include <string.h>

G_DEFINE_QUARK(icelab_scenario_error, icelab_scenario_error)

static void expected_free(gpointer data)
{
	IcelabExpected *expected = data;

	g_free(expected->name);
	g_free(expected);
}

static void wire_free(gpointer data)
{
	IcelabWire *wire = data;

	g_free(wire->name);
	g_free(wire->interface);
	g_free(wire);
}

IcelabExpectation *icelab_expectation_new(IcelabPolicy policy)
{
	IcelabExpectation *expectation = g_new0(IcelabExpectation, 1);

	expectation->policy = policy;
	expectation->must = g_ptr_array_new_with_free_func(expected_free);
	expectation->should = g_ptr_array_new_with_free_func(expected_free);
	expectation->may = g_ptr_array_new_with_free_func(expected_free);
	expectation->raddr = g_ptr_array_new_with_free_func(g_free);
	expectation->wire = g_ptr_array_new_with_free_func(wire_free);
	expectation->uses = g_ptr_array_new_with_free_func(g_free);
	expectation->cites = g_ptr_array_new_with_free_func(g_free);
	return expectation;
}

void icelab_expectation_free(IcelabExpectation *expectation)
{
	g_ptr_array_unref(expectation->must);
	g_ptr_array_unref(expectation->should);
	g_ptr_array_unref(expectation->may);
	g_ptr_array_unref(expectation->raddr);
	g_ptr_array_unref(expectation->wire);
	g_ptr_array_unref(expectation->uses);
	g_ptr_array_unref(expectation->cites);
	g_free(expectation);
}

void icelab_expectation_add(
	GPtrArray *set, IcelabCandidateType type, IcelabTransport transport, const char *name)
{
	if (icelab_expectation_has(set, type, transport, name))
		return;

	IcelabExpected *expected = g_new0(IcelabExpected, 1);

	expected->type = type;
	expected->transport = transport;
	expected->name = g_strdup(name);
	g_ptr_array_add(set, expected);
}

void icelab_expectation_add_wire(
	IcelabExpectation *expectation, const char *name, const char *interface)
{
	if (icelab_expectation_has_wire(expectation, name, interface))
		return;

	IcelabWire *wire = g_new0(IcelabWire, 1);

	wire->name = g_strdup(name);
	wire->interface = g_strdup(interface);
	g_ptr_array_add(expectation->wire, wire);
}

gboolean icelab_expectation_has(
	GPtrArray *set, IcelabCandidateType type, IcelabTransport transport, const char *name)
{
	for (guint i = 0; i < set->len; i++) {
		const IcelabExpected *expected = set->pdata[i];

		if (expected->type == type && expected->transport == transport &&
			g_str_equal(expected->name, name))
			return TRUE;
	}
	return FALSE;
}

gboolean icelab_expectation_has_wire(
	const IcelabExpectation *expectation, const char *name, const char *interface)
{
	for (guint i = 0; i < expectation->wire->len; i++) {
		const IcelabWire *wire = expectation->wire->pdata[i];

		if (g_str_equal(wire->name, name) && g_str_equal(wire->interface, interface))
			return TRUE;
	}
	return FALSE;
}

char *icelab_expected_text(IcelabCandidateType type, IcelabTransport transport, const char *name)
{
	return g_strdup_printf("%s%s@%s", icelab_candidate_type_name(type),
		transport == ICELAB_TRANSPORT_TCP ? "/tcp" : "", name);
}

gboolean icelab_names_have(GPtrArray *names, const char *name)
{
	return g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL);
}

void icelab_scenario_free(IcelabScenario *scenario)
{
	if (scenario == NULL)
		return;
	g_free(scenario->name);
	g_free(scenario->path);
	g_free(scenario->title);
	g_free(scenario->topology);
	g_strfreev(scenario->stun);
	g_strfreev(scenario->protects);
	g_ptr_array_unref(scenario->expectations);
	g_free(scenario);
}

const IcelabExpectation *icelab_scenario_expectation(
	const IcelabScenario *scenario, IcelabPolicy policy)
{
	for (guint i = 0; i < scenario->expectations->len; i++) {
		const IcelabExpectation *expectation = scenario->expectations->pdata[i];

		if (g_str_equal(icelab_policy_label(expectation->policy), icelab_policy_label(policy)))
			return expectation;
	}
	return NULL;
}

static gboolean check_name(const IcelabScenario *scenario, const IcelabBook *book, guint line,
	const char *name, GError **error)
{
	if (icelab_book_by_name(book, name) != NULL)
		return TRUE;
	g_set_error(error, ICELAB_SCENARIO_ERROR, 0,
		"%s:%u: the topology %s has no address called \"%s\"; see its address book with "
		"\"icelab shell %s\"",
		scenario->path, line, book->topology, name, scenario->name);
	return FALSE;
}

static gboolean check_set(const IcelabScenario *scenario, const IcelabBook *book, guint line,
	GPtrArray *set, GError **error)
{
	for (guint i = 0; i < set->len; i++) {
		const IcelabExpected *expected = set->pdata[i];

		if (!check_name(scenario, book, line, expected->name, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean check_expectation(const IcelabScenario *scenario, const IcelabBook *book,
	const IcelabExpectation *expectation, GError **error)
{
	if (!check_set(scenario, book, expectation->line, expectation->must, error) ||
		!check_set(scenario, book, expectation->line, expectation->should, error) ||
		!check_set(scenario, book, expectation->line, expectation->may, error))
		return FALSE;
	for (guint i = 0; i < expectation->raddr->len; i++) {
		if (!check_name(scenario, book, expectation->line, expectation->raddr->pdata[i], error))
			return FALSE;
	}
	for (guint i = 0; i < expectation->wire->len; i++) {
		const IcelabWire *wire = expectation->wire->pdata[i];

		if (!check_name(scenario, book, expectation->line, wire->name, error))
			return FALSE;
	}
	return TRUE;
}

gboolean icelab_scenario_check(
	const IcelabScenario *scenario, const IcelabBook *book, GError **error)
{
	for (guint i = 0; scenario->stun[i] != NULL; i++) {
		if (icelab_book_server(book, scenario->stun[i]) == NULL) {
			g_set_error(error, ICELAB_SCENARIO_ERROR, 0,
				"%s:1: the topology %s has no server called \"%s\"", scenario->path, book->topology,
				scenario->stun[i]);
			return FALSE;
		}
	}
	for (guint i = 0; scenario->protects[i] != NULL; i++) {
		if (!check_name(scenario, book, 1, scenario->protects[i], error))
			return FALSE;
	}
	for (guint i = 0; i < scenario->expectations->len; i++) {
		if (!check_expectation(scenario, book, scenario->expectations->pdata[i], error))
			return FALSE;
	}
	return TRUE;
}
