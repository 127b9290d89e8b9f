// SPDX-License-Identifier: Apache-2.0

#include "base/visible_text.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.h"

namespace sotto {
namespace {

std::string spelled(std::uint32_t code_point) {
  std::array<char, 4> bytes{};
  return {bytes.data(), encode_utf8(code_point, bytes.data())};
}

std::string between(std::uint32_t code_point) {
  return visible_line("a" + spelled(code_point) + "b");
}

TEST(VisibleTextTest, ShowsWhatPeopleWrite) {
  for (const std::string_view text :
       {"flow.json", "clé", "日本", "עברית", "العربية", "\xF0\x9F\x98\x80",
        "e\u0301"}) {
    EXPECT_EQ(visible_line(text), text);
    EXPECT_EQ(visible_lines(text), text);
  }
}

TEST(VisibleTextTest, HidesWhatMovesTheCursor) {
  EXPECT_EQ(visible_line("a\033[2Jb\x7F"), "a?[2Jb?");
  EXPECT_EQ(visible_line("a\nb\tc\r"), "a?b?c?");
  EXPECT_EQ(visible_lines("a\nb\tc\r"), "a\nb\tc?");
  EXPECT_EQ(visible_line(std::string_view("a\0b", 3)), "a?b");
  EXPECT_EQ(between(0x80), "a?b");
  EXPECT_EQ(between(0x9B), "a?b") << "CSI in one byte";
  EXPECT_EQ(between(0xA0), "a\u00A0b");
}

TEST(VisibleTextTest, HidesWhatTurnsTheDirectionOfWritingRound) {
  for (const std::uint32_t mark : {0x061Cu, 0x200Eu, 0x200Fu}) {
    EXPECT_EQ(between(mark), "a?b") << std::hex << mark;
  }
  for (std::uint32_t mark = 0x202A; mark <= 0x202E; ++mark) {
    EXPECT_EQ(between(mark), "a?b") << std::hex << mark;
  }
  for (std::uint32_t mark = 0x2066; mark <= 0x2069; ++mark) {
    EXPECT_EQ(between(mark), "a?b") << std::hex << mark;
  }
  // "flow.json" to the eye, without the marks gone.
  EXPECT_EQ(visible_line("flow\u202Enosj."), "flow?nosj.");
}

TEST(VisibleTextTest, HidesOtherSeparatorsOfLines) {
  EXPECT_EQ(visible_lines("a\u2028b\u2029c\u0085"), "a?b?c?");
}

TEST(VisibleTextTest, HidesWhatHasNoWidth) {
  for (const std::uint32_t none : {0x00ADu, 0x180Eu, 0x200Bu, 0x200Cu, 0x200Du,
                                   0x2060u, 0x2064u, 0xFEFFu, 0xE0041u}) {
    EXPECT_EQ(between(none), "a?b") << std::hex << none;
  }
}

TEST(VisibleTextTest, HidesNothingBesideThem) {
  for (const std::uint32_t seen :
       {0x20u, 0x7Eu, 0xACu, 0xAEu, 0x61Bu, 0x61Du, 0x180Du, 0x200Au, 0x2010u,
        0x2027u, 0x202Fu, 0x205Fu, 0x2070u, 0xFEFEu, 0xFFFCu, 0xDFFFFu,
        0xE0080u}) {
    EXPECT_EQ(between(seen), "a" + spelled(seen) + "b") << std::hex << seen;
  }
}

TEST(VisibleTextTest, HidesEachByteThatIsNotUtf8) {
  EXPECT_EQ(visible_line("a\xFF\xFEz"), "a??z");
  EXPECT_EQ(visible_line("\xE2\x80"), "??") << "cut short";
  EXPECT_EQ(visible_line("\xC0\x9B"), "??") << "overlong";
  EXPECT_EQ(visible_line("\xED\xA0\x80"), "???") << "a surrogate";
}

}  // namespace
}  // namespace sotto
