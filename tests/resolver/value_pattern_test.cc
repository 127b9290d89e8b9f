// SPDX-License-Identifier: Apache-2.0

#include "resolver/value_pattern.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <random>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/resolver/testing_world.h"

namespace sotto {
namespace {

using sotto::testing::secret;

bool matches(std::string_view pattern, std::string_view value) {
  const auto parsed = ValuePattern::parse(pattern);
  EXPECT_TRUE(parsed) << pattern << ": " << parsed.error().message;
  return parsed && parsed->matches(secret(value));
}

// "7: MESSAGE"
std::string mistake(std::string_view pattern) {
  const auto parsed = ValuePattern::parse(pattern);
  if (parsed) return "";
  return std::to_string(parsed.error().offset) + ": " +
         std::string(parsed.error().message);
}

TEST(ValuePattern, MatchesAsAWhole) {
  EXPECT_TRUE(matches("abc", "abc"));
  EXPECT_FALSE(matches("abc", "abcd"));
  EXPECT_FALSE(matches("abc", "xabc"));
  EXPECT_FALSE(matches("abc", "ab"));
  EXPECT_FALSE(matches("abc", ""));
  EXPECT_TRUE(matches("", ""));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_TRUE(matches("^abc$", "abc"));
  EXPECT_FALSE(matches("^abc$", "abcd"));
  EXPECT_TRUE(matches("^$", ""));
  EXPECT_TRUE(matches("a|b$", "a"));
}

TEST(ValuePattern, KnowsTokens) {
  constexpr std::string_view kGitHub = "gh[pousr]_[A-Za-z0-9]{36}";
  const std::string body(36, 'x');
  EXPECT_TRUE(matches(kGitHub, "ghp_" + body));
  EXPECT_FALSE(matches(kGitHub, "ghp_" + body + "x"));
  EXPECT_FALSE(matches(kGitHub, "ghp_" + body + "\n"));
  EXPECT_FALSE(matches(kGitHub, "ghx_" + body));
  EXPECT_TRUE(matches(R"(-----BEGIN (RSA )?PRIVATE KEY-----(.|\n)+)",
                      "-----BEGIN PRIVATE KEY-----\nMII\n"));
  EXPECT_TRUE(matches(R"(https://\w+:\d{1,5}/?)", "https://host:8200/"));
}

TEST(ValuePattern, KnowsBytes) {
  EXPECT_TRUE(matches(".", "x"));
  EXPECT_TRUE(matches(".", std::string_view("\0", 1)));
  EXPECT_TRUE(matches(".", "\xff"));
  EXPECT_FALSE(matches(".", "\n"));
  EXPECT_FALSE(matches(".", "\r"));
  EXPECT_TRUE(matches(R"(\xff\x00)", std::string_view("\xff\0", 2)));
  EXPECT_TRUE(matches(R"([\x00-\xff]*)", std::string_view("\xff\0\n", 3)));
  EXPECT_TRUE(matches(R"(\t\n\r)", "\t\n\r"));
  EXPECT_TRUE(matches(R"(\.\[\]\\\-\^\$)", R"(.[]\-^$)"));
  EXPECT_TRUE(matches(R"([a\-z\]]+)", "a-z]"));
  EXPECT_TRUE(matches("[a-]+", "a-a"));
  EXPECT_FALSE(matches(R"([a\-z])", "b"));
  EXPECT_TRUE(matches(R"([^\d\s]+)", "abc\xc3\xa4"));
  EXPECT_FALSE(matches(R"([^\d\s]+)", "a1"));
  EXPECT_TRUE(matches(R"(\D\W\S)", "a b"));
}

TEST(ValuePattern, Repeats) {
  EXPECT_TRUE(matches("a{2}", "aa"));
  EXPECT_FALSE(matches("a{2}", "aaa"));
  EXPECT_TRUE(matches("a{2,}", "aaaaa"));
  EXPECT_FALSE(matches("a{2,}", "a"));
  EXPECT_TRUE(matches("a{0,2}b{0}", "aa"));
  EXPECT_FALSE(matches("a{0,2}", "aaa"));
  EXPECT_TRUE(matches("(?:ab|c)*d?", "abcabd"));
  EXPECT_TRUE(matches("((a*)*)*", "aaa"));
  EXPECT_TRUE(matches("(|a)+b", "aab"));
}

TEST(ValuePattern, TellsWhatIsNoPattern) {
  EXPECT_EQ(mistake("*a"), "0: there is nothing to repeat here");
  EXPECT_EQ(mistake("a**"), "2: there is nothing to repeat here");
  EXPECT_EQ(mistake("a|{2}"), "2: there is nothing to repeat here");
  EXPECT_EQ(mistake("(a"), "0: this '(' is not closed");
  EXPECT_EQ(mistake("a)b"), "1: this ')' closes nothing");
  EXPECT_EQ(mistake("(?=a)"), "0: no such group is known");
  EXPECT_EQ(mistake("[a"), "0: this '[' is not closed");
  EXPECT_EQ(mistake("x[]"), "1: these brackets are empty");
  EXPECT_EQ(mistake("[[:alpha:]]"),
            "1: write a backslash before a '[' in brackets");
  EXPECT_EQ(mistake("[z-a]"), "1: this is no range of characters");
  EXPECT_EQ(mistake(R"([\d-z])"), "1: this is no range of characters");
  EXPECT_EQ(mistake("a]"),
            "1: this closes nothing; write a backslash before it");
  EXPECT_EQ(mistake("a$b"), "1: a pattern has '^' and '$' at its ends alone");
  EXPECT_EQ(mistake("a{2"), "1: expected a count, as in {3}, {3,} or {3,5}");
  EXPECT_EQ(mistake("a{,2}"), "1: expected a count, as in {3}, {3,} or {3,5}");
  EXPECT_EQ(mistake("a{3,2}"), "1: expected a count, as in {3}, {3,} or {3,5}");
  EXPECT_EQ(mistake("a{1001}"), "1: at most 1000 can be counted");
  EXPECT_EQ(mistake("a{0,99999999999999999999}"),
            "1: at most 1000 can be counted");
  EXPECT_EQ(mistake(R"(a\)"), "1: there is nothing behind this backslash");
  EXPECT_EQ(mistake(R"(a\b)"), "1: no such escape is known");
  EXPECT_EQ(mistake(R"((a)\1)"), "3: no such escape is known");
  EXPECT_EQ(mistake(R"(\xg0)"),
            "0: expected two hexadecimal digits behind \"\\x\"");
  EXPECT_EQ(mistake("\xc3\xa4"),
            "0: expected a character of ASCII; write \\xHH for other bytes");
  EXPECT_EQ(mistake("((a{1000}){1000})"), "16: the pattern is too large");
  EXPECT_EQ(mistake(std::string(51, '(')), "50: groups are too deep");
  EXPECT_EQ(mistake(std::string(5000, 'a')), "0: the pattern is too large");
}

// What the library of the language takes exponential time for.
TEST(ValuePattern, TakesNoLongerForAnyValue) {
  const std::string value(20'000, 'a');
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string_view pattern :
       {"(a*)*b", "(a|a)*b", "(a+)+b", "(.*)(.*)(.*)(.*)b", "(a|aa)+b"}) {
    EXPECT_FALSE(matches(pattern, value)) << pattern;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

// A pattern that both ours and the library of the language know; what is
// nested deeper takes the library hours.
std::string any_pattern(std::mt19937& random, int depth) {
  static constexpr std::array kParts{"a",   "b",      ".",   "[ab]",  "[^a]",
                                     "\\d", "[a-c1]", "\\W", "\\x61", "c"};
  static constexpr std::array kRepeats{"",  "",    "",     "*",    "+",
                                       "?", "{2}", "{1,}", "{0,2}"};
  std::string text;
  const auto parts = 1 + random() % 3;
  for (std::size_t i = 0; i < parts; ++i) {
    if (depth > 0 && random() % 3 == 0) {
      text += "(" + any_pattern(random, depth - 1);
      if (random() % 2 == 0) text += "|" + any_pattern(random, depth - 1);
      text += ")";
    } else {
      text += kParts[random() % kParts.size()];
    }
    text += kRepeats[random() % kRepeats.size()];
  }
  return text;
}

TEST(ValuePattern, AgreesWithTheLibrary) {
  std::mt19937 random(20'240'601);
  std::vector<std::string> values{""};
  for (std::size_t i = 0; values[i].size() < 4; ++i) {
    for (const char c : {'a', 'b', '1', ' '}) values.push_back(values[i] + c);
  }
  std::size_t matched = 0;
  for (int i = 0; i < 150; ++i) {
    const std::string pattern = any_pattern(random, 1);
    const std::regex library(pattern);
    const auto ours = ValuePattern::parse(pattern);
    ASSERT_TRUE(ours) << pattern << ": " << ours.error().message;
    for (const std::string& value : values) {
      const bool expected = std::regex_match(value, library);
      matched += expected ? 1 : 0;
      ASSERT_EQ(ours->matches(secret(value)), expected)
          << "\"" << pattern << "\" and \"" << value << "\"";
    }
  }
  EXPECT_GT(matched, 1000u);  // Else nothing was compared.
}

// Any text is a pattern or a mistake in it.
TEST(ValuePattern, SurvivesAnyText) {
  std::mt19937 random(7);
  constexpr std::string_view kBytes = "ab(()[[]]{}{{2,3}**+?|\\\\^$.-,10:x\xc3";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto size = random() % 12; size > 0; --size) {
      text += kBytes[random() % kBytes.size()];
    }
    const auto parsed = ValuePattern::parse(text);
    if (parsed) {
      parsed->matches(secret("ab10"));
    } else {
      EXPECT_LE(parsed.error().offset, text.size()) << text;
    }
  }
}

}  // namespace
}  // namespace sotto
