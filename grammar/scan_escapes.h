// SPDX-License-Identifier: Apache-2.0
//
// A part of grammar/scan_algorithm.h (which says why this stands in an
// anonymous namespace): quotes, backslashes, and what these escape. Takes Bits
// and Block from the grammar/block_*.h that was included before. What is
// escaped is found in place: as a call, which g++ makes of a second use, it
// costs the scanner for AVX2 7 % of its speed.

#ifndef SOTTO_GRAMMAR_SCAN_ESCAPES_H_
#define SOTTO_GRAMMAR_SCAN_ESCAPES_H_

#include "grammar/character_class.h"

namespace sotto {
namespace {

// All quotes, escaped or not.
Bits raw_quotes(const Block& block) {
  return block.planes[kIsRow2] & block.planes[kBit1];
}

Bits backslashes(const Block& block) {
  return block.planes[kIsRowC] &
         ~(block.planes[kIsRow2] | block.planes[kIsRow3]);
}

// In each run of backslashes every second one, and what follows a run of odd
// length. (Adding a run to its first backslash, if that stands at an odd place,
// carries it behind the run: so runs of odd and even length part, as in
// simdjson.)
[[gnu::always_inline]] inline Bits find_escaped_in_runs(Bits backslash,
                                                        unsigned& is_escaped) {
  const Bits even = Bits::all(0x5555555555555555);
  const Bits before = Bits::last(is_escaped);
  const Bits run = backslash & ~Bits::first(is_escaped);
  const Bits behind = run.behind(before);
  is_escaped = 0;
  const Bits past = Bits::add(run & ~(even | behind), run, is_escaped);
  return (even ^ past.behind(Bits::none())) & behind;
}

// The characters behind backslashes that are not themselves escaped.
// `is_escaped` comes in for the first, and goes out for the one behind the
// last.
[[gnu::always_inline]] inline Bits find_escaped(Bits backslash,
                                                unsigned& is_escaped) {
  if (!backslash.any() && is_escaped == 0) return Bits::none();
  const Bits behind = backslash.behind(Bits::last(is_escaped));
  if (!(backslash & behind).any()) {
    is_escaped = backslash.last_bit();
    return behind;
  }
  return find_escaped_in_runs(backslash, is_escaped);
}

}  // namespace
}  // namespace sotto

#endif  // SOTTO_GRAMMAR_SCAN_ESCAPES_H_
