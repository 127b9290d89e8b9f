// SPDX-License-Identifier: Apache-2.0
//
// What the text of a pattern is compiled to: a list of steps that a value is
// led through byte by byte, at all the places at once that it can have reached
// (Thompson's construction). Nothing is ever tried again. Internal to
// resolver/.

#ifndef SOTTO_RESOLVER_PATTERN_STEPS_H_
#define SOTTO_RESOLVER_PATTERN_STEPS_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "resolver/value_pattern.h"

namespace sotto {

struct PatternStep {
  enum class Kind : std::uint8_t { kBytes, kFork };

  Kind kind = Kind::kFork;
  // Of kBytes: which of the sets; the way on is the next step.
  std::size_t set = 0;
  // Of kFork: where the ways on begin, from here.
  std::ptrdiff_t one = 1;
  std::ptrdiff_t other = 1;
};

// Steps of a pattern, or of a part of it. They begin at the first one and end
// behind the last one, wherever they stand: a part is repeated by writing it
// again.
using PatternPart = std::vector<PatternStep>;

using ByteSet = std::bitset<256>;

struct PatternSteps {
  PatternPart steps;
  std::vector<ByteSet> sets;
};

// As ValuePattern::parse().
tl::expected<PatternSteps, PatternMistake> compile_pattern(
    std::string_view text);

}  // namespace sotto

#endif  // SOTTO_RESOLVER_PATTERN_STEPS_H_
