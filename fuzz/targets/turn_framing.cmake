# SPDX-License-Identifier: MIT
include(${CMAKE_CURRENT_SOURCE_DIR}/world/world.cmake)

icelab_fuzz_target(turn_framing
	SOURCES targets/turn_framing.c
	MUTATOR mutators/framing.c ${ICELAB_WORLD} oracles/framing.c
	SEEDS seeds/turn_framing.c oracles/framing.c
	LINK icelab_libnice icelab_oracle
	WRAP ${ICELAB_WORLD_WRAP}
	MAX_LEN 2048)
