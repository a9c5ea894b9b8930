/* SPDX-License-Identifier: MIT */
#pragma once

#include <stun/stunagent.h>

#include "oracles/message_model.h"

/* What libnice's StunAgent must make of a message and what it must send, told a second time: by
 * the interface's documentation and RFC 8489. Where a released library is known to differ
 * (ledger.ini), the guard of that name makes the model differ too. */

typedef struct {
	uint8_t id[16];
	unsigned method;
	const uint8_t *key;
	size_t key_length;
	uint8_t long_term[16];
	bool has_long_term;
} ModelTransaction;

typedef struct {
	ModelRules rules;
	unsigned flags; /* StunAgentUsageFlags */
	const uint16_t *known;
	const char *software; /* NULL: none */
	ModelTransaction sent[STUN_AGENT_MAX_SAVED_IDS];
	bool open[STUN_AGENT_MAX_SAVED_IDS];
	bool legacy_checks; /* [MS-ICE2] 3.1.4.8.2 */
} ModelAgent;

typedef struct {
	ModelWriter writer; /* or the bytes received, whose capacity is their length */
	const uint8_t *key;
	size_t key_length;
	uint8_t long_term[16];
	bool has_long_term;
} ModelMessage;

void model_agent_start(ModelAgent *agent, ModelDialect dialect, unsigned flags,
	const uint16_t *known, const char *software);

ModelView model_view(const ModelMessage *message);

/* `users` as stun_agent_default_validater() takes them, NULL: no validater. */
StunValidationStatus model_validate(ModelAgent *agent, ModelMessage *message, const uint8_t *bytes,
	size_t length, const StunDefaultValidaterData *users);

/* Writes to `types`, in network order, the comprehension-required attributes that the agent does
 * not know, at most `most`. Returns how many. */
unsigned model_unknown(
	const ModelAgent *agent, const ModelView *view, uint8_t *types, unsigned most);

/* Each of these takes message->writer.bytes and capacity as given. */
bool model_request(ModelAgent *agent, ModelMessage *message, unsigned message_class,
	unsigned method, const uint8_t transaction[16]);
bool model_response(ModelAgent *agent, ModelMessage *message, const ModelMessage *request);
bool model_error(
	ModelAgent *agent, ModelMessage *message, const ModelMessage *request, unsigned code);
size_t model_unknown_error(ModelAgent *agent, ModelMessage *message, const ModelMessage *request);
size_t model_finish(
	ModelAgent *agent, ModelMessage *message, const uint8_t *key, size_t key_length);
bool model_forget(ModelAgent *agent, const uint8_t id[16]);
