# SPDX-License-Identifier: MIT
# ICELAB_WORLD and ICELAB_WORLD_WRAP: MUTATOR and WRAP of a target that lives in the world.
set(ICELAB_WORLD world/clock.c world/endpoint.c world/interface.c world/log.c world/random.c world/resolver.c
	world/socket.c world/source.c world/statics.c)
file(STRINGS ${CMAKE_CURRENT_SOURCE_DIR}/world/wrap.txt ICELAB_WORLD_WRAP)
