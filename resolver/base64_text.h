// SPDX-License-Identifier: Apache-2.0
//
// Base64 as tokens have it: either alphabet, with '=' at its end or without.
// Internal to resolver/.

#ifndef SOTTO_RESOLVER_BASE64_TEXT_H_
#define SOTTO_RESOLVER_BASE64_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sotto {

// What the text stands for; none if it is no base64.
inline std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string decoded;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const char digit = c == '-' ? '+' : c == '_' ? '/' : c;
    const std::size_t value = kDigits.find(digit);
    if (value == kDigits.npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      decoded += static_cast<char>(bits >> count & 0xFF);
    }
  }
  return decoded;
}

}  // namespace sotto

#endif  // SOTTO_RESOLVER_BASE64_TEXT_H_
