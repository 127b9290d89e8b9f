// SPDX-License-Identifier: Apache-2.0
//
// Bits and Block (grammar/scan_algorithm.h) for AVX2. Included by
// grammar/scanner_avx2.cc alone.

#ifndef SOTTO_GRAMMAR_BLOCK_AVX2_H_
#define SOTTO_GRAMMAR_BLOCK_AVX2_H_

#include <immintrin.h>

#include <cstdint>

#include "grammar/character_class.h"
#include "grammar/lane_carry.h"
#include "grammar/utf8_tables.h"

namespace sotto {
namespace {

struct Bits {
  __m256i low;
  __m256i high;

  static Bits load(const std::uint64_t* from) {
    const auto* const halves = reinterpret_cast<const __m256i*>(from);
    return {_mm256_load_si256(halves), _mm256_load_si256(halves + 1)};
  }
  static Bits none() {
    return {_mm256_setzero_si256(), _mm256_setzero_si256()};
  }
  static Bits all(std::uint64_t lane) {
    const __m256i half = _mm256_set1_epi64x(static_cast<long long>(lane));
    return {half, half};
  }
  // Bit 0 alone, 0 or 1.
  static Bits first(unsigned bit) {
    return {_mm256_setr_epi64x(bit, 0, 0, 0), _mm256_setzero_si256()};
  }
  // Bit 511 alone.
  static Bits last(unsigned bit) {
    return {_mm256_setzero_si256(),
            _mm256_setr_epi64x(
                0, 0, 0, static_cast<long long>(std::uint64_t{bit} << 63))};
  }
  void store(std::uint64_t* to) const {
    auto* const halves = reinterpret_cast<__m256i*>(to);
    _mm256_store_si256(halves, low);
    _mm256_store_si256(halves + 1, high);
  }

  Bits operator&(Bits other) const {
    return {_mm256_and_si256(low, other.low),
            _mm256_and_si256(high, other.high)};
  }
  Bits operator|(Bits other) const {
    return {_mm256_or_si256(low, other.low), _mm256_or_si256(high, other.high)};
  }
  Bits operator^(Bits other) const {
    return {_mm256_xor_si256(low, other.low),
            _mm256_xor_si256(high, other.high)};
  }
  Bits operator~() const {
    const __m256i ones = _mm256_set1_epi64x(-1);
    return {_mm256_xor_si256(low, ones), _mm256_xor_si256(high, ones)};
  }
  bool any() const {
    const __m256i both = _mm256_or_si256(low, high);
    return _mm256_testz_si256(both, both) == 0;
  }

  unsigned lanes_with_any() const {
    const __m256i zero = _mm256_setzero_si256();
    return 0xFF ^ Bits {
      _mm256_cmpeq_epi64(low, zero), _mm256_cmpeq_epi64(high, zero)
    }.top_bits();
  }
  unsigned last_bit() const {
    return static_cast<unsigned>(_mm256_extract_epi64(high, 3) < 0);
  }
  // Bit n = bit n - 1; bit 0 = bit 511 of `before`.
  Bits behind(Bits before) const {
    const __m256i middle = _mm256_permute2x128_si256(low, high, 0x21);
    const __m256i first = _mm256_permute2x128_si256(before.high, low, 0x21);
    return {behind(low, first), behind(high, middle)};
  }
  // a + b; `carry`, 0 or 1, comes in and goes out.
  static Bits add(Bits a, Bits b, unsigned& carry) {
    const Bits sum = {_mm256_add_epi64(a.low, b.low),
                      _mm256_add_epi64(a.high, b.high)};
    const __m256i ones = _mm256_set1_epi64x(-1);
    const Bits full = {_mm256_cmpeq_epi64(sum.low, ones),
                       _mm256_cmpeq_epi64(sum.high, ones)};
    // The carry out of a lane: where both have the top bit, or one has it and
    // the sum has not.
    const Bits over = (a & b) | ((a | b) & ~sum);
    const Bits raised =
        expanded(raised_lanes(over.top_bits(), full.top_bits(), carry));
    return {_mm256_sub_epi64(sum.low, raised.low),
            _mm256_sub_epi64(sum.high, raised.high)};
  }
  // Bit n = the parity of bits 0 to n, and of `carry`, which goes out.
  Bits parity(unsigned& carry) const {
    const Bits lanes = {parity(low), parity(high)};
    return lanes ^ expanded(flipped_lanes(lanes.top_bits(), carry));
  }

