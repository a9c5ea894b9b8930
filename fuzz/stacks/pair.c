/* SPDX-License-Identifier: MIT */
#include "stacks/pair.h"

#include <stdio.h>
#include <string.h>

#include <stun/debug.h>

#include "arena.h"
#include "guards.h"
#include "oracles/oracle.h"
#include "stacks/gnutls.h"

/* How agent.c, discovery.c, conncheck.c and udp-turn.c start theirs. */
static const struct {
	ModelDialect dialect;
	unsigned flags;
} callers[] = {
	{MODEL_RFC5389, STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT},
	{MODEL_RFC5389, STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT |
						STUN_AGENT_USAGE_CONSENT_FRESHNESS},
	{MODEL_RFC5389, STUN_AGENT_USAGE_ADD_SOFTWARE | STUN_AGENT_USAGE_LONG_TERM_CREDENTIALS},
	{MODEL_RFC5389, STUN_AGENT_USAGE_LONG_TERM_CREDENTIALS},
	{MODEL_RFC5389, 0},
	{MODEL_RFC3489, 0},
	{MODEL_RFC3489, STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_IGNORE_CREDENTIALS},
	{MODEL_RFC3489, STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_FORCE_VALIDATER},
	{MODEL_RFC3489, STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_FORCE_VALIDATER |
						STUN_AGENT_USAGE_NO_ALIGNED_ATTRIBUTES},
	{MODEL_RFC3489, STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS},
	{MODEL_MSICE2, STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT},
	{MODEL_OC2007, STUN_AGENT_USAGE_LONG_TERM_CREDENTIALS | STUN_AGENT_USAGE_NO_ALIGNED_ATTRIBUTES},
};
#define CALLERS (sizeof callers / sizeof *callers)

static StunCompatibility compatibility_of(ModelDialect dialect)
{
	switch (dialect) {
	case MODEL_RFC3489:
		return STUN_COMPATIBILITY_RFC3489;
	case MODEL_RFC5389:
		return STUN_COMPATIBILITY_RFC5389;
	case MODEL_MSICE2:
		return STUN_COMPATIBILITY_MSICE2;
	case MODEL_OC2007:
		break;
	}
	return STUN_COMPATIBILITY_OC2007;
}

/* What an application logs: every text that libnice gives is read. */
static __attribute__((format(printf, 1, 0))) void debug(const char *format, va_list arguments)
{
	static char line[4096];

	/* stun_agent_default_validater() prints a password that need not end with NUL. */
	if (strstr(format, "password") && icelab_guard("stun-debug-password"))
		return;
	vsnprintf(line, sizeof line, format, arguments);
}

/* SOFTWARE has at most 128 characters (RFC 8489 14.14): these have more, and among them each
 * character of one byte, or each first byte of those of more. */
static const char *draw_software(unsigned choice)
{
	static char ascii[160];
	static char wide[320];
	size_t length = 0;

	if (ascii[0] == '\0') {
		for (int i = 1; i < 128; i++)
			ascii[i - 1] = (char)i;
		memset(ascii + 127, 'a', 16);
		for (int first = 0xC2; first < 0xF5; first++) {
			wide[length++] = (char)first;
			wide[length++] = (char)(first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80);
			for (int left = (first >= 0xE0) + (first >= 0xF0); left > 0; left--)
				wide[length++] = (char)0x80;
			/* A step too wide would else end where the next one does. */
			wide[length++] = 'a';
		}
		memset(wide + length, 'a', 90);
	}
	switch (choice) {
	case 1:
		return "icelab";
	case 2:
		return ascii;
	case 3:
		return wide;
	default:
		return NULL;
	}
}

void pair_start(Pair *pair, const Conversation *conversation)
{
	const char *software = draw_software(conversation->options >> 2 & 3);
	ModelDialect dialect = callers[conversation->dialect % CALLERS].dialect;
	unsigned flags = callers[conversation->dialect % CALLERS].flags;
	const uint16_t *known = STUN_ALL_KNOWN_ATTRIBUTES;

	/* Any combination is the interface's, though no caller's. */
	if (conversation->options & 1) {
		dialect = (ModelDialect)(conversation->dialect & 3);
		flags = conversation->flags & 0x1FF;
	}
	if (dialect == MODEL_OC2007 || conversation->options & 2)
		known = STUN_MSOC_KNOWN_ATTRIBUTES;
	if (conversation->options & 32) {
		stun_set_debug_handler(debug);
		stun_debug_enable();
	} else {
		stun_set_debug_handler(NULL);
		stun_debug_disable();
	}
	icelab_gnutls_seed(conversation->seed);
	model_agent_start(&pair->model, dialect, flags, known, software);
	stun_agent_init(&pair->agent, known, compatibility_of(dialect), (StunAgentUsageFlags)flags);
	if (software)
		stun_agent_set_software(&pair->agent, software);
	pair->users = conversation->options & 16 ? NULL : pair_user(0);
}

