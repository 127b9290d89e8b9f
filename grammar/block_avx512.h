// SPDX-License-Identifier: Apache-2.0
//
// Block and Bits (grammar/scan_algorithm.h) for AVX-512BW. Included by
// grammar/scanner_avx512.cc alone.

#ifndef SOTTO_GRAMMAR_BLOCK_AVX512_H_
#define SOTTO_GRAMMAR_BLOCK_AVX512_H_

#include <immintrin.h>

#include <cstdint>

namespace sotto {
namespace {

struct Block {
  __m512i bytes;

  static Block load(const char* from) { return {_mm512_loadu_si512(from)}; }

  std::uint64_t equal(char c) const {
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(c));
  }
  std::uint64_t equal_but_bit5(char c) const {
    return _mm512_cmpeq_epi8_mask(
        _mm512_or_si512(bytes, _mm512_set1_epi8(0x20)), _mm512_set1_epi8(c));
  }
  std::uint64_t bit5() const {
    return _mm512_test_epi8_mask(bytes, _mm512_set1_epi8(0x20));
  }
  std::uint64_t in_table(const std::uint8_t* table) const {
    const __m512i rows = _mm512_broadcast_i32x4(
        _mm_load_si128(reinterpret_cast<const __m128i*>(table)));
    return _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(rows, bytes), bytes);
  }
  std::uint64_t control() const {
    return _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(0x20));
  }
  std::uint64_t digit() const {
    return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8('0')),
                                  _mm512_set1_epi8(10));
  }
  std::uint64_t not_ascii() const { return _mm512_movepi8_mask(bytes); }
};

struct Bits {
  __m512i lanes;

  static Bits load(const std::uint64_t* from) {
    return {_mm512_load_si512(from)};
  }
  void store(std::uint64_t* to) const { _mm512_store_si512(to, lanes); }

  Bits operator&(Bits other) const {
    return {_mm512_and_si512(lanes, other.lanes)};
  }
  Bits operator|(Bits other) const {
    return {_mm512_or_si512(lanes, other.lanes)};
  }
  Bits operator~() const {
    return {_mm512_xor_si512(lanes, _mm512_set1_epi64(-1))};
  }
  bool any() const { return _mm512_test_epi64_mask(lanes, lanes) != 0; }

  Bits plus_lanes(unsigned chosen) const {
    return {_mm512_mask_sub_epi64(lanes, static_cast<__mmask8>(chosen), lanes,
                                  _mm512_set1_epi64(-1))};
  }
  Bits flip_lanes(unsigned chosen) const {
    return {_mm512_mask_xor_epi64(lanes, static_cast<__mmask8>(chosen), lanes,
                                  _mm512_set1_epi64(-1))};
  }
  static Bits add_lanes(Bits a, Bits b) {
    return {_mm512_add_epi64(a.lanes, b.lanes)};
  }
  // Lanes in which the sum a + b = sum overflowed.
  static unsigned overflowed(Bits a, Bits, Bits sum) {
    return _mm512_cmplt_epu64_mask(sum.lanes, a.lanes);
  }
  unsigned full_lanes() const {
    return _mm512_cmpeq_epi64_mask(lanes, _mm512_set1_epi64(-1));
  }
  unsigned top_bits() const { return _mm512_movepi64_mask(lanes); }
  // In each lane: bit n = the parity of bits 0 to n.
  Bits prefix_parity() const {
    __m512i x = lanes;
    x = _mm512_xor_si512(x, _mm512_slli_epi64(x, 1));
    x = _mm512_xor_si512(x, _mm512_slli_epi64(x, 2));
    x = _mm512_xor_si512(x, _mm512_slli_epi64(x, 4));
    x = _mm512_xor_si512(x, _mm512_slli_epi64(x, 8));
    x = _mm512_xor_si512(x, _mm512_slli_epi64(x, 16));
    x = _mm512_xor_si512(x, _mm512_slli_epi64(x, 32));
    return {x};
  }
};

}  // namespace
}  // namespace sotto

#endif  // SOTTO_GRAMMAR_BLOCK_AVX512_H_
