// SPDX-License-Identifier: Apache-2.0
//
// Exhaustive small scope: all texts of up to N tokens over small alphabets,
// read by grammar/ and by the naive reader of tests/oracle. They must agree on
// expressions, spans, trees, references and the place of every error.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/template.h"
#include "tests/base/testing_sanitizer.h"
#include "tests/oracle/agreement.h"
#include "tests/oracle/naive_json.h"

namespace sotto {
namespace {

// How many tokens less than a release build takes.
#if SOTTO_TESTS_WITH_ASAN || defined(SOTTO_SLOW_BUILD)
constexpr std::size_t kShorter = 2;
#elif !defined(NDEBUG)
constexpr std::size_t kShorter = 1;
#else
constexpr std::size_t kShorter = 0;
#endif

using Alphabet = std::vector<std::string_view>;

// Calls `check` with every text of at most `length` tokens between `before`
// and `after`, until it returns false. Returns how many there were.
std::size_t for_all(const Alphabet& alphabet, std::size_t length,
                    std::string_view before, std::string_view after,
                    const std::function<bool(std::string_view)>& check) {
  std::size_t count = 0;
  std::string text(before);
  const std::function<bool(std::size_t)> extend = [&](std::size_t left) {
    const std::size_t size = text.size();
    text += after;
    ++count;
    if (!check(text)) return false;
    text.resize(size);
    if (left == 0) return true;
    for (const std::string_view token : alphabet) {
      text += token;
      if (!extend(left - 1)) return false;
      text.resize(size);
    }
    return true;
  };
  extend(length);
  return count;
}

void compare_all(const Alphabet& alphabet, std::size_t length, Format format,
                 std::string_view before = "", std::string_view after = "") {
  std::size_t differences = 0;
  const std::size_t count = for_all(
      alphabet, length - kShorter, before, after, [&](std::string_view text) {
        const std::string difference = oracle::disagreement(text, format);
        EXPECT_EQ(difference, "") << "in: " << text;
        if (!difference.empty()) ++differences;
        return differences < 10;
      });
  EXPECT_GT(count, 1'000u);
}

TEST(ExhaustiveTest, WhatOpensAndClosesInPlainText) {
  compare_all({"<", ">", " ", "SECRETS.", "FN.", "a", ".", "B"}, 6,
              Format::kText);
}

TEST(ExhaustiveTest, AnglesAroundReferences) {
  compare_all({"<", "<<", ">", ">>", " SECRETS.a.B ", "\n"}, 7, Format::kText);
}

TEST(ExhaustiveTest, NamesAndDots) {
  compare_all({"a", "-", "_", "9", ".", " ", "SECRETS.", ">>", "é"}, 6,
              Format::kText, "<< SECRETS.", "");
}

TEST(ExhaustiveTest, OperatorsBetweenTerms) {
  compare_all({"SECRETS.a.B", "'x'", "+", "|", "||", " ", ">>", "<<"}, 6,
              Format::kText, "<< SECRETS.c.D", " >>");
}

TEST(ExhaustiveTest, Quotes) {
  compare_all({"'", "\"", "x", " ", "+", ">>", "<< SECRETS.a.B"}, 6,
              Format::kText, "<< SECRETS.c.D + ", "");
}

TEST(ExhaustiveTest, Calls) {
  compare_all({"FN.base64(", "FN.basic(", "SECRETS.a.B", "'x'", ",", ")", " ",
               "||", "FN.nothing("},
              6, Format::kText, "<<", ">>");
}

TEST(ExhaustiveTest, FunctionNames) {
  compare_all({"FN.", "base64", "url", "_", "-", "(", ")", " ", "'x'"}, 6,
              Format::kText, "<<FN.", ">>");
}

TEST(ExhaustiveTest, JsonFunctionInPlainText) {
  compare_all({"FN.json(", "SECRETS.a.B", ")", "||", "<<", ">>", " "}, 6,
              Format::kText, "<<", ">>");
}

TEST(ExhaustiveTest, JsonFunctionInStrings) {
  compare_all(
      {"FN.json(", "FN.trim(", "SECRETS.a.B", ")", "||", "<<", ">>", " "}, 6,
      Format::kJson, "\"<<", ">>\"");
  compare_all({"<<FN.json(SECRETS.a.B)>>", " ", "x", "<", ">", "+", "\\n"}, 6,
              Format::kJson, "[\"", "\"]");
}

TEST(ExhaustiveTest, EscapedSpellings) {
  compare_all({"<", "\\u003c", "\\u003C", ">", "\\u003e", "SECRETS.a.B",
               "\\u0053ECRETS.a\\u002eB"},
              6, Format::kJson, "[\"", "\"]");
  compare_all({"'", "\\\"", "\\u0027", "\\u0022", "x", "\\\\", "\\n"}, 6,
              Format::kJson, "[\"\\u003c< SECRETS.a.B +", ">\\u003e\"]");
}

TEST(ExhaustiveTest, BlanksInStrings) {
  compare_all(
      {"\\n", "\\t", "\\r", "\\u0020", " ", "\\f", "<<", "SECRETS.a.B", ">>"},
      6, Format::kJson, "[\"", "\"]");
}

TEST(ExhaustiveTest, LoneSurrogatesInStrings) {
  compare_all({"\\ud83d", "\\ude00", "'", "<<SECRETS.a.B", "+", ">>", "é"}, 6,
              Format::kJson, "[\"", "\"]");
}

// What is valid JSON is compared, what is not must be refused, and invariants
// hold for both.
void compare_documents(const Alphabet& alphabet, std::size_t length,
                       std::string_view before = "",
                       std::string_view after = "") {
  std::size_t valid = 0;
  for_all(alphabet, length - kShorter, before, after,
          [&](std::string_view text) {
            if (oracle::naive_json_valid(text)) {
              ++valid;
              EXPECT_EQ(oracle::disagreement(text, Format::kJson), "") << text;
            } else {
              const Template parsed = parse_template(text);
              EXPECT_FALSE(parsed.ok()) << text;
              EXPECT_EQ(oracle::broken_invariant(parsed), "") << text;
            }
            return !testing::Test::HasFailure();
          });
  EXPECT_GT(valid, 10u);
}

TEST(ExhaustiveTest, KeysAndValues) {
  compare_documents(
      {"<< SECRETS.a.B >>", "x", "\":\"", "\",\"", "<< SECRETS.c", "\"},{\""},
      7, "[{\"", "\":\"<< SECRETS.c.D >>\"}]");
}

TEST(ExhaustiveTest, ExpressionsAmongStructure) {
  compare_documents({"{", "}", "[", "]", ":", ",", "1", "\"x\"",
                     "\"<< SECRETS.a.B >>\"", "\"<<FN.x\""},
                    6);
}

}  // namespace
}  // namespace sotto
