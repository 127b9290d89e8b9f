// SPDX-License-Identifier: Apache-2.0
//
// The hash under which tables keep names.

#ifndef SOTTO_BASE_NAME_HASH_H_
#define SOTTO_BASE_NAME_HASH_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace sotto {

namespace name_hash {

template <typename Word>
inline std::uint64_t load(const char* bytes) {
  Word word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

// Both halves of a product of 64 by 64 bits, folded into one.
inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
#ifdef __SIZEOF_INT128__
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^
         static_cast<std::uint64_t>(product >> 64);
#else
  constexpr std::uint64_t kLow = 0xFFFFFFFF;
  const std::uint64_t middle =
      (a >> 32) * (b & kLow) + ((a & kLow) * (b & kLow) >> 32);
  const std::uint64_t other = (a & kLow) * (b >> 32) + (middle & kLow);
  return a * b ^ ((a >> 32) * (b >> 32) + (middle >> 32) + (other >> 32));
#endif
}

}  // namespace name_hash

// All bits are as good as any. Names come from documents: with a `seed` that
// nobody knows, nobody can choose names that collide.
inline std::uint64_t hash_name(std::string_view name, std::uint64_t seed) {
  using name_hash::fold;
  using name_hash::load;
  constexpr std::uint64_t kFirst = 0x9E3779B97F4A7C15;
  constexpr std::uint64_t kSecond = 0xD1B54A32D192ED03;
  const char* bytes = name.data();
  std::size_t rest = name.size();
  std::uint64_t hash = seed ^ (rest * kFirst);
  for (; rest > 16; rest -= 16, bytes += 16) {
    hash = fold(load<std::uint64_t>(bytes) ^ hash ^ kFirst,
                load<std::uint64_t>(bytes + 8) ^ kSecond);
  }
  // What is left is read from both its ends; the two may overlap.
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  if (rest >= 8) {
    a = load<std::uint64_t>(bytes);
    b = load<std::uint64_t>(bytes + rest - 8);
  } else if (rest >= 4) {
    a = load<std::uint32_t>(bytes);
    b = load<std::uint32_t>(bytes + rest - 4);
  } else if (rest > 0) {
    a = load<std::uint8_t>(bytes) << 16 |
        load<std::uint8_t>(bytes + rest / 2) << 8 |
        load<std::uint8_t>(bytes + rest - 1);
  }
  return fold(fold(a ^ hash ^ kSecond, b ^ seed ^ kFirst), kSecond);
}

}  // namespace sotto

#endif  // SOTTO_BASE_NAME_HASH_H_
