# SPDX-License-Identifier: MIT
icelab_fuzz_target(sdp_candidate SOURCES targets/sdp_candidate.c
	MUTATOR mutators/sdp.c oracles/sdp_line.c ${PROJECT_SOURCE_DIR}/harness/model/candidate.c
	LINK icelab_libnice MAX_LEN 2048)
