// SPDX-License-Identifier: Apache-2.0

#include "base/json_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "base/utf8.h"

namespace sotto {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

// How a byte is written in a string: 0 as it is, 'u' as \u00xx, any other
// letter as the backslash and that letter.
constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> escapes{};
  for (std::size_t c = 0; c < 0x20; ++c) escapes[c] = 'u';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}

constexpr std::array<char, 256> kEscapes = make_escapes();

char escape_of(char c) { return kEscapes[static_cast<unsigned char>(c)]; }

// Eight bytes at once.
constexpr std::size_t kWord = sizeof(std::uint64_t);
constexpr std::uint64_t kEachByte = 0x0101010101010101;
constexpr std::uint64_t kHighBits = 0x80 * kEachByte;

std::uint64_t load_word(const char* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

// Not 0 if one of the bytes is a quote, a backslash or a control character.
// (A byte that is less than another borrows from its high bit.)
std::uint64_t escapes_in(std::uint64_t word) {
  const std::uint64_t quotes = word ^ '"' * kEachByte;
  const std::uint64_t backslashes = word ^ '\\' * kEachByte;
  return (((word - 0x20 * kEachByte) & ~word) |
          ((quotes - kEachByte) & ~quotes) |
          ((backslashes - kEachByte) & ~backslashes)) &
         kHighBits;
}

// In the high bit of each byte: is it not plain? Bytes that are not ASCII have
// it set; those that are get it by a borrow. Above the first such byte it may
// be set for others.
std::uint64_t not_plain(std::uint64_t word) {
  return word | (word - 0x20 * kEachByte) |
         ((word ^ '"' * kEachByte) - kEachByte) |
         ((word ^ '\\' * kEachByte) - kEachByte);
}

// The four hexadecimal digits at `offset`; none if there are not four.
std::optional<std::uint32_t> read_hex4(std::string_view raw,
                                       std::size_t offset) {
  if (offset + 4 > raw.size()) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : raw.substr(offset, 4)) {
    value <<= 4;
    if (c >= '0' && c <= '9') {
      value |= static_cast<std::uint32_t>(c - '0');
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
      value |= static_cast<std::uint32_t>((c | 0x20) - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return value;
}

bool is_high_surrogate(std::uint32_t unit) { return (unit >> 10) == 0x36; }
bool is_low_surrogate(std::uint32_t unit) { return (unit >> 10) == 0x37; }

JsonChar decode_unicode_escape(std::string_view raw, std::size_t offset) {
  const auto unit = read_hex4(raw, offset + 2);
  if (!unit) return {};
  if (is_high_surrogate(*unit) &&
      raw.substr(std::min(offset + 6, raw.size()), 2) == "\\u") {
    const auto low = read_hex4(raw, offset + 8);
    if (low && is_low_surrogate(*low)) {
      return {0x10000 + ((*unit & 0x3FF) << 10) + (*low & 0x3FF), 12};
    }
  }
  return {*unit, 6};
}

}  // namespace

bool is_plain_json_text(std::string_view text) {
  if (text.size() < kWord) {
    return std::all_of(text.begin(), text.end(), [](char c) {
      return escape_of(c) == 0 && static_cast<unsigned char>(c) < 0x80;
    });
  }
  const std::size_t last = text.size() - kWord;
  std::uint64_t found = not_plain(load_word(text.data() + last));
  for (std::size_t i = 0; i < last; i += kWord) {
    found |= not_plain(load_word(text.data() + i));
  }
  return (found & kHighBits) == 0;
}

std::size_t plain_json_prefix(std::string_view text) {
  std::size_t at = 0;
  for (; at + kWord <= text.size(); at += kWord) {
    const std::uint64_t found =
        not_plain(load_word(text.data() + at)) & kHighBits;
    if (found == 0) continue;
    if constexpr (std::endian::native == std::endian::little) {
      at += static_cast<std::size_t>(std::countr_zero(found)) / 8;
    }
    return at;
  }
  return at;
}

std::size_t json_escaped_size(std::string_view text) {
  std::size_t size = text.size();
  for (std::size_t i = 0; i < text.size();) {
    if (i + kWord <= text.size() && !escapes_in(load_word(text.data() + i))) {
      i += kWord;
      continue;
    }
    if (const char escape = escape_of(text[i])) size += escape == 'u' ? 5 : 1;
    ++i;
  }
  return size;
}

char* json_escape(std::string_view text, char* out) {
  for (std::size_t i = 0; i < text.size();) {
    if (i + kWord <= text.size() && !escapes_in(load_word(text.data() + i))) {
      std::memcpy(out, text.data() + i, kWord);
      out += kWord;
      i += kWord;
      continue;
    }
    const char c = text[i++];
    const char escape = escape_of(c);
    if (escape == 0) {
      *out++ = c;
      continue;
    }
    *out++ = '\\';
    *out++ = escape;
    if (escape != 'u') continue;
    *out++ = '0';
    *out++ = '0';
    *out++ = kHexDigits[static_cast<unsigned char>(c) >> 4];
    *out++ = kHexDigits[static_cast<unsigned char>(c) & 0xF];
  }
  return out;
}

JsonChar decode_json_escape(std::string_view raw, std::size_t offset) {
  if (offset + 1 >= raw.size()) return {};
  switch (raw[offset + 1]) {
    case '"':
    case '\\':
    case '/':
      return {static_cast<unsigned char>(raw[offset + 1]), 2};
    case 'b':
      return {'\b', 2};
    case 'f':
      return {'\f', 2};
    case 'n':
      return {'\n', 2};
    case 'r':
      return {'\r', 2};
    case 't':
      return {'\t', 2};
    case 'u':
      return decode_unicode_escape(raw, offset);
    default:
      return {};
  }
}

DecodedText::DecodedText(std::string_view raw, std::size_t raw_offset)
    : raw_(raw), base_(raw_offset) {
  std::size_t offset = raw.find('\\');
  if (offset == std::string_view::npos) return;
  copied_ = true;
  decoded_.reserve(raw.size());
  offsets_.reserve(raw.size() + 1);

  const auto append = [&](std::string_view bytes, std::size_t from, bool each) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      decoded_.push_back(bytes[i]);
      offsets_.push_back(static_cast<std::uint32_t>(each ? from + i : from));
    }
  };
  append(raw.substr(0, offset), 0, true);
  while (offset < raw.size()) {
    const JsonChar escaped =
        raw[offset] == '\\' ? decode_json_escape(raw, offset) : JsonChar{};
    if (escaped.raw_length == 0) {  // An ordinary byte.
      append(raw.substr(offset, 1), offset, true);
      ++offset;
      continue;
    }
    char bytes[4];
    const std::size_t length = encode_utf8(escaped.code_point, bytes);
    append({bytes, length}, offset, false);
    offset += escaped.raw_length;
  }
  offsets_.push_back(static_cast<std::uint32_t>(raw.size()));
}

DecodedText DecodedText::verbatim(std::string_view text,
                                  std::size_t raw_offset) {
  DecodedText verbatim;
  verbatim.raw_ = text;
  verbatim.base_ = raw_offset;
  return verbatim;
}

std::size_t DecodedText::raw_offset(std::size_t offset) const {
  return base_ + (copied_ ? offsets_[offset] : offset);
}

}  // namespace sotto
