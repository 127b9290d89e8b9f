// SPDX-License-Identifier: Apache-2.0

#include "base/source.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "base/utf8.h"

namespace sotto {
Location Source::location(std::size_t offset) const {
  if (const Excerpt* const excerpt = excerpt_at(offset)) {
    return location_in(*excerpt, offset);
  }
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
  if (const Excerpt* const excerpt = excerpt_at(offset)) return excerpt->text;
  std::string_view line = bytes_.substr(line_begin(offset));
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::size_t Source::line_begin(std::size_t offset) const {
  if (const Excerpt* const excerpt = excerpt_at(offset)) {
    return excerpt->offset;
  }
  offset = std::min(offset, bytes_.size());
  if (offset == 0) return 0;
  const std::size_t before = bytes_.rfind('\n', offset - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

// The last that begins no later.
const Excerpt* Source::excerpt_at(std::size_t offset) const {
  const auto behind = std::upper_bound(
      excerpts_.begin(), excerpts_.end(), offset,
      [](std::size_t at, const Excerpt& each) { return at < each.offset; });
  return behind == excerpts_.begin() ? nullptr : &*std::prev(behind);
}

Location Source::location_in(const Excerpt& excerpt, std::size_t offset) const {
  Location location = excerpt.location;
  const std::size_t end =
      std::min(offset - excerpt.offset, excerpt.text.size());
  for (std::size_t at = 0; at < end; ++location.column) {
    const std::size_t length =
        std::max<std::size_t>(1, utf8_length(excerpt.text, at));
    if (at + length > end) break;  // Inside this character.
    at += length;
  }
  return location;
}

}  // namespace sotto
