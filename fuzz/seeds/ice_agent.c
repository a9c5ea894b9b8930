/* SPDX-License-Identifier: MIT */
/* Seeds of ice_agent: one conversation of each kind, from beginning to end. */
#include "seeds/agent/agent.h"

int main(int argc, char **argv)
{
	seed_start(argc, argv);
	seeds_of_plain();
	seeds_of_refused();
	seeds_of_consent();
	seeds_of_life();
	seeds_of_relays();
	seeds_of_streams();
	seeds_of_dialects();
	seeds_of_ms_streams();
	seeds_of_alternates();
	return 0;
}
