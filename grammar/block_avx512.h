// SPDX-License-Identifier: Apache-2.0
//
// Bits and Block (grammar/scan_algorithm.h) for AVX-512 with VBMI and GFNI.
// Included by grammar/scanner_avx512.cc alone.

#ifndef SOTTO_GRAMMAR_BLOCK_AVX512_H_
#define SOTTO_GRAMMAR_BLOCK_AVX512_H_

#include <immintrin.h>

#include <cstdint>

#include "grammar/character_class.h"
#include "grammar/lane_carry.h"
#include "grammar/utf8_tables.h"

namespace sotto {
namespace {

struct Bits {
  __m512i lanes;

  static Bits load(const std::uint64_t* from) {
    return {_mm512_load_si512(from)};
  }
  static Bits none() { return {_mm512_setzero_si512()}; }
  static Bits all(std::uint64_t lane) {
    return {_mm512_set1_epi64(static_cast<long long>(lane))};
  }
  // Bit 0 alone, 0 or 1.
  static Bits first(unsigned bit) { return {_mm512_maskz_set1_epi64(1, bit)}; }
  // Bit 511 alone.
  static Bits last(unsigned bit) {
    return {_mm512_maskz_set1_epi64(
        0x80, static_cast<long long>(std::uint64_t{bit} << 63))};
  }
  void store(std::uint64_t* to) const { _mm512_store_si512(to, lanes); }

  Bits operator&(Bits other) const {
    return {_mm512_and_si512(lanes, other.lanes)};
  }
  Bits operator|(Bits other) const {
    return {_mm512_or_si512(lanes, other.lanes)};
  }
  Bits operator^(Bits other) const {
    return {_mm512_xor_si512(lanes, other.lanes)};
  }
  Bits operator~() const {
    return {_mm512_xor_si512(lanes, _mm512_set1_epi64(-1))};
  }
  bool any() const { return _mm512_test_epi64_mask(lanes, lanes) != 0; }

  unsigned lanes_with_any() const {
    return _mm512_test_epi64_mask(lanes, lanes);
  }
  unsigned last_bit() const {
    return static_cast<unsigned>(_mm512_movepi64_mask(lanes)) >> 7;
  }
  // Bit n = bit n - 1; bit 0 = bit 511 of `before`.
  Bits behind(Bits before) const {
    const __m512i tops =
        _mm512_srli_epi64(_mm512_alignr_epi64(lanes, before.lanes, 7), 63);
    return {_mm512_or_si512(_mm512_add_epi64(lanes, lanes), tops)};
  }
  // a + b; `carry`, 0 or 1, comes in and goes out.
  static Bits add(Bits a, Bits b, unsigned& carry) {
    const __m512i sum = _mm512_add_epi64(a.lanes, b.lanes);
    const __m512i ones = _mm512_set1_epi64(-1);
    const unsigned raised =
        raised_lanes(_mm512_cmplt_epu64_mask(sum, a.lanes),
                     _mm512_cmpeq_epi64_mask(sum, ones), carry);
    return {
        _mm512_mask_sub_epi64(sum, static_cast<__mmask8>(raised), sum, ones)};
  }
  // Bit n = the parity of bits 0 to n, and of `carry`, which goes out.
  Bits parity(unsigned& carry) const {
    __m512i x = lanes;
    x = _mm512_xor_si512(x, _mm512_slli_epi64(x, 1));
    x = _mm512_xor_si512(x, _mm512_slli_epi64(x, 2));
    x = _mm512_xor_si512(x, _mm512_slli_epi64(x, 4));
    x = _mm512_xor_si512(x, _mm512_slli_epi64(x, 8));
    x = _mm512_xor_si512(x, _mm512_slli_epi64(x, 16));
    x = _mm512_xor_si512(x, _mm512_slli_epi64(x, 32));
    const unsigned flipped = flipped_lanes(_mm512_movepi64_mask(x), carry);
    return {_mm512_mask_xor_epi64(x, static_cast<__mmask8>(flipped), x,
                                  _mm512_set1_epi64(-1))};
  }
};

// The classes of all ASCII characters: one lookup finds those of 64 bytes.
struct ClassTable {
  alignas(64) std::uint8_t rows[128];
};
constexpr ClassTable make_class_table() {
  ClassTable table{};
  for (int c = 0; c < 128; ++c) {
    table.rows[c] = character_class(static_cast<char>(c));
  }
  return table;
}
constexpr ClassTable kClassTable = make_class_table();

// From two vectors of eight times eight bytes: the first (or last) four bytes
// of each eight, gathered by their number.
struct GatherTable {
  alignas(64) std::uint8_t rows[64];
};
constexpr GatherTable make_gather_table(int first) {
  GatherTable table{};
  for (int i = 0; i < 64; ++i) {
    const int plane = first + i / 16;
    const int vector = i / 8 % 2;
    const int eight = i % 8;
    table.rows[i] = static_cast<std::uint8_t>(64 * vector + 8 * eight + plane);
  }
  return table;
}
constexpr GatherTable kGatherLow = make_gather_table(0);
constexpr GatherTable kGatherHigh = make_gather_table(4);

struct Block {
  Bits planes[8];
  bool is_ascii;

