# SPDX-License-Identifier: MIT
#
# icelab_add_adapter(NAME
#     [PROGRAM PATH]          the adapter; default: NAME in icelab's own folder of adapters
#     [POLICIES LABEL...]     those that it claims; default: all that a scenario expects something of
#     [SCENARIOS NAME...]     default: all
#     [LABELS LABEL...]       of ctest, besides "cells" and NAME
#     [OPTIONS OPTION...]     further options of "icelab run"
#     [TIMEOUT SECONDS]       of each test; default: 300
# )
#
# Adds one test for each cell, NAME/SCENARIO/POLICY. A test fails on any broken clause that no known failure explains,
# warnings included, and is skipped where this machine lacks what its network needs. The evidence of a cell that did not pass
# lies in ${CMAKE_CURRENT_BINARY_DIR}/runs/NAME/SCENARIO/POLICY.

function(icelab_add_adapter NAME)
	cmake_parse_arguments(ARG "" "PROGRAM;TIMEOUT" "POLICIES;SCENARIOS;LABELS;OPTIONS" ${ARGN})
	if(ARG_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "icelab_add_adapter(${NAME}): unknown arguments ${ARG_UNPARSED_ARGUMENTS}")
	endif()
	if(NOT ARG_PROGRAM)
		set(ARG_PROGRAM ${NAME})
	endif()
	if(NOT ARG_TIMEOUT)
		set(ARG_TIMEOUT 300)
	endif()
	file(GLOB FILES CONFIGURE_DEPENDS ${ICELAB_SCENARIOS}/*.ini)
	foreach(FILE ${FILES})
		get_filename_component(SCENARIO ${FILE} NAME_WE)
		if(SCENARIO STREQUAL "known-failures" OR
			(ARG_SCENARIOS AND NOT SCENARIO IN_LIST ARG_SCENARIOS))
			continue()
		endif()
		# A policy that is added to a scenario must become a test without anybody thinking of it.
		set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${FILE})
		file(STRINGS ${FILE} GROUPS REGEX "^\\[policy ")
		foreach(GROUP ${GROUPS})
			string(REGEX REPLACE "^.policy (.*).$" "\\1" CELL_POLICY ${GROUP})
			if(ARG_POLICIES AND NOT CELL_POLICY IN_LIST ARG_POLICIES)
				continue()
			endif()
			set(CELL ${NAME}/${SCENARIO}/${CELL_POLICY})
			add_test(NAME ${CELL} COMMAND icelab run --strict --jobs 1
				--adapter ${ARG_PROGRAM} --scenario ${SCENARIO} --policy ${CELL_POLICY}
				--output ${CMAKE_CURRENT_BINARY_DIR}/runs/${CELL} ${ARG_OPTIONS})
			set_tests_properties(${CELL} PROPERTIES
				LABELS "cells;${NAME};${ARG_LABELS}" SKIP_RETURN_CODE 77
				TIMEOUT ${ARG_TIMEOUT})
		endforeach()
	endforeach()
endfunction()
