/* SPDX-License-Identifier: MIT */
#include "talk/peer.h"

/* Everybody answers. */

/* The peer checks back what it is checked by, once, and nominates where the agent cannot. */
static void check_back(const Sent *request)
{
	IcelabWorldSocket *socket = icelab_world_socket_by_number(request->number);
	uint8_t role = talk.agent->controlling_mode ? 0 : 0x10;

	if (socket == NULL || (talk.manners & 8) != 0)
		return;
	if ((talk.manners & 0x80) != 0)
		role ^= 1;
	if ((talk.manners & 0x10) != 0)
		role &= (uint8_t)~0x10;
	talk_send_check(socket, request->relayed, &request->peer, 0, role, 0, 0);
}

void talk_answer_all(void)
{
	/* Answers make requests: those are for the next round. */
	unsigned end = MIN(talk.sent_count, MOST_SENT);

	for (unsigned i = 0; i < end; i++) {
		Sent request = talk.sent[i];
		IcelabScript nothing = {NULL, 0};

		if (request.answered || request.length == 0)
			continue;
		switch (request.party) {
		case PARTY_STUN:
			if ((talk.manners & 1) == 0)
				talk_answer_stun(&talk.sent[i], &nothing);
			break;
		case PARTY_TURN:
			if ((talk.manners & 2) == 0)
				talk_answer_turn(&talk.sent[i], &nothing);
			break;
		case PARTY_PEER:
			if ((talk.manners & 4) != 0 || request.method != ICELAB_STUN_BINDING)
				break;
			talk_answer_peer(&talk.sent[i], &nothing);
			check_back(&request);
			break;
		case PARTY_PROXY:
			break;
		}
	}
}
