// SPDX-License-Identifier: Apache-2.0
//
// Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, none past
// U+10FFFF.

#ifndef SOTTO_BASE_UTF8_H_
#define SOTTO_BASE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sotto {

// The length in bytes of the well-formed character at `text[offset]`, 1 to 4;
// 0 if the bytes there are not UTF-8.
std::size_t utf8_length(std::string_view text, std::size_t offset);

// The offset of the first byte that is not UTF-8, or npos if all of it is.
std::size_t find_invalid_utf8(std::string_view text);

inline bool is_utf8(std::string_view text) {
  return find_invalid_utf8(text) == std::string_view::npos;
}

// Writes `code_point` to `out` (room for 4 bytes) and returns its length.
// Surrogates are written in the same pattern (three bytes, ED A0..BF xx): the
// mark by which decoded text shows a lone surrogate escape.
std::size_t encode_utf8(std::uint32_t code_point, char* out);

// `text` for those who take UTF-8 alone (JSON): what is none becomes U+FFFD,
// one a byte; one for the three bytes that stand for a lone surrogate.
std::string as_utf8(std::string_view text);

}  // namespace sotto

#endif  // SOTTO_BASE_UTF8_H_
