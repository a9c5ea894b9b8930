# SPDX-License-Identifier: MIT
include(${CMAKE_CURRENT_SOURCE_DIR}/world/world.cmake)

icelab_fuzz_target(ice_agent
	SOURCES targets/ice_agent.c
	MUTATOR mutators/script.c ${ICELAB_WORLD} oracles/framing.c oracles/segment.c stacks/gnutls.c
		talk/answer.c talk/application_steps.c talk/candidates.c talk/cast.c talk/check.c
		talk/delivered.c talk/delivery.c talk/dialect.c talk/mended.c talk/message.c talk/network_steps.c talk/packets.c
		talk/pairs.c talk/peer.c talk/progress.c talk/remote_steps.c talk/rules.c talk/start.c talk/steps.c
		talk/stun_server.c talk/talk.c talk/told.c talk/turn_server.c
	SEEDS seeds/ice_agent.c seeds/agent/checks.c seeds/agent/dialects.c seeds/agent/life.c
		seeds/agent/relays.c seeds/agent/streams.c
	LINK icelab_libnice icelab_oracle
	WRAP ${ICELAB_WORLD_WRAP} agent_signal_component_state_change conn_check_handle_inbound_stun
		conn_check_prune_socket discovery_add_peer_reflexive_candidate
		nice_component_compute_rfc4571_headroom nice_component_remove_socket
		recalculate_pair_priorities stun_usage_turn_process
	MAX_LEN 2048)
