# SPDX-License-Identifier: MIT
# The tests that need a network: every cell of the bundled adapters, every mutant, and every scenario against its kernel.

set(ICELAB_SCENARIOS ${PROJECT_SOURCE_DIR}/scenarios)
include(${CMAKE_CURRENT_SOURCE_DIR}/cmake/IcelabAddAdapter.cmake)

icelab_add_adapter(libnice)
icelab_add_adapter(libnice-stock POLICIES default)
# The mutants' twin without a leak must be clean wherever the reference is, or a mutant would prove nothing.
icelab_add_adapter(mutants/none LABELS mutants)

# Browsers are an optional requirement: ci/install installs them, and asks for their tests by ON; where they happen to be
# there, they are tested, too.
find_program(ICELAB_CHROMIUM_PROGRAM chromium)
find_program(ICELAB_FIREFOX_PROGRAM NAMES firefox-esr firefox)
if(ICELAB_CHROMIUM_PROGRAM OR ICELAB_FIREFOX_PROGRAM)
	set(ICELAB_BROWSERS_FOUND ON)
else()
	set(ICELAB_BROWSERS_FOUND OFF)
endif()
option(ICELAB_BROWSERS "Test the cells of Chromium and Firefox, too" ${ICELAB_BROWSERS_FOUND})
if(ICELAB_BROWSERS)
	set(CHROMIUM_POLICIES default default+consent default_public_and_private_interfaces
		default_public_interface_only disable_non_proxied_udp relay)
	icelab_add_adapter(chromium LABELS browsers TIMEOUT 600 POLICIES ${CHROMIUM_POLICIES})
	icelab_add_adapter(firefox LABELS browsers TIMEOUT 600)
	# A STUN server that does not answer is asked for 40 s and 11 s. Who waits longest starts first.
	foreach(CELL chromium/ipv6/default+consent chromium/vpn-full/default+consent
			chromium/vpn-split/default+consent)
		set_tests_properties(${CELL} PROPERTIES COST 45)
	endforeach()
	foreach(CELL firefox/vpn-full/default+consent firefox/vpn-split/default
			firefox/vpn-split/default+consent firefox/vpn-split/default_public_and_private_interfaces
			firefox/vpn-split/default_public_interface_only firefox/vpn-split/disable_non_proxied_udp
			firefox/vpn-split/force_proxy)
		set_tests_properties(${CELL} PROPERTIES COST 15)
	endforeach()
	# However it is told its policy, it does the same.
	foreach(VARIANT managed switch no-mdns)
		icelab_add_adapter(variants/chromium-${VARIANT} LABELS browsers TIMEOUT 600 SCENARIOS lan
			POLICIES ${CHROMIUM_POLICIES})
	endforeach()
	icelab_add_adapter(variants/firefox-managed LABELS browsers TIMEOUT 600 SCENARIOS lan
		POLICIES default_public_and_private_interfaces default_public_interface_only
			disable_non_proxied_udp)
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
	icelab_ini_value(${MUTANTS} ${NAME} exposure EXPOSURE)
	if(NOT CLAUSE AND NOT EXPOSURE)
		continue()
	endif()
	set(WANTED --must-find=${CLAUSE})
	if(EXPOSURE)
		list(APPEND WANTED --must-expose ${EXPOSURE})
	endif()
	add_test(NAME mutants/${NAME} COMMAND icelab run --jobs 1 --adapter mutants/${NAME}
		--scenario ${SCENARIO} --policy ${POLICY} ${WANTED}
		--output ${CMAKE_CURRENT_BINARY_DIR}/runs/mutants/${NAME})
	set_tests_properties(mutants/${NAME} PROPERTIES
		LABELS mutants SKIP_RETURN_CODE 77 TIMEOUT 300)
endforeach()

# No scenario file may say anything else than the kernel's routes and the policies' rules.
file(GLOB FILES CONFIGURE_DEPENDS ${ICELAB_SCENARIOS}/*.ini)
foreach(FILE ${FILES})
	get_filename_component(SCENARIO ${FILE} NAME_WE)
	if(NOT SCENARIO STREQUAL "known-failures")
		add_test(NAME expect/${SCENARIO} COMMAND icelab expect --check ${SCENARIO})
		set_tests_properties(expect/${SCENARIO} PROPERTIES
			LABELS expect SKIP_RETURN_CODE 77 TIMEOUT 300)
	endif()
endforeach()
