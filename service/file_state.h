// SPDX-License-Identifier: Apache-2.0
//
// Is a file still what was read?

#ifndef SOTTO_SERVICE_FILE_STATE_H_
#define SOTTO_SERVICE_FILE_STATE_H_

#include <sys/stat.h>

#include <cstdint>
#include <optional>
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

// Of the file of this name; none if there is none. An empty one is as good as
// none: the log of an SQLite file comes and goes empty, with its readers.
std::optional<FileState> state_of(const std::string& name);

// Is there something of this name that is no regular file, as a pipe? Its state
// does not tell what will be read from it.
bool is_stream(const std::string& name);

// Did it last change so long ago that another change must show in its state?
// Some file systems tell times in steps of two seconds.
bool is_old(const FileState& state);

// Is it a regular file that its owner, the caller, alone can write?
bool is_own_file(const struct stat& info);

// Fails with kChanged unless the file of this name is in that state.
Result<void> check_file_state(const std::string& name, const FileState& state);

// That failure.
tl::unexpected<Error> file_changed(std::string_view name);

}  // namespace sotto

#endif  // SOTTO_SERVICE_FILE_STATE_H_
