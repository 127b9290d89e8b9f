// SPDX-License-Identifier: Apache-2.0
//
// The text of a string with the expressions in it, for rules that ask where in
// the text they stand. Internal to resolver/.

#ifndef SOTTO_RESOLVER_RULES_STRING_TEXT_H_
#define SOTTO_RESOLVER_RULES_STRING_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/json_text.h"
#include "base/span.h"
#include "resolver/lint_rule.h"

namespace sotto {

class StringText {
 public:
  struct Hole {
    Span span;                     // Of text().
    std::uint32_t expression = 0;  // Template::expressions()[expression]
  };

  // Of a string of the outline.
  StringText(const LintDocument& document, std::uint32_t string);

  // Decoded; expressions as they are written.
  std::string_view text() const { return decoded_.text(); }
  // The expressions, in order.
  const std::vector<Hole>& holes() const { return holes_; }
  std::vector<Span> hole_spans() const;
  const DecodedText& decoded() const { return decoded_; }

 private:
  std::size_t offset_of(std::size_t raw) const;

  DecodedText decoded_;
  std::vector<Hole> holes_;
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_RULES_STRING_TEXT_H_
