# SPDX-License-Identifier: MIT
# cpack in the build directory makes a Debian package of the desktop client. -D CPACK_PACKAGE_CONTACT="Name <address>"
# at configuring says who answers for it.
set(CPACK_PACKAGE_VENDOR "Next Chat")
set(CPACK_PACKAGE_CONTACT "Next Chat <maintainers@nextchat.example>" CACHE STRING "Maintainer of the packages")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "group chat over SignalR: desktop client")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL desktop)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DESKTOP_PACKAGE_NAME nextchat-desktop)
set(CPACK_DEBIAN_DESKTOP_PACKAGE_SECTION net)
set(CPACK_DEBIAN_DESKTOP_PACKAGE_DEPENDS "libqt6sql6-sqlite")
set(CPACK_DEBIAN_DESKTOP_PACKAGE_RECOMMENDS "libsecret-1-0, qt6-translations-l10n, qt6-wayland, xdg-desktop-portal")
set(CPACK_COMPONENT_DESKTOP_DESCRIPTION
    "Group chat with history, search, presence, and an outbox that outlives\nthe program.")

# What Debian's policy wants in each package (12.5 copyright, 12.7 changelog).
file(STRINGS "${PROJECT_SOURCE_DIR}/LICENSE" license)
set(NEXTCHAT_LICENSE "")
foreach(line IN LISTS license)
    if(line MATCHES "^Copyright \\(c\\) (.*)$")
        set(NEXTCHAT_COPYRIGHT "${CMAKE_MATCH_1}")
    elseif(line STREQUAL "")
        string(APPEND NEXTCHAT_LICENSE " .\n")
    elseif(NOT line STREQUAL "MIT License")
        string(APPEND NEXTCHAT_LICENSE " ${line}\n")
    endif()
endforeach()
string(REGEX REPLACE "^( \\.\n)+" "" NEXTCHAT_LICENSE "${NEXTCHAT_LICENSE}")
string(TIMESTAMP NEXTCHAT_PACKAGE_TIME "%a, %d %b %Y %H:%M:%S +0000" UTC) # or SOURCE_DATE_EPOCH's
configure_file(common/cmake/copyright.in copyright @ONLY)
configure_file(common/cmake/changelog.in changelog @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/copyright"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/nextchat-desktop" COMPONENT desktop)
nextchat_install_compressed("${PROJECT_BINARY_DIR}/changelog"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/nextchat-desktop" COMPONENT desktop)
include(CPack)
