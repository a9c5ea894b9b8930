/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a stateful target reads its input: a set-up, then steps. Any bytes are a conversation, so
 * that no mutation is lost; mutators/stun.c keeps to the form.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---------------------------------------------------------------+
 *   |    dialect    |  usage flags, low byte first  |    options    |
 *   +---------------------------------------------------------------+
 *   |                   seed of random numbers                      |
 *   +---------------------------------------------------------------+
 *   |     step      |       a       |       b       |       c       |
 *   +---------------------------------------------------------------+
 *   |  payload's length, low first  |  payload ...
 *   +-------------------------------+
 */

#define CONVERSATION_SETUP 8
#define CONVERSATION_STEP 6
#define CONVERSATION_STEPS 12 /* most steps that are read */

typedef struct {
	uint8_t kind;
	uint8_t a;
	uint8_t b;
	uint8_t c;
	const uint8_t *payload;
	size_t length;
} ConversationStep;

typedef struct {
	uint8_t dialect;
	uint16_t flags;
	uint8_t options;
	uint32_t seed;
	const uint8_t *next;
	size_t left;
	int steps;
} Conversation;

/* Missing bytes are zeros. */
void conversation_start(Conversation *conversation, const uint8_t *data, size_t size);
/* A payload that runs past the input is cut. False: there are no more steps. */
bool conversation_next(Conversation *conversation, ConversationStep *step);
