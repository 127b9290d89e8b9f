// SPDX-License-Identifier: Apache-2.0
//
// What a kernel (grammar/scanner_*.cc) exports beside the scanner, and in an
// anonymous namespace as that is: the landmarks of a block. Takes Bits and
// Block from the grammar/block_*.h that was included before.

#ifndef SOTTO_GRAMMAR_SCAN_LANDMARKS_H_
#define SOTTO_GRAMMAR_SCAN_LANDMARKS_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "grammar/character_class.h"
#include "grammar/scan_escapes.h"
#include "grammar/scanner.h"

namespace sotto {
namespace {

void find_landmarks(Landmarks& landmarks, const char* bytes, std::size_t size) {
  char filled_up[Landmarks::kBlock];
  if (size < Landmarks::kBlock) {
    std::memset(filled_up, ' ', sizeof filled_up);
    std::memcpy(filled_up, bytes, size);
    bytes = filled_up;
  }
  const Block block = Block::classify(bytes);
  const auto is = [&](ClassBit bit) { return block.planes[bit]; };
  const Bits escaped = find_escaped(backslashes(block), landmarks.is_escaped);
  const Bits quote = raw_quotes(block) & ~escaped;
  const Bits outside = ~quote.parity(landmarks.in_string);
  const Bits comma = is(kIsRowC) & is(kIsRow2);
  ((is(kIsBracket) | comma) & outside).store(landmarks.structure);
  (is(kIsControl) & is(kBit1) & outside).store(landmarks.line_break);
  if (size < Landmarks::kBlock) {
    alignas(64) std::uint64_t lanes[Landmarks::kBlock / 64];
    escaped.store(lanes);
    landmarks.is_escaped = lanes[size / 64] >> size % 64 & 1;
  }
}

}  // namespace
}  // namespace sotto

#endif  // SOTTO_GRAMMAR_SCAN_LANDMARKS_H_
