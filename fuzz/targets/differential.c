/* SPDX-License-Identifier: MIT */
/* Attack surface: any STUN message, as three decoders that know nothing of each other read it: the
 * strict one of the lab (harness/stun/), libnice's stun/, and libre's. Where they disagree, one of
 * them is wrong, and two peers, or a firewall and the peer behind it, see two messages in one.
 *
 * The input: a byte of flags, then the message. By the flags the FINGERPRINT and MESSAGE-INTEGRITY
 * in it are made right for the password of RFC 5769, which no mutation can.
 *
 * Oracle: every disagreement (oracles/bucket.h) belongs to a class that disagreements.ini lists,
 * with the section that decides it and who is right; a new one is a finding. New ones are rewarded
 * like new edges. ICELAB_DISAGREEMENTS says what else to do:
 *   list    print every bucket when it is first seen, and go on at new ones
 *   stale   at the end, fail if a class of the list was not seen (a test, over the corpus) */
#include <stdlib.h>
#include <string.h>

#include "oracles/bucket.h"
#include "oracles/disagreements.h"
#include "stacks/decoder.h"
#include "stacks/seal.h"

#define MESSAGE_LIMIT 2048

enum { MAKE_INTEGRITY = 1, MAKE_FINGERPRINT = 2 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	disagreements_start();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IcelabDecoded decoded[BUCKET_DECODERS];
	Bucket buckets[BUCKET_LIMIT];
	size_t count;

	if (size < 1 || size > MESSAGE_LIMIT)
		return 0;

	unsigned flags = data[0];
	size_t length = size - 1;
	/* Of its own size, so that reading past the end is seen. */
	uint8_t *message = malloc(length > 0 ? length : 1);

	if (message == NULL)
		abort();
	memcpy(message, data + 1, length);
	if (flags & MAKE_INTEGRITY)
		seal_integrity(
			message, length, ICELAB_DECODED_PASSWORD, sizeof ICELAB_DECODED_PASSWORD - 1);
	if (flags & MAKE_FINGERPRINT)
		seal_fingerprint(message, length);

	icelab_decode(message, length, &decoded[BUCKET_ICELAB]);
	icelab_decode_libnice(message, length, &decoded[BUCKET_LIBNICE]);
	icelab_decode_libre(message, length, &decoded[BUCKET_LIBRE]);
	count = bucket_compare(message, length, decoded, buckets);
	for (size_t i = 0; i < count; i++)
		disagreements_note(&buckets[i]);
	free(message);
	return 0;
}
