/* SPDX-License-Identifier: MIT */
#include "seeds/agent/agent.h"

/* Conversations over TCP, and pseudo-TCP. */

/* Of pseudo-TCP: conversation, sequence, acknowledgement, flags, window, times, options. */
#define SYN_ACK                                                                                    \
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0xf0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 3, 1, 0

static void begin_reliable(void)
{
	script_begin();
	bytes[USE] = CONTROLLING;
	bytes[MODE] = 1;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 10);
}

void seeds_of_streams(void)
{
	script_begin();
	bytes[USE] = CONTROLLING | TCP;
	STEP(STEP_REMOTE, 0, 0, 0, 8, 0, 0, 1); /* passive */
	STEP(STEP_ROUNDS, 10);
	STEP(STEP_STREAM, 0, 0, 0, 0, 0, 4, 'd', 'a', 't', 'a');
	STEP(STEP_ROUNDS, 10);
	STEP(STEP_CONNECTION, 3, 0, 0);
	STEP(STEP_ROUNDS, 3);
	end("active TCP");

	script_begin();
	bytes[USE] = CONTROLLING | TCP;
	bytes[MISC] = 0x40;
	STEP(STEP_REMOTE, 0, 0, 0, 8, 0, 0, 1);
	STEP(STEP_ROUNDS, 4);
	STEP(STEP_CONNECTION, 7, 0, 0);
	STEP(STEP_ROUNDS, 12);
	end("active TCP, connected late");

	/* The connection takes nothing, and then again; the selected pair's sends through the listener.
	 */
	for (uint8_t reliable = 0; reliable < 2; reliable++) {
		script_begin();
		bytes[MODE] = 0x80 | reliable;
		bytes[USE] = NO_UDP | TCP;
		STEP(STEP_REMOTE, 0, 0, 0, 4, 0, 0, 1);
		STEP(STEP_CONNECTION, 0, 0, 3);
		STEP(STEP_CHECK, 0, 3, 0, 0x10, 0, 0);
		STEP(STEP_ROUNDS, 10);
		STEP(STEP_CONNECTION, 5, 0, 0);
		STEP(STEP_SEND, 0, 0, 'h', 'i');
		STEP(STEP_ROUNDS, 4);
		STEP(STEP_CONNECTION, 6, 0, 0);
		STEP(STEP_SEND, 0, 0, 'h', 'i');
		STEP(STEP_ADVANCE, 5);
		end(reliable ? "passive TCP, from another port, reliable"
					 : "passive TCP, from another port");
	}

	/* Checked before its credentials are known, by one who then hangs up. */
	script_begin();
	bytes[USE] = NO_UDP | TCP;
	STEP(STEP_CONNECTION, 0, 0, 0);
	STEP(STEP_CHECK, 0, 0, 0, 0x10, 0, 0);
	STEP(STEP_CONNECTION, 3, 0, 0);
	STEP(STEP_REMOTE, 0, 0, 0, 4, 0, 0, 1);
	STEP(STEP_CONNECTION, 0, 0, 1);
	STEP(STEP_ROUNDS, 10);
	end("passive TCP, hung up early");

	script_begin();
	bytes[USE] = NO_UDP | TCP;
	bytes[MODE] = 1;
	STEP(STEP_REMOTE, 0, 0, 0, 4, 0, 0, 1); /* active */
	STEP(STEP_CONNECTION, 0, 0, 0);
	STEP(STEP_CHECK, 0, 0, 0, 0x10, 0, 0);
	STEP(STEP_ROUNDS, 10);
	STEP(STEP_STREAM, 0, 0, 0, 0, 0, 4, 'd', 'a', 't', 'a', 0, 2, 'x');
	STEP(STEP_STREAM, 0, 0, 0, 0, 'y');
	STEP(STEP_SEND, 0, 0, 'h', 'i');
	STEP(STEP_CONNECTION, 4, 0, 0);
	end("passive TCP, reliable");

	begin_reliable();
	STEP(STEP_DATA, 0, 0, SYN_ACK);
	STEP(STEP_DATA, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 7, 0, 0, 0xf0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
		'd', 'a', 't', 'a');
	STEP(STEP_SEND, 0, 0, 'h', 'i');
	STEP(STEP_SEND, 0, 1, 'h', 'i');
	STEP(STEP_ADVANCE, 3);
	STEP(STEP_CHANGE, 13, 0, 0);
	STEP(STEP_ADVANCE, 5);
	end("pseudo-TCP");

	/* The same with the option that acknowledges FIN, shut down while something comes. */
	begin_reliable();
	STEP(STEP_DATA, 0, 0, SYN_ACK, 254, 1, 0);
	STEP(STEP_SEND, 0, 0, 'h', 'i');
	STEP(STEP_CHANGE, 13, 0, 0);
	STEP(STEP_SEND, 0, 2, 'h', 'i');
	STEP(STEP_DATA, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 7, 0, 0, 0xf0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
		'd', 'a', 't', 'a');
	STEP(STEP_ADVANCE, 3);
	STEP(STEP_DATA, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11, 0, 0, 0, 7, 0, 1, 0xf0, 0, 0, 0, 0, 1, 0, 0, 0,
		0);
	STEP(STEP_ADVANCE, 5);
	end("pseudo-TCP, shut down");

	/* What comes before a pair is selected waits. */
	script_begin();
	bytes[MODE] = 1;
	bytes[MANNERS] = 0x10;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 10);
	STEP(STEP_DATA, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0,
		3, 1, 0);
	STEP(STEP_CHECK, 0, 0, 0, 0x10, 0, 0);
	STEP(STEP_ROUNDS, 4);
	STEP(STEP_SEND, 0, 0, 'h', 'i');
	STEP(STEP_ADVANCE, 4);
	end("pseudo-TCP, early");

	/* Nothing is acknowledged, until all of it is. */
	begin_reliable();
	STEP(STEP_DATA, 0, 0, SYN_ACK);
	for (unsigned i = 0; i < 24; i++)
		STEP(STEP_SEND, 0, 1, 'h', 'i');
	STEP(STEP_DATA, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0xf0, 7, 0, 0, 0xf0, 0, 0, 0, 0, 1, 0, 0, 0,
		0);
	STEP(STEP_ADVANCE, 3);
	STEP(STEP_SEND, 0, 0, 'h', 'i');
	end("pseudo-TCP, all at once");
}
