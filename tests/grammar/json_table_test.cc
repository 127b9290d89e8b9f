// SPDX-License-Identifier: Apache-2.0
//
// Documents are JSON as RFC 8259 has it: the table of testing_json_table.cc,
// read by the tokenizer, by parse_template() and by two other parsers.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "base/json_tokenizer.h"
#include "grammar/template.h"
#include "tests/grammar/testing_json_table.h"
#include "tests/oracle/naive_json.h"

namespace sotto {
namespace {

bool tokenizer_accepts(std::string_view text) {
  JsonTokenizer tokenizer(text);
  while (tokenizer.next() != JsonToken::kEnd) {
  }
  return tokenizer.ok();
}

bool grammar_accepts(std::string_view text, Format format = Format::kJson) {
  return parse_template(text, {.format = format, .limits = {}}).ok();
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string nested(std::string_view open, std::string_view inner,
                   std::string_view close, std::size_t times) {
  return repeated(open, times) + std::string(inner) + repeated(close, times);
}

void check_clause(std::string_view clause, std::size_t at_least) {
  std::size_t count = 0;
  for (const JsonCase& row : json_cases()) {
    if (row.clause != clause) continue;
    ++count;
    SCOPED_TRACE(nlohmann::json(row.text).dump(
        -1, ' ', true, nlohmann::json::error_handler_t::replace));
    EXPECT_EQ(tokenizer_accepts(row.text), row.valid);
    EXPECT_EQ(grammar_accepts(row.text), row.valid);
  }
  EXPECT_GE(count, at_least);
}

TEST(JsonTableTest, Clause2GrammarAndWhiteSpace) { check_clause("2", 80); }
TEST(JsonTableTest, Clause3LiteralNames) { check_clause("3", 35); }
TEST(JsonTableTest, Clause4Objects) { check_clause("4", 45); }
TEST(JsonTableTest, Clause5Arrays) { check_clause("5", 35); }
TEST(JsonTableTest, Clause6Numbers) { check_clause("6", 100); }
TEST(JsonTableTest, Clause7Strings) { check_clause("7", 150); }
TEST(JsonTableTest, Clause8EncodingIsStrictUtf8) { check_clause("8.1", 80); }

TEST(JsonTableTest, Clause9DepthOf512IsTheLimit) {
  EXPECT_TRUE(grammar_accepts(nested("[", "", "]", 512)));
  EXPECT_FALSE(grammar_accepts(nested("[", "", "]", 513)));
  EXPECT_TRUE(grammar_accepts(nested("{\"a\":", "1", "}", 512)));
  EXPECT_FALSE(grammar_accepts(nested("{\"a\":", "1", "}", 513)));
  EXPECT_TRUE(grammar_accepts(nested("[{\"a\":", "1", "}]", 256)));
  EXPECT_FALSE(grammar_accepts(nested("[{\"a\":", "[]", "}]", 256)));
  EXPECT_TRUE(grammar_accepts(nested("[", "\"<< SECRETS.a.B >>\"", "]", 512)));
  EXPECT_TRUE(tokenizer_accepts(nested("[", "", "]", 512)));
  EXPECT_FALSE(tokenizer_accepts(nested("[", "", "]", 513)));
}

TEST(JsonTableTest, Clause9DepthIsAnOption) {
  ParseOptions options;
  options.limits.depth = 2;
  EXPECT_TRUE(parse_template("[[1],[{}]]", {}).ok());
  EXPECT_TRUE(parse_template("[[1],[2]]", options).ok());
  EXPECT_FALSE(parse_template("[[1],[{}]]", options).ok());
}

TEST(JsonTableTest, Clause9LongTextsAreNoProblem) {
  EXPECT_TRUE(grammar_accepts('"' + repeated("é", 500'000) + '"'));
  EXPECT_TRUE(grammar_accepts(repeated("1", 1'000'000)));
  EXPECT_TRUE(grammar_accepts('[' + repeated("[],", 300'000) + "[]]"));
  EXPECT_FALSE(grammar_accepts('[' + repeated("[],", 300'000) + ']'));
}

TEST(JsonTableTest, TableIsLargeAndEveryTextIsInItOnce) {
  std::set<std::string_view> texts;
  for (const JsonCase& row : json_cases()) {
    EXPECT_TRUE(texts.insert(row.text).second) << row.text;
  }
  EXPECT_GE(texts.size(), 250u);
}

// Checks the table itself: a reader of its own agrees with all of it, and
// nlohmann-json with all but what is named.
TEST(JsonTableTest, TwoOtherParsersAgreeWithTheTable) {
  for (const JsonCase& row : json_cases()) {
    SCOPED_TRACE(row.text);
    EXPECT_EQ(oracle::naive_json_valid(row.text), row.valid);
    const bool differs = nlohmann::json::accept(row.text) != row.valid;
    EXPECT_EQ(differs, !row.other_opinion.empty()) << row.other_opinion;
  }
}

TEST(JsonTableTest, AStringOfAnyValidTextCarriesAnExpression) {
  for (const JsonCase& row : json_cases()) {
    if (!row.valid) continue;
    SCOPED_TRACE(row.text);
    const std::string document =
        "[\"<< SECRETS.a.B >>\"," + std::string(row.text) + "]";
    const Template parsed = parse_template(document);
    EXPECT_TRUE(parsed.ok());
    EXPECT_EQ(parsed.expressions().size(), 1u);
  }
}

TEST(JsonTableTest, LinesAreOneTextEach) {
  for (const LinesCase& row : lines_cases()) {
    SCOPED_TRACE(row.text);
    EXPECT_EQ(grammar_accepts(row.text, Format::kLines), row.valid);
    EXPECT_EQ(oracle::naive_lines_valid(row.text), row.valid);
  }
}

// What is one JSON text without line breaks in it is one line, and the other
// way round; only the empty text is JSON Lines alone.
TEST(JsonTableTest, OneLineIsJudgedAsOneDocument) {
  for (const JsonCase& row : json_cases()) {
    const bool blank =
        row.text.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (blank || row.text.find('\n') != std::string_view::npos) continue;
    SCOPED_TRACE(row.text);
    const std::string lines = "{}\n" + std::string(row.text) + "\n[]\n";
    EXPECT_EQ(grammar_accepts(row.text, Format::kLines), row.valid);
    EXPECT_EQ(grammar_accepts(lines, Format::kLines), row.valid);
  }
}

TEST(JsonTableTest, PlainTextHasNoRules) {
  for (const JsonCase& row : json_cases()) {
    EXPECT_TRUE(grammar_accepts(row.text, Format::kText)) << row.text;
  }
}

}  // namespace
}  // namespace sotto
