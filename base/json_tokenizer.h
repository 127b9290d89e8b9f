// SPDX-License-Identifier: Apache-2.0
//
// The small JSON tokenizer that documents and store answers share: RFC 8259 to
// the letter, strict UTF-8, limited depth, no recursion, no copy of a value.

#ifndef SOTTO_BASE_JSON_TOKENIZER_H_
#define SOTTO_BASE_JSON_TOKENIZER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/span.h"

namespace sotto {

inline constexpr std::size_t kMaxJsonDepth = 512;

enum class JsonToken : std::uint8_t {
  kObjectBegin,
  kObjectEnd,
  kArrayBegin,
  kArrayEnd,
  kKey,     // The string before a ':'.
  kString,  // A string that is a value.
  kNumber,
  kTrue,
  kFalse,
  kNull,
  kEnd,  // The end of the text, whether it was valid or not.
};

// What is wrong in a JSON text. A message for each: json_error_message().
enum class JsonErrorKind : std::uint8_t {
  kExpectedValue,
  kExpectedKey,
  kExpectedKeyOrEnd,    // '"' or '}' after '{'
  kExpectedValueOrEnd,  // a value or ']' after '['
  kExpectedColon,
  kExpectedCommaOrBrace,
  kExpectedCommaOrBracket,
  kTrailingText,
  kUnclosedString,
  kUnclosedObject,
  kUnclosedArray,
  kControlCharacter,
  kInvalidEscape,
  kInvalidUtf8,
  kInvalidNumber,
  kInvalidLiteral,
  kByteOrderMark,
  kTooDeep,
  kEmpty,
};

struct JsonError {
  JsonErrorKind kind;
  Span span;
};

// "expected ',' or '}' after a member of an object". Holds no byte of input.
std::string_view json_error_message(JsonErrorKind kind);

// Reads a JSON text token by token. Borrows `text`.
//
// Errors are collected, not returned. What is wrong inside a string (an
// escape, a control character, a byte that is not UTF-8), and numbers and
// literals that are misspelt, do not end the reading. The first error of
// structure does end the checking of structure: from there on only strings are
// still handed out, as kString, so that expressions in the rest of a broken
// document can be reported too. At most kMaxErrors errors are kept.
class JsonTokenizer {
 public:
  static constexpr std::size_t kMaxErrors = 100;

  explicit JsonTokenizer(std::string_view text,
                         std::size_t max_depth = kMaxJsonDepth);

  JsonToken next();

  // Of the last token; strings with their quotes.
  Span span() const { return span_; }
  // The content of the last kKey or kString: raw, without quotes.
  std::string_view content() const {
    return text_.substr(span_.begin + 1, span_.size() - 2);
  }
  // Open objects and arrays around the last token.
  std::size_t depth() const { return containers_.size(); }

  // Valid once kEnd was returned.
  bool ok() const { return errors_.empty(); }
  // Is the structure still known, so that keys and depth mean something?
  bool structured() const { return state_ != State::kLost; }
  const std::vector<JsonError>& errors() const { return errors_; }

 private:
  enum class State : std::uint8_t {
    kValue,           // A value must follow.
    kFirstItem,       // A value or ']'.
    kFirstKey,        // A key or '}'.
    kKey,             // A key.
    kColon,           // ':'.
    kCommaOrBrace,    // After a member.
    kCommaOrBracket,  // After an item.
    kDone,            // Only white space.
    kLost,            // After the first error of structure.
  };

  void skip_blanks();
  JsonToken take_value(char first);
  JsonToken take_string(JsonToken kind);
  bool read_string();
  std::size_t escape_length();
  std::size_t character_length();
  JsonToken take_number();
  JsonToken take_literal(std::string_view word, JsonToken kind);
  JsonToken open(bool object);
  JsonToken close(bool object);
  JsonToken finish();
  JsonErrorKind missing_at_end() const;
  JsonToken lose(JsonErrorKind kind);
  JsonToken next_string();
  void after_value();
  void report(JsonErrorKind kind, Span span);
  std::size_t word_end(std::size_t begin) const;

  std::string_view text_;
  std::size_t max_depth_;
  std::size_t position_ = 0;
  Span span_;
  State state_ = State::kValue;
  std::vector<bool> containers_;  // true: an object.
  std::vector<JsonError> errors_;
};

}  // namespace sotto

#endif  // SOTTO_BASE_JSON_TOKENIZER_H_
