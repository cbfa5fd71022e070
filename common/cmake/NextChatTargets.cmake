# SPDX-License-Identifier: MIT
# One function per kind of target, so that every folder's list stays short.

include(GNUInstallDirs)

# Carries the language level, the definitions and the warnings of every target.
add_library(nextchat-options INTERFACE)
target_compile_features(nextchat-options INTERFACE cxx_std_20)
target_include_directories(nextchat-options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_definitions(nextchat-options INTERFACE
    QT_NO_CAST_FROM_ASCII
    QT_NO_CAST_TO_ASCII
    QT_NO_CAST_FROM_BYTEARRAY
    QT_NO_URL_CAST_FROM_STRING
    QT_USE_QSTRINGBUILDER
    QT_NO_KEYWORDS
    QT_NO_FOREACH
    QT_NO_JAVA_STYLE_ITERATORS
    QT_NO_NARROWING_CONVERSIONS_IN_CONNECT
)
target_compile_options(nextchat-options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast
    -Woverloaded-virtual -Wnon-virtual-dtor
)

# Applies what all targets share. Every target reuses one precompiled header.
function(nextchat_configure_target target)
    target_link_libraries(${target} PRIVATE nextchat-options)
    set_target_properties(${target} PROPERTIES AUTOMOC ON)
    if(NEXTCHAT_PRECOMPILE_HEADERS)
        target_precompile_headers(${target} REUSE_FROM nextchat-pch)
    endif()
endfunction()

# nextchat_add_library(NAME SOURCES ... LIBRARIES ...): a static library.
function(nextchat_add_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
    add_library(${name} STATIC ${arg_SOURCES})
    target_link_libraries(${name} PUBLIC Qt6::Core QCoro6::Core ${arg_LIBRARIES})
    nextchat_configure_target(${name})
endfunction()

# nextchat_add_program(NAME COMPONENT server|console|desktop|tools SOURCES ... LIBRARIES ...)
function(nextchat_add_program name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "COMPONENT" "SOURCES;LIBRARIES")
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE Qt6::Core QCoro6::Core ${arg_LIBRARIES})
    nextchat_configure_target(${name})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
    if(arg_COMPONENT)
        if(LINUX) # addresses of functions are read-only from the start
            target_link_options(${name} PRIVATE LINKER:-z,relro,-z,now)
        endif()
        install(TARGETS ${name} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT ${arg_COMPONENT})
    endif()
endfunction()

# nextchat_install_compressed(FILE DESTINATION folder COMPONENT component): as FILE.gz, where there is gzip; a manual
# page or a changelog.
function(nextchat_install_compressed file)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "DESTINATION;COMPONENT" "")
    get_filename_component(name "${file}" NAME)
    set(compressed "${CMAKE_CURRENT_BINARY_DIR}/${name}.gz")
    find_program(GZIP_PROGRAM gzip)
    if(GZIP_PROGRAM)
        execute_process(COMMAND "${GZIP_PROGRAM}" -9nc "${file}" OUTPUT_FILE "${compressed}" COMMAND_ERROR_IS_FATAL ANY)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
        set(file "${compressed}")
    endif()
    install(FILES "${file}" DESTINATION "${arg_DESTINATION}" COMPONENT ${arg_COMPONENT})
endfunction()

# nextchat_install_help(NAME COMPONENT component SECTION 1|8): installs the program's manual page and its completions for
# bash, zsh and fish from the folder `install` beside the list.
function(nextchat_install_help name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "COMPONENT;SECTION" "")
    set(share "${CMAKE_INSTALL_DATADIR}")
    nextchat_install_compressed("${CMAKE_CURRENT_SOURCE_DIR}/install/${name}.${arg_SECTION}"
        DESTINATION "${CMAKE_INSTALL_MANDIR}/man${arg_SECTION}" COMPONENT ${arg_COMPONENT})
    install(FILES install/${name}.bash
        DESTINATION "${share}/bash-completion/completions" RENAME ${name} COMPONENT ${arg_COMPONENT})
    install(FILES install/_${name} DESTINATION "${share}/zsh/site-functions" COMPONENT ${arg_COMPONENT})
    install(FILES install/${name}.fish DESTINATION "${share}/fish/vendor_completions.d" COMPONENT ${arg_COMPONENT})
endfunction()

# nextchat_add_test(NAME LABEL unit|integration|... SOURCES ... LIBRARIES ... [TIMEOUT seconds]
#                   [FUNCTION_TIMEOUT seconds] [PROCESSORS n])
# One executable of Qt Test cases, run by ctest under NAME. TIMEOUT is for all of it, FUNCTION_TIMEOUT for each function.
function(nextchat_add_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT;FUNCTION_TIMEOUT;PROCESSORS" "SOURCES;LIBRARIES")
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    if(NOT arg_FUNCTION_TIMEOUT)
        set(arg_FUNCTION_TIMEOUT 100)
    endif()
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE Qt6::Core QCoro6::Core Qt6::Test ${arg_LIBRARIES})
    nextchat_configure_target(${name})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests/bin")
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES
        LABELS "${arg_LABEL}"
        TIMEOUT ${arg_TIMEOUT}
        ENVIRONMENT "QT_FATAL_WARNINGS=1;QTEST_FUNCTION_TIMEOUT=${arg_FUNCTION_TIMEOUT}000;NEXTCHAT_BIN_DIR=${PROJECT_BINARY_DIR}/bin"
    )
    if(arg_PROCESSORS)
        set_tests_properties(${name} PROPERTIES PROCESSORS ${arg_PROCESSORS})
    endif()
endfunction()
