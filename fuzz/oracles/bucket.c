/* SPDX-License-Identifier: MIT */
#include "oracles/bucket.h"

#include <stdio.h>
#include <string.h>

#include "oracles/oracle.h"

enum { INTEGRITY = 0x0008, SHA256 = 0x001C, FINGERPRINT = 0x8028 };

/* What an answer can be, beyond the three states of an attribute. */
enum { ANSWER_NO, ANSWER_YES };
enum { ANSWER_OTHER_VALUE = ICELAB_DECODED_VALUE + 1 };

typedef struct {
	BucketRule rule;
	bool cookie;
	BucketPlace places[ICELAB_DECODED_COUNT];
	bool old_data; /* the type is 0x0115 */
	BucketPlace fingerprint;
	BucketPlace integrity;
	bool sealed_otherwise; /* something else than FINGERPRINT follows MESSAGE-INTEGRITY */
} Layout;

static uint16_t load16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void note_rule(Layout *layout, BucketRule rule)
{
	if (layout->rule == RULE_KEPT)
		layout->rule = rule;
}

static void note_place(Layout *layout, uint16_t type, BucketPlace place)
{
	for (unsigned i = 0; i < ICELAB_DECODED_COUNT; i++) {
		if (icelab_decoded_types[i] == type && layout->places[i] == PLACE_NOWHERE)
			layout->places[i] = place;
	}
	if (type == FINGERPRINT && layout->fingerprint == PLACE_NOWHERE)
		layout->fingerprint = place;
	if (type == INTEGRITY && layout->integrity == PLACE_NOWHERE)
		layout->integrity = place;
}

/* RFC 8489 14.5 to 14.7: what the seals have to be where they count. */
static void check_seal(Layout *layout, uint16_t type, size_t length, bool last)
{
	if (type == INTEGRITY) {
		if (!layout->cookie && !last)
			note_rule(layout, RULE_INTEGRITY_NOT_LAST);
		if (length != 20)
			note_rule(layout, RULE_INTEGRITY_LENGTH);
	} else if (type == SHA256 && layout->cookie) {
		if (length < 16 || length > 32 || length % 4 != 0)
			note_rule(layout, RULE_SHA256_LENGTH);
	} else if (type == FINGERPRINT && layout->cookie) {
		if (!last)
			note_rule(layout, RULE_FINGERPRINT_NOT_LAST);
		if (length != 4)
			note_rule(layout, RULE_FINGERPRINT_LENGTH);
	}
}

static void walk(const uint8_t *bytes, size_t length, Layout *layout)
{
	BucketPlace place = PLACE_PROTECTED;

	for (size_t at = 20; at < length;) {
		uint16_t type;
		size_t value;
		bool counts;

		if (length - at < 4) {
			note_rule(layout, RULE_OVERRUN);
			return;
		}
		type = load16(bytes + at);
		value = load16(bytes + at + 2);
		at += 4;
		if (length - at < ((value + 3) & ~(size_t)3)) {
			note_rule(layout, RULE_OVERRUN);
			return;
		}
		at += (value + 3) & ~(size_t)3;
		note_place(layout, type, place);
		counts = place == PLACE_PROTECTED || !layout->cookie ||
				 (place == PLACE_BEHIND_SHA256 && type == FINGERPRINT) ||
				 (place == PLACE_BEHIND_INTEGRITY && (type == FINGERPRINT || type == SHA256));
		if (place == PLACE_BEHIND_INTEGRITY && type != FINGERPRINT)
			layout->sealed_otherwise = true;
		if (!counts)
			continue;
		check_seal(layout, type, value, at == length);
		if (type == FINGERPRINT)
			place = PLACE_BEHIND_FINGERPRINT;
		else if (type == INTEGRITY)
			place = PLACE_BEHIND_INTEGRITY;
		else if (type == SHA256 && layout->cookie)
			place = PLACE_BEHIND_SHA256;
	}
}

static void look(const uint8_t *bytes, size_t length, Layout *layout)
{
	static const uint8_t magic[4] = {0x21, 0x12, 0xA4, 0x42};
	size_t declared;

	*layout = (Layout){0};
	if (length < 20) {
		layout->rule = RULE_HEADER;
		return;
	}
	layout->old_data = load16(bytes) == 0x0115;
	layout->cookie = memcmp(bytes + 4, magic, sizeof magic) == 0;
	declared = (size_t)load16(bytes + 2) + 20;
	if (bytes[0] & 0xC0)
		note_rule(layout, RULE_TOP_BITS);
	if (declared % 4 != 0)
		note_rule(layout, RULE_LENGTH_MULTIPLE);
	if (declared > length)
		note_rule(layout, RULE_LENGTH_BEYOND);
	if (declared < length)
		note_rule(layout, RULE_LENGTH_SHORT);
	if (layout->rule == RULE_KEPT)
		walk(bytes, length, layout);
}

