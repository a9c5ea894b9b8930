/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Whether a browser applies the policy that it was told to. A wrong switch, a preference whose name
 * has changed and a value that is none are silently its default; so what counts is what the browser
 * itself says while it gathers. An adapter expects some facts, the browser states facts, and the
 * policy is proven when each that is expected was stated and no statement says otherwise. */

typedef struct IcelabPolicyProof IcelabPolicyProof;

/* Of a fact's name and of its value, in bytes; longer ones are cut. */
#define ICELAB_POLICY_PROOF_TEXT 128

/* `source` says who states the facts, for messages: static text. */
IcelabPolicyProof *icelab_policy_proof_new(const char *source);
void icelab_policy_proof_free(IcelabPolicyProof *proof);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabPolicyProof, icelab_policy_proof_free)

void icelab_policy_proof_expect(IcelabPolicyProof *proof, const char *name, const char *value);

/* What the browser said; the texts need no NUL. What nobody expects is not kept. */
void icelab_policy_proof_state(IcelabPolicyProof *proof, const char *name, gsize name_length,
	const char *value, gsize value_length);

/* Whether all that is expected was stated, and nothing else. */
gboolean icelab_policy_proof_is_complete(const IcelabPolicyProof *proof);

/* Whether a statement says otherwise. That is final. */
gboolean icelab_policy_proof_is_refuted(const IcelabPolicyProof *proof);

/* "SOURCE: NAME = VALUE, ..." of a complete proof; of another one what is wrong with it, "SOURCE:
 * NAME = VALUE and not EXPECTED, ..."; caller frees. */
char *icelab_policy_proof_text(const IcelabPolicyProof *proof);