/* What of a released library would end the conversation or depend on chance. */
static bool steps_over(const Pair *pair, const ModelView *view)
{
	ModelValue value;
	ModelValue realm;
	unsigned code;

	if (icelab_guard("stun-integrity-length") &&
		model_find(view, STUN_ATTRIBUTE_MESSAGE_INTEGRITY, &value) && value.length != 20)
		return true;
	if (pair->model.flags & STUN_AGENT_USAGE_LONG_TERM_CREDENTIALS &&
		icelab_guard("stun-trim-credentials") &&
		((model_find(view, STUN_ATTRIBUTE_USERNAME, &value) && model_trim(value).length == 0) ||
			(model_find(view, STUN_ATTRIBUTE_REALM, &realm) && model_trim(realm).length == 0)))
		return true;
	return pair->model.flags & STUN_AGENT_USAGE_CONSENT_FRESHNESS &&
		   model_class(view) == STUN_ERROR && !model_find_error(view, &code) &&
		   icelab_guard("stun-consent-uninitialised");
}

/* Leaves error codes where the next call has its variables: one that it does not set is seen. */
static __attribute__((noinline)) void fill_stack(void)
{
	volatile int below[256];

	for (size_t i = 0; i < sizeof below / sizeof *below; i++)
		below[i] = STUN_ERROR_FORBIDDEN;
}

bool pair_validate(Pair *pair, PairMessage *message, const uint8_t *bytes, size_t length,
	StunValidationStatus *status)
{
	uint8_t *copy = icelab_arena_copy(bytes, length);

	if (!copy)
		return false;
	if (model_measure(bytes, length, !pair->model.rules.unaligned) == (int)length) {
		ModelView view = {bytes, length, &pair->model.rules};
		if (steps_over(pair, &view))
			return false;
		if (pair->model.flags & STUN_AGENT_USAGE_CONSENT_FRESHNESS)
			fill_stack();
	}
	StunValidationStatus expected =
		model_validate(&pair->model, &message->model, copy, length, pair->users);
	*status = stun_agent_validate(&pair->agent, &message->real, copy, length,
		pair->users ? stun_agent_default_validater : NULL, (void *)(uintptr_t)pair->users);
	EXPECT(
		*status == expected, "validation", "status %d, expected %d", (int)*status, (int)expected);
	EXPECT(length == 0 || memcmp(copy, bytes, length) == 0, "validation-writes",
		"validating changed the message");
	if (expected != STUN_VALIDATION_NOT_STUN && expected != STUN_VALIDATION_INCOMPLETE_STUN) {
		EXPECT(message->real.buffer == copy && message->real.buffer_len == length &&
				   message->real.agent == &pair->agent,
			"validation-message", "the message is another");
		pair_expect_same("validation", message);
	}
	EXPECT(pair->agent.ms_ice2_send_legacy_connchecks == pair->model.legacy_checks, "legacy-checks",
		"%d, expected %d", pair->agent.ms_ice2_send_legacy_connchecks, pair->model.legacy_checks);
	return true;
}

bool pair_take(PairMessage *message, size_t capacity)
{
	*message = (PairMessage){0};
	message->real.buffer = icelab_arena_take(capacity);
	message->model.writer.bytes = icelab_arena_take(capacity);
	message->real.buffer_len = message->model.writer.capacity = capacity;
	return message->real.buffer && message->model.writer.bytes;
}

static void expect_equal_results(const char *name, bool real, bool model)
{
	EXPECT(real == model, name, "%s, expected %s", real ? "done" : "refused",
		model ? "done" : "refused");
}

static bool start(Pair *pair, PairMessage *message, StunMethod method, unsigned message_class)
{
	uint8_t id[16];
	const char *name = message_class == STUN_REQUEST ? "request" : "indication";

	icelab_gnutls_foresee(id, sizeof id);
	bool model = model_request(&pair->model, &message->model, message_class, method, id);
	bool real = message_class == STUN_REQUEST
					? stun_agent_init_request(&pair->agent, &message->real, message->real.buffer,
						  message->real.buffer_len, method)
					: stun_agent_init_indication(&pair->agent, &message->real, message->real.buffer,
						  message->real.buffer_len, method);
	expect_equal_results(name, real, model);
	if (model)
		pair_expect_same(name, message);
	return model;
}

bool pair_request(Pair *pair, PairMessage *message, StunMethod method)
{
	return start(pair, message, method, STUN_REQUEST);
}

bool pair_indication(Pair *pair, PairMessage *message, StunMethod method)
{
	return start(pair, message, method, STUN_INDICATION);
}

bool pair_response(Pair *pair, PairMessage *message, const PairMessage *request)
{
	bool model = model_response(&pair->model, &message->model, &request->model);
	bool real = stun_agent_init_response(&pair->agent, &message->real, message->real.buffer,
		message->real.buffer_len, &request->real);

	expect_equal_results("response", real, model);
	if (model)
		pair_expect_same("response", message);
	return model;
}

bool pair_error(Pair *pair, PairMessage *message, const PairMessage *request, unsigned code)
{
	bool model = model_error(&pair->model, &message->model, &request->model, code);
	bool real = stun_agent_init_error(&pair->agent, &message->real, message->real.buffer,
		message->real.buffer_len, &request->real, (StunError)code);

	expect_equal_results("error-response", real, model);
	if (model)
		pair_expect_same("error-response", message);
	return model;
}

