// SPDX-License-Identifier: Apache-2.0
//
// UTF-8, edit distance, and JSON string content.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/edit_distance.h"
#include "base/json_text.h"
#include "base/utf8.h"

namespace sotto {
namespace {

TEST(Utf8Test, AgreesWithADecoderOnEverySequenceOfUpToFourBytesThatMatters) {
  // All first and second bytes, with tails at their borders.
  const unsigned char tails[] = {0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF};
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      for (const unsigned third : tails) {
        for (const unsigned fourth : tails) {
          const std::string text = {
              static_cast<char>(first), static_cast<char>(second),
              static_cast<char>(third), static_cast<char>(fourth)};
          std::size_t expected = 0;
          // The naive way: encode every length's candidate and compare.
          const auto tail = [](unsigned byte) { return byte & 0x3Fu; };
          const std::uint32_t candidates[] = {
              first, (first & 0x1F) << 6 | tail(second),
              (first & 0x0F) << 12 | tail(second) << 6 | tail(third),
              (first & 0x07) << 18 | tail(second) << 12 | tail(third) << 6 |
                  tail(fourth)};
          for (const std::uint32_t code_point : candidates) {
            char bytes[4];
            if (code_point > 0x10FFFF ||
                (code_point >= 0xD800 && code_point < 0xE000)) {
              continue;
            }
            const std::size_t length = encode_utf8(code_point, bytes);
            if (text.compare(0, length, bytes, length) == 0) expected = length;
          }
          ASSERT_EQ(utf8_length(text, 0), expected)
              << first << ' ' << second << ' ' << third << ' ' << fourth;
        }
      }
    }
  }
}

TEST(Utf8Test, FindsTheFirstByteThatIsNotUtf8) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("ascii only, longer than a word"));
  EXPECT_TRUE(is_utf8("clé 日本 \xF0\x9F\x98\x80"));
  EXPECT_EQ(find_invalid_utf8("12345678\xFF"), 8u);
  EXPECT_EQ(find_invalid_utf8("\xE2\x82"), 0u) << "cut short";
  EXPECT_EQ(find_invalid_utf8("ab\xC0\x80"), 2u) << "overlong";
  EXPECT_EQ(find_invalid_utf8("ab\xED\xA0\x80"), 2u) << "surrogate";
}

TEST(Utf8Test, MendsWhatIsNone) {
  EXPECT_EQ(as_utf8(""), "");
  EXPECT_EQ(as_utf8("clé \xF0\x9F\x98\x80"), "clé \xF0\x9F\x98\x80");
  EXPECT_EQ(as_utf8("a\xFF\xFE"
                    "b"),
            "a\uFFFD\uFFFDb");
  EXPECT_EQ(as_utf8("\xE2\x82"), "\uFFFD\uFFFD") << "cut short";
  EXPECT_EQ(as_utf8("a\xED\xA0\x80z"), "a\uFFFDz") << "surrogate";
  EXPECT_EQ(as_utf8("\xED\xA0"), "\uFFFD\uFFFD") << "half of its bytes";
}

TEST(EditDistanceTest, CountsEditsSwapsAndCase) {
  EXPECT_EQ(edit_distance("API_KEY", "API_KEY", 3), 0u);
  EXPECT_EQ(edit_distance("API_KYE", "API_KEY", 3), 1u) << "a swap";
  EXPECT_EQ(edit_distance("APIKEY", "API_KEY", 3), 1u);
  EXPECT_EQ(edit_distance("api_key", "API_KEY", 3), 1u) << "case alone";
  EXPECT_EQ(edit_distance("kitten", "sitting", 3), 3u);
  EXPECT_EQ(edit_distance("abc", "xyz", 1), 2u) << "more than the limit";
  EXPECT_EQ(edit_distance("", "abc", 5), 3u);
  EXPECT_EQ(edit_distance("a", "abcdefgh", 3), 4u);
}