static bool differ(const uint8_t answers[BUCKET_DECODERS], const IcelabDecoded *decoded)
{
	int first = -1;

	for (int i = 0; i < BUCKET_DECODERS; i++) {
		if (!decoded[i].accepted)
			continue;
		if (first >= 0 && answers[i] != answers[first])
			return true;
		first = first < 0 ? i : first;
	}
	return false;
}

typedef struct {
	const Layout *layout;
	const IcelabDecoded *decoded;
	Bucket *buckets;
	size_t count;
} Comparison;

static void ask(Comparison *comparison, BucketQuestion question, BucketPlace place, uint8_t form,
	const uint8_t answers[BUCKET_DECODERS], IcelabDecodedAttribute attribute)
{
	Bucket *bucket = &comparison->buckets[comparison->count];

	if (!differ(answers, comparison->decoded))
		return;
	EXPECT(comparison->count < BUCKET_LIMIT, "bucket-ask", "more than %d questions", BUCKET_LIMIT);
	*bucket = (Bucket){.question = question,
		.attribute = attribute,
		.cookie = comparison->layout->cookie,
		.place = place,
		.form = form};
	/* The opinion of who refuses the message has been told. */
	for (int i = 0; i < BUCKET_DECODERS; i++)
		bucket->answers[i] = comparison->decoded[i].accepted ? answers[i] : UINT8_MAX;
	comparison->count++;
}

static void ask_attribute(Comparison *comparison, IcelabDecodedAttribute which)
{
	const IcelabDecoded *decoded = comparison->decoded;
	uint8_t answers[BUCKET_DECODERS];

	for (int i = 0; i < BUCKET_DECODERS; i++) {
		answers[i] = decoded[i].states[which];
		/* Against the first who has a value. */
		for (int k = 0; k < i && answers[i] == ICELAB_DECODED_VALUE; k++) {
			if (decoded[k].accepted && decoded[k].states[which] == ICELAB_DECODED_VALUE) {
				if (decoded[k].values[which] != decoded[i].values[which])
					answers[i] = ANSWER_OTHER_VALUE;
				break;
			}
		}
	}
	ask(comparison, QUESTION_ATTRIBUTE, comparison->layout->places[which],
		decoded[BUCKET_ICELAB].states[which], answers, which);
}

static void ask_accept(Comparison *comparison)
{
	Bucket *bucket = &comparison->buckets[comparison->count];
	const IcelabDecoded *decoded = comparison->decoded;

	for (int i = 1; i < BUCKET_DECODERS; i++) {
		if (decoded[i].accepted == decoded[0].accepted)
			continue;
		*bucket = (Bucket){.question = QUESTION_ACCEPT,
			.rule = comparison->layout->rule,
			.cookie = comparison->layout->cookie};
		for (int k = 0; k < BUCKET_DECODERS; k++)
			bucket->answers[k] = decoded[k].accepted ? ANSWER_YES : ANSWER_NO;
		comparison->count++;
		return;
	}
}

static void ask_header(Comparison *comparison)
{
	const IcelabDecoded *decoded = comparison->decoded;
	uint8_t classes[BUCKET_DECODERS], methods[BUCKET_DECODERS], transactions[BUCKET_DECODERS];

	for (int i = 0; i < BUCKET_DECODERS; i++) {
		classes[i] = decoded[i].message_class == decoded[0].message_class;
		methods[i] = decoded[i].method == decoded[0].method;
		transactions[i] = memcmp(decoded[i].transaction, decoded[0].transaction,
							  sizeof decoded[i].transaction) == 0;
	}
	uint8_t form = comparison->layout->old_data;

	ask(comparison, QUESTION_CLASS, PLACE_NOWHERE, form, classes, 0);
	ask(comparison, QUESTION_METHOD, PLACE_NOWHERE, form, methods, 0);
	ask(comparison, QUESTION_TRANSACTION, PLACE_NOWHERE, form, transactions, 0);
}

/* Who was not asked agrees with everybody. */
static void ask_checks(Comparison *comparison)
{
	const Layout *layout = comparison->layout;
	uint8_t fingerprints[BUCKET_DECODERS], integrities[BUCKET_DECODERS];

	for (int i = 0; i < BUCKET_DECODERS; i++) {
		const IcelabDecoded *decoded = &comparison->decoded[i];

		fingerprints[i] = decoded->fingerprint;
		integrities[i] = decoded->integrity;
		if (decoded->integrity == ICELAB_DECODED_UNASKED)
			integrities[i] = comparison->decoded[0].integrity;
	}
	ask(comparison, QUESTION_FINGERPRINT, layout->fingerprint, 0, fingerprints, 0);
	ask(comparison, QUESTION_INTEGRITY, layout->integrity, layout->sealed_otherwise, integrities,
		0);
}

