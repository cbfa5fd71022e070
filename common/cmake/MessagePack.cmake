# SPDX-License-Identifier: MIT
# msgpack-c's C++ headers: every distribution calls its CMake package something else, and there is nothing to link.
find_path(NEXTCHAT_MSGPACK_INCLUDE_DIR msgpack/parse.hpp)
if(NOT NEXTCHAT_MSGPACK_INCLUDE_DIR)
    message(FATAL_ERROR "msgpack-c's C++ headers are missing (Debian: libmsgpack-cxx-dev).")
endif()
add_library(nextchat-msgpack INTERFACE)
target_include_directories(nextchat-msgpack SYSTEM INTERFACE "${NEXTCHAT_MSGPACK_INCLUDE_DIR}")
target_compile_definitions(nextchat-msgpack INTERFACE MSGPACK_DEFAULT_API_VERSION=3)
