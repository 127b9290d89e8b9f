// SPDX-License-Identifier: Apache-2.0
//
// What a tokenizer hands out, and how it goes on behind errors. What it
// accepts: tests/grammar/json_table_test.cc.

#include "base/json_tokenizer.h"

#include <gtest/gtest.h>

#include <string>

namespace sotto {
namespace {

// "{ K(a) S(b) }", then what is wrong: "| offset kind-message".
std::string read(std::string_view text, std::size_t max_depth = 512) {
  JsonTokenizer tokens(text, max_depth);
  std::string out;
  for (;;) {
    const JsonToken token = tokens.next();
    if (token == JsonToken::kEnd) break;
    if (!out.empty()) out += ' ';
    switch (token) {
      case JsonToken::kObjectBegin:
        out += '{';
        break;
      case JsonToken::kObjectEnd:
        out += '}';
        break;
      case JsonToken::kArrayBegin:
        out += '[';
        break;
      case JsonToken::kArrayEnd:
        out += ']';
        break;
      case JsonToken::kKey:
        out += "K(" + std::string(tokens.content()) + ')';
        break;
      case JsonToken::kString:
        out += "S(" + std::string(tokens.content()) + ')';
        break;
      default:
        out +=
            std::string(text.substr(tokens.span().begin, tokens.span().size()));
    }
  }
  EXPECT_EQ(tokens.next(), JsonToken::kEnd) << "and stays there";
  EXPECT_EQ(tokens.ok(), tokens.errors().empty());
  for (const JsonError& error : tokens.errors()) {
    out += " | " + std::to_string(error.span.begin) + "-" +
           std::to_string(error.span.end) + " " +
           std::string(json_error_message(error.kind));
  }
  return out;
}

TEST(JsonTokenizerTest, HandsOutTokensInOrder) {
  EXPECT_EQ(read(R"( {"a" : [1, -2.5e+3, true,false,null, "x\"y"], "":{}} )"),
            R"({ K(a) [ 1 -2.5e+3 true false null S(x\"y) ] K() { } })");
  EXPECT_EQ(read("\"alone\""), "S(alone)");
}

TEST(JsonTokenizerTest, TellsWhatWasExpectedAndWhere) {
  EXPECT_EQ(read(""), " | 0-0 the document is empty: expected a value");
  EXPECT_EQ(read("{1}"), "{ | 1-2 expected a key in double quotes or '}'");
  EXPECT_EQ(read("{\"a\" 1}"), "{ K(a) | 5-6 expected ':' after the key");
  EXPECT_EQ(read("{\"a\":}"), "{ K(a) | 5-6 expected a value");
  EXPECT_EQ(read("{\"a\":1 \"b\":2}"),
            "{ K(a) 1 S(b) | 7-8 expected ',' or '}' after the member");
  EXPECT_EQ(read("{\"a\":1,}"),
            "{ K(a) 1 | 7-8 expected a key in double quotes");
  EXPECT_EQ(read("[1 2]"), "[ 1 | 3-4 expected ',' or ']' after the item");
  EXPECT_EQ(read("[1,]"), "[ 1 | 3-4 expected a value");
  EXPECT_EQ(read("[:]"), "[ | 1-2 expected a value or ']'");
  EXPECT_EQ(read("1 2"),
            "1 | 2-3 expected the end of the document after its value");
  EXPECT_EQ(read("{\"a\":[1"),
            "{ K(a) [ 1 | 7-7 expected ']' to close the array");
  EXPECT_EQ(read("{"), "{ | 1-1 expected '}' to close the object");
  EXPECT_EQ(read("[1}"), "[ 1 | 2-3 expected ',' or ']' after the item");
  EXPECT_EQ(read("\xEF\xBB\xBF{}"),
            "{ } | 0-3 byte order mark: expected UTF-8 without one");
  EXPECT_EQ(read("[[[]]]", 2), "[ [ | 2-3 nested too deep");
}

TEST(JsonTokenizerTest, GoesOnBehindWhatIsWrongInAStringOrAWord) {
  EXPECT_EQ(read("[\"a\\xb\", \"\\u12\", 01, tru, \"\xFF\", \"\t\", 1]"),
            "[ S(a\\xb) S(\\u12) 01 tru S(\xFF) S(\t) 1 ]"
            " | 3-5 invalid escape in a string"
            " | 10-12 invalid escape in a string"
            " | 17-19 invalid number"
            " | 21-24 invalid literal: expected true, false, null or a string "
            "in double quotes"
            " | 27-28 invalid UTF-8"
            " | 32-33 control character in a string");
}

TEST(JsonTokenizerTest, HandsOutStringsEvenWhenTheStructureIsLost) {
  EXPECT_EQ(read("{\"a\": oops! \"b\", \"c\"}"),
            "{ K(a) oops S(b) S(c)"
            " | 6-10 invalid literal: expected true, false, null or a string "
            "in double quotes"
            " | 10-11 expected ',' or '}' after the member");
}

TEST(JsonTokenizerTest, EndsAStringAtALineBreak) {
  EXPECT_EQ(read("{\"a\": \"open,\n\"b\": \"c\"}"),
            "{ K(a) S(b) S(c) | 12-13 control character in a string");
  EXPECT_EQ(read("[\"open"), "[ | 1-2 expected '\"' to close the string");
}

TEST(JsonTokenizerTest, TakesAMillionQuotesAndBracketsInItsStride) {
  const std::string quotes = [] {
    std::string text;
    for (int i = 0; i < 1'000'000; ++i) text += "\"\n";
    return text;
  }();
  JsonTokenizer broken(quotes);
  while (broken.next() != JsonToken::kEnd) {
  }
  EXPECT_EQ(broken.errors().size(), 1u);

  const std::string brackets(1'000'000, '[');
  JsonTokenizer deep(brackets, 10'000'000);
  std::size_t opened = 0;
  while (deep.next() == JsonToken::kArrayBegin) ++opened;
  EXPECT_EQ(opened, 1'000'000u);
}

TEST(JsonTokenizerTest, KeepsAHundredErrors) {
  std::string text = "[";
  for (int i = 0; i < 500; ++i) text += "00,";
  JsonTokenizer tokens(text);
  while (tokens.next() != JsonToken::kEnd) {
  }
  EXPECT_EQ(tokens.errors().size(), JsonTokenizer::kMaxErrors);
}

}  // namespace
}  // namespace sotto