 private:
  unsigned top_bits() const {
    const int low_bits = _mm256_movemask_pd(_mm256_castsi256_pd(low));
    const int high_bits = _mm256_movemask_pd(_mm256_castsi256_pd(high));
    return static_cast<unsigned>(low_bits | high_bits << 4);
  }
  static __m256i parity(__m256i x) {
    x = _mm256_xor_si256(x, _mm256_slli_epi64(x, 1));
    x = _mm256_xor_si256(x, _mm256_slli_epi64(x, 2));
    x = _mm256_xor_si256(x, _mm256_slli_epi64(x, 4));
    x = _mm256_xor_si256(x, _mm256_slli_epi64(x, 8));
    x = _mm256_xor_si256(x, _mm256_slli_epi64(x, 16));
    return _mm256_xor_si256(x, _mm256_slli_epi64(x, 32));
  }
  // `previous`: the upper half of the lanes before, the lower half of `lanes`.
  static __m256i behind(__m256i lanes, __m256i previous) {
    const __m256i tops =
        _mm256_srli_epi64(_mm256_alignr_epi8(lanes, previous, 8), 63);
    return _mm256_or_si256(_mm256_add_epi64(lanes, lanes), tops);
  }
  // All ones in the lanes whose bit is set.
  static Bits expanded(unsigned chosen) {
    const __m256i all = _mm256_set1_epi64x(static_cast<long long>(chosen));
    const __m256i low_bits = _mm256_setr_epi64x(1, 2, 4, 8);
    const __m256i high_bits = _mm256_setr_epi64x(16, 32, 64, 128);
    return {_mm256_cmpeq_epi64(_mm256_and_si256(all, low_bits), low_bits),
            _mm256_cmpeq_epi64(_mm256_and_si256(all, high_bits), high_bits)};
  }
};

// Tables of sixteen rows: the "and" of the row of a character's upper four
// bits and of that of its lower four bits is its class but for kBit1 and kBit5,
// which are the character's own. In their place the tables tell the control
// characters that JSON allows nowhere: of 00 to 0F, and of 10 to 1F.
struct NibbleTables {
  alignas(16) std::uint8_t high[16];
  alignas(16) std::uint8_t low[16];
};
constexpr std::uint8_t kOwnBits = 1 << kBit1 | 1 << kBit5;
constexpr NibbleTables make_nibble_tables() {
  NibbleTables tables{};
  for (int c = 0; c < 128; ++c) {
    int bits = character_class(static_cast<char>(c)) & ~kOwnBits;
    if (is_forbidden_control(static_cast<char>(c))) {
      bits = 1 << kIsControl | (c < 0x10 ? 1 << kBit1 : 1 << kBit5);
    }
    tables.high[c / 16] = static_cast<std::uint8_t>(tables.high[c / 16] | bits);
    tables.low[c % 16] = static_cast<std::uint8_t>(tables.low[c % 16] | bits);
  }
  return tables;
}
constexpr NibbleTables kNibbleTables = make_nibble_tables();

constexpr bool tables_tell_classes() {
  for (int c = 0; c < 128; ++c) {
    const int bits = kNibbleTables.high[c / 16] & kNibbleTables.low[c % 16];
    const bool forbidden = is_forbidden_control(static_cast<char>(c));
    const int wanted = character_class(static_cast<char>(c)) & ~kOwnBits;
    if (forbidden != ((bits & kOwnBits) != 0)) return false;
    if (!forbidden && bits != wanted) return false;
  }
  return true;
}
static_assert(tables_tell_classes());

struct Block {
  Bits planes[8];
  bool is_ascii;

