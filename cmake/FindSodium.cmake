# SPDX-License-Identifier: Apache-2.0
# Finds libsodium and defines Sodium::Sodium; its archive if
# Sodium_USE_STATIC_LIBS is set and there is one.
find_path(Sodium_INCLUDE_DIR sodium.h)
if(Sodium_USE_STATIC_LIBS)
  find_library(Sodium_LIBRARY NAMES libsodium.a sodium)
else()
  find_library(Sodium_LIBRARY sodium)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Sodium
  REQUIRED_VARS Sodium_LIBRARY Sodium_INCLUDE_DIR)
if(Sodium_FOUND AND NOT TARGET Sodium::Sodium)
  add_library(Sodium::Sodium UNKNOWN IMPORTED)
  set_target_properties(Sodium::Sodium PROPERTIES
    IMPORTED_LOCATION ${Sodium_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${Sodium_INCLUDE_DIR})
endif()
mark_as_advanced(Sodium_INCLUDE_DIR Sodium_LIBRARY)
