// SPDX-License-Identifier: Apache-2.0
//
// The names of the functions that an expression may call, and how many
// arguments each takes. What they do is in render/functions.h.

#ifndef SOTTO_GRAMMAR_FUNCTIONS_H_
#define SOTTO_GRAMMAR_FUNCTIONS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace sotto {

enum class Function : std::uint8_t {
  kBase64,
  kBase64Url,
  kBasic,
  kJson,
  kJsonString,
  kLiteral,
  kTrim,
  kUrl,
};

struct FunctionInfo {
  Function function;
  std::string_view name;       // "base64", as in FN.base64.
  std::uint8_t arity;          // Exactly so many arguments.
  std::string_view signature;  // "FN.base64(value)"
  std::string_view summary;    // One line for the manual and completion.
};

// The whole table, sorted by name.
std::span<const FunctionInfo> functions();

const FunctionInfo& function_info(Function function);

// By name without "FN."; none if there is no such function.
std::optional<Function> find_function(std::string_view name);

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_FUNCTIONS_H_
