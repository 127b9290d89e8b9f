// SPDX-License-Identifier: Apache-2.0
//
// RFC 8259 clause by clause: texts that are JSON and texts that are not.

#ifndef SOTTO_TESTS_GRAMMAR_TESTING_JSON_TABLE_H_
#define SOTTO_TESTS_GRAMMAR_TESTING_JSON_TABLE_H_

#include <span>
#include <string_view>

namespace sotto {

struct JsonCase {
  std::string_view clause;  // Of RFC 8259: "7".
  bool valid;
  std::string_view text;
  // Why nlohmann-json answers otherwise, or empty.
  std::string_view other_opinion = {};
};

std::span<const JsonCase> json_cases();

// The same for JSON Lines.
struct LinesCase {
  bool valid;
  std::string_view text;
};

std::span<const LinesCase> lines_cases();

}  // namespace sotto

#endif  // SOTTO_TESTS_GRAMMAR_TESTING_JSON_TABLE_H_
