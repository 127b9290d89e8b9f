// SPDX-License-Identifier: Apache-2.0

#include "service/large_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "base/guarded.h"
#include "service/system_error.h"

namespace sotto {
namespace {

// Kernels tell the time of a change to some milliseconds: two in one such
// step look like one.
bool changed_just_now(const FileState& state) {
  constexpr std::int64_t kStep = 20'000'000;  // Nanoseconds, amply.
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const std::int64_t nanoseconds =
      std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  return std::max(state.modified_ns, state.changed_ns) > nanoseconds - kStep;
}

}  // namespace

std::optional<LargeFile> LargeFile::open(std::string name, std::size_t least) {
  FileDescriptor fd(
      ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  struct stat info{};
  if (!fd || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return std::nullopt;
  }
  const FileState state = file_state(info);
  if (state.size < least || changed_just_now(state)) return std::nullopt;
  return LargeFile(std::move(name), std::move(fd), state);
}

Result<LargeFile> LargeFile::again() const {
  return guarded([&]() -> Result<LargeFile> {
    FileDescriptor fd(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0));
    if (!fd) return system_failure(errno, fmt::format("read \"{}\"", name_));
    return LargeFile(name_, std::move(fd), state_);
  });
}

Result<std::string_view> LargeFile::read(Span span, Span next) {
  return guarded([&]() -> Result<std::string_view> {
    if (!ahead_ || !ahead_->take(span, buffer_)) {
      buffer_.reserve(span.size());
      if (!read_piece(fd_.get(), span, buffer_)) {
        if (errno == 0) return file_changed(name_);
        return system_failure(errno, fmt::format("read \"{}\"", name_));
      }
    }
    if (next.size() > 0) {
      if (!ahead_) ahead_ = std::make_unique<ReadAhead>(fd_.get());
      ahead_->begin(next);
    }
    return std::string_view(buffer_.bytes.get(), span.size());
  });
}

}  // namespace sotto
