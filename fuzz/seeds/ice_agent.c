/* SPDX-License-Identifier: MIT */
/* Seeds of ice_agent: one conversation of each kind, from beginning to end. */
#include <string.h>

#include "seeds/script_seed.h"
#include "seeds/seed.h"
#include "talk/header.h"

static void text(uint8_t step, const uint8_t *first, size_t count, const char *rest)
{
	size_t rest_length = strlen(rest);

	bytes[length++] = step;
	bytes[length++] = (uint8_t)(count + rest_length);
	memcpy(bytes + length, first, count);
	memcpy(bytes + length + count, rest, rest_length);
	length += count + rest_length;
}

static void end(const char *name)
{
	seed_write(name, bytes, length);
}

#define CONTROLLING 1
#define FORCE_RELAY 2
#define NO_UDP 4
#define TCP 8
#define MODE3 16
#define STUN_SERVER 0x40
#define ONE_RELAY (1 << 3)
#define TWO_RELAYS (2 << 3)
#define TWO_COMPONENTS 2
#define TWO_STREAMS 1
#define REMOTE_ONE 0, 0, 0, 0, 0, 0, 1 /* stream and component, credentials, one host candidate */

static void plain(void)
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

static void refused(void)
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
static void consent(void)
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

static void life(void)
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

static void relays(void)
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

	/* Refreshed after a quarter of a minute, with a nonce that is stale by then. */
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

static void streams(void)
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

	script_begin();
	bytes[USE] = CONTROLLING;
	bytes[MODE] = 1;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 10);
	/* SYN-ACK of pseudo-TCP: conversation, sequence, acknowledgement, flags, window, times */
	STEP(STEP_DATA, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0xf0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
		0, 3, 1, 0);
	STEP(STEP_DATA, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 7, 0, 0, 0xf0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
		'd', 'a', 't', 'a');
	STEP(STEP_SEND, 0, 0, 'h', 'i');
	STEP(STEP_SEND, 0, 1, 'h', 'i');
	STEP(STEP_ADVANCE, 3);
	STEP(STEP_CHANGE, 13, 0, 0);
	STEP(STEP_ADVANCE, 5);
	end("pseudo-TCP");

	/* The same with the option that acknowledges FIN, shut down while something comes. */
	script_begin();
	bytes[USE] = CONTROLLING;
	bytes[MODE] = 1;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 10);
	STEP(STEP_DATA, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0xf0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
		0, 3, 1, 0, 254, 1, 0);
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
	script_begin();
	bytes[USE] = CONTROLLING;
	bytes[MODE] = 1;
	STEP(STEP_REMOTE, REMOTE_ONE);
	STEP(STEP_ROUNDS, 10);
	STEP(STEP_DATA, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0xf0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
		0, 3, 1, 0);
	for (unsigned i = 0; i < 24; i++)
		STEP(STEP_SEND, 0, 1, 'h', 'i');
	STEP(STEP_DATA, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0xf0, 7, 0, 0, 0xf0, 0, 0, 0, 0, 1, 0, 0, 0,
		0);
	STEP(STEP_ADVANCE, 3);
	STEP(STEP_SEND, 0, 0, 'h', 'i');
	end("pseudo-TCP, all at once");
}

static void dialects(void)
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
}

/* [MS-TURN]: what is allocated over TCP is TCP towards the peer, where there is ICE-TCP. */
static void ms_streams(void)
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

static void alternates(void)
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

int main(int argc, char **argv)
{
	seed_start(argc, argv);
	plain();
	refused();
	consent();
	life();
	relays();
	streams();
	dialects();
	ms_streams();
	alternates();
	return 0;
}
