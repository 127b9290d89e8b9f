// SPDX-License-Identifier: Apache-2.0
//
// The pattern that a value must match as a whole: regular expressions without
// what makes them slow. The time is bounded by the length of the value times
// the size of the pattern, whatever the two are.
//
//   abc          these characters; ASCII alone
//   .            any byte but a line break (\n, \r)
//   [a-z_]       one of these; [^a-z] any byte that is none of these
//   \d \w \s     a digit; a letter, a digit or '_'; a blank; \D \W \S: no such
//   \t \n \r     tab and line breaks; \x1b the byte of that number
//   \.           the character itself, for all that is no letter or digit
//   a|b  (a)     one or the other; a group, also written (?:a)
//   a? a* a+     at most one, any number, at least one
//   a{3} a{3,} a{3,5}   so many; at most 1000
//
// '^' as the first character and '$' as the last one say what holds anyway.

#ifndef SOTTO_RESOLVER_VALUE_PATTERN_H_
#define SOTTO_RESOLVER_VALUE_PATTERN_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_string.h"

namespace sotto {

// Why a text is no pattern.
struct PatternMistake {
  std::size_t offset = 0;  // Of the character that is wrong; may be the end.
  std::string_view message;
};

// Immutable; a copy shares what it was compiled to. Thread-safe.
class ValuePattern {
 public:
  // May throw std::bad_alloc.
  static tl::expected<ValuePattern, PatternMistake> parse(
      std::string_view text);

  // Reads the value where it is. May throw std::bad_alloc.
  bool matches(const SecretString& value) const;

  // As it was written.
  const std::string& text() const;

 private:
  struct Program;
  explicit ValuePattern(std::shared_ptr<const Program> program)
      : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_VALUE_PATTERN_H_
