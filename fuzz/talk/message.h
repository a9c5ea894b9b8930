/* SPDX-License-Identifier: MIT */
#pragma once

#include "talk/talk.h"

/* A message as a server or the peer writes it, and its way to the agent. */

#define TALK_MESSAGE_LONGEST 4000

extern const uint8_t talk_old_cookie[4]; /* of the drafts before TURN */

typedef struct {
	IcelabStunBuilder builder;
	uint8_t bytes[TALK_MESSAGE_LONGEST];
	uint8_t flaws;
} TalkMessage;

/* How the dialect that is spoken with a peer or a server sums. */
typedef enum {
	SUM_NEW,
	SUM_OLD,
	SUM_MSICE2,
} Sum;

/* The method in a header, of whatever dialect the rest is. */
static inline uint16_t talk_method(const uint8_t *bytes)
{
	return (uint16_t)((bytes[0] & 0x3e) << 6 | (bytes[1] & 0xe0) >> 1 | (bytes[1] & 0xf));
}

void talk_message_start(TalkMessage *message, uint8_t flaws, IcelabStunClass message_class,
	uint16_t method, const uint8_t transaction[16]);

/* Ends a message with MESSAGE-INTEGRITY by `key` (NULL: none) and FINGERPRINT, wrong where the
 * flaws say so. */
size_t talk_message_finish(
	TalkMessage *message, Sum sum, const void *key, size_t key_length, bool fingerprint);

/* Parses a request to a TURN server; false where it is no message that names a peer. */
bool talk_peer_named(const Sent *request, IcelabStunMessage *message, IcelabEndpoint *peer);

/* Brings a datagram to the socket, or a frame of the kind that its stream has. */
void talk_arrive(unsigned number, const IcelabEndpoint *from, const uint8_t *bytes, size_t length);

/* Brings the answer to a request to the agent; with FLAW_SOURCE from the next port. */
void talk_answer_with(const Sent *request, uint8_t flaws, const uint8_t *bytes, size_t length);

/* The same from `from`, whoever was asked. */
void talk_answer_from(const Sent *request, const IcelabEndpoint *from, uint8_t flaws,
	const uint8_t *bytes, size_t length);

/* Where a server sees a request come from: the NAT's address, or the socket's where there is
 * none. `which`: 0 for the mapping that a NAT has for each socket, else another. */
IcelabEndpoint talk_seen_from(const Sent *request, uint8_t which);

/* What a server rightly says. */
void talk_note_mapped(const IcelabEndpoint *mapped);

/* What somebody else says than who was asked counts for nothing. */
bool talk_from_right_place(uint8_t flaws);
