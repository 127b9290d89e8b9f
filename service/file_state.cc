// SPDX-License-Identifier: Apache-2.0

#include "service/file_state.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace sotto {

FileState file_state(const struct stat& info) {
  const auto nanoseconds = [](const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  };
  return {info.st_dev, info.st_ino, static_cast<std::uint64_t>(info.st_size),
          nanoseconds(info.st_mtim), nanoseconds(info.st_ctim)};
}

std::optional<FileState> state_of(const std::string& name) {
  struct stat info{};
  if (name.empty() || ::stat(name.c_str(), &info) != 0 || info.st_size == 0) {
    return std::nullopt;
  }
  return file_state(info);
}

bool is_stream(const std::string& name) {
  struct stat info{};
  return ::stat(name.c_str(), &info) == 0 && !S_ISREG(info.st_mode);
}

bool is_old(const FileState& state) {
  using std::chrono::nanoseconds;
  const nanoseconds now = std::chrono::system_clock::now().time_since_epoch();
  const nanoseconds changed(std::max(state.modified_ns, state.changed_ns));
  return now - changed > std::chrono::seconds(2);
}

bool is_own_file(const struct stat& info) {
  return S_ISREG(info.st_mode) && info.st_uid == ::geteuid() &&
         (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
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
