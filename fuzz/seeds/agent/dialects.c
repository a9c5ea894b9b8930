/* SPDX-License-Identifier: MIT */
#include "seeds/agent/agent.h"

/* Conversations in the dialects before RFC 5245. */

void seeds_of_dialects(void)
{
	static const char *const names[] = {"", "dialect GOOGLE", "dialect MSN", "dialect WLM2009",
		"dialect OC2007", "dialect OC2007R2"};

	for (uint8_t dialect = 1; dialect < 6; dialect++) {
		script_begin();
		bytes[DIALECT] = dialect;
		bytes[USE] = CONTROLLING | STUN_SERVER;
		bytes[SHAPE] = ONE_RELAY;
		STEP(STEP_REMOTE, REMOTE_ONE);
		STEP(STEP_ROUNDS, 12);
		STEP(STEP_CHECK, 0, 0, 0, 0x10, 0, 0);
		STEP(STEP_CHECK, 0, 1, 0, 0, 0, 0);
		STEP(STEP_DATA, 0x80, 0, 'd', 'a', 't', 'a');
		STEP(STEP_SEND, 0, 0, 'h', 'i');
		STEP(STEP_ROUNDS, 10);
		STEP(STEP_ADVANCE, 5);
		STEP(STEP_ADVANCE, 8);
		STEP(STEP_READ, 0);
		end(names[dialect]);
	}
	for (uint8_t dialect = 0; dialect < 6; dialect++) {
		script_begin();
		bytes[DIALECT] = dialect;
		bytes[USE] = CONTROLLING | FORCE_RELAY;
		bytes[SHAPE] = ONE_RELAY;
		bytes[MISC] = 4;
		STEP(STEP_REMOTE, REMOTE_ONE);
		STEP(STEP_ROUNDS, 20);
		STEP(STEP_SEND, 0, 0, 'h', 'i');
		STEP(STEP_CHECK, 0x80, 0, 0, 0x10, 0, 0);
		STEP(STEP_ROUNDS, 10);
		STEP(STEP_DATA, 0x80, 0, 'd', 'a', 't', 'a');
		STEP(STEP_SEND, 0, 2, 'h', 'i');
		/* To the refresh, which is answered, and to the next, which comes too late. */
		STEP(STEP_ADVANCE, 7);
		STEP(STEP_ROUNDS, 4);
		for (unsigned i = 0; i < 4; i++)
			STEP(STEP_ADVANCE, 6);
		STEP(STEP_ROUNDS, 4);
		STEP(STEP_ADVANCE, 7);
		STEP(STEP_ROUNDS, 4);
		STEP(STEP_ADVANCE, 8);
		STEP(STEP_READ, 0);
		{
			static const char *const relayed[] = {"dialect RFC5245 relayed, logged",
				"dialect GOOGLE relayed, logged", "dialect MSN relayed, logged",
				"dialect WLM2009 relayed, logged", "dialect OC2007 relayed, logged",
				"dialect OC2007R2 relayed, logged"};

			end(relayed[dialect]);
		}
	}
	for (uint8_t dialect = 1; dialect < 6; dialect += 3) {
		script_begin();
		bytes[DIALECT] = dialect;
		bytes[USE] = CONTROLLING | TCP;
		bytes[SHAPE] = ONE_RELAY;
		bytes[RELAY_TYPES] = 2;
		STEP(STEP_REMOTE, REMOTE_ONE);
		STEP(STEP_ROUNDS, 12);
		STEP(STEP_CHECK, 0x80, 0, 0, 0x10, 0, 0);
		STEP(STEP_DATA, 0x80, 0, 'd', 'a', 't', 'a');
		STEP(STEP_SEND, 0, 0, 'h', 'i');
		STEP(STEP_ADVANCE, 7);
		end(dialect == 1 ? "dialect GOOGLE over pseudo-SSL" : "dialect OC2007 over pseudo-SSL");
	}
	script_begin();
	bytes[DIALECT] = 4;
	bytes[USE] = CONTROLLING | TCP;
	bytes[SHAPE] = ONE_RELAY;
	bytes[RELAY_TYPES] = 2;
	STEP(STEP_REMOTE, 0, 0, 0, 0x0b, 0, 0x40, 4);
	STEP(STEP_ROUNDS, 4);
	STEP(STEP_REMOTE, 0, 0, 1);
	STEP(STEP_ROUNDS, 16);
	end("dialect OC2007, ICE-TCP and UDP");

	script_begin();
	bytes[DIALECT] = 4;
	bytes[USE] = CONTROLLING | TCP;
	STEP(STEP_REMOTE, 0, 0, 0, 0x0b, 0, 0x40, 4);
	STEP(STEP_ROUNDS, 5);
	STEP(STEP_CHECK, 0, 11, 0, 0x10, 0, 0);
	end("dialect OC2007, ICE-TCP, checked from an unknown address");

	/* Connected while a silent relay keeps it gathering. */
	script_begin();
	bytes[DIALECT] = 5;
	bytes[USE] = CONTROLLING | STUN_SERVER;
	bytes[SHAPE] = ONE_RELAY;
	bytes[MANNERS] = 2;
	STEP(STEP_ADVANCE, 0);
	STEP(STEP_ADVANCE, 0);
	STEP(STEP_ANSWER_STUN, 0, 0, 0, 0);
	STEP(STEP_ADVANCE, 0);
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ADVANCE, 0);
	STEP(STEP_ANSWER_PEER, 0, 1, 0, 2);
	STEP(STEP_ROUNDS, 6);
	STEP(STEP_ADVANCE, 5);
	STEP(STEP_ADVANCE, 5);
	STEP(STEP_ADVANCE, 6);
	end("dialect OC2007R2, connected while it gathers");
}

