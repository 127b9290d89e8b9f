// SPDX-License-Identifier: Apache-2.0
//
// What the second step of grammar/scan_algorithm.h (which says why this stands
// in an anonymous namespace), the check, hands to the third, the visit.

#ifndef SOTTO_GRAMMAR_SCAN_FOUND_H_
#define SOTTO_GRAMMAR_SCAN_FOUND_H_

#include <cstddef>
#include <cstdint>

namespace sotto {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kBlocks = 8;  // That are scanned together.
constexpr std::size_t kChunk = 64;  // One lane.
constexpr std::size_t kChunks = kBlocks * kBlock / kChunk;

// What some blocks have for visiting: bits by chunk.
struct Found {
  alignas(64) std::uint64_t bracket[kChunks];
  alignas(64) std::uint64_t open[kChunks];
  alignas(64) std::uint64_t brace[kChunks];  // { or }, if it is a bracket.
  // Brackets with such commas between them and the bracket before.
  alignas(64) std::uint64_t keyed[kChunks];
  alignas(64) std::uint64_t unkeyed[kChunks];
  alignas(64) std::uint64_t unusual[kChunks];  // In scalars: no digits alone.
  alignas(64) std::uint64_t escape[kChunks];   // Not of a quote or backslash.
  alignas(64) std::uint64_t angle[kChunks];
  alignas(64) std::uint64_t key_end[kChunks];  // Colons of keys with a '<'.
  bool is_ascii[kBlocks];
  // Of which chunks are not empty.
  std::uint64_t with_bracket = 0;
  std::uint64_t with_unusual = 0;
  std::uint64_t with_escape = 0;
  std::uint64_t with_angle = 0;
  std::uint64_t with_key_end = 0;
};

// The number of the lowest bit, if there is one.
std::size_t first_bit(std::uint64_t bits) {
  return static_cast<std::size_t>(__builtin_ctzll(bits));
}

}  // namespace
}  // namespace sotto

#endif  // SOTTO_GRAMMAR_SCAN_FOUND_H_
