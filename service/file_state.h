// SPDX-License-Identifier: Apache-2.0
//
// Is a file still what was read?

#ifndef SOTTO_SERVICE_FILE_STATE_H_
#define SOTTO_SERVICE_FILE_STATE_H_

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sotto {

// What tells one state of a file from another.
struct FileState {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;  // Since 1970.
  std::int64_t changed_ns = 0;

  friend bool operator==(const FileState&, const FileState&) = default;
};

FileState file_state(const struct stat& info);

// Fails with kChanged unless the file of this name is in that state.
Result<void> check_file_state(const std::string& name, const FileState& state);

// That failure.
tl::unexpected<Error> file_changed(std::string_view name);

}  // namespace sotto

#endif  // SOTTO_SERVICE_FILE_STATE_H_
