/* SPDX-License-Identifier: MIT */
#include "conversation.h"

#include <string.h>

void conversation_start(Conversation *conversation, const uint8_t *data, size_t size)
{
	uint8_t setup[CONVERSATION_SETUP] = {0};
	size_t length = size < sizeof setup ? size : sizeof setup;

	if (length > 0)
		memcpy(setup, data, length);
	*conversation = (Conversation){
		.dialect = setup[0],
		.flags = (uint16_t)(setup[1] | setup[2] << 8),
		.options = setup[3],
		.seed = (uint32_t)setup[4] | (uint32_t)setup[5] << 8 | (uint32_t)setup[6] << 16 |
				(uint32_t)setup[7] << 24,
		.next = data + length,
		.left = size - length,
	};
}

bool conversation_next(Conversation *conversation, ConversationStep *step)
{
	const uint8_t *next = conversation->next;

	if (conversation->left < CONVERSATION_STEP || conversation->steps++ == CONVERSATION_STEPS)
		return false;
	*step = (ConversationStep){next[0], next[1], next[2], next[3], next + CONVERSATION_STEP,
		(size_t)(next[4] | next[5] << 8)};
	conversation->left -= CONVERSATION_STEP;
	if (step->length > conversation->left)
		step->length = conversation->left;
	conversation->left -= step->length;
	conversation->next += CONVERSATION_STEP + step->length;
	return true;
}
