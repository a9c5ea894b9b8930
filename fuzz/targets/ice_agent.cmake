# SPDX-License-Identifier: MIT
set(ICELAB_WORLD world/clock.c world/endpoint.c world/interface.c world/random.c world/resolver.c
	world/socket.c world/source.c world/statics.c)
file(STRINGS ${CMAKE_CURRENT_SOURCE_DIR}/world/wrap.txt ICELAB_WORLD_WRAP)

icelab_fuzz_target(ice_agent
	SOURCES targets/ice_agent.c
	MUTATOR mutators/script.c ${ICELAB_WORLD} conversation/answer.c conversation/candidates.c conversation/cast.c
		conversation/conversation.c conversation/packets.c conversation/pairs.c conversation/steps.c
		stacks/gnutls.c
	SEEDS seeds/ice_agent.c
	LINK icelab_libnice icelab_oracle
	WRAP ${ICELAB_WORLD_WRAP}
	MAX_LEN 2048)
