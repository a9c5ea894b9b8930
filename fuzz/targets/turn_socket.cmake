# SPDX-License-Identifier: MIT
include(${CMAKE_CURRENT_SOURCE_DIR}/world/world.cmake)

icelab_fuzz_target(turn_socket
	SOURCES targets/turn_socket.c
	MUTATOR mutators/script.c ${ICELAB_WORLD} talk/cast.c talk/message.c oracles/relay_model.c
		stacks/gnutls.c
	SEEDS seeds/turn_socket.c
	LINK icelab_libnice icelab_oracle
	WRAP ${ICELAB_WORLD_WRAP} stun_agent_finish_message
	MAX_LEN 2048)
