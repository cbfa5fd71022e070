# SPDX-License-Identifier: MIT
# Runs one file of Node's test runner, or says what is missing. Arguments: NODE, SUITE (the folder), FILE in it.
if(NOT NODE)
    message(FATAL_ERROR "Node.js is not installed; ./test.sh installs it (Debian: nodejs, npm).")
endif()
if(NOT EXISTS "${SUITE}/node_modules/@microsoft/signalr")
    message(FATAL_ERROR "${SUITE}/node_modules is missing; ./test.sh makes it, or run `npm ci` in ${SUITE}.")
endif()
execute_process(COMMAND "${NODE}" --test "${FILE}" WORKING_DIRECTORY "${SUITE}" RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "${FILE} failed (${result}).")
endif()
