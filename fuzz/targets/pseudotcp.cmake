# SPDX-License-Identifier: MIT
include(${CMAKE_CURRENT_SOURCE_DIR}/world/world.cmake)

icelab_fuzz_target(pseudotcp
	SOURCES targets/pseudotcp.c
	MUTATOR ${ICELAB_WORLD} oracles/segment.c
	SEEDS seeds/pseudotcp.c
	LINK icelab_libnice icelab_oracle
	WRAP ${ICELAB_WORLD_WRAP}
	MAX_LEN 1024)