  static Block classify(const char* bytes) {
    Block block;
    __m512i by_eight[8];
    __m512i all = _mm512_setzero_si512();
    for (int i = 0; i < 8; ++i) {
      const __m512i chunk = _mm512_loadu_si512(bytes + 64 * i);
      all = _mm512_or_si512(all, chunk);
      by_eight[i] = planes_by_eight(chunk);
    }
    block.is_ascii = _mm512_movepi8_mask(all) == 0;
    transpose(by_eight, block.planes);
    return block;
  }

  // The bits of `bits` where `mask` has one, side by side.
  static std::uint64_t extract(std::uint64_t bits, std::uint64_t mask) {
    return _pext_u64(bits, mask);
  }

  static bool is_ascii_chunk(const char* bytes) {
    return _mm512_movepi8_mask(_mm512_loadu_si512(bytes)) == 0;
  }

  // 64 bytes and the three before them (see grammar/utf8_tables.h).
  static bool is_utf8_chunk(const char* bytes) {
    const __m512i now = _mm512_loadu_si512(bytes);
    const __m512i before = _mm512_loadu_si512(bytes - 1);
    const __m512i first_high = lookup(kFirstHighErrors, high_nibbles(before));
    const __m512i first_low = lookup(
        kFirstLowErrors, _mm512_and_si512(before, _mm512_set1_epi8(0xF)));
    const __m512i second = lookup(kSecondHighErrors, high_nibbles(now));
    const __m512i errors =
        _mm512_ternarylogic_epi64(first_high, first_low, second, 0x80);
    const __m512i third = _mm512_subs_epu8(_mm512_loadu_si512(bytes - 2),
                                           _mm512_set1_epi8(kThirdContinues));
    const __m512i fourth = _mm512_subs_epu8(_mm512_loadu_si512(bytes - 3),
                                            _mm512_set1_epi8(kFourthContinues));
    const __m512i expected = _mm512_and_si512(
        _mm512_or_si512(third, fourth),
        _mm512_set1_epi8(static_cast<char>(kTwoContinuations)));
    return _mm512_cmpneq_epi8_mask(errors, expected) == 0;
  }

 private:
  // In each eight bytes: byte n holds bit n of the classes of eight characters.
  // Multiplying the unit matrix by the classes as a matrix of bits transposes
  // them, last byte first.
  static __m512i planes_by_eight(__m512i chunk) {
    const __mmask64 ascii =
        _mm512_testn_epi8_mask(chunk, _mm512_set1_epi8(-0x80));
    const __m512i classes = _mm512_maskz_permutex2var_epi8(
        ascii, _mm512_load_si512(kClassTable.rows), chunk,
        _mm512_load_si512(kClassTable.rows + 64));
    const __m512i reversed = _mm512_shuffle_epi8(
        classes, _mm512_set_epi64(0x08090A0B0C0D0E0F, 0x0001020304050607,
                                  0x08090A0B0C0D0E0F, 0x0001020304050607,
                                  0x08090A0B0C0D0E0F, 0x0001020304050607,
                                  0x08090A0B0C0D0E0F, 0x0001020304050607));
    const __m512i unit =
        _mm512_set1_epi64(static_cast<long long>(0x8040201008040201));
    return _mm512_gf2p8affine_epi64_epi8(unit, reversed, 0);
  }

  // What stands by block, eight and plane, by plane, block and eight.
  static void transpose(const __m512i (&from)[8], Bits (&planes)[8]) {
    const __m512i low = _mm512_load_si512(kGatherLow.rows);
    const __m512i high = _mm512_load_si512(kGatherHigh.rows);
    __m512i pairs[2][4];
    for (int i = 0; i < 4; ++i) {
      pairs[0][i] = _mm512_permutex2var_epi8(from[2 * i], low, from[2 * i + 1]);
      pairs[1][i] =
          _mm512_permutex2var_epi8(from[2 * i], high, from[2 * i + 1]);
    }
    for (int half = 0; half < 2; ++half) {
      const __m512i* const pair = pairs[half];
      const __m512i a = _mm512_shuffle_i64x2(pair[0], pair[1], 0x44);
      const __m512i b = _mm512_shuffle_i64x2(pair[2], pair[3], 0x44);
      const __m512i c = _mm512_shuffle_i64x2(pair[0], pair[1], 0xEE);
      const __m512i d = _mm512_shuffle_i64x2(pair[2], pair[3], 0xEE);
      Bits* const out = planes + 4 * half;
      out[0] = {_mm512_shuffle_i64x2(a, b, 0x88)};
      out[1] = {_mm512_shuffle_i64x2(a, b, 0xDD)};
      out[2] = {_mm512_shuffle_i64x2(c, d, 0x88)};
      out[3] = {_mm512_shuffle_i64x2(c, d, 0xDD)};
    }
  }

  static __m512i high_nibbles(__m512i bytes) {
    return _mm512_and_si512(_mm512_srli_epi16(bytes, 4), _mm512_set1_epi8(0xF));
  }
  static __m512i lookup(const std::uint8_t* table, __m512i rows) {
    return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(_mm_load_si128(
                                   reinterpret_cast<const __m128i*>(table))),
                               rows);
  }
};

}  // namespace
}  // namespace sotto

#endif  // SOTTO_GRAMMAR_BLOCK_AVX512_H_
