// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "service/lsp/json.h"

namespace sotto::testing {
namespace {

using Oracle = nlohmann::ordered_json;

TEST(LspJson, ReadsWhatIsThere) {
  const auto json = LspJson::parse(
      R"({"id": 7, "params": {"uri": "a\nb", "on": true, "list": [1, "x"]}})");
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["id"].integer(), 7);
  const LspJson& params = (*json)["params"];
  EXPECT_EQ(*params["uri"].string(), "a\nb");
  EXPECT_TRUE(params["on"].is_true());
  ASSERT_EQ(params["list"].items().size(), 2u);
  EXPECT_EQ(*params["list"].items()[1].string(), "x");
}

TEST(LspJson, WhatIsNotThereIsNull) {
  const LspJson json = LspJson::Object{{"a", "x"}, {"n", true}};
  EXPECT_TRUE(json["b"]["c"]["d"].is_null());
  EXPECT_TRUE(json["a"]["c"].is_null());
  EXPECT_TRUE(json["a"].items().empty());
  EXPECT_EQ(json["a"].integer(), std::nullopt);
  EXPECT_EQ(json["n"].string(), nullptr);
  EXPECT_FALSE(json["a"].is_true());
}

TEST(LspJson, IntegersAreWholeAndFit) {
  for (const char* const text : {"1.5", "1e3", "9223372036854775808"}) {
    EXPECT_EQ(LspJson::parse(text)->integer(), std::nullopt) << text;
    EXPECT_EQ(LspJson::parse(text)->dump(), text);
  }
  EXPECT_EQ(LspJson::parse("-9223372036854775808")->integer(), INT64_MIN);
}

TEST(LspJson, RefusesWhatIsNoJson) {
  for (const char* const text :
       {"", "{", "[1,]", "{\"a\"}", "{} {}", "nul", "\"a", "[1}", "{1:2}",
        "\"\xff\"", "[\"\\x\"]", "01", "{\"a\":1,}", ",", "[", "[[[1,2"}) {
    EXPECT_FALSE(LspJson::parse(text)) << text;
  }
}

TEST(LspJson, RefusesWhatIsTooDeep) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(LspJson::parse(nested(kMaxLspDepth)));
  EXPECT_FALSE(LspJson::parse(nested(kMaxLspDepth + 1)));
  EXPECT_FALSE(LspJson::parse(nested(1'000'000)));
  EXPECT_FALSE(LspJson::parse(std::string(1'000'000, '[')));
}

TEST(LspJson, ALoneSurrogateIsAReplacementCharacter) {
  const auto json = LspJson::parse(R"("a\ud800b\udc00c\ud83d\ude00")");
  ASSERT_TRUE(json);
  EXPECT_EQ(*json->string(),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD"
            "c\xF0\x9F\x98\x80");
}

TEST(LspJson, WritesNothingButUtf8) {
  EXPECT_EQ(LspJson("a\xff\xc3").dump(), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(LspJson(std::string("\0\x1f\"\\\n", 5)).dump(),
            "\"\\u0000\\u001f\\\"\\\\\\n\"");
}

TEST(LspJson, WritesEveryKind) {
  LspJson json = LspJson::Object{{"a", true},
                                 {"b", -3},
                                 {"c", LspJson()},
                                 {"d", LspJson::Array{}},
                                 {"e", LspJson::Object{}}};
  json.add("f", LspJson::Array{1, "x"});
  EXPECT_EQ(json.dump(),
            R"({"a":true,"b":-3,"c":null,"d":[],"e":{},"f":[1,"x"]})");
}

Oracle random_json(std::mt19937& random, int depth) {
  switch (random() % (depth > 0 ? 7 : 5)) {
    case 0:
      return nullptr;
    case 1:
      return random() % 2 == 0;
    case 2:
      return static_cast<std::int32_t>(random());
    case 3:
      return "\xC3\xA9 \"\\\n\xF0\x9F\x98\x80";
    case 4:
      return std::string(random() % 4, 'x');
    case 5: {
      Oracle list = Oracle::array();
      for (auto i = random() % 4; i > 0; --i) {
        list.push_back(random_json(random, depth - 1));
      }
      return list;
    }
    default: {
      Oracle object = Oracle::object();
      for (auto i = random() % 4; i > 0; --i) {
        object["k" + std::to_string(i)] = random_json(random, depth - 1);
      }
      return object;
    }
  }
}

TEST(LspJson, ReadsAndWritesAsTheLibraryDoes) {
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    const Oracle json = random_json(random, 5);
    const auto read = LspJson::parse(json.dump(static_cast<int>(i % 3) - 1));
    ASSERT_TRUE(read) << json;
    EXPECT_EQ(read->dump(), json.dump());
  }
}

TEST(LspJson, AcceptsWhatTheLibraryAcceptsWhateverIsBroken) {
  std::mt19937 random(2);
  for (int i = 0; i < 5000; ++i) {
    std::string text = random_json(random, 4).dump();
    text[random() % text.size()] = "{}[],:\"1tn \\"[random() % 12];
    const Oracle expected = Oracle::parse(text, nullptr, false);
    const auto read = LspJson::parse(text);
    EXPECT_EQ(read.has_value(), !expected.is_discarded()) << text;
  }
}

}  // namespace
}  // namespace sotto::testing
