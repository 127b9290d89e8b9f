// SPDX-License-Identifier: Apache-2.0

#include "base/visible_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/utf8.h"

namespace sotto {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// What is not shown as it is, in ascending order.
constexpr std::array kHidden{
    Range{0x00, 0x1F},        // Control characters ...
    Range{0x7F, 0x9F},        // ... and those of Latin-1.
    Range{0xAD, 0xAD},        // Soft hyphen.
    Range{0x61C, 0x61C},      // Arabic letter mark: a direction.
    Range{0x180E, 0x180E},    // Mongolian vowel separator: no width.
    Range{0x200B, 0x200F},    // No width; marks of direction.
    Range{0x2028, 0x202E},    // Separators of lines; embedded directions.
    Range{0x2060, 0x206F},    // Joiners and operators that nobody sees;
                              // isolated directions.
    Range{0xFEFF, 0xFEFF},    // The mark of byte order.
    Range{0xFFF9, 0xFFFB},    // Annotations between the lines.
    Range{0xE0000, 0xE007F},  // Tags: text that nobody sees.
};

// Of one well-formed character.
std::uint32_t code_point_of(std::string_view character) {
  constexpr std::array<unsigned, 5> kFirstBits{0, 0x7F, 0x1F, 0x0F, 0x07};
  std::uint32_t result =
      static_cast<unsigned char>(character[0]) & kFirstBits[character.size()];
  for (const char c : character.substr(1)) {
    result = result << 6 | (static_cast<unsigned char>(c) & 0x3Fu);
  }
  return result;
}

bool is_hidden(std::string_view character) {
  if (utf8_length(character, 0) != character.size()) return true;
  const std::uint32_t code_point = code_point_of(character);
  return std::any_of(kHidden.begin(), kHidden.end(), [&](const Range& range) {
    return code_point >= range.first && code_point <= range.last;
  });
}

std::string visible(std::string_view text, std::string_view kept) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t offset = 0; offset < text.size();) {
    const std::size_t length =
        std::max<std::size_t>(1, utf8_length(text, offset));
    const std::string_view character = text.substr(offset, length);
    if (kept.find(character) != std::string_view::npos) {
      result += character;
    } else {
      append_visible(result, character);
    }
    offset += length;
  }
  return result;
}

}  // namespace

void append_visible(std::string& out, std::string_view character) {
  if (is_hidden(character)) {
    out += '?';
  } else {
    out += character;
  }
}

std::string visible_line(std::string_view text) { return visible(text, ""); }

std::string visible_lines(std::string_view text) {
  return visible(text, "\n\t");
}

}  // namespace sotto
