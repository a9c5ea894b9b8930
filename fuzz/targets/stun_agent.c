/* SPDX-License-Identifier: MIT */
/* A conversation with one StunAgent. Attack surface: stun/stunagent.c, stunhmac.c, stun5389.c and
 * stuncrc32.c with all that they call, reached by every datagram that a peer, a STUN server or a
 * TURN server sends: libnice hands each to stun_agent_validate() and answers requests.
 *
 * The input chooses the dialect and the usage flags, then what happens: messages arrive, as they
 * stand or made to fit the live transactions; requests and indications are sent; old messages are
 * replayed; transactions are forgotten. After each step what libnice says, keeps and writes must be
 * what its model says (stacks/pair.h, oracles/agent_model.h). */
#include <string.h>

#include "arena.h"
#include "guards.h"
#include "oracles/oracle.h"
#include "stacks/pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	RECEIVE,  /* a: user or transaction, b: FORGE_, c: bit to damage */
	REQUEST,  /* a: user and method, b: what it holds, c: room */
	INDICATE, /* the same */
	REPLAY,   /* what arrived last */
	REPLY,    /* to the last request: a: error code, b: success or what is unknown, c: room */
	FORGET,   /* a: which transaction */
	FLOOD,    /* a: that many requests */
	WIDEN,    /* the next that arrives: a: attribute, b: 32 bytes each, c: and bytes */
	TRAIL,    /* the next that arrives has an attribute behind all others: a */
	KINDS,
};

static Pair pair;
static PairMessage request; /* the last that was accepted */
static bool has_request;
static uint8_t last[70000];
static size_t last_length;
static uint16_t wide;
static size_t width;
static uint16_t tail;

static const unsigned codes[] = {300, 400, 401, 403, 420, 437, 438, 439, 440, 441, 442, 443, 444,
	445, 446, 486, 487, 500, 507, 508, 699};

/* 1300 bytes are MAX_STUN_DATAGRAM_PAYLOAD, what agent.c has; others may have less. */
static size_t room(uint8_t choice)
{
	return choice < 128 ? 1300 : (size_t)(choice - 128) * 4;
}

/* Answers as conncheck.c does. */
static void answer(StunValidationStatus status, const PairMessage *message)
{
	PairMessage reply;

	if (!pair_take(&reply, 1300))
		return;
	switch (status) {
	case STUN_VALIDATION_UNKNOWN_REQUEST_ATTRIBUTE:
		pair_unknown_error(&pair, &reply, message);
		break;
	case STUN_VALIDATION_UNAUTHORIZED:
		if (pair_error(&pair, &reply, message, STUN_ERROR_UNAUTHORIZED))
			pair_finish(&pair, &reply, NULL, 0);
		break;
	case STUN_VALIDATION_UNAUTHORIZED_BAD_REQUEST:
		if (pair_error(&pair, &reply, message, STUN_ERROR_BAD_REQUEST))
			pair_finish(&pair, &reply, NULL, 0);
		break;
	case STUN_VALIDATION_SUCCESS:
		if (pair_response(&pair, &reply, message))
			pair_finish(&pair, &reply, NULL, 0);
		break;
	default:
		break;
	}
}

static void arrive(const uint8_t *bytes, size_t length, bool twice)
{
	PairMessage message;
	StunValidationStatus status;
	StunValidationStatus again;

	if (!pair_validate(&pair, &message, bytes, length, &status))
		return;
	answer(status, &message);
	if (status == STUN_VALIDATION_SUCCESS &&
		stun_message_get_class(&message.real) == STUN_REQUEST) {
		request = message;
		has_request = true;
	}
	if (!twice || !pair_validate(&pair, &message, bytes, length, &again))
		return;
	/* What is rejected once is rejected again; an answer answers once (RFC 8489 6.3.3). */
	if (status == STUN_VALIDATION_SUCCESS && stun_message_get_class(&message.real) >= STUN_RESPONSE)
		EXPECT(
			again == STUN_VALIDATION_UNMATCHED_RESPONSE, "answered-twice", "status %d", (int)again);
	else if (status != STUN_VALIDATION_UNKNOWN_ATTRIBUTE)
		EXPECT(again == status, "second-opinion", "status %d after %d", (int)again, (int)status);
}

/* The payload is attributes to append: a type, a length of one byte, the value. */
static void append_payload(PairMessage *message, const uint8_t *bytes, size_t length)
{
	while (length >= 3) {
		uint16_t type = model_load16(bytes);
		size_t value = bytes[2] < length - 3 ? bytes[2] : length - 3;
		uint8_t *copy = icelab_arena_copy(bytes + 3, value);
		if (!copy)
			return;
		bool model = model_append_bytes(&message->model.writer, type, copy, value);
		bool real = stun_message_append_bytes(&message->real, (StunAttribute)type, copy, value) ==
					STUN_MESSAGE_RETURN_SUCCESS;
		EXPECT(real == model, "append", "%d, expected %d", real, model);
		bytes += 3 + value;
		length -= 3 + value;
	}
}

