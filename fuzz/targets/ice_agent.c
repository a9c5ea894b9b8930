/* SPDX-License-Identifier: MIT */
/* A whole NiceAgent in conversation with a STUN server, a TURN server and a peer that may all be
 * hostile, in a world of its own: virtual clock, virtual sockets, no network.
 *
 * Attack surface: every byte that a server, a peer or anyone who can send to the agent's ports
 * controls: agent/conncheck.c, discovery.c, agent.c, component.c, stream.c, candidate.c, all of
 * socket/ and, through them, stun/. Reached: gathering, connectivity checks in both roles and both
 * nominations, role conflicts, peer-reflexive candidates, TURN over UDP and TCP with proxies,
 * ICE-TCP, pseudo-TCP, consent, keepalives, restart, removal of streams, all dialects.
 *
 * The input is a script: talk/script.h. */
#include "talk/talk.h"

#define MOST_STEPS 40

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IcelabScript script = {data, size};
	IcelabScript header = icelab_script_take(&script, ICELAB_SCRIPT_HEADER);
	uint64_t seed = 1;

	for (size_t i = ICELAB_SCRIPT_HEADER - 4; i < header.left; i++)
		seed = seed << 8 | header.bytes[i];
	icelab_world_start(seed);
	talk_start(&header);
	for (unsigned i = 0; i < MOST_STEPS && script.left > 0 && icelab_world_alive(); i++) {
		IcelabStep step = (IcelabStep)(icelab_script_byte(&script) % STEP_COUNT);
		IcelabScript arguments = icelab_script_take(&script, icelab_script_byte(&script));

		talk_step(step, &arguments);
	}
	candidates_judge();
	pairs_judge();
	talk_end();
	icelab_world_end();
	return 0;
}
