/* SPDX-License-Identifier: MIT */
#include "seeds/agent/agent.h"

/* Conversations of checks: nominated, refused, kept alive or not. */

void seeds_of_plain(void)
{
	script_begin();
	bytes[USE] = CONTROLLING | STUN_SERVER;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 10);
	STEP(STEP_READ, 0);
	STEP(STEP_DATA, 0, 0, 'd', 'a', 't', 'a');
	STEP(STEP_SEND, 0, 0, 'h', 'i');
	STEP(STEP_ADVANCE, 5);
	end("controlling aggressive to ready");

	script_begin();
	bytes[USE] = STUN_SERVER;
	STEP(STEP_ROUNDS, 4);
	STEP(STEP_CHECK, 0, 0, 0, 0x10, 0, 0);
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 12);
	STEP(STEP_DATA, 0, 0, 'd', 'a', 't', 'a');
	STEP(STEP_READ, 0);
	end("controlled, an early check, to ready");

	script_begin();
	bytes[MANNERS] = 0x10;
	STEP(STEP_CHECK, 0, 0, 0, 0x10, 0, 0);
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 23);
	STEP(STEP_ROUNDS, 23);
	STEP(STEP_ROUNDS, 23);
	end("controlled, nominated by an early check alone");

	script_begin();
	bytes[MODE] = 2;
	bytes[USE] = CONTROLLING | STUN_SERVER;
	bytes[SHAPE] = ONE_RELAY;
	bytes[MANNERS] = 4;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 6);
	STEP(STEP_ANSWER_PEER, 0, 1, 0, 0);
	STEP(STEP_ROUNDS, 2);
	STEP(STEP_ADVANCE, 4);
	STEP(STEP_ADVANCE, 4);
	STEP(STEP_READ, 0);
	end("regular nomination, found through a relay, fails");

	script_begin();
	bytes[MODE] = 2;
	bytes[USE] = CONTROLLING | STUN_SERVER;
	bytes[SHAPE] = TWO_COMPONENTS | TWO_STREAMS;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_REMOTE, 0x10, 0, 1, 0, 0, 0, 1);
	STEP(STEP_REMOTE, 1, 0x10, 2, 0, 0, 0, 1, 3, 0, 0, 0, 2);
	STEP(STEP_REMOTE, 0x11, 0, 8, 1, 0, 0, 3);
	STEP(STEP_ROUNDS, 23);
	STEP(STEP_ROUNDS, 23);
	STEP(STEP_READ, 0);
	end("regular nomination, two components, two streams");

	script_begin();
	bytes[MODE] = 0x20 | 0x10;
	bytes[USE] = CONTROLLING;
	bytes[INTERFACES] = 0x0f;
	STEP(STEP_REMOTE, 0, 0x30, 0, 0, 0, 0, 1, 1, 1, 0, 0, 2, 4, 0, 0, 0, 3, 5, 0, 0, 0, 4);
	STEP(STEP_ROUNDS, 20);
	STEP(STEP_ADVANCE, 4);
	STEP(STEP_ROUNDS, 5, 3);
	STEP(STEP_SEND, 0, 0, 'h', 'i');
	STEP(STEP_ADVANCE, 6);
	STEP(STEP_SEND, 0, 0, 'h', 'i');
	STEP(STEP_READ, 0);
	end("consent freshness, lost, four interfaces");

	script_begin();
	bytes[MODE] = 0x20;
	bytes[USE] = CONTROLLING | STUN_SERVER;
	bytes[MISC] = 2;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 12);
	STEP(STEP_SEND, 0, 0, 'h', 'i');
	STEP(STEP_CHANGE, 2, 0, 0);
	STEP(STEP_CHECK, 0, 0, 0, 0, 0, 0);
	STEP(STEP_ADVANCE, 6);
	STEP(STEP_SEND, 0, 0, 'h', 'i');
	STEP(STEP_READ, 0);
	end("consent withdrawn, without a NAT");

	script_begin();
	bytes[MANNERS] = 0x40 | 0x80;
	bytes[MISC] = 4;
	bytes[USE] = CONTROLLING;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_CHECK, 0, 0, 0, 0x15, 0, 0);
	STEP(STEP_ROUNDS, 10);
	STEP(STEP_ANSWER_PEER, 0, 4, 0, 0);
	STEP(STEP_ROUNDS, 10);
	STEP(STEP_READ, 0);
	end("role conflicts and peer-reflexive candidates");

	script_begin();
	bytes[USE] = 0;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_CHECK, 0, 2, 0, 0x10, 0, 0);
	STEP(STEP_CHECK, 0, 2, 1, 0x10, 0, 0);
	STEP(STEP_CHECK, 0, 3, 2, 0x10, 0, 0);
	STEP(STEP_CHECK, 0, 3, 4, 0x10, 0, 0);
	STEP(STEP_CHECK, 0, 3, 0, 0x10, 1, 0);
	STEP(STEP_CHECK, 0, 3, 0, 0x10, 0x40, 0);
	STEP(STEP_ANSWER_PEER, 0, 0, 1, 0);
	STEP(STEP_ANSWER_PEER, 0, 0, 0x20, 0);
	STEP(STEP_ANSWER_PEER, 0, 0, 0x10, 0);
	STEP(STEP_ROUNDS, 12);
	STEP(STEP_DATA, 0, 8, 'd', 'a', 't', 'a');
	STEP(STEP_REPLAY, 0, 0);
	STEP(STEP_REPLAY, 1, 1, 2);
	end("wrong credentials, wrong sources, replays");
}

