// SPDX-License-Identifier: Apache-2.0
//
// Text that its author may have meant as an expression.

#ifndef SOTTO_GRAMMAR_NEAR_MISS_H_
#define SOTTO_GRAMMAR_NEAR_MISS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/span.h"

namespace sotto {

struct NearMiss {
  Span span;
  std::string message;
  std::string hint;
};

// Looks at the run of '<' at text[at], of `run` characters, which opened no
// expression. Looks ahead a few hundred bytes at the most, blanks aside.
std::optional<NearMiss> find_near_miss(std::string_view text, std::size_t at,
                                       std::size_t run);

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_NEAR_MISS_H_
