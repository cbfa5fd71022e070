# SPDX-License-Identifier: MIT
# cpack -G DEB in the build directory makes a Debian package of the desktop client.
set(CPACK_PACKAGE_VENDOR "Next Chat")
set(CPACK_PACKAGE_CONTACT "Next Chat <nextchat@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
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
set(CPACK_DEBIAN_DESKTOP_DESCRIPTION "Desktop client of Next Chat
 Group chat with history, search, presence and an outbox that outlives the program.")
include(CPack)
