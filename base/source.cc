// SPDX-License-Identifier: Apache-2.0

#include "base/source.h"

#include <algorithm>
#include <cstring>

#include "base/utf8.h"

namespace sotto {
Location Source::location(std::size_t offset) const {
  offset = std::min(offset, bytes_.size());
  if (offset < known_offset_) {
    known_offset_ = 0;
    known_ = {};
  }
  const char* const begin = bytes_.data();
  while (known_offset_ < offset) {
    const void* const found =
        std::memchr(begin + known_offset_, '\n', offset - known_offset_);
    if (found == nullptr) break;
    known_offset_ =
        static_cast<std::size_t>(static_cast<const char*>(found) - begin) + 1;
    known_ = {known_.line + 1, 1};
  }
  while (known_offset_ < offset) {
    const std::size_t length =
        std::max<std::size_t>(1, utf8_length(bytes_, known_offset_));
    if (known_offset_ + length > offset) break;  // Inside this character.
    known_offset_ += length;
    ++known_.column;
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