void seeds_of_refused(void)
{
	script_begin();
	bytes[MODE] = 0x20;
	bytes[USE] = CONTROLLING;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ADVANCE, 2);
	STEP(STEP_ANSWER_PEER, 0, 5, 0, 4);
	STEP(STEP_ADVANCE, 2);
	STEP(STEP_ANSWER_PEER, 0, 5, 0, 1);
	STEP(STEP_ROUNDS, 6);
	end("consent freshness, checks refused before a pair is selected");

	for (unsigned i = 0; i < 7; i++) {
		static const char *const names[] = {"answer with a wrong integrity",
			"answer without an integrity", "answer with a wrong fingerprint",
			"answer without a fingerprint", "answer to another transaction",
			"answer from another candidate", "answer with an unknown attribute"};

		script_begin();
		bytes[USE] = CONTROLLING;
		STEP(STEP_REMOTE, REMOTE_ONE);
		STEP(STEP_REMOTE, 0, 0, 1, 0, 0, 0, 1);
		STEP(STEP_ADVANCE, 0);
		STEP(STEP_ANSWER_PEER, 0, 0, (uint8_t)(1u << i), 8);
		STEP(STEP_ROUNDS, 6);
		end(names[i]);
	}
}

/* What is said of checks that a pair's life hangs on. */
void seeds_of_consent(void)
{
	script_begin();
	bytes[MODE] = 0x20;
	bytes[USE] = CONTROLLING;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 12);
	STEP(STEP_ADVANCE, 4);
	STEP(STEP_ANSWER_PEER, 0, 5, 0, 3);
	STEP(STEP_ADVANCE, 4);
	STEP(STEP_READ, 0);
	end("consent freshness, revoked");

	script_begin();
	bytes[USE] = CONTROLLING;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ADVANCE, 0);
	STEP(STEP_ANSWER_PEER, 0, 3, 0, 0);
	STEP(STEP_ROUNDS, 6);
	STEP(STEP_READ, 0);
	end("answer without a mapped address");

	script_begin();
	bytes[MODE] = 0x10;
	bytes[INTERFACES] = 0x05;
	bytes[MISC] = 4;
	STEP(STEP_REMOTE, 0, 0x10, 0, 0, 0, 0, 1, 1, 0, 0, 0, 2);
	STEP(STEP_ROUNDS, 20);
	STEP(STEP_CHECK, 1, 1, 0, 0x20, 0, 0);
	STEP(STEP_ROUNDS, 10);
	STEP(STEP_CHECK, 0, 0, 0, 0x20, 0, 0);
	STEP(STEP_CHECK, 0, 0, 0, 0x20, 8, 0);
	STEP(STEP_READ, 0);
	end("nominated anew");

	/* One whose valid pairs become more than are kept. */
	script_begin();
	bytes[MANNERS] = 0x10;
	bytes[TIMING] = 1;
	for (unsigned i = 0; i < 4; i++) {
		uint8_t many[2 + 5 * 16] = {0, 0xf0};

		for (unsigned j = 0; j < 16; j++) {
			many[2 + 5 * j] = (uint8_t)(j << 4 | i);
			many[6 + 5 * j] = (uint8_t)(i + 1);
		}
		text(STEP_REMOTE, many, sizeof(many), "");
		STEP(STEP_ROUNDS, 23, 0);
	}
	end("a peer of many addresses");

	/* Nobody answers what asks for consent. */
	script_begin();
	bytes[MODE] = 0x80;
	bytes[USE] = CONTROLLING;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 12);
	STEP(STEP_ADVANCE, 8);
	STEP(STEP_ADVANCE, 8);
	STEP(STEP_REMOTE, 0, 8, 1, 0, 0, 0, 1);
	STEP(STEP_ROUNDS, 4);
	end("keepalive checks that nobody answers");

	script_begin();
	bytes[DIALECT] = 3;
	bytes[MANNERS] = 8;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 10);
	STEP(STEP_CHECK, 0, 0, 0, 1, 0, 0);
	STEP(STEP_ROUNDS, 10);
	end("dialect WLM2009, role conflict");
}
