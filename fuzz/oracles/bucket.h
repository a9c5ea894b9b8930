/* SPDX-License-Identifier: MIT */
#pragma once

#include "stacks/decoder.h"

/* Where three decoders disagree about a message: one bucket for each question that they answer
 * differently. A bucket says what was asked, of what kind of message, and who answered what; what
 * else stood in the message makes no other bucket. */

#define BUCKET_LIMIT 64
#define BUCKET_TEXT 192

enum { BUCKET_ICELAB, BUCKET_LIBNICE, BUCKET_LIBRE, BUCKET_DECODERS };

typedef enum {
	QUESTION_ACCEPT,
	QUESTION_CLASS,
	QUESTION_METHOD,
	QUESTION_TRANSACTION,
	QUESTION_FINGERPRINT,
	QUESTION_INTEGRITY,
	QUESTION_ATTRIBUTE, /* and the IcelabDecodedAttribute */
} BucketQuestion;

/* The first rule of the strict decoder that a message breaks, found independently of it. */
typedef enum {
	RULE_KEPT,
	RULE_HEADER,               /* shorter than 20 bytes */
	RULE_TOP_BITS,             /* the first two bits are not zero */
	RULE_LENGTH_MULTIPLE,      /* not a multiple of 4 */
	RULE_LENGTH_BEYOND,        /* longer than the bytes */
	RULE_LENGTH_SHORT,         /* shorter than the bytes */
	RULE_OVERRUN,              /* an attribute is longer than the message */
	RULE_INTEGRITY_LENGTH,     /* MESSAGE-INTEGRITY is not 20 bytes */
	RULE_SHA256_LENGTH,        /* MESSAGE-INTEGRITY-SHA256 is not 16, 20 ... 32 */
	RULE_FINGERPRINT_LENGTH,   /* FINGERPRINT is not 4 bytes */
	RULE_FINGERPRINT_NOT_LAST, /* something follows it */
	RULE_INTEGRITY_NOT_LAST,   /* RFC 3489: something follows MESSAGE-INTEGRITY */
} BucketRule;

/* Where the first occurrence stands. */
typedef enum {
	PLACE_NOWHERE,
	PLACE_PROTECTED, /* before any integrity attribute */
	PLACE_BEHIND_INTEGRITY,
	PLACE_BEHIND_SHA256, /* and before any MESSAGE-INTEGRITY */
	PLACE_BEHIND_FINGERPRINT,
} BucketPlace;

typedef struct {
	BucketQuestion question;
	IcelabDecodedAttribute attribute;
	BucketRule rule;
	bool cookie;
	BucketPlace place;
	uint8_t form;                     /* of the attribute's bytes: IcelabDecodedState */
	uint8_t answers[BUCKET_DECODERS]; /* by question; see bucket_text() */
} Bucket;

/* Fills at most BUCKET_LIMIT buckets and returns their number. `decoded` is of the decoders in the
 * order above. Ends the process where the strict decoder accepts a message that breaks a rule, or
 * refuses one that breaks none. */
size_t bucket_compare(const uint8_t *bytes, size_t length,
	const IcelabDecoded decoded[BUCKET_DECODERS], Bucket *buckets);

/* A number that no other bucket has. */
uint64_t bucket_number(const Bucket *bucket);

/* "QUESTION; CIRCUMSTANCE; ANSWER ANSWER ANSWER", the form that disagreements.ini matches. */
void bucket_text(const Bucket *bucket, char text[BUCKET_TEXT]);
