// SPDX-License-Identifier: Apache-2.0

#include "service/file_state.h"

#include <fmt/format.h>

namespace sotto {

FileState file_state(const struct stat& info) {
  const auto nanoseconds = [](const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  };
  return {info.st_dev, info.st_ino, static_cast<std::uint64_t>(info.st_size),
          nanoseconds(info.st_mtim), nanoseconds(info.st_ctim)};
}

Result<void> check_file_state(const std::string& name, const FileState& state) {
  struct stat info{};
  if (::stat(name.c_str(), &info) == 0 && file_state(info) == state) return {};
  return file_changed(name);
}

tl::unexpected<Error> file_changed(std::string_view name) {
  return fail(ErrorCode::kChanged,
              fmt::format("\"{}\" changed while it was being read", name),
              "run the command again");
}

}  // namespace sotto
