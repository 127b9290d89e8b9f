// SPDX-License-Identifier: Apache-2.0
//
// A second reader of JSON, for tests only: a recursive validator straight from
// RFC 8259, the strings of a document with a map to its bytes, and the
// document as a list of events (nlohmann-json) that keeps order, duplicate
// keys and the spelling of numbers.

#ifndef SOTTO_TESTS_ORACLE_NAIVE_JSON_H_
#define SOTTO_TESTS_ORACLE_NAIVE_JSON_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sotto::oracle {

// Is `text` one JSON text in strict UTF-8, no deeper than `max_depth`?
bool naive_json_valid(std::string_view text, std::size_t max_depth = 512);

// Is every line that is not blank one?
bool naive_lines_valid(std::string_view text, std::size_t max_depth = 512);

// The length of the UTF-8 character at `offset`; 0 if there is none.
std::size_t naive_utf8_length(std::string_view text, std::size_t offset);

struct NaiveString {
  std::size_t begin = 0;  // Raw, the opening quote.
  std::size_t end = 0;    // Raw, behind the closing quote.
  bool is_key = false;
  std::string text;  // Decoded; lone surrogates as three bytes ED A0..BF xx.
  // Raw offset of each byte of `text`, and of its end.
  std::vector<std::size_t> raw;
};

// All strings of a valid JSON text, or of valid JSON Lines.
std::vector<NaiveString> naive_strings(std::string_view document);

// {"a":[1.0,"x"]} -> "{", "key a", "[", "number 1.0", "string x", "]", "}".
// Nothing if nlohmann-json refuses the text (lone surrogates, for one).
std::optional<std::vector<std::string>> naive_events(std::string_view text);

// `text` as the content of a JSON string, spelled as base/json_text.h says.
std::string naive_escape(std::string_view text);

}  // namespace sotto::oracle

#endif  // SOTTO_TESTS_ORACLE_NAIVE_JSON_H_
