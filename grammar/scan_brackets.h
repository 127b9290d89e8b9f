// SPDX-License-Identifier: Apache-2.0
//
// A part of grammar/scan_algorithm.h (which says why this stands in an
// anonymous namespace): brackets, and the stack of what is open. Takes Block
// from the grammar/block_*.h that was included before.

#ifndef SOTTO_GRAMMAR_SCAN_BRACKETS_H_
#define SOTTO_GRAMMAR_SCAN_BRACKETS_H_

#include <cstddef>
#include <cstdint>

#include "grammar/scan_found.h"
#include "grammar/scanner.h"

namespace sotto {
namespace {

// Up to 64 brackets, the first in bit 0.
struct Brackets {
  std::uint64_t open = 0;
  std::uint64_t brace = 0;
  std::uint64_t keyed = 0;
  std::uint64_t unkeyed = 0;
  unsigned count = 0;
};

// Around each bracket is an object, an array or, at the top, nothing. The stack
// of what is open has a bit a level, 1 for an object: a word with the innermost
// in bit 0, which is kept where a level is a multiple of 64. False: the
// document is invalid.
bool visit(const Brackets& some, ScanState& state, std::size_t max_depth) {
  std::uint64_t in_object = 0;  // By bracket.
  std::uint64_t at_top = 0;
  std::uint64_t stack = state.stack;
  std::size_t depth = state.depth;
  for (unsigned i = 0; i < some.count; ++i) {
    const bool open = some.open >> i & 1;
    in_object |= (stack & 1) << i;
    at_top |= std::uint64_t{depth == 0} << i;
    if (depth == (open ? max_depth : 0)) return false;
    if (depth % 64 == 0) state.kept[depth / 64] = stack;
    const std::uint64_t pushed = stack << 1 | (some.brace >> i & 1);
    stack = open ? pushed : stack >> 1;
    depth = open ? depth + 1 : depth - 1;
    if (depth % 64 == 0 && !open) stack = state.kept[depth / 64];
  }
  const std::uint64_t close =
      ~some.open &
      (some.count == 0 ? 0 : ~std::uint64_t{0} >> (64 - some.count));
  state.stack = stack;
  state.depth = depth;
  return ((some.keyed & (~in_object | at_top)) |
          (some.unkeyed & (in_object | at_top)) |
          (close & (some.brace ^ in_object))) == 0;
}

// Those of several chunks are put side by side, so that one loop visits them.
bool visit_brackets(const Found& found, ScanState& state,
                    std::size_t max_depth) {
  Brackets some;
  for (auto with = found.with_bracket; with != 0; with &= with - 1) {
    const std::size_t i = first_bit(with);
    const std::uint64_t mask = found.bracket[i];
    const unsigned count = static_cast<unsigned>(__builtin_popcountll(mask));
    if (some.count + count > 64) {
      if (!visit(some, state, max_depth)) return false;
      some = Brackets();
    }
    const unsigned at = some.count & 63;
    some.open |= Block::extract(found.open[i], mask) << at;
    some.brace |= Block::extract(found.brace[i], mask) << at;
    some.keyed |= Block::extract(found.keyed[i], mask) << at;
    some.unkeyed |= Block::extract(found.unkeyed[i], mask) << at;
    some.count += count;
  }
  return visit(some, state, max_depth);
}

}  // namespace
}  // namespace sotto

#endif  // SOTTO_GRAMMAR_SCAN_BRACKETS_H_
