# SPDX-License-Identifier: Apache-2.0
# The command: everything but main() is a library that the tests call.
find_package(CLI11 REQUIRED)
file(GLOB sotto_tool_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tool/*.cc
  ${PROJECT_SOURCE_DIR}/tool/*.h)
list(REMOVE_ITEM sotto_tool_sources ${PROJECT_SOURCE_DIR}/tool/main.cc)
if(sotto_tool_sources)
  add_library(sotto_tool STATIC ${sotto_tool_sources})
  sotto_compiles_fast_when_debugged(sotto_tool)
  sotto_precompiles_headers(sotto_tool)
  target_include_directories(sotto_tool PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(sotto_tool PUBLIC sotto_sotto
    PRIVATE sotto_fmt CLI11::CLI11 sotto_options)
  target_compile_definitions(sotto_tool PRIVATE SOTTO_VERSION="${PROJECT_VERSION}")
  add_executable(sotto_command ${PROJECT_SOURCE_DIR}/tool/main.cc)
  set_target_properties(sotto_command PROPERTIES OUTPUT_NAME sotto)
  target_link_libraries(sotto_command PRIVATE sotto_tool sotto_options)
  if(sotto_static_dependencies AND NOT SOTTO_SANITIZE)
    # Half of a cold start is the search for these two; what nobody calls of
    # them and of the others need not be mapped.
    target_link_options(sotto_command PRIVATE -static-libstdc++ -static-libgcc
      -Wl,--gc-sections)
  endif()
endif()
