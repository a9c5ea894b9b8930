/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "judge/judgement.h"

static int compare_texts(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_candidates(const IcelabJudgement *judgement, GPtrArray *words)
{
	for (guint i = 0; i < judgement->reported->len; i++) {
		const IcelabReported *reported = judgement->reported->pdata[i];
		char text[ICELAB_ADDRESS_TEXT];
		g_autofree char *candidate = icelab_expected_text(reported->candidate.type,
			reported->candidate.transport, reported->is_name ? "a name" : reported->label);

		g_ptr_array_add(
			words, g_strdup_printf("%s raddr %s", candidate,
					   icelab_book_label(judgement->book, &reported->candidate.raddr, text)));
	}
}

static void add_flows(const IcelabJudgement *judgement, GPtrArray *words)
{
	for (guint i = 0; i < judgement->observation->flows->len; i++) {
		const IcelabFlow *flow = judgement->observation->flows->pdata[i];
		const IcelabNode *node = icelab_book_node(judgement->book, flow->node);
		char text[ICELAB_ADDRESS_TEXT];

		if (flow->outgoing && node != NULL && node->role == ICELAB_ROLE_CLIENT &&
			(g_str_equal(flow->protocol, "udp") || g_str_equal(flow->protocol, "tcp")))
			g_ptr_array_add(words,
				g_strdup_printf("%s>%s", icelab_book_label(judgement->book, &flow->source, text),
					flow->interface));
	}
}

char *icelab_judge_signature(const IcelabJudgement *judgement)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	GString *text = g_string_new(NULL);

	add_candidates(judgement, words);
	add_flows(judgement, words);
	g_ptr_array_sort(words, compare_texts);
	for (guint i = 0; i < words->len; i++) {
		if (i == 0 || !g_str_equal(words->pdata[i], words->pdata[i - 1]))
			g_string_append_printf(text, "%s\n", (const char *)words->pdata[i]);
	}
	return g_string_free(text, FALSE);
}
