# SPDX-License-Identifier: MIT
#
# find_package(Icelab) for a project that tests an implementation of its own: the target `icelab`, the kit's folder in
# ICELAB_KIT (add kit.c to the adapter's sources), and icelab_add_adapter().

get_filename_component(ICELAB_PREFIX "${CMAKE_CURRENT_LIST_DIR}" ABSOLUTE)
while(NOT EXISTS "${ICELAB_PREFIX}/bin/icelab")
	get_filename_component(PARENT "${ICELAB_PREFIX}" DIRECTORY)
	if(PARENT STREQUAL ICELAB_PREFIX)
		set(Icelab_FOUND FALSE)
		set(Icelab_NOT_FOUND_MESSAGE "no bin/icelab above ${CMAKE_CURRENT_LIST_DIR}")
		return()
	endif()
	set(ICELAB_PREFIX "${PARENT}")
endwhile()

if(NOT TARGET icelab)
	add_executable(icelab IMPORTED)
	set_target_properties(icelab PROPERTIES IMPORTED_LOCATION "${ICELAB_PREFIX}/bin/icelab")
endif()
set(ICELAB_SCENARIOS "${ICELAB_PREFIX}/share/icelab/scenarios")
set(ICELAB_KIT "${ICELAB_PREFIX}/share/icelab/kit")
include("${CMAKE_CURRENT_LIST_DIR}/IcelabAddAdapter.cmake")
