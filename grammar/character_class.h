// SPDX-License-Identifier: Apache-2.0
//
// The class of a character, as the scanner sees it: eight bits, chosen so that
// every question about a character is an "and" of one or two of them, and that
// two tables of sixteen rows can look it up (grammar/block_avx2.h).

#ifndef SOTTO_GRAMMAR_CHARACTER_CLASS_H_
#define SOTTO_GRAMMAR_CHARACTER_CLASS_H_

#include <cstdint>

namespace sotto {

// The numbers of the bits.
enum ClassBit : std::uint8_t {
  kIsRowC = 0,  // , < and backslash: those whose low four bits are 0xC.
  kBit1 = 1,    // Bit 1 of the character: tells " from a blank, { from }, and
                // : from <.
  kIsRow2 = 2,  // A blank, " and ,
  kIsRow3 = 3,  // 0 : and <
  kIsBracket = 4,
  kBit5 = 5,  // Bit 5 of the character: tells { } from [ ].
  kIsControl = 6,
  kIsDigit = 7,  // With kIsControl: one that JSON allows nowhere.
};

constexpr bool is_one_of(char c, const char* characters) {
  for (; *characters != '\0'; ++characters) {
    if (c == *characters) return true;
  }
  return false;
}

constexpr bool is_forbidden_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 && !is_one_of(c, "\t\n\r");
}

constexpr std::uint8_t character_class(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80) return 0;
  const auto bit = [](bool is, ClassBit number) { return is << number; };
  return static_cast<std::uint8_t>(
      (byte & (1 << kBit1 | 1 << kBit5)) | bit(is_one_of(c, ",<\\"), kIsRowC) |
      bit(is_one_of(c, " \","), kIsRow2) | bit(is_one_of(c, "0:<"), kIsRow3) |
      bit(is_one_of(c, "{}[]"), kIsBracket) | bit(byte < 0x20, kIsControl) |
      bit((c >= '0' && c <= '9') || is_forbidden_control(c), kIsDigit));
}

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_CHARACTER_CLASS_H_
