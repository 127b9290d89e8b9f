// SPDX-License-Identifier: Apache-2.0

#include "base/utf8.h"

#include <algorithm>
#include <cstring>

namespace sotto {
namespace {

// Eight bytes at once: does none of them have its high bit set?
bool is_ascii_word(const char* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return (word & 0x8080808080808080u) == 0;
}

}  // namespace

// The table of RFC 3629, section 4: the first byte gives the length and, for
// four of them, narrows the range of the second.
std::size_t utf8_length(std::string_view text, std::size_t offset) {
  const auto byte = [&](std::size_t i) {
    return offset + i < text.size()
               ? static_cast<unsigned char>(text[offset + i])
               : 0u;
  };
  const auto is_tail = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  if (offset >= text.size()) return 0;

  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;
  if (first < 0xE0) return is_tail(1) ? 2 : 0;
  if (first < 0xF0) {
    if (first == 0xE0 && byte(1) < 0xA0) return 0;   // Overlong.
    if (first == 0xED && byte(1) >= 0xA0) return 0;  // A surrogate.
    return is_tail(1) && is_tail(2) ? 3 : 0;
  }
  if (first > 0xF4) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;   // Overlong.
  if (first == 0xF4 && byte(1) >= 0x90) return 0;  // Past U+10FFFF.
  return is_tail(1) && is_tail(2) && is_tail(3) ? 4 : 0;
}

std::size_t find_invalid_utf8(std::string_view text) {
  std::size_t offset = 0;
  while (offset < text.size()) {
    if (offset + 8 <= text.size() && is_ascii_word(text.data() + offset)) {
      offset += 8;
      continue;
    }
    const std::size_t length = utf8_length(text, offset);
    if (length == 0) return offset;
    offset += length;
  }
  return std::string_view::npos;
}

std::size_t encode_utf8(std::uint32_t code_point, char* out) {
  const auto put = [&](std::size_t i, std::uint32_t bits) {
    out[i] = static_cast<char>(bits);
  };
  if (code_point < 0x80) {
    put(0, code_point);
    return 1;
  }
  if (code_point < 0x800) {
    put(0, 0xC0 | code_point >> 6);
    put(1, 0x80 | (code_point & 0x3F));
    return 2;
  }
  if (code_point < 0x10000) {
    put(0, 0xE0 | code_point >> 12);
    put(1, 0x80 | (code_point >> 6 & 0x3F));
    put(2, 0x80 | (code_point & 0x3F));
    return 3;
  }
  put(0, 0xF0 | code_point >> 18);
  put(1, 0x80 | (code_point >> 12 & 0x3F));
  put(2, 0x80 | (code_point >> 6 & 0x3F));
  put(3, 0x80 | (code_point & 0x3F));
  return 4;
}

std::string as_utf8(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t good = std::min(find_invalid_utf8(text), text.size());
    result += text.substr(0, good);
    text.remove_prefix(good);
    if (text.empty()) break;
    const bool is_surrogate =
        text.size() >= 3 && text[0] == '\xED' &&
        (static_cast<unsigned char>(text[1]) & 0xE0u) == 0xA0u;
    result += "\uFFFD";
    text.remove_prefix(is_surrogate ? 3 : 1);
  }
  return result;
}

}  // namespace sotto
