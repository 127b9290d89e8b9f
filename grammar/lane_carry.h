// SPDX-License-Identifier: Apache-2.0
//
// What one lane of eight hands to the next, where the lanes themselves are
// computed side by side. Bit n of a number is what lane n says; `carry`, 0 or
// 1, comes in from before and goes out behind the last. For kernels alone: each
// has its own copy, compiled for its processor.

#ifndef SOTTO_GRAMMAR_LANE_CARRY_H_
#define SOTTO_GRAMMAR_LANE_CARRY_H_

namespace sotto {
namespace {

// The lanes that a sum must still be raised by one in: `overflowed` lanes hand
// one on, and `full` ones, all ones, hand on what they get. (Adding does that:
// a carry runs through the full lanes as through the nines of 0999 + 1.)
unsigned raised_lanes(unsigned overflowed, unsigned full, unsigned& carry) {
  const unsigned raised = ((overflowed << 1 | carry) + full) ^ full;
  carry = raised >> 8 & 1;
  return raised & 0xFF;
}

// The lanes behind an odd number of `odd` ones.
unsigned flipped_lanes(unsigned odd, unsigned& carry) {
  odd ^= odd << 1;
  odd ^= odd << 2;
  odd ^= odd << 4;
  odd = (odd << 1 ^ (0u - carry)) & 0x1FF;
  carry = odd >> 8;
  return odd & 0xFF;
}

}  // namespace
}  // namespace sotto

#endif  // SOTTO_GRAMMAR_LANE_CARRY_H_
