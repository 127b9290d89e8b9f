// SPDX-License-Identifier: Apache-2.0
//
// Block and Bits (grammar/scan_algorithm.h) in plain C++, for any processor.
// Bytes are compared eight at a time inside a 64-bit word. Included by
// grammar/scanner_portable.cc and tests alone.

#ifndef SOTTO_GRAMMAR_BLOCK_PORTABLE_H_
#define SOTTO_GRAMMAR_BLOCK_PORTABLE_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sotto {
namespace {

struct Block {
  static constexpr std::uint64_t kLow7 = 0x7F7F7F7F7F7F7F7F;
  static constexpr std::uint64_t kTop = 0x8080808080808080;
  static constexpr std::uint64_t kEach = 0x0101010101010101;

  std::array<std::uint64_t, 8> words;  // Byte n of the text in bits 8n.

  static Block load(const char* from) {
    Block block;
    for (std::size_t i = 0; i < 8; ++i) {
      std::uint64_t word;
      std::memcpy(&word, from + 8 * i, sizeof word);
      if constexpr (std::endian::native == std::endian::big) {
        word = __builtin_bswap64(word);
      }
      block.words[i] = word;
    }
    return block;
  }

  std::uint64_t equal(char c) const {
    return gather([c](std::uint64_t word) { return equal_tops(word, c); });
  }
  std::uint64_t equal_but_bit5(char c) const {
    return gather(
        [c](std::uint64_t word) { return equal_tops(word | kEach * 0x20, c); });
  }
  std::uint64_t bit5() const {
    return gather([](std::uint64_t word) { return word << 2 & kTop; });
  }
  // The tables hold each character in the row of its low four bits; here it is
  // enough to compare with every character of a table.
  std::uint64_t in_table(const std::uint8_t* table) const {
    std::uint64_t found = 0;
    for (std::size_t row = 0; row < 16; ++row) {
      if ((table[row] & 0xF) == row && table[row] < 0x80) {
        found |= equal(static_cast<char>(table[row]));
      }
    }
    return found;
  }
  std::uint64_t control() const {
    return gather([](std::uint64_t word) {
      // Above 0x1F in the low seven bits, or not ASCII.
      const std::uint64_t above = (word & kLow7) + kEach * 0x60;
      return ~(above | word) & kTop;
    });
  }
  std::uint64_t digit() const {
    return gather([](std::uint64_t word) {
      const std::uint64_t low7 = word & kLow7;
      const std::uint64_t from_zero = low7 + kEach * (0x80 - '0');
      const std::uint64_t past_nine = low7 + kEach * (0x7F - '9');
      return from_zero & ~past_nine & ~word & kTop;
    });
  }
  std::uint64_t not_ascii() const {
    return gather([](std::uint64_t word) { return word & kTop; });
  }

 private:
  // The top bit of each byte that is c (Hacker's Delight, 6-1, exact).
  static std::uint64_t equal_tops(std::uint64_t word, char c) {
    const std::uint64_t difference =
        word ^ kEach * static_cast<unsigned char>(c);
    return ~(((difference & kLow7) + kLow7) | difference) & kTop;
  }
  // The top bits of eight words as 64 bits: the product moves those of one
  // word side by side.
  template <typename Test>
  std::uint64_t gather(Test test) const {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      bits |= ((test(words[i]) >> 7) * 0x0102040810204080 >> 56) << 8 * i;
    }
    return bits;
  }
};

struct Bits {
  std::array<std::uint64_t, 8> lanes;

  static Bits load(const std::uint64_t* from) {
    Bits bits;
    std::memcpy(bits.lanes.data(), from, sizeof bits.lanes);
    return bits;
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
  Bits operator~() const {
    return each([&](std::size_t i) { return ~lanes[i]; });
  }
  bool any() const {
    std::uint64_t all = 0;
    for (const std::uint64_t lane : lanes) all |= lane;
    return all != 0;
  }

  Bits plus_lanes(unsigned chosen) const {
    return each([&](std::size_t i) { return lanes[i] + (chosen >> i & 1); });
  }
  Bits flip_lanes(unsigned chosen) const {
    return each([&](std::size_t i) {
      return lanes[i] ^ (std::uint64_t{0} - (chosen >> i & 1));
    });
  }
  static Bits add_lanes(Bits a, Bits b) {
    return each([&](std::size_t i) { return a.lanes[i] + b.lanes[i]; });
  }
  static unsigned overflowed(Bits a, Bits, Bits sum) {
    return where([&](std::size_t i) { return sum.lanes[i] < a.lanes[i]; });
  }
  unsigned full_lanes() const {
    return where([&](std::size_t i) { return lanes[i] + 1 == 0; });
  }
  unsigned top_bits() const {
    return where([&](std::size_t i) { return lanes[i] >> 63 != 0; });
  }
  Bits prefix_parity() const {
    return each([&](std::size_t i) {
      std::uint64_t x = lanes[i];
      for (int shift = 1; shift < 64; shift *= 2) x ^= x << shift;
      return x;
    });
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

}  // namespace
}  // namespace sotto

#endif  // SOTTO_GRAMMAR_BLOCK_PORTABLE_H_
