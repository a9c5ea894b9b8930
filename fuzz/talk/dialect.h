/* SPDX-License-Identifier: MIT */
#pragma once

#include "talk/message.h"

/* What is written and done otherwise in the dialects before RFC 5389: MSN's and WLM2009's TURN is
 * draft-rosenberg-midcom-turn-08, OC2007's and OC2007R2's is [MS-TURN]. */

#define OLD_SEND 0x004
#define OLD_SET_ACTIVE_DESTINATION 0x006
#define OLD_DESTINATION_ADDRESS 0x0011
#define OLD_REMOTE_ADDRESS 0x0012
#define OLD_OPTIONS 0x8001 /* GOOGLE's */
#define MS_ALTERNATE_SERVER 0x000e

/* Whether a connection to a TURN server that pretends to be TLS begins with these bytes; and the
 * server's part, where `wrong` is not 0 with one bit of it turned. */
bool talk_is_greeting(const uint8_t *bytes, size_t length);
void talk_answer_greeting(const Sent *greeting, uint8_t wrong);

/* Whether TURN's drafts are spoken. */
bool talk_is_old_turn(void);

/* Whether [MS-TURN] is. */
bool talk_is_ms_turn(void);

/* Whether a TURN server is asked with long-term credentials (RFC 8489 9.2): else with short-term
 * ones, from the first request on. */
bool talk_has_long_term(void);

/* [MS-TURN] exchanges the two. */
uint16_t talk_realm_type(void);
uint16_t talk_nonce_type(void);

/* talk_message_start() in the dialect that the agent speaks. */
void talk_begin(TalkMessage *message, uint8_t flaws, IcelabStunClass message_class, uint16_t method,
	const uint8_t transaction[16]);

/* A Data indication: 0x0115 is no indication's type by RFC 8489 5. */
void talk_begin_data(TalkMessage *message);

/* Finds an attribute of what the agent sent. */
bool talk_find(const uint8_t *bytes, size_t length, uint16_t type, IcelabStunAttribute *attribute);

/* What is inside of what the agent sent to its TURN server by the drafts. OLD_DATA: nothing but
 * data for the active destination. OLD_BOTH: a Send request, which is answered itself. */
typedef enum {
	OLD_NOTHING,
	OLD_BOTH,
	OLD_DATA,
} OldContent;

OldContent talk_unwrap_old(const Sent *outer, Sent *inner);

/* The answer to the request chose the active destination, whose data come and go as they are. */
void talk_note_active(const Sent *request);

/* Brings data from the peer's address through the relay, by the drafts. */
void talk_deliver_old(
	const Allocation *allocation, const IcelabEndpoint *from, const uint8_t *bytes, size_t length);
