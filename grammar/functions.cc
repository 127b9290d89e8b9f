// SPDX-License-Identifier: Apache-2.0

#include "grammar/functions.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace sotto {
namespace {

using enum Function;

// clang-format off
constexpr std::array kFunctions = {
    FunctionInfo{kBase64,     "base64",      1, "FN.base64(value)",         "Base64 with padding (RFC 4648, section 4)"},
    FunctionInfo{kBase64Url,  "base64url",   1, "FN.base64url(value)",      "Base64 for URLs, without padding (RFC 4648, section 5)"},
    FunctionInfo{kBasic,      "basic",       2, "FN.basic(user, password)", "the credentials of HTTP Basic (RFC 7617), without the word Basic"},
    FunctionInfo{kJson,       "json",        1, "FN.json(value)",           "the value as JSON in place of the whole string"},
    FunctionInfo{kJsonString, "json_string", 1, "FN.json_string(value)",    "the value as the content of a JSON string inside a JSON string"},
    FunctionInfo{kLiteral,    "literal",     1, "FN.literal('text')",       "the text itself: how to write an expression that is not one"},
    FunctionInfo{kTrim,       "trim",        1, "FN.trim(value)",           "the value without blanks and line breaks around it"},
    FunctionInfo{kUrl,        "url",         1, "FN.url(value)",            "percent-encoding (RFC 3986): all but letters, digits and - . _ ~"},
};
// clang-format on

}  // namespace

std::span<const FunctionInfo> functions() { return kFunctions; }

const FunctionInfo& function_info(Function function) {
  return kFunctions[static_cast<std::size_t>(function)];
}

std::optional<Function> find_function(std::string_view name) {
  const auto found =
      std::find_if(kFunctions.begin(), kFunctions.end(),
                   [&](const FunctionInfo& info) { return info.name == name; });
  if (found == kFunctions.end()) return std::nullopt;
  return found->function;
}

}  // namespace sotto
