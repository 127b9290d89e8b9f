// SPDX-License-Identifier: Apache-2.0
//
// A stretch of a document.

#ifndef SOTTO_BASE_SPAN_H_
#define SOTTO_BASE_SPAN_H_

#include <compare>
#include <cstddef>

namespace sotto {

// The bytes [begin, end) of a document, counted from its first byte.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;

  std::size_t size() const { return end - begin; }
  friend auto operator<=>(const Span&, const Span&) = default;
};

}  // namespace sotto

#endif  // SOTTO_BASE_SPAN_H_