size_t bucket_compare(const uint8_t *bytes, size_t length,
	const IcelabDecoded decoded[BUCKET_DECODERS], Bucket *buckets)
{
	Layout layout;
	Comparison comparison = {&layout, decoded, buckets, 0};

	look(bytes, length, &layout);
	EXPECT(decoded[BUCKET_ICELAB].accepted == (layout.rule == RULE_KEPT), "bucket-bucket-compare",
		"the strict decoder %s a message that breaks rule %d",
		decoded[BUCKET_ICELAB].accepted ? "accepts" : "refuses", layout.rule);
	ask_accept(&comparison);
	/* Of what is no message, nothing else is worth asking. */
	if (!decoded[BUCKET_ICELAB].accepted)
		return comparison.count;
	ask_header(&comparison);
	ask_checks(&comparison);
	for (unsigned i = 0; i < ICELAB_DECODED_COUNT; i++) {
		if (layout.places[i] != PLACE_NOWHERE ||
			decoded[BUCKET_LIBNICE].states[i] != ICELAB_DECODED_ABSENT ||
			decoded[BUCKET_LIBRE].states[i] != ICELAB_DECODED_ABSENT)
			ask_attribute(&comparison, (IcelabDecodedAttribute)i);
	}
	return comparison.count;
}

uint64_t bucket_number(const Bucket *bucket)
{
	uint64_t number = bucket->question;

	number = number << 6 | bucket->attribute;
	number = number << 5 | bucket->rule;
	number = number << 1 | bucket->cookie;
	number = number << 4 | bucket->place;
	number = number << 3 | bucket->form;
	for (int i = 0; i < BUCKET_DECODERS; i++)
		number = number << 3 | (bucket->answers[i] & 7);
	return number;
}

static const char *question_name(const Bucket *bucket)
{
	static const char *const names[] = {
		"accept", "class", "method", "transaction", "fingerprint", "integrity"};
	static const char *const attributes[] = {
#define X(identifier, name, type) name,
		ICELAB_DECODED_ATTRIBUTES(X)
#undef X
	};

	return bucket->question == QUESTION_ATTRIBUTE ? attributes[bucket->attribute]
												  : names[bucket->question];
}

static const char *answer_name(const Bucket *bucket, uint8_t answer)
{
	static const char *const accepts[] = {"no", "yes"};
	static const char *const same[] = {"other", "same"};
	static const char *const checks[] = {"unasked", "missing", "right", "wrong"};
	static const char *const states[] = {"absent", "bad", "value", "other"};

	if (answer == UINT8_MAX)
		return "-";
	switch (bucket->question) {
	case QUESTION_ACCEPT:
		return accepts[answer];
	case QUESTION_CLASS:
	case QUESTION_METHOD:
	case QUESTION_TRANSACTION:
		return same[answer];
	case QUESTION_FINGERPRINT:
	case QUESTION_INTEGRITY:
		return checks[answer];
	default:
		return states[answer];
	}
}

void bucket_text(const Bucket *bucket, char text[BUCKET_TEXT])
{
	static const char *const rules[] = {"well-formed", "shorter than a header", "first bits",
		"length no multiple of 4", "length beyond the end", "length before the end",
		"attribute overrun", "MESSAGE-INTEGRITY length", "MESSAGE-INTEGRITY-SHA256 length",
		"FINGERPRINT length", "FINGERPRINT not last", "MESSAGE-INTEGRITY not last"};
	static const char *const places[] = {"nowhere", "protected", "behind MESSAGE-INTEGRITY",
		"behind MESSAGE-INTEGRITY-SHA256", "behind FINGERPRINT"};
	const char *circumstance = places[bucket->place];

	if (bucket->question == QUESTION_ACCEPT)
		circumstance = rules[bucket->rule];
	else if (bucket->question <= QUESTION_TRANSACTION)
		circumstance = bucket->form ? "type 0x0115" : "other types";
	snprintf(text, BUCKET_TEXT, "%s; %s%s%s; %s %s %s", question_name(bucket), circumstance,
		bucket->question == QUESTION_INTEGRITY && bucket->form ? ", others behind it" : "",
		bucket->cookie ? "" : ", no cookie", answer_name(bucket, bucket->answers[0]),
		answer_name(bucket, bucket->answers[1]), answer_name(bucket, bucket->answers[2]));
}
