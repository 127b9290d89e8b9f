# SPDX-License-Identifier: Apache-2.0
# How every target of the project is compiled, and what a library of it is.

add_library(sotto_options INTERFACE)
target_compile_features(sotto_options INTERFACE cxx_std_20)
target_compile_options(sotto_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
  $<$<BOOL:${SOTTO_WERROR}>:-Werror>)
if(SOTTO_SANITIZE)
  target_compile_options(sotto_options INTERFACE
    -fsanitize=${SOTTO_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(sotto_options INTERFACE -fsanitize=${SOTTO_SANITIZE})
endif()

# sotto_library(NAME FOLDERS base grammar ...): all sources of these folders.
# The target is sotto_NAME, known to others as sotto::NAME.
function(sotto_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "FOLDERS")
  set(sources)
  foreach(folder IN LISTS arg_FOLDERS)
    file(GLOB found CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cc
      ${PROJECT_SOURCE_DIR}/${folder}/*.h)
    list(APPEND sources ${found})
  endforeach()
  add_library(sotto_${name} ${sources})
  add_library(sotto::${name} ALIAS sotto_${name})
  set_target_properties(sotto_${name} PROPERTIES EXPORT_NAME ${name}
    POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF)
  target_compile_features(sotto_${name} PUBLIC cxx_std_20)
  target_include_directories(sotto_${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(sotto_${name} PRIVATE $<BUILD_INTERFACE:sotto_options>)
endfunction()
