// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "service/lsp/text.h"

namespace sotto::testing {
namespace {

using Positions = std::vector<LspPosition>;

TEST(LspText, CountsUtf16UnitsOrBytes) {
  const std::string bytes = "a\xC3\xA9\xF0\x9F\x98\x80z\n\xE2\x82\xAC";
  const LspText utf16(bytes);
  EXPECT_EQ(utf16.position_of(8), (LspPosition{0, 5}));
  EXPECT_EQ(utf16.position_of(12), (LspPosition{1, 1}));
  EXPECT_EQ(utf16.offset_of({0, 4}), 7u);
  const LspText utf8(bytes, LspEncoding::kUtf8);
  EXPECT_EQ(utf8.position_of(8), (LspPosition{0, 8}));
  EXPECT_EQ(utf8.offset_of({1, 3}), 12u);
}

TEST(LspText, HalfACharacterIsTheWholeOfIt) {
  const LspText utf16("\xF0\x9F\x98\x80z");
  EXPECT_EQ(utf16.offset_of({0, 1}), 0u);
  EXPECT_EQ(utf16.offset_of({0, 2}), 4u);
  const LspText utf8("\xF0\x9F\x98\x80z", LspEncoding::kUtf8);
  EXPECT_EQ(utf8.offset_of({0, 3}), 0u);
  EXPECT_EQ(utf8.offset_of({0, 4}), 4u);
}

TEST(LspText, ALineEndsInThreeWays) {
  const LspText text("a\nb\r\nc\rd");
  EXPECT_EQ(text.offset_of({1, 0}), 2u);
  EXPECT_EQ(text.offset_of({2, 0}), 5u);
  EXPECT_EQ(text.offset_of({3, 0}), 7u);
  EXPECT_EQ(text.position_of(7), (LspPosition{3, 0}));
}

TEST(LspText, APlaceThatIsNotThereIsTheNearestBeforeIt) {
  const LspText text("ab\r\ncd");
  EXPECT_EQ(text.offset_of({0, 3}), 2u);
  EXPECT_EQ(text.offset_of({0, SIZE_MAX}), 2u);
  EXPECT_EQ(text.offset_of({1, 9}), 6u);
  EXPECT_EQ(text.offset_of({2, 0}), 6u);
  EXPECT_EQ(text.offset_of({SIZE_MAX, SIZE_MAX}), 6u);
  EXPECT_EQ(text.position_of(99), (LspPosition{1, 2}));
}

TEST(LspText, AnEndBeforeItsBeginningIsItsBeginning) {
  LspText text("abcd");
  text.replace({0, 3}, {0, 1}, "X");
  EXPECT_EQ(text.bytes(), "abcXd");
}

TEST(LspText, TwoHalvesOfALineBreakBecomeOne) {
  LspText text("a\r");
  text.replace({1, 0}, {1, 0}, "\n");
  EXPECT_EQ(text.position_of(3), (LspPosition{1, 0}));
  text.replace({0, 0}, {0, 1}, "");
  EXPECT_EQ(text.offset_of({1, 0}), 2u);
}

// A second implementation: the document as a list of UTF-16 units, or bytes,
// and lines counted from its beginning each time.
class NaiveText {
 public:
  NaiveText(std::u32string text, bool utf8)
      : text_(std::move(text)), utf8_(utf8) {}

  std::size_t index_of(LspPosition position) const {
    std::size_t line = 0;
    std::size_t character = 0;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      const bool breaks = breaks_at(i);
      if (line == position.line) {
        if (breaks || begins_pair(i)) return i;
        if (character + width(text_[i]) > position.character) return i;
      }
      if (breaks) {
        ++line;
        character = 0;
      } else {
        character += width(text_[i]);
      }
    }
    return text_.size();
  }

  LspPosition position_of(std::size_t index) const {
    LspPosition position;
    for (std::size_t i = 0; i < index; ++i) {
      if (breaks_at(i)) {
        ++position.line;
        position.character = 0;
      } else {
        position.character += width(text_[i]);
      }
    }
    return position;
  }

  void replace(LspPosition begin, LspPosition end, const std::u32string& by) {
    const std::size_t from = index_of(begin);
    const std::size_t to = std::max(from, index_of(end));
    text_.replace(from, to - from, by);
  }

