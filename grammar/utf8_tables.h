// SPDX-License-Identifier: Apache-2.0
//
// Tables to tell UTF-8 (RFC 3629) from other bytes, many at a time, after
// Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte"
// (2021). Each bit names a mistake that two neighboring bytes can make
// together. It is made where all three tables say so: those of the first
// byte's upper and lower four bits, and of the second's upper four.

#ifndef SOTTO_GRAMMAR_UTF8_TABLES_H_
#define SOTTO_GRAMMAR_UTF8_TABLES_H_

#include <cstdint>

namespace sotto {

inline constexpr std::uint8_t kCutShort = 1 << 0;   // Lead, then no
                                                    // continuation.
inline constexpr std::uint8_t kStray = 1 << 1;      // ASCII, then continuation.
inline constexpr std::uint8_t kOverlong3 = 1 << 2;  // E0 80-9F
inline constexpr std::uint8_t kTooLarge = 1 << 3;   // F4 90-BF, F5-FF 90-BF
inline constexpr std::uint8_t kSurrogate = 1 << 4;  // ED A0-BF
inline constexpr std::uint8_t kOverlong2 = 1 << 5;  // C0-C1 80-BF
inline constexpr std::uint8_t kOverlong4 = 1 << 6;  // F0 80-8F, F5-FF 80-8F
inline constexpr std::uint8_t kTwoContinuations = 1 << 7;  // Right only as the
                                                           // third or fourth.

// A byte less this, kept at 0 or more, has bit 7 if what stands two (three)
// behind it continues it.
inline constexpr char kThirdContinues = 0xE0 - 0x80;
inline constexpr char kFourthContinues = 0xF0 - 0x80;

inline constexpr std::uint8_t kAnyLow =
    kCutShort | kStray | kTwoContinuations;  // Whatever the lower bits are.
inline constexpr std::uint8_t kAboveF4 = kAnyLow | kTooLarge | kOverlong4;

alignas(16) inline constexpr std::uint8_t kFirstHighErrors[16] = {
    kStray,
    kStray,
    kStray,
    kStray,
    kStray,
    kStray,
    kStray,
    kStray,
    kTwoContinuations,
    kTwoContinuations,
    kTwoContinuations,
    kTwoContinuations,
    kCutShort | kOverlong2,
    kCutShort,
    kCutShort | kOverlong3 | kSurrogate,
    kCutShort | kTooLarge | kOverlong4};

alignas(16) inline constexpr std::uint8_t kFirstLowErrors[16] = {
    kAnyLow | kOverlong2 | kOverlong3 | kOverlong4,
    kAnyLow | kOverlong2,
    kAnyLow,
    kAnyLow,
    kAnyLow | kTooLarge,
    kAboveF4,
    kAboveF4,
    kAboveF4,
    kAboveF4,
    kAboveF4,
    kAboveF4,
    kAboveF4,
    kAboveF4,
    kAboveF4 | kSurrogate,
    kAboveF4,
    kAboveF4};

inline constexpr std::uint8_t kContinuation =
    kStray | kOverlong2 | kTwoContinuations;
alignas(16) inline constexpr std::uint8_t kSecondHighErrors[16] = {
    kCutShort,
    kCutShort,
    kCutShort,
    kCutShort,
    kCutShort,
    kCutShort,
    kCutShort,
    kCutShort,
    kContinuation | kOverlong3 | kOverlong4,
    kContinuation | kOverlong3 | kTooLarge,
    kContinuation | kSurrogate | kTooLarge,
    kContinuation | kSurrogate | kTooLarge,
    kCutShort,
    kCutShort,
    kCutShort,
    kCutShort};

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_UTF8_TABLES_H_
