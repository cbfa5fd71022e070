# SPDX-License-Identifier: MIT
# Runs FUZZER for SECONDS with OPTIONS on a copy of CORPUS in FOLDER, where new inputs and findings stay; the source tree is
# not touched. With NEXTCHAT_TEST_LONG in the environment, as in ./test.sh --full, it runs for a minute at least. Fails when the
# fuzzer finds something.

if(DEFINED ENV{NEXTCHAT_TEST_LONG} AND SECONDS LESS 60)
    set(SECONDS 60)
endif()

file(GLOB seeds "${CORPUS}/*")
if(NOT seeds)
    message(FATAL_ERROR "${CORPUS} holds no seed")
endif()
file(REMOVE_RECURSE "${FOLDER}/corpus")
file(COPY ${seeds} DESTINATION "${FOLDER}/corpus")

execute_process(
    COMMAND "${FUZZER}" "-max_total_time=${SECONDS}" -timeout=10 -print_final_stats=1 ${OPTIONS}
            "-artifact_prefix=${FOLDER}/" "${FOLDER}/corpus"
    RESULT_VARIABLE result
)
if(result)
    message(FATAL_ERROR "The fuzzer found something (${result}); the input is in ${FOLDER}")
endif()