// By the book: every cell of the table, and no limit.
std::size_t whole_table(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(
      a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      d[i][j] = i + j;
      if (i == 0 || j == 0) continue;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1,
                          d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

TEST(EditDistanceTest, IsThatOfTheWholeTableWhereverTheLimitLies) {
  std::vector<std::string> words{""};
  for (std::size_t begin = 0; begin < words.size(); ++begin) {
    if (words[begin].size() == 5) break;
    for (const char c : {'a', 'b', 'c'}) words.push_back(words[begin] + c);
  }
  for (const std::string& a : words) {
    for (const std::string& b : words) {
      const std::size_t distance = whole_table(a, b);
      for (std::size_t limit = 0; limit <= 5; ++limit) {
        ASSERT_EQ(edit_distance(a, b, limit), std::min(distance, limit + 1))
            << a << ' ' << b << ' ' << limit;
      }
    }
  }
}

TEST(NearestTest, NamesWhatMayHaveBeenMeantAndNothingElse) {
  const std::vector<std::string> keys = {"API_KEY", "APP_KEY", "TOKEN"};
  EXPECT_EQ(nearest("API_KYE", keys), "API_KEY");
  EXPECT_EQ(nearest("token", keys), "TOKEN");
  EXPECT_EQ(nearest("PASSWORD", keys), std::nullopt);
  EXPECT_EQ(nearest("X", {}), std::nullopt);
  EXPECT_EQ(nearest("AP_KEY", keys), "API_KEY") << "the first of equals";
}

std::string escaped(std::string_view text) {
  std::string out(json_escaped_size(text), '?');
  EXPECT_EQ(json_escape(text, out.data()), out.data() + out.size());
  return out;
}

TEST(JsonEscapeTest, EscapesWhatMustBeAndNothingElse) {
  EXPECT_EQ(escaped(""), "");
  EXPECT_EQ(escaped("plain/text"), "plain/text");
  EXPECT_EQ(escaped("\"\\\b\f\n\r\t"), "\\\"\\\\\\b\\f\\n\\r\\t");
  EXPECT_EQ(escaped(std::string_view("\0\x01\x1f\x7f", 4)),
            "\\u0000\\u0001\\u001f\x7f");
  EXPECT_EQ(escaped("é\u2028\xF0\x9F\x98\x80"), "é\u2028\xF0\x9F\x98\x80");
}

// Words of eight bytes are looked at as a whole: every byte at every place of
// one, alone and in company.
TEST(JsonEscapeTest, EveryByteAtEveryPlace) {
  for (std::size_t size = 1; size <= 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, byte % 2 == 0 ? '!' : '\x7f');
        text[at] = static_cast<char>(byte);
        const std::string alone = escaped(std::string(1, text[at]));
        const std::string expected =
            text.substr(0, at) + alone + text.substr(at + 1);
        ASSERT_EQ(escaped(text), expected);
        ASSERT_EQ(is_plain_json_text(text), alone.size() == 1 && byte < 0x80)
            << byte;
      }
    }
  }
  EXPECT_TRUE(is_plain_json_text(""));
}

TEST(DecodedTextTest, IsTheTextItselfWhereNothingIsEscaped) {
  const std::string_view raw = "plain é";
  const DecodedText decoded(raw, 10);
  EXPECT_EQ(decoded.text().data(), raw.data()) << "not copied";
  EXPECT_EQ(decoded.raw_offset(3), 13u);
}

TEST(DecodedTextTest, MapsEveryByteToWhereItsSpellingBegins) {
  //                        0 12     34     9        15     21
  const DecodedText decoded("a\\n\\u003c\\ud83d\\ude00b", 100);
  EXPECT_EQ(decoded.text(),
            "a\n<\xF0\x9F\x98\x80"
            "b");
  EXPECT_EQ(decoded.raw_offset(0), 100u);
  EXPECT_EQ(decoded.raw_offset(1), 101u);
  EXPECT_EQ(decoded.raw_offset(2), 103u);
  for (std::size_t i = 3; i < 7; ++i) EXPECT_EQ(decoded.raw_offset(i), 109u);
  EXPECT_EQ(decoded.raw_offset(7), 121u);
  EXPECT_EQ(decoded.raw_offset(8), 122u) << "the end";
}

TEST(DecodedTextTest, KeepsLoneSurrogatesAsAMarkThatIsNotUtf8) {
  const DecodedText decoded("x\\ud800y\\udc00\\ud800", 0);
  EXPECT_EQ(decoded.text(), "x\xED\xA0\x80y\xED\xB0\x80\xED\xA0\x80");
  EXPECT_FALSE(is_utf8(decoded.text()));
}

TEST(DecodedTextTest, LeavesVerbatimTextAlone) {
  const DecodedText decoded = DecodedText::verbatim("a\\n", 5);
  EXPECT_EQ(decoded.text(), "a\\n");
  EXPECT_EQ(decoded.raw_offset(2), 7u);
}

}  // namespace
}  // namespace sotto
