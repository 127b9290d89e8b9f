# SPDX-License-Identifier: Apache-2.0
# Installs the libraries, their public headers, the command, and what
# find_package(sotto) and pkg-config need.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(sotto_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/sotto)

install(TARGETS sotto_core sotto_sotto EXPORT sotto-targets)
install(DIRECTORY ${sotto_include_dir}/sotto DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h")
if(TARGET sotto_command)
  install(TARGETS sotto_command)
endif()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

install(EXPORT sotto-targets NAMESPACE sotto:: DESTINATION ${sotto_config_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/sotto-config.cmake.in
  ${PROJECT_BINARY_DIR}/sotto-config.cmake INSTALL_DESTINATION ${sotto_config_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/sotto-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/sotto-config.cmake
  ${PROJECT_BINARY_DIR}/sotto-config-version.cmake
  ${CMAKE_CURRENT_LIST_DIR}/FindSodium.cmake DESTINATION ${sotto_config_dir})

# Relative to the .pc file, so that an installation can be moved.
file(RELATIVE_PATH sotto_prefix_from_pc
  /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
foreach(package sotto sotto-core)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/${package}.pc.in
    ${PROJECT_BINARY_DIR}/${package}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${package}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
