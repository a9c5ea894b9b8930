/* SPDX-License-Identifier: MIT */
#include "adapter/policy_proof.h"

#include <string.h>

typedef struct {
	char name[ICELAB_POLICY_PROOF_TEXT];
	char expected[ICELAB_POLICY_PROOF_TEXT];
	char stated[ICELAB_POLICY_PROOF_TEXT]; /* the first that differs, else the last */
	gboolean was_stated;
	gboolean differs;
} Fact;

struct IcelabPolicyProof {
	const char *source;
	GArray *facts; /* Fact */
};

IcelabPolicyProof *icelab_policy_proof_new(const char *source)
{
	IcelabPolicyProof *proof = g_new0(IcelabPolicyProof, 1);

	proof->source = source;
	proof->facts = g_array_new(FALSE, TRUE, sizeof(Fact));
	return proof;
}

void icelab_policy_proof_free(IcelabPolicyProof *proof)
{
	if (proof == NULL)
		return;
	g_array_unref(proof->facts);
	g_free(proof);
}

/* Statements come from outside: control characters have no place in a message. */
static void set_text(char text[ICELAB_POLICY_PROOF_TEXT], const char *from, gsize length)
{
	gsize count = MIN(length, ICELAB_POLICY_PROOF_TEXT - 1);

	for (gsize i = 0; i < count; i++)
		text[i] = g_ascii_isprint(from[i]) ? from[i] : '?';
	text[count] = '\0';
}

void icelab_policy_proof_expect(IcelabPolicyProof *proof, const char *name, const char *value)
{
	Fact fact = {.was_stated = FALSE};

	set_text(fact.name, name, strlen(name));
	set_text(fact.expected, value, strlen(value));
	g_array_append_val(proof->facts, fact);
}

void icelab_policy_proof_state(IcelabPolicyProof *proof, const char *name, gsize name_length,
	const char *value, gsize value_length)
{
	for (guint i = 0; i < proof->facts->len; i++) {
		Fact *fact = &g_array_index(proof->facts, Fact, i);

		if (strlen(fact->name) != name_length || memcmp(fact->name, name, name_length) != 0 ||
			fact->differs)
			continue;
		set_text(fact->stated, value, value_length);
		fact->was_stated = TRUE;
		fact->differs = strlen(fact->expected) != value_length ||
						memcmp(fact->expected, value, value_length) != 0;
	}
}

static gboolean is_as_expected(const Fact *fact)
{
	return fact->was_stated && !fact->differs;
}

gboolean icelab_policy_proof_is_complete(const IcelabPolicyProof *proof)
{
	for (guint i = 0; i < proof->facts->len; i++) {
		if (!is_as_expected(&g_array_index(proof->facts, Fact, i)))
			return FALSE;
	}
	return proof->facts->len > 0;
}

gboolean icelab_policy_proof_is_refuted(const IcelabPolicyProof *proof)
{
	for (guint i = 0; i < proof->facts->len; i++) {
		if (g_array_index(proof->facts, Fact, i).differs)
			return TRUE;
	}
	return FALSE;
}

/* Of a proof that is refuted, what refutes it, and not what is still to come. */
static gboolean is_worth_telling(const IcelabPolicyProof *proof, const Fact *fact)
{
	if (icelab_policy_proof_is_refuted(proof))
		return fact->differs;
	return icelab_policy_proof_is_complete(proof) || !fact->was_stated;
}

char *icelab_policy_proof_text(const IcelabPolicyProof *proof)
{
	GString *text = g_string_new(proof->source);
	const char *separator = ":";

	for (guint i = 0; i < proof->facts->len; i++) {
		const Fact *fact = &g_array_index(proof->facts, Fact, i);

		if (!is_worth_telling(proof, fact))
			continue;
		g_string_append_printf(text, "%s %s = %s", separator, fact->name,
			fact->was_stated ? fact->stated : "(not stated)");
		if (!is_as_expected(fact))
			g_string_append_printf(text, " and not %s", fact->expected);
		separator = ",";
	}
	return g_string_free(text, FALSE);
}
