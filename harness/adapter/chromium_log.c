/* SPDX-License-Identifier: MIT */
#include "adapter/chromium_log.h"

#include <string.h>

#define ROUTING "/peer_connection_dependency_factory.cc:"
#define ROUTING_SAYS "] WebRTC routing preferences: "
#define PERMISSION "/filtering_network_manager.cc:"
#define PERMISSION_SAYS "] FilteringNetworkManager received permission status: "

/* What stands behind "FILE:NUMBER] WORDS", or NULL. The file must be named in the line's own head:
 * a page's console ends up in the log, too. */
static const char *words_of(const char *line, gsize length, const char *file, const char *words)
{
	const char *head_end = length > 0 && line[0] == '[' ? memchr(line, ']', length) : NULL;
	gsize behind = head_end != NULL ? (gsize)(line + length - head_end) : 0;

	if (behind < strlen(words) || memcmp(head_end, words, strlen(words)) != 0 ||
		memmem(line, length - behind, file, strlen(file)) == NULL)
		return NULL;
	return head_end + strlen(words);
}

/* "NAME: VALUE, NAME: VALUE" */
static void take_pairs(const char *text, const char *end, IcelabPolicyProof *proof)
{
	while (text < end) {
		const char *comma = memmem(text, (gsize)(end - text), ", ", 2);
		const char *pair_end = comma != NULL ? comma : end;
		const char *colon = memmem(text, (gsize)(pair_end - text), ": ", 2);

		if (colon != NULL)
			icelab_policy_proof_state(
				proof, text, (gsize)(colon - text), colon + 2, (gsize)(pair_end - colon - 2));
		if (comma == NULL)
			return;
		text = comma + 2;
	}
}

void icelab_chromium_log_take(const char *line, gsize length, IcelabPolicyProof *proof)
{
	const char *routing = words_of(line, length, ROUTING, ROUTING_SAYS);
	const char *permission = words_of(line, length, PERMISSION, PERMISSION_SAYS);

	if (routing != NULL)
		take_pairs(routing, line + length, proof);
	else if (permission != NULL)
		icelab_policy_proof_state(proof, "permission", strlen("permission"), permission,
			(gsize)(line + length - permission));
}
