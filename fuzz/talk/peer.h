/* SPDX-License-Identifier: MIT */
#pragma once

#include "talk/dialect.h"

/* The key and user name between the two sides, in the dialect that is spoken. */
typedef struct {
	Sum sum;
	bool fingerprint;
	char username[600];
	size_t username_length;
	uint8_t key[260];
	size_t key_length;
} TalkSecret;

/* Of a check or an answer between the socket, or its relay, and the peer. `inbound`: of a check
 * from the peer. `which`: 0 for the candidates that these are, else others. */
typedef struct {
	unsigned number;
	bool relayed;
	IcelabEndpoint peer;
	bool inbound;
	uint8_t which;
} TalkPath;

void talk_secret(
	TalkSecret *secret, NiceStream *stream, NiceComponent *component, const TalkPath *path);

/* Which socket a script means, and whether through its relay; NULL: there is none. */
IcelabWorldSocket *talk_choose_socket(uint8_t index, bool *relayed);

void talk_send_check(IcelabWorldSocket *socket, bool relayed, const IcelabEndpoint *from,
	uint8_t flaws, uint8_t role, uint8_t extras, uint8_t which);
