/* SPDX-License-Identifier: MIT */
#include "seeds/agent/agent.h"

/* Conversations of agents whose application does more than connect, and of their servers' names. */

void seeds_of_life(void)
{
	script_begin();
	bytes[USE] = CONTROLLING;
	bytes[TIMING] = 0x08; /* three checks */
	STEP(STEP_REMOTE, 0, 0x70, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 2, 0, 0, 0, 1, 3, 0, 0, 0, 1, 6, 0, 0,
		0, 1, 7, 0, 0, 0, 1, 8, 0, 0, 0, 1, 0x10, 0, 0, 0, 1);
	STEP(STEP_ROUNDS, 12);
	STEP(STEP_ADVANCE, 6);
	STEP(STEP_READ, 0);
	end("more candidates than checks");

	/* A relay's pair beside a host's, both nominated; the other stream's pseudo-TCP ends. */
	script_begin();
	bytes[MODE] = 9;
	bytes[USE] = CONTROLLING;
	bytes[INTERFACES] = 0x85;
	bytes[SHAPE] = ONE_RELAY | TWO_COMPONENTS | TWO_STREAMS;
	bytes[MISC] = 2;
	STEP(STEP_REMOTE, 5, 0, 8, 0, 8, 0x67, 0);
	STEP(STEP_SELECT, 0x7f, 0, 0, 0, 4, 0, 0);
	STEP(STEP_ROUNDS, 0x14);
	STEP(STEP_CHANGE, 13, 0, 0);
	STEP(STEP_ROUNDS, 0x14);
	STEP(STEP_ADVANCE, 4);
	STEP(STEP_ROUNDS, 0x14);
	end("nominated by relay and host");

	/* The relay's NAT maps anew, nobody nominates, and its connection takes nothing more. */
	script_begin();
	bytes[MODE] = 2;
	bytes[SHAPE] = ONE_RELAY;
	bytes[RELAY_TYPES] = 1;
	bytes[MANNERS] = 0x50;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 8);
	STEP(STEP_CONNECTION, 5, 0, 0);
	STEP(STEP_ROUNDS, 4);
	STEP(STEP_ADVANCE, 5);
	end("relay over TCP beside a host, both mapped anew");

	/* The STUN server's answer comes from another port first. */
	script_begin();
	bytes[USE] = CONTROLLING | STUN_SERVER;
	STEP(STEP_ANSWER_STUN, 0, 0, 0x20, 5);
	STEP(STEP_ADVANCE, 0);
	STEP(STEP_READ, 0);
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 10);
	STEP(STEP_READ, 0);
	end("STUN server, another port");

	/* Failed while a nomination waits for its answer, then something new is learnt. */
	script_begin();
	bytes[MODE] = 2;
	bytes[USE] = CONTROLLING | STUN_SERVER;
	bytes[SHAPE] = TWO_COMPONENTS | TWO_STREAMS;
	bytes[MANNERS] = 0x40;
	STEP(STEP_REMOTE, 1, 0x10, 1, 0, 3, 0, 0, 3, 0, 0, 0, 0x82);
	STEP(STEP_ROUNDS, 3);
	STEP(STEP_ADVANCE, 6);
	STEP(STEP_REMOTE_SDP, 4, 0, 0x80, 0, 0xb5);
	STEP(STEP_ROUNDS, 0x14);
	end("failed, answered late");

	/* Each better than those before. */
	script_begin();
	bytes[MODE] = 2;
	bytes[USE] = CONTROLLING | STUN_SERVER;
	bytes[INTERFACES] = 0xff;
	bytes[SHAPE] = TWO_COMPONENTS | TWO_STREAMS;
	bytes[NAMES] = 1;
	for (unsigned i = 0; i < 3; i++) {
		static const uint8_t peers[] = {0, 2, 3};
		unsigned count = i == 2 ? 2 : 16;
		uint8_t many[2 + 5 * 16] = {0, (uint8_t)((count - 1) << 4)};

		for (unsigned j = 0; j < count; j++) {
			uint8_t *one = many + 2 + 5 * j;

			one[0] = (uint8_t)(j << 4 | peers[i]);
			one[2] = (uint8_t)(4 * (i + 1));
			one[3] = (uint8_t)j;
			one[4] = (uint8_t)(16 * i + j);
		}
		text(STEP_REMOTE, many, 2 + 5 * count, "");
		STEP(STEP_ADVANCE, 2);
	}
	end("candidates that get better");

	script_begin();
	bytes[USE] = CONTROLLING | STUN_SERVER;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 8);
	STEP(STEP_RESTART, 0);
	STEP(STEP_REMOTE, 0, 1, 1, 0, 0, 0, 1);
	STEP(STEP_ROUNDS, 12);
	STEP(STEP_STREAMS, 0);
	STEP(STEP_ROUNDS, 3);
	end("restart, then removal");

	script_begin();
	bytes[SHAPE] = TWO_STREAMS;
	bytes[USE] = STUN_SERVER;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_CHANGE, 2, 0, 0);
	STEP(STEP_CHECK, 0, 0, 0, 0x10, 0, 0);
	STEP(STEP_ROUNDS, 6);
	STEP(STEP_ANSWER_PEER, 0, 5, 0, 3);
	STEP(STEP_STREAMS, 4);
	STEP(STEP_STREAMS, 1);
	STEP(STEP_ROUNDS, 6);
	end("consent revoked by either side, streams come and go");

	script_begin();
	bytes[SHAPE] = TWO_STREAMS | TWO_COMPONENTS;
	bytes[MODE] = 8;
	{
		static const uint8_t whole[] = {0, 0, 1, 0, 0, 0x10, 1};

		text(STEP_REMOTE_SDP, whole, sizeof(whole), "");
		STEP(STEP_ROUNDS, 8);
		STEP(STEP_CHANGE, 3, 0, 0);
		STEP(STEP_REMOTE_SDP, 0, 0x20, 1, 0, 0, 0, 1);
		STEP(STEP_REMOTE_SDP, 0, 0x80, 0, 0, 1);
		STEP(STEP_SELECT, 0, 0, 2, 0, 0, 0, 3);
		STEP(STEP_SELECT, 0, 1, 0);
		STEP(STEP_ROUNDS, 8);
		STEP(STEP_DATA, 0, 2, 'd', 'a', 't', 'a');
		STEP(STEP_READ, 0);
		end("trickled descriptions, selection by hand");
	}

	script_begin();
	bytes[MODE] = 4;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_CHECK, 0, 0, 0, 0x10, 0, 0);
	STEP(STEP_ROUNDS, 6);
	STEP(STEP_READ, 0);
	end("lite");

	script_begin();
	bytes[USE] = CONTROLLING | MODE3 | STUN_SERVER;
	bytes[INTERFACES] = 0x07;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 10);
	STEP(STEP_READ, 0);
	end("mode 3");

	script_begin();
	bytes[USE] = STUN_SERVER;
	bytes[NAMES] = 0x30;
	bytes[SHAPE] = ONE_RELAY;
	bytes[MISC] = 0x10;
	STEP(STEP_ROUNDS, 1);
	STEP(STEP_RESOLVE, 0x07);
	STEP(STEP_RESOLVE, 0);
	STEP(STEP_ROUNDS, 10);
	end("names");

	for (unsigned i = 0; i < 3; i++) {
		static const char *const names[] = {
			"names that IPv6 has", "names that both have", "names that nobody has"};
		static const uint8_t answers[] = {0x05, 0x12, 0};

		script_begin();
		bytes[USE] = STUN_SERVER;
		bytes[NAMES] = 0x30;
		bytes[SHAPE] = ONE_RELAY;
		bytes[MISC] = 0x10;
		STEP(STEP_ADVANCE, 0);
		STEP(STEP_RESOLVE, answers[i]);
		STEP(STEP_RESOLVE, answers[i]);
		STEP(STEP_ROUNDS, 10);
		STEP(STEP_READ, 0);
		end(names[i]);
	}

	script_begin();
	bytes[MANNERS] = 4 | 8;
	bytes[USE] = CONTROLLING;
	bytes[TIMING] = 0x40;
	STEP(STEP_REMOTE, 0, 0x20, 0, 0, 0, 0, 1, 2, 0, 0, 0, 2, 3, 0, 0, 0, 3);
	STEP(STEP_ADVANCE, 4);
	STEP(STEP_ADVANCE, 4);
	STEP(STEP_READ, 0);
	end("silent peer, to failed");

	script_begin();
	bytes[USE] = CONTROLLING | STUN_SERVER;
	STEP(STEP_ANSWER_STUN, 0, 4, 0, 1);
	STEP(STEP_ADVANCE, 0);
	STEP(STEP_ANSWER_STUN, 0, 1, 0x10, 0);
	STEP(STEP_ANSWER_STUN, 0, 0, 0, 0);
	STEP(STEP_ANSWER_STUN, 0, 5, 0, 1);
	STEP(STEP_ADVANCE, 3);
	STEP(STEP_READ, 0);
	end("alternate STUN server");
}
