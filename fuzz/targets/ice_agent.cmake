# SPDX-License-Identifier: MIT
include(${CMAKE_CURRENT_SOURCE_DIR}/world/world.cmake)

icelab_fuzz_target(ice_agent
	SOURCES targets/ice_agent.c
	MUTATOR mutators/script.c ${ICELAB_WORLD} talk/answer.c talk/candidates.c talk/cast.c
		talk/packets.c talk/pairs.c talk/steps.c talk/talk.c stacks/gnutls.c
	SEEDS seeds/ice_agent.c
	LINK icelab_libnice icelab_oracle
	WRAP ${ICELAB_WORLD_WRAP}
	MAX_LEN 2048)
