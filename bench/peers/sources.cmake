# SPDX-License-Identifier: Apache-2.0
# Peers that are compiled from the sources that bench/peers/install fetched:
# current versions, which Debian does not have.
file(GLOB_RECURSE sotto_yyjson_source ${SOTTO_BENCH_PEERS}/vendor/yyjson-sys/*/yyjson.c)
file(GLOB_RECURSE sotto_simdjson_source
  ${SOTTO_BENCH_PEERS}/vendor/simdjson-sys/*/simdjson.cpp)

if(sotto_yyjson_source)
  enable_language(C)
  get_filename_component(folder ${sotto_yyjson_source} DIRECTORY)
  add_library(sotto_bench_yyjson STATIC ${sotto_yyjson_source})
  target_include_directories(sotto_bench_yyjson SYSTEM PUBLIC ${folder})
  target_compile_options(sotto_bench_yyjson PRIVATE -O3)
endif()
sotto_bench_peer(YYJSON yyjson_peer.cc sotto_yyjson_source sotto_bench_yyjson)

# In a library of its own: two versions of simdjson cannot be in one.
if(sotto_simdjson_source)
  get_filename_component(folder ${sotto_simdjson_source} DIRECTORY)
  add_library(sotto_bench_new_simdjson SHARED ${sotto_simdjson_source}
    peers/simdjson_peer.cc)
  set_target_properties(sotto_bench_new_simdjson PROPERTIES
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_features(sotto_bench_new_simdjson PRIVATE cxx_std_20)
  target_include_directories(sotto_bench_new_simdjson BEFORE PRIVATE ${folder})
  target_include_directories(sotto_bench_new_simdjson PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_options(sotto_bench_new_simdjson PRIVATE -O3)
  target_compile_definitions(sotto_bench_new_simdjson PRIVATE
    SOTTO_BENCH_THIS_IS_NEW_SIMDJSON)
  target_compile_definitions(sotto_bench PRIVATE SOTTO_BENCH_NEW_SIMDJSON)
  target_link_libraries(sotto_bench PRIVATE sotto_bench_new_simdjson)
else()
  message(STATUS "sotto_bench: without the newest simdjson, it is not there")
endif()
