# SPDX-License-Identifier: MIT
# Builds the suite and runs it. Arguments: DOTNET, SUITE (this folder), ARTIFACTS (a folder to build in), SERVER.
if(NOT DOTNET)
    message("SKIPPED: there is no .NET SDK.")
    return()
endif()
set(ENV{DOTNET_CLI_TELEMETRY_OPTOUT} 1)
set(ENV{DOTNET_NOLOGO} 1)
set(options --artifacts-path "${ARTIFACTS}" -nodeReuse:false) # no process stays behind
execute_process(COMMAND "${DOTNET}" restore "${SUITE}" ${options} TIMEOUT 240
    RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT result EQUAL 0)
    message("SKIPPED: the packages of the .NET client are not to be had.\n${said}")
    return()
endif()
execute_process(COMMAND "${DOTNET}" build "${SUITE}" ${options} --no-restore -c Release -v quiet
        -p:UseSharedCompilation=false
    RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "The suite does not build (${result}).")
endif()
execute_process(COMMAND "${DOTNET}" "${ARTIFACTS}/bin/NextChat.Interop/release/NextChat.Interop.dll" "${SERVER}"
        "${SUITE}/clientmessages.tsv"
    RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "The suite failed (${result}).")
endif()
