/* SPDX-License-Identifier: MIT */
#include "seeds/agent/agent.h"

/* Conversations through a relay. */

/* Until a relay is refreshed, after a quarter of a minute. */
static void begin_refresh(void)
{
	script_begin();
	bytes[USE] = CONTROLLING;
	bytes[SHAPE] = ONE_RELAY;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ANSWER_TURN, 0, 1, 0, 0);
	STEP(STEP_ADVANCE, 0);
	STEP(STEP_ANSWER_TURN, 0, 0, 0, 0, 5);
	STEP(STEP_ADVANCE, 4);
	STEP(STEP_ADVANCE, 4);
	STEP(STEP_ADVANCE, 4);
}

void seeds_of_relays(void)
{
	script_begin();
	bytes[USE] = CONTROLLING;
	bytes[SHAPE] = ONE_RELAY;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 16);
	STEP(STEP_DATA, 0x80, 0, 'd', 'a', 't', 'a');
	STEP(STEP_RELAY_FRAME, 0, 0, 0, 0, 0, 'c', 'h', 'a', 'n');
	STEP(STEP_RELAY_FRAME, 0, 1, 0, 0, 0, 'i', 'n', 'd', 'i');
	STEP(STEP_SEND, 0, 0, 'h', 'i');
	STEP(STEP_ADVANCE, 7);
	STEP(STEP_ROUNDS, 4);
	STEP(STEP_ADVANCE, 8);
	STEP(STEP_READ, 0);
	end("a relay beside a host candidate");

	script_begin();
	bytes[USE] = CONTROLLING | FORCE_RELAY;
	bytes[SHAPE] = ONE_RELAY;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 20);
	STEP(STEP_DATA, 0x80, 0, 'd', 'a', 't', 'a');
	STEP(STEP_SEND, 0, 0, 'h', 'i');
	STEP(STEP_CHECK, 0x80, 1, 0, 0, 0, 0);
	STEP(STEP_RELAY_FRAME, 0, 0, 0, 0, 0, 'c', 'h', 'a', 'n');
	STEP(STEP_ADVANCE, 7);
	STEP(STEP_ROUNDS, 4);
	STEP(STEP_ADVANCE, 7);
	STEP(STEP_ROUNDS, 4);
	STEP(STEP_READ, 0);
	end("relay alone, to ready and beyond");

	script_begin();
	bytes[USE] = FORCE_RELAY;
	bytes[SHAPE] = ONE_RELAY;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ANSWER_TURN, 0, 1, 0, 0);
	STEP(STEP_ADVANCE, 0);
	STEP(STEP_ANSWER_TURN, 0, 2, 0, 0);
	STEP(STEP_ADVANCE, 0);
	STEP(STEP_ANSWER_TURN, 0, 0, 0, 0, 3);
	STEP(STEP_ROUNDS, 10);
	STEP(STEP_CHECK, 0x80, 0, 0, 0x10, 0, 0);
	STEP(STEP_ROUNDS, 10);
	STEP(STEP_ADVANCE, 8);
	STEP(STEP_ANSWER_TURN, 0, 2, 0, 0);
	STEP(STEP_ANSWER_TURN, 0, 0, 0, 0, 2);
	STEP(STEP_ADVANCE, 8);
	STEP(STEP_ANSWER_TURN, 0, 4, 0, 3);
	STEP(STEP_CHANGE, 0, 0, 0);
	STEP(STEP_ROUNDS, 4);
	end("challenges, refresh, stale nonce, mismatch");

	script_begin();
	bytes[USE] = CONTROLLING;
	bytes[SHAPE] = ONE_RELAY;
	STEP(STEP_ANSWER_TURN, 0, 1, 0, 0);
	STEP(STEP_ADVANCE, 0);
	STEP(STEP_ANSWER_TURN, 0, 0, 0, 0, 5);
	STEP(STEP_ADVANCE, 6);
	STEP(STEP_ANSWER_TURN, 0, 0, 0, 0, 5);
	STEP(STEP_ADVANCE, 6);
	STEP(STEP_READ, 0);
	end("a relay for half a minute");

	begin_refresh();
	STEP(STEP_ANSWER_TURN, 0, 2, 0, 0);
	STEP(STEP_ADVANCE, 2);
	STEP(STEP_ANSWER_TURN, 0, 0, 0, 0, 5);
	STEP(STEP_ADVANCE, 4);
	STEP(STEP_READ, 0);
	end("a stale nonce while a relay is refreshed");

	script_begin();
	bytes[MODE] = 0x10;
	bytes[SHAPE] = ONE_RELAY;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 20);
	STEP(STEP_ADVANCE, 8);
	STEP(STEP_ROUNDS, 4);
	STEP(STEP_CHANGE, 0, 0, 0);
	STEP(STEP_ROUNDS, 4);
	STEP(STEP_READ, 0);
	end("a relay with renomination");

	/* What a server may say to a Refresh. */
	for (unsigned i = 0; i < 3; i++) {
		static const char *const names[] = {
			"refresh refused, 401", "refresh refused, 400", "refresh refused, with a realm"};
		static const uint8_t kinds[] = {1, 4, 4}, which[] = {0, 0, 0x83};

		begin_refresh();
		STEP(STEP_ANSWER_TURN, 0, kinds[i], 0, which[i]);
		STEP(STEP_ADVANCE, 4);
		STEP(STEP_READ, 0);
		end(names[i]);
	}

	script_begin();
	bytes[USE] = CONTROLLING;
	bytes[SHAPE] = ONE_RELAY;
	bytes[RELAY_TYPES] = 1;
	bytes[MISC] = 0x40;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 4);
	STEP(STEP_CONNECTION, 7, 0, 0);
	STEP(STEP_ROUNDS, 12);
	end("relay over TCP, connected late");

	script_begin();
	bytes[USE] = CONTROLLING;
	bytes[SHAPE] = TWO_RELAYS | TWO_COMPONENTS;
	STEP(STEP_ANSWER_TURN, 0, 3, 0, 0);
	STEP(STEP_ROUNDS, 8);
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 16);
	STEP(STEP_CHANGE, 1, 0, 1);
	STEP(STEP_ROUNDS, 8);
	STEP(STEP_STREAMS, 0);
	STEP(STEP_ROUNDS, 8);
	end("alternate TURN server, a relay added later");

	for (unsigned i = 0; i < 4; i++) {
		static const char *const names[] = {"relay over TCP", "relay over TCP, SOCKS5",
			"relay over TCP, HTTP", "relay over TCP, in pieces"};
		static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";

		script_begin();
		bytes[USE] = CONTROLLING | FORCE_RELAY;
		bytes[SHAPE] = ONE_RELAY;
		bytes[RELAY_TYPES] = 1;
		bytes[PROXY] = i == 1 ? 1 | 4 : i == 2 ? 2 | 4 | 8 : 0;
		STEP(STEP_REMOTE, REMOTE_ONE);
		if (i == 1) {
			STEP(STEP_STREAM, 0, 0, 0, 0, 5, 2);
			STEP(STEP_STREAM, 0, 0, 0, 0, 1, 0);
			STEP(STEP_STREAM, 0, 0, 0, 0, 5, 0, 0, 1, 192, 0, 2, 78, 13, 150);
		} else if (i == 2) {
			static const uint8_t first[] = {0, 0, 0, 0};

			text(STEP_STREAM, first, sizeof(first), reply);
		} else if (i == 3) {
			STEP(STEP_STREAM, 0, 0, 0, 3);
		}
		STEP(STEP_ROUNDS, 20);
		STEP(STEP_DATA, 0x80, 0, 'd', 'a', 't', 'a');
		STEP(STEP_SEND, 0, 0, 'h', 'i');
		STEP(STEP_ADVANCE, 7);
		STEP(STEP_ROUNDS, 4);
		STEP(STEP_CONNECTION, 4, 0, 0);
		end(names[i]);
	}
}

