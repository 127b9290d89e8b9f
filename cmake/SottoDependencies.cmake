# SPDX-License-Identifier: Apache-2.0
# Finds what Sotto stands on (docs/dependencies.md). With
# SOTTO_STATIC_DEPENDENCIES it is linked in, so that the command starts
# without looking for libraries; an installed static library names them to its
# consumer instead, who may have them in any form.

if(BUILD_SHARED_LIBS)  # An archive is not made to go into a shared library.
  set(sotto_static_dependencies OFF)
else()
  set(sotto_static_dependencies ${SOTTO_STATIC_DEPENDENCIES})
endif()

find_package(Threads REQUIRED)
find_package(tl-expected REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(fmt REQUIRED)

if(sotto_static_dependencies)
  set(Sodium_USE_STATIC_LIBS ON)
  find_library(SQLite3_LIBRARY NAMES libsqlite3.a sqlite3)
endif()
find_package(Sodium REQUIRED)
find_package(SQLite3 REQUIRED)
if(SQLite3_LIBRARY MATCHES "\\.a$")
  set_property(TARGET SQLite::SQLite3 APPEND PROPERTY
    INTERFACE_LINK_LIBRARIES m ${CMAKE_DL_LIBS} Threads::Threads)
endif()

# libcurl is opened when the first call to a remote store is made, and never
# linked: only its header is looked for.
find_path(SOTTO_CURL_INCLUDE_DIR curl/curl.h)
if(NOT SOTTO_CURL_INCLUDE_DIR)
  message(FATAL_ERROR "curl/curl.h was not found (Debian: libcurl4-openssl-dev)")
endif()
mark_as_advanced(SOTTO_CURL_INCLUDE_DIR)

# The one source file that knows libcurl, and tells servers which Sotto calls.
function(sotto_uses_curl target source)
  set_source_files_properties(${source} PROPERTIES
    COMPILE_DEFINITIONS SOTTO_VERSION="${PROJECT_VERSION}")
  target_include_directories(${target} SYSTEM PRIVATE ${SOTTO_CURL_INCLUDE_DIR})
  target_link_libraries(${target} PRIVATE ${CMAKE_DL_LIBS})
endfunction()

# Debian has no archive of fmt: its one source file is compiled here.
if(sotto_static_dependencies)
  add_library(sotto_fmt STATIC ${PROJECT_SOURCE_DIR}/cmake/fmt_archive.cc)
  target_compile_features(sotto_fmt PUBLIC cxx_std_20)
  set_target_properties(sotto_fmt PROPERTIES CXX_VISIBILITY_PRESET hidden
    POSITION_INDEPENDENT_CODE ON)
  target_include_directories(sotto_fmt SYSTEM PUBLIC
    $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
else()
  add_library(sotto_fmt INTERFACE)
  target_link_libraries(sotto_fmt INTERFACE fmt::fmt)
endif()
