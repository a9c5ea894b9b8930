# SPDX-License-Identifier: MIT
# The tests that need a network: every cell of the bundled adapters, every mutant, and every scenario against its kernel.

set(ICELAB_SCENARIOS ${PROJECT_SOURCE_DIR}/scenarios)
include(${CMAKE_CURRENT_SOURCE_DIR}/cmake/IcelabAddAdapter.cmake)

icelab_add_adapter(libnice)
icelab_add_adapter(libnice-stock POLICIES default)
# The mutants' twin without a leak must be clean wherever the reference is, or a mutant would prove nothing.
icelab_add_adapter(mutants/none LABELS mutants)

# Each of a browser's cells takes a second, or as long as the browser waits for a silent server: too long for every round
# of tests.
option(ICELAB_BROWSERS "Test the cells of Chromium and Firefox, too" OFF)
if(ICELAB_BROWSERS)
	icelab_add_adapter(chromium LABELS browsers TIMEOUT 120 POLICIES default default+consent
		default_public_and_private_interfaces default_public_interface_only disable_non_proxied_udp relay)
	icelab_add_adapter(firefox LABELS browsers TIMEOUT 120)
endif()

# One value of a group of an INI file.
function(icelab_ini_value FILE GROUP KEY RESULT)
	set(CURRENT "")
	set(VALUE "")
	file(STRINGS ${FILE} LINES)
	foreach(LINE IN LISTS LINES)
		if(LINE MATCHES "^\\[(.*)\\]$")
			set(CURRENT ${CMAKE_MATCH_1})
		elseif(CURRENT STREQUAL GROUP AND LINE MATCHES "^${KEY}[ \t]*=[ \t]*(.*)$")
			set(VALUE ${CMAKE_MATCH_1})
		endif()
	endforeach()
	set(${RESULT} "${VALUE}" PARENT_SCOPE)
endfunction()

# A mutant is caught by the clause that names its leak, and by no other.
set(MUTANTS ${CMAKE_CURRENT_SOURCE_DIR}/mutants/mutants.ini)
file(STRINGS ${MUTANTS} GROUPS REGEX "^\\[.+\\]$")
foreach(GROUP ${GROUPS})
	string(REGEX REPLACE "^.(.+).$" "\\1" NAME ${GROUP})
	icelab_ini_value(${MUTANTS} ${NAME} scenario SCENARIO)
	icelab_ini_value(${MUTANTS} ${NAME} policy POLICY)
	icelab_ini_value(${MUTANTS} ${NAME} clause CLAUSE)
	if(NOT CLAUSE)
		continue()
	endif()
	add_test(NAME mutants/${NAME} COMMAND icelab run --jobs 1 --adapter mutants/${NAME}
		--scenario ${SCENARIO} --policy ${POLICY} --must-find ${CLAUSE}
		--output ${CMAKE_CURRENT_BINARY_DIR}/runs/mutants/${NAME})
	set_tests_properties(mutants/${NAME} PROPERTIES
		LABELS mutants SKIP_RETURN_CODE 77 TIMEOUT 60)
endforeach()

# No scenario file may say anything else than the kernel's routes and the policies' rules.
file(GLOB FILES CONFIGURE_DEPENDS ${ICELAB_SCENARIOS}/*.ini)
foreach(FILE ${FILES})
	get_filename_component(SCENARIO ${FILE} NAME_WE)
	if(NOT SCENARIO STREQUAL "known-failures")
		add_test(NAME expect/${SCENARIO} COMMAND icelab expect --check ${SCENARIO})
		set_tests_properties(expect/${SCENARIO} PROPERTIES
			LABELS expect SKIP_RETURN_CODE 77 TIMEOUT 60)
	endif()
endforeach()