void seeds_of_alternates(void)
{
	/* RFC 8489 10: a 300 names the other server. */
	script_begin();
	bytes[USE] = CONTROLLING;
	bytes[SHAPE] = ONE_RELAY;
	STEP(STEP_ANSWER_TURN, 0, 3, 0, 0x40);
	STEP(STEP_ROUNDS, 4);
	end("300 without ALTERNATE-SERVER");

	for (uint8_t dialect = 4; dialect < 6; dialect++) {
		script_begin();
		bytes[DIALECT] = dialect;
		bytes[USE] = CONTROLLING;
		bytes[SHAPE] = ONE_RELAY | TWO_COMPONENTS;
		STEP(STEP_REMOTE, REMOTE_ONE);
		STEP(STEP_ANSWER_TURN, 0, 3, 0, 0x40);
		STEP(STEP_ROUNDS, 12);
		end(dialect == 4 ? "dialect OC2007, MS-ALTERNATE-SERVER"
						 : "dialect OC2007R2, MS-ALTERNATE-SERVER");

		script_begin();
		bytes[DIALECT] = dialect;
		bytes[USE] = CONTROLLING;
		bytes[SHAPE] = ONE_RELAY;
		bytes[RELAY_TYPES] = 0;
		STEP(STEP_REMOTE, REMOTE_ONE);
		STEP(STEP_ANSWER_TURN, 0, 1, 0, 0, 1);
		STEP(STEP_ADVANCE, 0);
		STEP(STEP_ANSWER_TURN, 0, 1, 0, 0, 3);
		STEP(STEP_ROUNDS, 12);
		end(dialect == 4 ? "dialect OC2007, challenged and sent elsewhere"
						 : "dialect OC2007R2, challenged and sent elsewhere");
	}
}
