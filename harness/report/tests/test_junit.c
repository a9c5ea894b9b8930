/* SPDX-License-Identifier: MIT */
#include "report/junit.h"

#include "fixture.h"
#include "report/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct {
	unsigned suites;
	unsigned cases;
	unsigned failures;
	unsigned errors;
	unsigned skipped;
	unsigned claimed[4]; /* tests, failures, errors, skipped of <testsuites> */
	GString *text;       /* of all elements */
	GString *messages;   /* one attribute per line */
} Document;

static void start_element(GMarkupParseContext *context, const char *element, const char **names,
	const char **values, gpointer data, GError **error)
{
	static const char *const totals[] = {"tests", "failures", "errors", "skipped"};
	Document *document = data;

	(void)context;
	(void)error;
	document->suites += strcmp(element, "testsuite") == 0;
	document->cases += strcmp(element, "testcase") == 0;
	document->failures += strcmp(element, "failure") == 0;
	document->errors += strcmp(element, "error") == 0;
	document->skipped += strcmp(element, "skipped") == 0;
	for (size_t i = 0; names[i] != NULL; i++) {
		if (strcmp(names[i], "message") == 0)
			g_string_append_printf(document->messages, "%s\n", values[i]);
		for (size_t k = 0; k < G_N_ELEMENTS(totals); k++) {
			if (strcmp(element, "testsuites") == 0 && strcmp(names[i], totals[k]) == 0)
				document->claimed[k] = (unsigned)g_ascii_strtoull(values[i], NULL, 10);
		}
	}
}

static void text(GMarkupParseContext *context, const char *data_text, gsize length, gpointer data,
	GError **error)
{
	Document *document = data;

	(void)context;
	(void)error;
	g_string_append_len(document->text, data_text, (gssize)length);
}

static int parse(void **state)
{
	static const GMarkupParser parser = {.start_element = start_element, .text = text};
	g_autoptr(IcelabRun) run = icelab_fixture_run();
	Document *document = g_new0(Document, 1);
	g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(&parser, 0, document, NULL);
	GString *out = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	document->text = g_string_new(NULL);
	document->messages = g_string_new(NULL);
	icelab_junit_append(out, run);
	icelab_fixture_assert_harmless(out->str, FALSE);
	assert_true(g_markup_parse_context_parse(context, out->str, (gssize)out->len, &error));
	assert_true(g_markup_parse_context_end_parse(context, &error));
	g_string_free(out, TRUE);
	*state = document;
	return 0;
}

static int release(void **state)
{
	Document *document = *state;

	g_string_free(document->text, TRUE);
	g_string_free(document->messages, TRUE);
	g_free(document);
	return 0;
}

static void the_totals_are_what_is_there(void **state)
{
	const Document *document = *state;

	assert_int_equal(document->suites, 2);
	assert_int_equal(document->cases, 12);
	assert_int_equal(document->failures, 2); /* one MUST, one stale known failure */
	assert_int_equal(document->errors, 1);
	assert_int_equal(document->skipped, 4); /* two unsupported, one skip, one known failure */
	assert_int_equal(document->claimed[0], document->cases);
	assert_int_equal(document->claimed[1], document->failures);
	assert_int_equal(document->claimed[2], document->errors);
	assert_int_equal(document->claimed[3], document->skipped);
}

static void messages_say_what_happened(void **state)
{
	static const char *const expected[] = {
		"N8 lan4\n",
		"known failure: sockets set IP_UNICAST_IF (libnice#1)\n",
		"unsupported: needs a proxy\n",
		"skip: no coturn here: apt-get install coturn\n",
		"line 3: not JSON: \\x1b[2J\n",
		"listed as a known failure, but it passes: was leaking in 0.9\n",
	};
	const Document *document = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
		assert_non_null(strstr(document->messages->str, expected[i]));
}

/* ">]]" and the rest come back from the parser exactly as the plain text that went in. */
static void hostile_evidence_survives_as_text(void **state)
{
	const Document *document = *state;
	g_autofree char *plain = icelab_text_plain(ICELAB_FIXTURE_HOSTILE, 0);

	assert_non_null(strstr(document->text->str, plain));
	assert_non_null(strstr(document->text->str, "exposed lan6_temp through wire: eth0 > stun6"));
	assert_non_null(strstr(document->text->str, "warn T4 lan6_eui64 in candidate host udp"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_totals_are_what_is_there, parse, release),
		cmocka_unit_test_setup_teardown(messages_say_what_happened, parse, release),
		cmocka_unit_test_setup_teardown(hostile_evidence_survives_as_text, parse, release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
