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

Result<std::string_view> LargeFile::read(Span span) {
  return guarded([&]() -> Result<std::string_view> {
    if (capacity_ < span.size()) {
      buffer_.reset();
      capacity_ = 0;
      buffer_.reset(new char[span.size()]);
      capacity_ = span.size();
    }
    for (std::size_t done = 0; done < span.size();) {
      const ssize_t got =
          ::pread(fd_.get(), buffer_.get() + done, span.size() - done,
                  static_cast<off_t>(span.begin + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) {
        return system_failure(errno, fmt::format("read \"{}\"", name_));
      }
      if (got == 0) return file_changed(name_);
      done += static_cast<std::size_t>(got);
    }
    return std::string_view(buffer_.get(), span.size());
  });
}

}  // namespace sotto