static void expect_equal_lengths(const char *name, size_t real, size_t model)
{
	EXPECT(real == model, name, "%zu bytes, expected %zu", real, model);
}

size_t pair_unknown_error(Pair *pair, PairMessage *message, const PairMessage *request)
{
	size_t model = model_unknown_error(&pair->model, &message->model, &request->model);
	size_t real = stun_agent_build_unknown_attributes_error(&pair->agent, &message->real,
		message->real.buffer, message->real.buffer_len, &request->real);

	expect_equal_lengths("unknown-attributes", real, model);
	if (model)
		pair_expect_same("unknown-attributes", message);
	return model;
}

size_t pair_finish(Pair *pair, PairMessage *message, const uint8_t *key, size_t key_length)
{
	ModelView view = model_view(&message->model);
	ModelValue value;

	if (pair->model.flags & STUN_AGENT_USAGE_LONG_TERM_CREDENTIALS &&
		icelab_guard("stun-trim-credentials") &&
		((model_find(&view, STUN_ATTRIBUTE_USERNAME, &value) && model_trim(value).length == 0) ||
			(model_find(&view, STUN_ATTRIBUTE_REALM, &value) && model_trim(value).length == 0)))
		return 0;
	size_t model = model_finish(&pair->model, &message->model, key, key_length);
	size_t real = stun_agent_finish_message(&pair->agent, &message->real, key, key_length);
	expect_equal_lengths("finish", real, model);
	if (model)
		pair_expect_same("finish", message);
	return model;
}

void pair_forget(Pair *pair, const uint8_t id[16])
{
	StunTransactionId copy;

	memcpy(copy, id, sizeof copy);
	bool model = model_forget(&pair->model, copy);
	bool real = stun_agent_forget_transaction(&pair->agent, copy);
	expect_equal_results("forget", real, model);
}

void pair_expect_same(const char *name, const PairMessage *message)
{
	const ModelMessage *model = &message->model;
	size_t length = model_length(&model->writer);

	EXPECT(stun_message_length(&message->real) == (uint16_t)length, name,
		"a message of %u bytes, expected %zu", stun_message_length(&message->real), length);
	if (message->real.buffer != model->writer.bytes && length <= model->writer.capacity &&
		memcmp(message->real.buffer, model->writer.bytes, length) != 0)
		for (size_t i = 0; i < length && i < model->writer.capacity; i++)
			EXPECT(message->real.buffer[i] == model->writer.bytes[i], name,
				"byte %zu is 0x%02X, expected 0x%02X", i, message->real.buffer[i],
				model->writer.bytes[i]);
	EXPECT(message->real.key == model->key && message->real.key_len == model->key_length, name,
		"the key is another");
	EXPECT(message->real.long_term_valid == model->has_long_term &&
			   (!model->has_long_term ||
				   memcmp(message->real.long_term_key, model->long_term, 16) == 0),
		name, "the long-term key is another");
}

void pair_expect_same_transactions(const Pair *pair)
{
	for (int i = 0; i < STUN_AGENT_MAX_SAVED_IDS; i++)
		EXPECT(pair->agent.sent_ids[i].valid == pair->model.open[i], "transactions",
			"transaction %d is %s", i, pair->model.open[i] ? "forgotten" : "still waited for");
}

Forge pair_orders(const Pair *pair, const ConversationStep *step, uint8_t scratch[16])
{
	static const uint8_t realm[11] = "example.org";
	static const uint8_t nonce[13] = "f//499k954d6O";
	bool long_term = pair->model.flags & STUN_AGENT_USAGE_LONG_TERM_CREDENTIALS;
	bool answers = step->length > 0 && step->payload[0] & 1;
	const StunDefaultValidaterData *user = pair_user(step->a);
	Forge orders = {
		.what = step->b,
		.username = {user->username, user->username_len},
		.key = user->password,
		.key_length = user->password_len,
		.damage = step->c,
		.typo = step->a & 0x40,
	};

	if (long_term) {
		orders.realm = (ModelValue){realm, sizeof realm};
		orders.nonce = (ModelValue){nonce, sizeof nonce};
	}
	if (answers) {
		const ModelTransaction *sent = NULL;
		unsigned nth = step->a & 7;
		for (int i = 0; i < STUN_AGENT_MAX_SAVED_IDS; i++)
			if (pair->model.open[i]) {
				sent = &pair->model.sent[i];
				if (nth-- == 0)
					break;
			}
		if (!sent) {
			orders.what &= ~(unsigned)FORGE_ID;
		} else {
			orders.id = sent->id;
			if (sent->key) {
				orders.key = sent->key;
				orders.key_length = sent->key_length;
			}
			if (sent->key && sent->has_long_term) {
				memcpy(scratch, sent->long_term, 16);
				orders.key = scratch;
				orders.key_length = 16;
				return orders;
			}
		}
	}
	if (long_term) {
		model_long_term_key(
			orders.username, orders.realm, (ModelValue){orders.key, orders.key_length}, scratch);
		orders.key = scratch;
		orders.key_length = 16;
	}
	return orders;
}
