# SPDX-License-Identifier: MIT
# Three decoders, one of which is Debian's libre: see stacks/decoder_libre.c.
find_path(LIBRE_INCLUDE re/re.h)
find_library(LIBRE_ARCHIVE libre.a)
find_library(CRYPTO crypto)
if(ICELAB_FUZZ STREQUAL msan)
	return()
endif()
if(NOT LIBRE_INCLUDE OR NOT LIBRE_ARCHIVE OR NOT CRYPTO)
	message(FATAL_ERROR "The target \"differential\" needs libre's static library: run ci/install")
endif()
set(LIBRE_COPY ${CMAKE_CURRENT_BINARY_DIR}/libre_prefixed.a)
add_custom_command(OUTPUT ${LIBRE_COPY}
	COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/stacks/libre.sh ${LIBRE_ARCHIVE} ${LIBRE_COPY}
	DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/stacks/libre.sh ${LIBRE_ARCHIVE}
	COMMENT "Giving libre's names a prefix")
add_custom_target(icelab_libre_copy DEPENDS ${LIBRE_COPY})
add_library(icelab_libre INTERFACE)
add_dependencies(icelab_libre icelab_libre_copy)
target_include_directories(icelab_libre SYSTEM INTERFACE ${LIBRE_INCLUDE} ${LIBRE_INCLUDE}/re)
target_link_libraries(icelab_libre INTERFACE ${LIBRE_COPY} ssl crypto z resolv m)

icelab_fuzz_target(differential SOURCES targets/differential.c
	MUTATOR stacks/decoder.c stacks/decoder_icelab.c stacks/decoder_libnice.c stacks/decoder_libre.c
		stacks/seal.c oracles/bucket.c oracles/disagreements.c ${ICELAB_GNUTLS}
	LINK icelab_libnice icelab_libre MAX_LEN 1024)
set_source_files_properties(oracles/disagreements.c PROPERTIES
	COMPILE_DEFINITIONS ICELAB_DISAGREEMENTS_FILE="${CMAKE_CURRENT_SOURCE_DIR}/disagreements.ini"
	OBJECT_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/disagreements.ini)

# Each class of disagreements.ini is shown by an input: what a decoder mended must leave the list.
add_test(NAME fuzz/differential-disagreements COMMAND fuzz_differential -runs=0 -max_len=1024
	${CMAKE_CURRENT_SOURCE_DIR}/seeds/differential ${CMAKE_CURRENT_SOURCE_DIR}/corpus/differential)
set_tests_properties(fuzz/differential-disagreements PROPERTIES LABELS fuzz TIMEOUT 300
	ENVIRONMENT "ICELAB_DISAGREEMENTS=stale")
