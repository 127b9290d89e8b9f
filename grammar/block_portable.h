// SPDX-License-Identifier: Apache-2.0
//
// Bits and Block (grammar/scan_algorithm.h) in plain C++, for any processor.
// Included by grammar/scanner_portable.cc alone.

#ifndef SOTTO_GRAMMAR_BLOCK_PORTABLE_H_
#define SOTTO_GRAMMAR_BLOCK_PORTABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "grammar/character_class.h"
#include "grammar/utf8_tables.h"

namespace sotto {
namespace {

struct Bits {
  std::array<std::uint64_t, 8> lanes;

  static Bits load(const std::uint64_t* from) {
    Bits bits;
    std::memcpy(bits.lanes.data(), from, sizeof bits.lanes);
    return bits;
  }
  static Bits none() { return {}; }
  static Bits all(std::uint64_t lane) {
    return each([&](std::size_t) { return lane; });
  }
  // Bit 0 alone, 0 or 1.
  static Bits first(unsigned bit) { return {bit}; }
  // Bit 511 alone.
  static Bits last(unsigned bit) {
    return {0, 0, 0, 0, 0, 0, 0, std::uint64_t{bit} << 63};
  }
  void store(std::uint64_t* to) const {
    std::memcpy(to, lanes.data(), sizeof lanes);
  }

  Bits operator&(Bits other) const {
    return each([&](std::size_t i) { return lanes[i] & other.lanes[i]; });
  }
  Bits operator|(Bits other) const {
    return each([&](std::size_t i) { return lanes[i] | other.lanes[i]; });
  }
  Bits operator^(Bits other) const {
    return each([&](std::size_t i) { return lanes[i] ^ other.lanes[i]; });
  }
  Bits operator~() const {
    return each([&](std::size_t i) { return ~lanes[i]; });
  }
  bool any() const {
    std::uint64_t all = 0;
    for (const std::uint64_t lane : lanes) all |= lane;
    return all != 0;
  }

  unsigned lanes_with_any() const {
    return where([&](std::size_t i) { return lanes[i] != 0; });
  }
  unsigned last_bit() const { return static_cast<unsigned>(lanes[7] >> 63); }
  // Bit n = bit n - 1; bit 0 = bit 511 of `before`.
  Bits behind(Bits before) const {
    return each([&](std::size_t i) {
      const std::uint64_t previous = i == 0 ? before.lanes[7] : lanes[i - 1];
      return lanes[i] << 1 | previous >> 63;
    });
  }
  // a + b; `carry`, 0 or 1, comes in and goes out.
  static Bits add(Bits a, Bits b, unsigned& carry) {
    std::uint64_t raised = carry;
    const Bits sum = each([&](std::size_t i) {
      const std::uint64_t lane = a.lanes[i] + b.lanes[i];
      const std::uint64_t total = lane + raised;
      raised = static_cast<std::uint64_t>(lane < a.lanes[i]) |
               static_cast<std::uint64_t>(total < lane);
      return total;
    });
    carry = static_cast<unsigned>(raised);
    return sum;
  }
  // Bit n = the parity of bits 0 to n, and of `carry`, which goes out.
  Bits parity(unsigned& carry) const {
    std::uint64_t flipped = 0 - std::uint64_t{carry};
    const Bits found = each([&](std::size_t i) {
      std::uint64_t x = lanes[i];
      for (int shift = 1; shift < 64; shift *= 2) x ^= x << shift;
      x ^= flipped;
      flipped = 0 - (x >> 63);
      return x;
    });
    carry = static_cast<unsigned>(flipped & 1);
    return found;
  }

 private:
  template <typename Lane>
  static Bits each(Lane lane) {
    Bits bits;
    for (std::size_t i = 0; i < 8; ++i) bits.lanes[i] = lane(i);
    return bits;
  }
  template <typename Test>
  static unsigned where(Test test) {
    unsigned bits = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      bits |= static_cast<unsigned>(test(i)) << i;
    }
    return bits;
  }
};

// The classes of all bytes.
struct ClassTable {
  std::uint8_t rows[256];
};
constexpr ClassTable make_class_table() {
  ClassTable table{};
  for (int c = 0; c < 256; ++c) {
    table.rows[c] = character_class(static_cast<char>(c));
  }
  return table;
}
constexpr ClassTable kClassTable = make_class_table();

struct Block {
  Bits planes[8];
  bool is_ascii;

  static Block classify(const char* bytes) {
    Block block;
    std::uint64_t all = 0;
    for (std::size_t lane = 0; lane < 8; ++lane) {
      std::uint64_t masks[8] = {};
      for (std::size_t i = 0; i < 64; i += 8) {
        const char* const eight = bytes + 64 * lane + i;
        all |= load_word(eight);
        const std::uint64_t planes = transposed(classes_of(eight));
        for (std::size_t plane = 0; plane < 8; ++plane) {
          masks[plane] |= (planes >> 8 * plane & 0xFF) << i;
        }
      }
      for (std::size_t plane = 0; plane < 8; ++plane) {
        block.planes[plane].lanes[lane] = masks[plane];
      }
    }
    block.is_ascii = is_ascii_word(all);
    return block;
  }

  // The bits of `bits` where `mask` has one, side by side.
  static std::uint64_t extract(std::uint64_t bits, std::uint64_t mask) {
    std::uint64_t found = 0;
    for (unsigned at = 0; mask != 0; mask &= mask - 1, ++at) {
      found |= (bits >> __builtin_ctzll(mask) & 1) << at;
    }
    return found;
  }

  static bool is_ascii_chunk(const char* bytes) {
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < 64; i += 8) all |= load_word(bytes + i);
    return is_ascii_word(all);
  }

  // 64 bytes and the three before them (see grammar/utf8_tables.h).
  static bool is_utf8_chunk(const char* bytes) {
    const auto byte = [&](int i) {
      return static_cast<unsigned char>(bytes[i]);
    };
    unsigned wrong = 0;
    for (int i = 0; i < 64; ++i) {
      const unsigned errors = kFirstHighErrors[byte(i - 1) >> 4] &
                              kFirstLowErrors[byte(i - 1) & 0xF] &
                              kSecondHighErrors[byte(i) >> 4];
      const bool continues = byte(i - 2) >= 0xE0 || byte(i - 3) >= 0xF0;
      wrong |= errors ^ (continues ? kTwoContinuations : 0u);
    }
    return wrong == 0;
  }

 private:
  static std::uint64_t load_word(const char* from) {
    std::uint64_t word;
    std::memcpy(&word, from, sizeof word);
    return word;
  }
  static bool is_ascii_word(std::uint64_t word) {
    return (word & 0x8080808080808080) == 0;
  }
  // Of eight characters; that of the first in bits 0 to 7.
  static std::uint64_t classes_of(const char* eight) {
    std::uint64_t classes = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      const auto byte = static_cast<unsigned char>(eight[i]);
      classes |= std::uint64_t{kClassTable.rows[byte]} << 8 * i;
    }
    return classes;
  }
  // Eight rows of eight bits, transposed (Hacker's Delight, 7-3).
  static std::uint64_t transposed(std::uint64_t x) {
    const auto swap = [&x](int shift, std::uint64_t where) {
      const std::uint64_t changed = (x ^ x >> shift) & where;
      x ^= changed ^ changed << shift;
    };
    swap(7, 0x00AA00AA00AA00AA);
    swap(14, 0x0000CCCC0000CCCC);
    swap(28, 0x00000000F0F0F0F0);
    return x;
  }
};

}  // namespace
}  // namespace sotto

#endif  // SOTTO_GRAMMAR_BLOCK_PORTABLE_H_
