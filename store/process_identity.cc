// SPDX-License-Identifier: Apache-2.0

#include "store/process_identity.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace sotto {
namespace {

// Field 22 of /proc/PID/stat: when the process began, in clock ticks since the
// machine did. The second field, the name in parentheses, may hold anything.
std::string start_time(pid_t pid) {
  const std::string file = fmt::format("/proc/{}/stat", pid);
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  std::array<char, 1024> buffer;
  const ssize_t size = read(descriptor, buffer.data(), buffer.size());
  close(descriptor);
  if (size <= 0) return {};
  std::string_view text(buffer.data(), static_cast<std::size_t>(size));
  text.remove_prefix(std::min(text.rfind(')') + 1, text.size()));
  for (int field = 2; field < 22; ++field) {
    const std::size_t blank = text.find(' ');
    if (blank == text.npos) return {};
    text.remove_prefix(blank + 1);
  }
  return std::string(text.substr(0, text.find(' ')));
}

std::string identity_of(pid_t pid) {
  return fmt::format("{}:{}", pid, start_time(pid));
}

}  // namespace

std::string process_identity() { return identity_of(getpid()); }

bool is_alive(std::string_view identity) {
  pid_t pid = 0;
  const auto [end, error] =
      std::from_chars(identity.data(), identity.data() + identity.size(), pid);
  if (error != std::errc() || pid <= 0) return false;
  return !start_time(pid).empty() && identity == identity_of(pid);
}

}  // namespace sotto
