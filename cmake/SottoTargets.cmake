# SPDX-License-Identifier: Apache-2.0
# How every target of the project is compiled, and what a library of it is.

add_library(sotto_options INTERFACE)
target_compile_features(sotto_options INTERFACE cxx_std_20)
target_compile_options(sotto_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
  # g++ 12 sees overlaps in std::string that are not there (PR 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${SOTTO_WERROR}>:-Werror>)
if(SOTTO_SANITIZE)
  target_compile_options(sotto_options INTERFACE
    -fsanitize=${SOTTO_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    # g++ 12 takes what a sanitizer puts in for a use (PR 105562).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(sotto_options INTERFACE -fsanitize=${SOTTO_SANITIZE})
else()
  target_compile_options(sotto_options INTERFACE -fstack-protector-strong
    $<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-U_FORTIFY_SOURCE$<SEMICOLON>-D_FORTIFY_SOURCE=2>)
  target_link_options(sotto_options INTERFACE -Wl,-z,relro -Wl,-z,now)
endif()

# Consumers write <sotto/grammar/template.h>: the public headers are laid out
# under include/sotto/, in the build folder for add_subdirectory and in the
# prefix for an installation, with their own includes respelt.
set(sotto_include_dir ${PROJECT_BINARY_DIR}/include)

function(sotto_public_headers name)
  set(sources ${ARGN})
  list(TRANSFORM sources PREPEND ${PROJECT_SOURCE_DIR}/)
  set(stamp ${PROJECT_BINARY_DIR}/headers_${name}.stamp)
  add_custom_command(OUTPUT ${stamp}
    COMMAND ${CMAKE_COMMAND} "-DHEADERS=${ARGN}" -DFROM=${PROJECT_SOURCE_DIR}
      -DTO=${sotto_include_dir}/sotto
      -P ${PROJECT_SOURCE_DIR}/cmake/RespellHeaders.cmake
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${sources} ${PROJECT_SOURCE_DIR}/cmake/RespellHeaders.cmake
    COMMENT "Laying out the public headers of sotto::${name}" VERBATIM)
  add_custom_target(sotto_${name}_headers DEPENDS ${stamp})
  add_dependencies(sotto_${name} sotto_${name}_headers)
  set_property(TARGET sotto_${name} PROPERTY SOTTO_HEADERS ${ARGN})
endfunction()

# What waits for disks, not for the processor, need not be optimized in debug
# builds: g++ takes two to three times as long to optimize under sanitizers.
function(sotto_compiles_fast_when_debugged target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Debug>:-O0>)
endfunction()

# A quarter of the time that a source takes to compile goes into headers that
# most of them include. Not unless asked for: precompiled, they hide what a source
# forgets to include, and ccache does not like them.
option(SOTTO_PCH "Precompile the headers that most sources include" OFF)
function(sotto_precompiles_headers target)
  if(SOTTO_PCH)
    target_precompile_headers(${target} PRIVATE ${ARGN} <fmt/format.h>
      <algorithm> <filesystem> <functional> <map> <optional> <string> <vector>)
  endif()
endfunction()

# sotto_library(NAME FOLDERS base ... HEADERS base/result.h ...): all sources
# in and below these folders, and the headers that others may include. The target is
# sotto_NAME, known to others as sotto::NAME.
#
# What is not part of Sotto is never exported. An archive is compiled with
# hidden visibility. A shared library exports namespace sotto and nothing else
# (cmake/exports.map), internal functions included: there is no promise of a
# binary interface, and no macro in the headers for the sake of one.
function(sotto_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "FOLDERS;HEADERS")
  set(sources)
  foreach(folder IN LISTS arg_FOLDERS)
    file(GLOB_RECURSE found CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cc
      ${PROJECT_SOURCE_DIR}/${folder}/*.h)
    list(APPEND sources ${found})
  endforeach()
  add_library(sotto_${name} ${sources})
  add_library(sotto::${name} ALIAS sotto_${name})
  if(name STREQUAL "sotto")
    set(file_name sotto)
  else()
    set(file_name sotto-${name})
  endif()
  set_target_properties(sotto_${name} PROPERTIES
    EXPORT_NAME ${name} OUTPUT_NAME ${file_name}
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF
    VISIBILITY_INLINES_HIDDEN ON)
  if(BUILD_SHARED_LIBS)
    set(map ${PROJECT_SOURCE_DIR}/cmake/exports.map)
    target_link_options(sotto_${name} PRIVATE -Wl,--version-script=${map}
      -Wl,--no-undefined)
    set_property(TARGET sotto_${name} APPEND PROPERTY LINK_DEPENDS ${map})
  else()
    set_target_properties(sotto_${name} PROPERTIES CXX_VISIBILITY_PRESET hidden)
  endif()
  target_compile_features(sotto_${name} PUBLIC cxx_std_20)
  target_include_directories(sotto_${name}
    PRIVATE ${PROJECT_SOURCE_DIR}
    INTERFACE $<BUILD_INTERFACE:${sotto_include_dir}> $<INSTALL_INTERFACE:include>)
  target_link_libraries(sotto_${name} PRIVATE $<BUILD_INTERFACE:sotto_options>)
  sotto_precompiles_headers(sotto_${name})
  sotto_public_headers(${name} ${arg_HEADERS})
endfunction()
