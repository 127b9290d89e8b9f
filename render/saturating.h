// SPDX-License-Identifier: Apache-2.0
//
// Sizes that stop at the largest one. That much memory nobody has: whoever
// asks for it is refused.

#ifndef SOTTO_RENDER_SATURATING_H_
#define SOTTO_RENDER_SATURATING_H_

#include <cstddef>
#include <limits>

namespace sotto {

constexpr std::size_t saturating_sum(std::size_t a, std::size_t b) {
  const std::size_t sum = a + b;
  return sum < a ? std::numeric_limits<std::size_t>::max() : sum;
}

constexpr std::size_t saturating_product(std::size_t a, std::size_t b) {
  constexpr std::size_t kLargest = std::numeric_limits<std::size_t>::max();
  // Small factors, which most are, need no division.
  if (((a | b) >> (std::numeric_limits<std::size_t>::digits / 2)) == 0) {
    return a * b;
  }
  return b != 0 && a > kLargest / b ? kLargest : a * b;
}

}  // namespace sotto

#endif  // SOTTO_RENDER_SATURATING_H_