  const std::u32string& text() const { return text_; }

  static std::string bytes(const std::u32string& text) {
    std::string bytes;
    for (const char32_t c : text) {
      if (c < 0x80) {
        bytes += static_cast<char>(c);
      } else if (c < 0x800) {
        bytes += static_cast<char>(0xC0 | c >> 6);
        bytes += static_cast<char>(0x80 | (c & 0x3F));
      } else if (c < 0x10000) {
        bytes += static_cast<char>(0xE0 | c >> 12);
        bytes += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        bytes += static_cast<char>(0x80 | (c & 0x3F));
      } else {
        bytes += static_cast<char>(0xF0 | c >> 18);
        bytes += static_cast<char>(0x80 | (c >> 12 & 0x3F));
        bytes += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        bytes += static_cast<char>(0x80 | (c & 0x3F));
      }
    }
    return bytes;
  }

 private:
  bool begins_pair(std::size_t i) const {
    return text_[i] == '\r' && i + 1 < text_.size() && text_[i + 1] == '\n';
  }
  // Does a line end with this character?
  bool breaks_at(std::size_t i) const {
    return text_[i] == '\n' || (text_[i] == '\r' && !begins_pair(i));
  }
  std::size_t width(char32_t c) const {
    if (!utf8_) return c >= 0x10000 ? 2 : 1;
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  }

  std::u32string text_;
  bool utf8_;
};

std::u32string random_text(std::mt19937& random, std::size_t most) {
  static constexpr char32_t kAlphabet[] = {
      'a', 'b', '"', '\n', '\r', 0xE9, 0x20AC, 0x1F600, ' ', '\r', '\n'};
  std::u32string text;
  for (std::size_t i = random() % (most + 1); i > 0; --i) {
    text += kAlphabet[random() % std::size(kAlphabet)];
  }
  return text;
}

LspPosition random_position(std::mt19937& random) {
  return {random() % 12, random() % 14};
}

// Where a position lies in a line break, the one in front of it is meant: the
// model never answers with a place inside one, and neither does the text.
void expect_equal(const LspText& text, const NaiveText& naive,
                  std::mt19937& random) {
  ASSERT_EQ(text.bytes(), NaiveText::bytes(naive.text()));
  for (int i = 0; i < 4; ++i) {
    const LspPosition position = random_position(random);
    const std::size_t index = naive.index_of(position);
    const std::size_t offset =
        NaiveText::bytes(naive.text().substr(0, index)).size();
    ASSERT_EQ(text.offset_of(position), offset);
    ASSERT_EQ(text.position_of(offset), naive.position_of(index));
  }
}

class LspTextEdits : public ::testing::TestWithParam<LspEncoding> {};

TEST_P(LspTextEdits, AreThoseOfANaiveModel) {
  std::mt19937 random(3);
  for (int document = 0; document < 400; ++document) {
    const std::u32string begin = random_text(random, 60);
    NaiveText naive(begin, GetParam() == LspEncoding::kUtf8);
    LspText text(NaiveText::bytes(begin), GetParam());
    for (int edit = 0; edit < 40; ++edit) {
      const LspPosition from = random_position(random);
      LspPosition to = random_position(random);
      if (random() % 3 == 0) to = from;
      const std::u32string by = random_text(random, 6);
      naive.replace(from, to, by);
      text.replace(from, to, NaiveText::bytes(by));
      expect_equal(text, naive, random);
      if (HasFatalFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, LspTextEdits,
                         ::testing::Values(LspEncoding::kUtf16,
                                           LspEncoding::kUtf8),
                         [](const auto& test) {
                           return test.param == LspEncoding::kUtf16 ? "Utf16"
                                                                    : "Utf8";
                         });

TEST(LspText, ALineLongerThanABlockIsCountedRight) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += "a\xF0\x9F\x98\x80\xC3\xA9";
  const LspText text(bytes);
  for (std::size_t i = 0; i <= 1000; ++i) {
    ASSERT_EQ(text.offset_of({0, 4 * i}), 7 * i);
    ASSERT_EQ(text.position_of(7 * i), (LspPosition{0, 4 * i}));
  }
  ASSERT_EQ(text.position_of(7), (LspPosition{0, 4}));
}

}  // namespace
}  // namespace sotto::testing
