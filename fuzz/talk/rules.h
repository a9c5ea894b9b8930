/* SPDX-License-Identifier: MIT */
#pragma once

#include "talk/talk.h"

#define ATTRIBUTE_USE_CANDIDATE 0x0025 /* RFC 8445 16.1 */

/* What a message that the agent sends must be. `first`: not sent again. */

bool rule_integrity(const IcelabStunMessage *message, const Credentials *credentials);
void rule_check(const Sent *sent, const IcelabStunMessage *message, bool first);
void rule_answer(const Sent *sent, const IcelabStunMessage *message);
void rule_turn_request(const Sent *sent, const IcelabStunMessage *message);
void rule_consent(const Sent *sent);
void rule_keepalive(const Sent *sent);
