/* SPDX-License-Identifier: MIT */
#pragma once

#include "oracles/message_model.h"

/* Makes of the bytes of an input a message that the live state of a conversation lets pass, or
 * nearly: no mutation can know a transaction id, or guess an HMAC. What is repaired is the input's
 * choice. */

enum {
	FORGE_ID = 1 << 0,          /* header: the transaction id given */
	FORGE_COOKIE = 1 << 1,      /* header: the magic cookie */
	FORGE_CREDENTIALS = 1 << 2, /* appends USERNAME, and REALM and NONCE where there are such */
	FORGE_INTEGRITY = 1 << 3,   /* MESSAGE-INTEGRITY: in its place, or appended */
	FORGE_FINGERPRINT = 1 << 4, /* the same */
	FORGE_BARE = 1 << 5,   /* first cuts the message before its MESSAGE-INTEGRITY or FINGERPRINT */
	FORGE_DAMAGE = 1 << 6, /* last flips a bit */
	FORGE_LENGTH = 1 << 7, /* first makes the header's length that of the bytes */
};

typedef struct {
	unsigned what; /* FORGE_ */
	const uint8_t *id;
	ModelValue username;
	ModelValue realm; /* empty: none */
	ModelValue nonce;
	const uint8_t *key; /* as HMAC takes it; NULL: no integrity */
	size_t key_length;
	bool typo;      /* the fingerprint of Windows Live Messenger 2009 */
	uint8_t damage; /* which bit */
	uint16_t wide;  /* type of an attribute of `width` bytes that is put in front; 0: none */
	size_t width;
	uint16_t tail; /* type of an attribute without a value that is put behind all others; 0: none */
} Forge;

/* The attribute that an octet of an input chooses: from 0x80 on one that need not be understood. */
static inline uint16_t forge_type(uint8_t choice)
{
	return (uint16_t)((choice & 0x80) << 8 | (choice & 0x7F));
}

/* Returns the length of the message in `message`, which has room for `capacity` bytes. */
size_t forge(const ModelRules *rules, const Forge *orders, const uint8_t *bytes, size_t length,
	uint8_t *message, size_t capacity);
