# SPDX-License-Identifier: MIT
# The target nextchat-hiredis: hiredis, with TLS where it has it (NEXTCHAT_REDIS_TLS; hiredis 1.0 and later).
# Not pkg-config's own target: that one defines _FILE_OFFSET_BITS, which the precompiled header was not made with.
find_package(PkgConfig REQUIRED)
pkg_check_modules(HIREDIS REQUIRED hiredis>=0.14)
pkg_check_modules(HIREDIS_SSL hiredis_ssl>=1.0)
# Where hiredis/hiredis.h is; pkg-config may name that folder itself, whose net.h would be found by others.
find_path(HIREDIS_HEADERS hiredis/async.h HINTS ${HIREDIS_INCLUDE_DIRS} NO_DEFAULT_PATH)
find_path(HIREDIS_HEADERS hiredis/async.h REQUIRED)

add_library(nextchat-hiredis INTERFACE)
target_include_directories(nextchat-hiredis SYSTEM INTERFACE ${HIREDIS_HEADERS})
target_link_libraries(nextchat-hiredis INTERFACE ${HIREDIS_LINK_LIBRARIES})
set(NEXTCHAT_REDIS_TLS ${HIREDIS_SSL_FOUND})
if(NEXTCHAT_REDIS_TLS)
    target_link_libraries(nextchat-hiredis INTERFACE ${HIREDIS_SSL_LINK_LIBRARIES} OpenSSL::SSL)
endif()
