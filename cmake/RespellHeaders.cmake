# SPDX-License-Identifier: Apache-2.0
# Copies HEADERS (relative to FROM) to TO as an outsider includes them:
# "base/result.h" becomes <sotto/base/result.h>. Files that are right already
# are left alone.
foreach(header IN LISTS HEADERS)
  file(READ ${FROM}/${header} text)
  string(REGEX REPLACE "#include \"([a-z_]+/[a-z0-9_]+\\.h)\""
    "#include <sotto/\\1>" text "${text}")
  set(old "")
  if(EXISTS ${TO}/${header})
    file(READ ${TO}/${header} old)
  endif()
  if(NOT "${text}" STREQUAL "${old}")
    file(WRITE ${TO}/${header} "${text}")
  endif()
endforeach()
