// SPDX-License-Identifier: Apache-2.0

#include "base/source.h"

#include <algorithm>
#include <cstring>

namespace sotto {
namespace {

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// Code points are counted by their first bytes. A stray continuation byte at
// the head of a line counts too, as the place of something must not be column
// zero; well-formed text is not concerned.
std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

}  // namespace

Location Source::location(std::size_t offset) const {
  offset = std::min(offset, bytes_.size());
  while (offset > 0 && offset < bytes_.size() &&
         is_continuation(bytes_[offset])) {
    --offset;
  }
  if (offset < known_offset_) {
    known_offset_ = 0;
    known_ = {};
  }
  const char* const begin = bytes_.data();
  while (known_offset_ < offset) {
    const void* const found =
        std::memchr(begin + known_offset_, '\n', offset - known_offset_);
    if (found == nullptr) {
      known_.column += count_code_points(
          bytes_.substr(known_offset_, offset - known_offset_));
      known_offset_ = offset;
    } else {
      known_offset_ =
          static_cast<std::size_t>(static_cast<const char*>(found) - begin) + 1;
      known_ = {known_.line + 1, 1};
    }
  }
  return known_;
}

std::string_view Source::line_at(std::size_t offset) const {
  offset = std::min(offset, bytes_.size());
  std::size_t begin = 0;
  if (offset > 0) {
    const std::size_t before = bytes_.rfind('\n', offset - 1);
    if (before != std::string_view::npos) begin = before + 1;
  }
  std::string_view line = bytes_.substr(begin);
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace sotto