/* [MS-TURN]: what is allocated over TCP is TCP towards the peer, where there is ICE-TCP. */
void seeds_of_ms_streams(void)
{
	static const char *const names[] = {"dialect OC2007 relayed over TCP",
		"dialect OC2007 relayed over pseudo-SSL", "dialect OC2007R2 relayed over TCP",
		"dialect OC2007R2 relayed over pseudo-SSL"};

	for (uint8_t i = 0; i < 4; i++) {
		script_begin();
		bytes[DIALECT] = (uint8_t)(4 + i / 2);
		bytes[USE] = CONTROLLING | FORCE_RELAY | TCP;
		bytes[SHAPE] = ONE_RELAY;
		bytes[RELAY_TYPES] = (uint8_t)(1 + i % 2);
		STEP(STEP_REMOTE, 0, 0, 0, 8, 0, 0, 1);
		STEP(STEP_ROUNDS, 20);
		STEP(STEP_SEND, 0, 0, 'h', 'i');
		STEP(STEP_CHECK, 0x80, 0, 0, 0x10, 0, 0);
		STEP(STEP_DATA, 0x80, 0, 'd', 'a', 't', 'a');
		STEP(STEP_DATA, 0x80, 2, 'd', 'a', 't', 'a');
		/* One frame and a half. */
		STEP(STEP_RELAY_FRAME, 0, 0, 0, 0, 0, 0, 4, 'd', 'a', 't', 'a', 0, 4, 'd', 'a');
		STEP(STEP_RELAY_FRAME, 0, 0, 0, 0, 0, 't', 'a');
		STEP(STEP_RELAY_FRAME, 0, 1, 0, 0, 0, 0, 2, 'd', 'a', 0, 2, 't', 'a');
		STEP(STEP_ROUNDS, 10);
		STEP(STEP_ADVANCE, 8);
		STEP(STEP_READ, 0);
		end(names[i]);
	}
	/* A relay at its server's own address: the mapped address is believed then. */
	script_begin();
	bytes[DIALECT] = 5;
	bytes[USE] = CONTROLLING | TCP;
	bytes[SHAPE] = ONE_RELAY;
	bytes[RELAY_TYPES] = 1;
	STEP(STEP_ROUNDS, 0);
	STEP(STEP_ANSWER_TURN, 0, 1);
	STEP(STEP_ADVANCE, 0);
	STEP(STEP_ANSWER_TURN, 0, 0, 0, 1);
	STEP(STEP_REMOTE, 0, 0, 0, 8, 0, 0, 1);
	STEP(STEP_ROUNDS, 20);
	STEP(STEP_READ, 0);
	end("dialect OC2007R2, a relay at its server over TCP");
}
