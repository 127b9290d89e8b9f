// SPDX-License-Identifier: Apache-2.0

#include "render/functions.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/json_text.h"
#include "base/json_tokenizer.h"
#include "base/secret_ref.h"

namespace sotto {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
  return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u;
}

Result<SecretString> base64(std::string_view bytes, std::string_view alphabet,
                            bool padded) {
  SecretBuilder out((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t group = byte_at(bytes, i) << 16 |
                                byte_at(bytes, i + 1) << 8 |
                                byte_at(bytes, i + 2);
    const std::size_t digits = std::min<std::size_t>(bytes.size() - i, 3) + 1;
    for (std::size_t digit = 0; digit < 4; ++digit) {
      if (digit < digits) {
        out.append(alphabet[group >> (18 - 6 * digit) & 0x3F]);
      } else if (padded) {
        out.append('=');
      }
    }
  }
  return out.take();
}

// RFC 3986, section 2.3: all but the unreserved characters are encoded.
Result<SecretString> percent_encode(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  SecretBuilder out(bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_name_char(c) || c == '.' || c == '~') {
      out.append(c);
    } else {
      out.append('%');
      out.append(kHex[byte >> 4]);
      out.append(kHex[byte & 0xF]);
    }
  }
  return out.take();
}

// RFC 7617, section 2: the user may not hold a colon, neither of the two a
// control character.
Result<SecretString> basic_credentials(std::string_view user,
                                       std::string_view password) {
  const auto has_control = [](std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
  };
  if (user.find(':') != user.npos) {
    return fail(ErrorCode::kMalformed, "the user of \"FN.basic\" holds a colon",
                "HTTP Basic ends the user at the first colon (RFC 7617)");
  }
  if (has_control(user) || has_control(password)) {
    return fail(ErrorCode::kMalformed,
                "an argument of \"FN.basic\" holds a control character",
                "a line break at the end of a value goes with FN.trim");
  }
  SecretBuilder both(user.size() + 1 + password.size());
  both.append(user);
  both.append(':');
  both.append(password);
  SOTTO_ASSIGN_OR_RETURN(const SecretString credentials, both.take());
  return base64(credentials.expose(), kBase64, true);
}

Result<SecretString> json_string(std::string_view text) {
  const std::size_t size = json_escaped_size(text);
  SecretBuilder out;
  if (char* room = out.prepare(size)) {
    json_escape(text, room);
    out.commit(size);
  }
  return out.take();
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

Result<SecretString> checked_json(std::string_view text) {
  JsonTokenizer tokens(text, text.size());  // render() limits the depth.
  while (tokens.next() != JsonToken::kEnd) {
  }
  if (!tokens.ok()) {
    return fail(ErrorCode::kMalformed,
                "the argument of \"FN.json\" is not valid JSON",
                "FN.json_string gives any value as text");
  }
  return SecretString::copy_of(text);
}

}  // namespace

Result<SecretString> call_function(
    Function function, std::span<const std::string_view> arguments) {
  const std::string_view argument = arguments[0];
  switch (function) {
    case Function::kBase64:
      return base64(argument, kBase64, true);
    case Function::kBase64Url:
      return base64(argument, kBase64Url, false);
    case Function::kBasic:
      return basic_credentials(argument, arguments[1]);
    case Function::kJson:
      return checked_json(argument);
    case Function::kJsonString:
      return json_string(argument);
    case Function::kLiteral:
      return SecretString::copy_of(argument);
    case Function::kTrim:
      return SecretString::copy_of(trimmed(argument));
    case Function::kUrl:
      return percent_encode(argument);
  }
  return fail(ErrorCode::kMalformed, "an unknown function");
}

}  // namespace sotto
