/* SPDX-License-Identifier: MIT */
#pragma once

#include <stun/stunagent.h>

#include "conversation.h"
#include "oracles/agent_model.h"
#include "oracles/forge.h"

/* libnice's StunAgent and its model (oracles/agent_model.h), side by side: both are asked the same,
 * and what they say must be the same. */

typedef struct {
	StunAgent agent;
	ModelAgent model;
	const StunDefaultValidaterData *users;
} Pair;

/* A message in both. What libnice reads and writes is exactly as long as it is told, and stays
 * until the input is done. */
typedef struct {
	StunMessage real;
	ModelMessage model;
} PairMessage;

/* The dialects and usage flags that libnice's own callers use, or any (conversation->options). */
void pair_start(Pair *pair, const Conversation *conversation);

/* Validates a copy of the bytes. False: a known defect is stepped over and *message is not set. */
bool pair_validate(Pair *pair, PairMessage *message, const uint8_t *bytes, size_t length,
	StunValidationStatus *status);

/* Gives `message` a buffer of `capacity` bytes to write to; false: no memory. Where `request` has
 * the next transaction id, the model foresees it. */
bool pair_take(PairMessage *message, size_t capacity);

bool pair_request(Pair *pair, PairMessage *message, StunMethod method);
bool pair_indication(Pair *pair, PairMessage *message, StunMethod method);
bool pair_response(Pair *pair, PairMessage *message, const PairMessage *request);
bool pair_error(Pair *pair, PairMessage *message, const PairMessage *request, unsigned code);
size_t pair_unknown_error(Pair *pair, PairMessage *message, const PairMessage *request);
size_t pair_finish(Pair *pair, PairMessage *message, const uint8_t *key, size_t key_length);
void pair_forget(Pair *pair, const uint8_t id[16]);

/* What was written so far, and the keys, must be the same. */
void pair_expect_same(const char *name, const PairMessage *message);
/* What is waited for must be the same. */
void pair_expect_same_transactions(const Pair *pair);

/* User `index` of the pair; the last ones are strange. */
const StunDefaultValidaterData *pair_user(unsigned index);
#define PAIR_USERS 5

/* Orders for forge() as the step says: its b is FORGE_ bits, its a the user of a request or which
 * open transaction an answer is for, its c the bit that is damaged. `scratch` holds the key. */
Forge pair_orders(const Pair *pair, const ConversationStep *step, uint8_t scratch[16]);
