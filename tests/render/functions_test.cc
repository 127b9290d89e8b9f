// SPDX-License-Identifier: Apache-2.0

#include "render/functions.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sotto {
namespace {

std::string call(Function function, std::vector<std::string_view> arguments) {
  const auto result = call_function(function, arguments);
  return result ? std::string(result->expose())
                : "error: " + to_string(result.error());
}

// The vectors of RFC 4648, section 10, and the two digits that differ.
TEST(Base64Test, IsThatOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"}};
  for (const auto& [text, encoded] : vectors) {
    EXPECT_EQ(call(Function::kBase64, {text}), encoded);
  }
  EXPECT_EQ(call(Function::kBase64, {"\xFB\xFF\xFE"}), "+//+");
  EXPECT_EQ(call(Function::kBase64Url, {"\xFB\xFF\xFE"}), "-__-");
  EXPECT_EQ(call(Function::kBase64Url, {"f"}), "Zg");
  EXPECT_EQ(call(Function::kBase64, {std::string_view("\0\0\0", 3)}), "AAAA");
}

// The example of RFC 7617, section 2.
TEST(BasicTest, JoinsUserAndPassword) {
  EXPECT_EQ(call(Function::kBasic, {"Aladdin", "open sesame"}),
            "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(call(Function::kBasic, {"", ""}), "Og==");
  EXPECT_EQ(call(Function::kBasic, {"u", "p:w"}), "dTpwOnc=");
}

TEST(BasicTest, RefusesWhatAServerWouldReadOtherwise) {
  EXPECT_EQ(call(Function::kBasic, {"a:b", "c"}),
            "error: the user of \"FN.basic\" holds a colon\n"
            "hint: HTTP Basic ends the user at the first colon (RFC 7617)");
  EXPECT_EQ(call(Function::kBasic, {"a", "c\n"}),
            "error: an argument of \"FN.basic\" holds a control character\n"
            "hint: a line break at the end of a value goes with FN.trim");
}

TEST(UrlTest, KeepsOnlyUnreservedCharacters) {
  EXPECT_EQ(call(Function::kUrl, {"AZaz09-._~"}), "AZaz09-._~");
  EXPECT_EQ(call(Function::kUrl, {":/?#[]@!$&'()*+,;= %"}),
            "%3A%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%20%25");
  EXPECT_EQ(call(Function::kUrl, {"é"}), "%C3%A9");
}

TEST(TrimTest, TakesBlanksAndLineBreaksFromBothEnds) {
  EXPECT_EQ(call(Function::kTrim, {" \t\r\n a b \n"}), "a b");
  EXPECT_EQ(call(Function::kTrim, {" \n "}), "");
  EXPECT_EQ(call(Function::kTrim, {"\xC2\xA0x"}), "\xC2\xA0x");
}

TEST(JsonStringTest, EscapesOnce) {
  EXPECT_EQ(call(Function::kJsonString, {"a\"b\\\n"}), "a\\\"b\\\\\\n");
  EXPECT_EQ(call(Function::kJsonString, {""}), "");
}

TEST(LiteralTest, IsTheTextItself) {
  EXPECT_EQ(call(Function::kLiteral, {"<< SECRETS.a.B >>"}),
            "<< SECRETS.a.B >>");
}

TEST(JsonTest, PassesJsonAndNothingElse) {
  EXPECT_EQ(call(Function::kJson, {" [1, {\"a\": null}] "}),
            " [1, {\"a\": null}] ");
  for (const char* bad : {"", "hello", "[1,]", "\"", "1 2"}) {
    EXPECT_EQ(call(Function::kJson, {bad}),
              "error: the argument of \"FN.json\" is not valid JSON\n"
              "hint: FN.json_string gives any value as text");
  }
}

}  // namespace
}  // namespace sotto
