# SPDX-License-Identifier: MIT
# The target nextchat-hiredis: hiredis, and its TLS part where the distribution has one (hiredis 1.0 and later).
# Not pkg-config's own target: that one defines _FILE_OFFSET_BITS, which the precompiled header was not made with.
find_package(PkgConfig REQUIRED)
pkg_check_modules(HIREDIS REQUIRED hiredis>=0.14)
pkg_check_modules(HIREDIS_SSL QUIET hiredis_ssl)

add_library(nextchat-hiredis INTERFACE)
target_link_libraries(nextchat-hiredis INTERFACE ${HIREDIS_LINK_LIBRARIES})
if(HIREDIS_SSL_FOUND)
    target_link_libraries(nextchat-hiredis INTERFACE ${HIREDIS_SSL_LINK_LIBRARIES})
    target_compile_definitions(nextchat-hiredis INTERFACE NEXTCHAT_REDIS_TLS)
endif()
