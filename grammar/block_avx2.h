// SPDX-License-Identifier: Apache-2.0
//
// Block and Bits (grammar/scan_algorithm.h) for AVX2. Included by
// grammar/scanner_avx2.cc alone.

#ifndef SOTTO_GRAMMAR_BLOCK_AVX2_H_
#define SOTTO_GRAMMAR_BLOCK_AVX2_H_

#include <immintrin.h>

#include <cstdint>

namespace sotto {
namespace {

struct Block {
  __m256i low;
  __m256i high;

  static Block load(const char* from) {
    const auto* const halves = reinterpret_cast<const __m256i*>(from);
    return {_mm256_loadu_si256(halves), _mm256_loadu_si256(halves + 1)};
  }

  std::uint64_t equal(char c) const {
    const __m256i all = _mm256_set1_epi8(c);
    return mask(_mm256_cmpeq_epi8(low, all), _mm256_cmpeq_epi8(high, all));
  }
  std::uint64_t equal_but_bit5(char c) const {
    const __m256i bit = _mm256_set1_epi8(0x20);
    return Block{_mm256_or_si256(low, bit), _mm256_or_si256(high, bit)}.equal(
        c);
  }
  std::uint64_t bit5() const {
    return mask(_mm256_slli_epi16(low, 2), _mm256_slli_epi16(high, 2));
  }
  std::uint64_t in_table(const std::uint8_t* table) const {
    const __m256i rows = _mm256_broadcastsi128_si256(
        _mm_load_si128(reinterpret_cast<const __m128i*>(table)));
    return mask(_mm256_cmpeq_epi8(_mm256_shuffle_epi8(rows, low), low),
                _mm256_cmpeq_epi8(_mm256_shuffle_epi8(rows, high), high));
  }
  std::uint64_t control() const { return at_most(0x1F); }
  std::uint64_t digit() const {
    const __m256i zero = _mm256_set1_epi8('0');
    return Block{_mm256_sub_epi8(low, zero), _mm256_sub_epi8(high, zero)}
        .at_most(9);
  }
  std::uint64_t not_ascii() const { return mask(low, high); }

 private:
  static std::uint64_t mask(__m256i low, __m256i high) {
    const auto low_bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(low));
    const auto high_bits =
        static_cast<std::uint32_t>(_mm256_movemask_epi8(high));
    return low_bits | std::uint64_t{high_bits} << 32;
  }
  std::uint64_t at_most(char c) const {
    const __m256i all = _mm256_set1_epi8(c);
    return mask(_mm256_cmpeq_epi8(_mm256_min_epu8(low, all), low),
                _mm256_cmpeq_epi8(_mm256_min_epu8(high, all), high));
  }
};

struct Bits {
  __m256i low;
  __m256i high;

  static Bits load(const std::uint64_t* from) {
    const auto* const halves = reinterpret_cast<const __m256i*>(from);
    return {_mm256_load_si256(halves), _mm256_load_si256(halves + 1)};
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
  Bits operator~() const {
    const __m256i ones = _mm256_set1_epi64x(-1);
    return {_mm256_xor_si256(low, ones), _mm256_xor_si256(high, ones)};
  }
  bool any() const {
    const __m256i both = _mm256_or_si256(low, high);
    return _mm256_testz_si256(both, both) == 0;
  }

  Bits plus_lanes(unsigned chosen) const {
    const Bits ones = expand(chosen);
    return {_mm256_sub_epi64(low, ones.low), _mm256_sub_epi64(high, ones.high)};
  }
  Bits flip_lanes(unsigned chosen) const {
    const Bits ones = expand(chosen);
    return {_mm256_xor_si256(low, ones.low), _mm256_xor_si256(high, ones.high)};
  }
  static Bits add_lanes(Bits a, Bits b) {
    return {_mm256_add_epi64(a.low, b.low), _mm256_add_epi64(a.high, b.high)};
  }
  // The carry out of the top bit: where both have it, or one has and the sum
  // has not.
  static unsigned overflowed(Bits a, Bits b, Bits sum) {
    return ((a & b) | ((a | b) & ~sum)).top_bits();
  }
  unsigned full_lanes() const {
    const __m256i ones = _mm256_set1_epi64x(-1);
    return Bits{_mm256_cmpeq_epi64(low, ones), _mm256_cmpeq_epi64(high, ones)}
        .top_bits();
  }
  unsigned top_bits() const {
    const int low_bits = _mm256_movemask_pd(_mm256_castsi256_pd(low));
    const int high_bits = _mm256_movemask_pd(_mm256_castsi256_pd(high));
    return static_cast<unsigned>(low_bits | high_bits << 4);
  }
  Bits prefix_parity() const { return {parity(low), parity(high)}; }

 private:
  static __m256i parity(__m256i x) {
    x = _mm256_xor_si256(x, _mm256_slli_epi64(x, 1));
    x = _mm256_xor_si256(x, _mm256_slli_epi64(x, 2));
    x = _mm256_xor_si256(x, _mm256_slli_epi64(x, 4));
    x = _mm256_xor_si256(x, _mm256_slli_epi64(x, 8));
    x = _mm256_xor_si256(x, _mm256_slli_epi64(x, 16));
    return _mm256_xor_si256(x, _mm256_slli_epi64(x, 32));
  }
  // All ones in the lanes whose bit is set.
  static Bits expand(unsigned chosen) {
    const __m256i all = _mm256_set1_epi64x(static_cast<long long>(chosen));
    const __m256i low_bits = _mm256_setr_epi64x(1, 2, 4, 8);
    const __m256i high_bits = _mm256_setr_epi64x(16, 32, 64, 128);
    return {_mm256_cmpeq_epi64(_mm256_and_si256(all, low_bits), low_bits),
            _mm256_cmpeq_epi64(_mm256_and_si256(all, high_bits), high_bits)};
  }
};

}  // namespace
}  // namespace sotto

#endif  // SOTTO_GRAMMAR_BLOCK_AVX2_H_