static void append(PairMessage *message, StunAttribute type, const uint8_t *bytes, size_t length)
{
	bool model = model_append_bytes(&message->model.writer, (uint16_t)type, bytes, length);
	bool real = stun_message_append_bytes(&message->real, type, bytes, length) ==
				STUN_MESSAGE_RETURN_SUCCESS;

	EXPECT(real == model, "append", "%d, expected %d", real, model);
}

static void send_message(const ConversationStep *step)
{
	static const StunMethod methods[] = {STUN_BINDING, STUN_ALLOCATE, STUN_REFRESH, STUN_IND_SEND,
		STUN_CREATEPERMISSION, STUN_CHANNELBIND, (StunMethod)0xFFF, (StunMethod)0x080};
	const StunDefaultValidaterData *user = pair_user(step->a);
	StunMethod method = methods[step->a >> 4 & 7];
	PairMessage message;

	if (!pair_take(&message, room(step->c)))
		return;
	if (step->kind % KINDS == REQUEST ? !pair_request(&pair, &message, method)
									  : !pair_indication(&pair, &message, method))
		return;
	if (step->b & 1)
		append(&message, STUN_ATTRIBUTE_USERNAME, user->username, user->username_len);
	if (step->b & 2)
		append(&message, STUN_ATTRIBUTE_REALM, (const uint8_t *)"\"example.org\"", 13);
	if (step->b & 4)
		append(&message, STUN_ATTRIBUTE_NONCE, (const uint8_t *)"nonce", 5);
	append_payload(&message, step->payload, step->length);
	if (step->b & 8)
		pair_finish(&pair, &message, user->password, user->password_len);
	else
		pair_finish(&pair, &message, NULL, 0);
}

/* So many requests in the air: libnice remembers 200. Set, not sent, because each that is sent
 * looks at all before it. */
static void flood(unsigned count)
{
	for (unsigned i = 0; i < count && i < STUN_AGENT_MAX_SAVED_IDS; i++) {
		StunAgentSavedIds *sent = &pair.agent.sent_ids[i];
		ModelTransaction *model = &pair.model.sent[i];
		if (pair.model.open[i])
			continue;
		*sent = (StunAgentSavedIds){.method = STUN_BINDING, .valid = TRUE};
		*model = (ModelTransaction){.method = STUN_BINDING};
		memset(sent->id, (int)i, sizeof sent->id);
		memset(model->id, (int)i, sizeof model->id);
		pair.model.open[i] = true;
	}
}

static void forget(unsigned which)
{
	pair_forget(&pair, pair.model.sent[which % STUN_AGENT_MAX_SAVED_IDS].id);
}

static void take(const ConversationStep *step)
{
	uint8_t key[16];

	switch (step->kind % KINDS) {
	case RECEIVE: {
		Forge orders = pair_orders(&pair, step, key);
		orders.wide = wide;
		orders.width = width;
		orders.tail = tail;
		wide = tail = 0;
		last_length =
			forge(&pair.model.rules, &orders, step->payload, step->length, last, sizeof last);
		arrive(last, last_length, step->c & 1);
		break;
	}
	case REQUEST:
	case INDICATE:
		send_message(step);
		break;
	case REPLAY:
		arrive(last, last_length, step->c & 1);
		break;
	case REPLY: {
		PairMessage reply;
		if (!has_request || !pair_take(&reply, room(step->c)))
			break;
		if (step->b & 0x40) {
			pair_unknown_error(&pair, &reply, &request);
			break;
		}
		if (step->b & 0x80 ? pair_response(&pair, &reply, &request)
						   : pair_error(&pair, &reply, &request,
								 codes[step->a % (sizeof codes / sizeof *codes)]))
			pair_finish(&pair, &reply, NULL, 0);
		break;
	}
	case FORGET:
		forget(step->a);
		break;
	case FLOOD:
		flood(step->a);
		break;
	case WIDEN:
		wide = forge_type(step->a);
		width = (size_t)step->b * 32 + step->c;
		break;
	case TRAIL:
		tail = forge_type(step->a);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Conversation conversation;
	ConversationStep step;

	conversation_start(&conversation, data, size);
	pair_start(&pair, &conversation);
	memset(pair.model.sent, 0, sizeof pair.model.sent[0] * 8);
	has_request = false;
	last_length = 0;
	wide = tail = 0;
	while (conversation_next(&conversation, &step))
		take(&step);
	pair_expect_same_transactions(&pair);
	icelab_arena_reset();
	return 0;
}
