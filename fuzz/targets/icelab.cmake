# SPDX-License-Identifier: MIT
# The project's own parsers of what others wrote.
set(HARNESS ${PROJECT_SOURCE_DIR}/harness)

# Plain C: no GLib.
foreach(NAME candidate sdp)
	icelab_fuzz_target(icelab_${NAME} SOURCES targets/icelab_${NAME}.c LINK icelab_model
		MAX_LEN 2048 MSAN)
endforeach()
icelab_fuzz_target(icelab_packet SOURCES targets/icelab_packet.c ${HARNESS}/lab/packet.c
	LINK icelab_model MAX_LEN 2048 MSAN)
icelab_fuzz_target(icelab_dns SOURCES targets/icelab_dns.c LINK icelab_dns MAX_LEN 1024 MSAN)
icelab_fuzz_target(icelab_stun SOURCES targets/icelab_stun.c SEEDS seeds/stun.c
	LINK icelab_stun z MAX_LEN 2048)

foreach(NAME json observation)
	icelab_fuzz_target(icelab_${NAME} SOURCES targets/icelab_${NAME}.c LINK icelab_model)
endforeach()
foreach(NAME book scenario)
	icelab_fuzz_target(icelab_${NAME} SOURCES targets/icelab_${NAME}.c MUTATOR oracles/message.c
		LINK icelab_model MAX_LEN 2048)
endforeach()
icelab_fuzz_target(icelab_protocol SOURCES targets/icelab_protocol.c LINK icelab_adapter)
icelab_fuzz_target(icelab_report SOURCES targets/icelab_report.c ${HARNESS}/web/report.c
	LINK PkgConfig::GLIB MAX_LEN 2048)
