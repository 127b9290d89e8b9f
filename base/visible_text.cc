// SPDX-License-Identifier: Apache-2.0

#include "base/visible_text.h"

#include <algorithm>
#include <cstddef>

#include "base/utf8.h"

namespace sotto {
namespace {

bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first >= 0x7F;
  // The control characters of Latin-1.
  return character.size() == 2 && first == 0xC2 &&
         static_cast<unsigned char>(character[1]) < 0xA0;
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
  if (is_control(character)) {
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
