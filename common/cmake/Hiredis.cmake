# SPDX-License-Identifier: MIT
# The target nextchat-hiredis: hiredis.
# Not pkg-config's own target: that one defines _FILE_OFFSET_BITS, which the precompiled header was not made with.
find_package(PkgConfig REQUIRED)
pkg_check_modules(HIREDIS REQUIRED hiredis>=0.14)

add_library(nextchat-hiredis INTERFACE)
target_link_libraries(nextchat-hiredis INTERFACE ${HIREDIS_LINK_LIBRARIES})