  static Block classify(const char* bytes) {
    alignas(64) std::uint32_t masks[8][16];
    __m256i all = _mm256_setzero_si256();
    __m256i forbidden = _mm256_setzero_si256();
    for (int i = 0; i < 16; ++i) {
      const __m256i half = load_half(bytes + 32 * i);
      const __m256i bits =
          _mm256_and_si256(lookup(kNibbleTables.high, high_nibbles(half)),
                           lookup(kNibbleTables.low, half));
      const __m256i own = _mm256_set1_epi8(kOwnBits);
      all = _mm256_or_si256(all, half);
      forbidden = _mm256_or_si256(forbidden, bits);
      __m256i classes = _mm256_or_si256(_mm256_andnot_si256(own, bits),
                                        _mm256_and_si256(own, half));
      for (int plane = 7;; --plane) {
        masks[plane][i] =
            static_cast<std::uint32_t>(_mm256_movemask_epi8(classes));
        if (plane == 0) break;
        classes = _mm256_add_epi8(classes, classes);
      }
    }
    Block block;
    for (int plane = 0; plane < 8; ++plane) {
      block.planes[plane] =
          Bits::load(reinterpret_cast<const std::uint64_t*>(masks[plane]));
    }
    block.is_ascii = _mm256_movemask_epi8(all) == 0;
    if (_mm256_testz_si256(forbidden, _mm256_set1_epi8(kOwnBits)) == 0) {
      // Whatever else the block is, it is not allowed.
      block.planes[kIsDigit] = block.planes[kIsControl];
    }
    return block;
  }

  // The bits of `bits` where `mask` has one, side by side.
  static std::uint64_t extract(std::uint64_t bits, std::uint64_t mask) {
    return _pext_u64(bits, mask);
  }

  static bool is_ascii_chunk(const char* bytes) {
    return _mm256_movemask_epi8(
               _mm256_or_si256(load_half(bytes), load_half(bytes + 32))) == 0;
  }

  // 64 bytes and the three before them (see grammar/utf8_tables.h).
  static bool is_utf8_chunk(const char* bytes) {
    return is_utf8_half(bytes) && is_utf8_half(bytes + 32);
  }

 private:
  static __m256i load_half(const char* bytes) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
  }
  static __m256i high_nibbles(__m256i bytes) {
    return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0xF));
  }
  static __m256i lookup(const std::uint8_t* table, __m256i rows) {
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_load_si128(
                                   reinterpret_cast<const __m128i*>(table))),
                               rows);
  }
  static bool is_utf8_half(const char* bytes) {
    const __m256i before = load_half(bytes - 1);
    const __m256i first_low = lookup(
        kFirstLowErrors, _mm256_and_si256(before, _mm256_set1_epi8(0xF)));
    const __m256i errors = _mm256_and_si256(
        _mm256_and_si256(lookup(kFirstHighErrors, high_nibbles(before)),
                         first_low),
        lookup(kSecondHighErrors, high_nibbles(load_half(bytes))));
    const __m256i third = _mm256_subs_epu8(load_half(bytes - 2),
                                           _mm256_set1_epi8(kThirdContinues));
    const __m256i fourth = _mm256_subs_epu8(load_half(bytes - 3),
                                            _mm256_set1_epi8(kFourthContinues));
    const __m256i expected = _mm256_and_si256(
        _mm256_or_si256(third, fourth),
        _mm256_set1_epi8(static_cast<char>(kTwoContinuations)));
    const __m256i wrong = _mm256_xor_si256(errors, expected);
    return _mm256_testz_si256(wrong, wrong) != 0;
  }
};

}  // namespace
}  // namespace sotto

#endif  // SOTTO_GRAMMAR_BLOCK_AVX2_H_
