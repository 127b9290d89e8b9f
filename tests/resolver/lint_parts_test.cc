// SPDX-License-Identifier: Apache-2.0
//
// What rules stand on: the outline of a document, its nodes, the parts of a
// URL, the looks of tokens, hosts.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/host_name.h"
#include "resolver/base64_text.h"
#include "resolver/document_outline.h"
#include "resolver/folded_name.h"
#include "resolver/node_map.h"
#include "resolver/token_shapes.h"
#include "resolver/url_shape.h"
#include "tests/resolver/testing_lint.h"

namespace sotto {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint32_t kNone = DocumentOutline::kNone;

TEST(DocumentOutlineTest, TellsWhereStringsStand) {
  const std::string document =
      R"({"a": "x", "b": ["y", {"c": "z"}, ["w"]], "d": {}, "e": 1})";
  const DocumentOutline outline(document, Format::kJson);
  ASSERT_EQ(outline.objects().size(), 3u);
  EXPECT_EQ(outline.raw(outline.objects()[1].span), R"({"c": "z"})");
  EXPECT_EQ(outline.objects()[1].parent, 0u);
  std::vector<std::string> strings;
  for (const auto& string : outline.strings()) {
    strings.push_back(fmt::format(
        "{} of {} in {}", outline.raw(string.content),
        outline.raw(outline.members()[string.member].name), string.object));
  }
  EXPECT_THAT(strings, ElementsAre("x of a in 0", "y of b in 0", "z of c in 1",
                                   "w of b in 0"));
  std::vector<std::string> members;
  for (std::uint32_t i = outline.objects()[0].first; i != kNone;
       i = outline.members()[i].next) {
    members.emplace_back(outline.raw(outline.members()[i].name));
  }
  EXPECT_THAT(members, ElementsAre("a", "b", "d", "e"));
  EXPECT_EQ(outline.members()[0].string, 0u);
  EXPECT_EQ(outline.members()[1].string, kNone);
  EXPECT_EQ(outline.members()[1].value, JsonToken::kArrayBegin);
}

TEST(DocumentOutlineTest, FindsWhatIsAroundAnOffset) {
  const std::string document = R"({"a": {"b": "x"}, "c": "y"})";
  const DocumentOutline outline(document, Format::kJson);
  EXPECT_EQ(outline.string_at(document.find('x')), 0u);
  EXPECT_EQ(outline.string_at(document.find('y')), 1u);
  EXPECT_EQ(outline.string_at(1), kNone);
  EXPECT_EQ(outline.object_at(document.find('x')), 1u);
  EXPECT_EQ(outline.object_at(document.find('y')), 0u);
  EXPECT_EQ(outline.object_at(document.size()), kNone);
}

TEST(DocumentOutlineTest, ABrokenDocumentHasWhatCouldBeRead) {
  const std::string whole =
      R"({"a": [{"type": "x", "b": ["y", 1]}, "z"], "c": {"d": "w"}})";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::string document = whole.substr(0, size);
    const DocumentOutline outline(document, Format::kJson);
    for (const auto& object : outline.objects()) {
      EXPECT_LE(object.span.begin, object.span.end);
      EXPECT_LE(object.span.end, size);
    }
    const NodeMap nodes(outline, NodeTable::defaults());
    for (std::uint32_t i = 0; i < outline.strings().size(); ++i) {
      (void)nodes.url_owner(i);
    }
  }
}

TEST(DocumentOutlineTest, LinesAreTextsOfTheirOwnAndPlainTextHasNone) {
  const DocumentOutline lines("{\"a\": \"x\"}\n\n{\"b\": \"y\"}",
                              Format::kLines);
  ASSERT_EQ(lines.objects().size(), 2u);
  EXPECT_EQ(lines.objects()[1].parent, kNone);
  EXPECT_EQ(lines.raw(lines.strings()[1].content), "y");
  EXPECT_TRUE(
      DocumentOutline("{\"a\": \"x\"}", Format::kText).strings().empty());
}

TEST(DocumentOutlineTest, NamesAreComparedAsTheyRead) {
  const std::string document = R"({"\u0061b": "\u0063"})";
  const DocumentOutline outline(document, Format::kJson);
  EXPECT_TRUE(outline.reads(outline.members()[0].name, "ab"));
  EXPECT_FALSE(outline.reads(outline.members()[0].name, R"(\u0061b)"));
  EXPECT_EQ(outline.decoded(outline.strings()[0].content), "c");
}

TEST(NodeMapTest, MembersAreKnownHoweverTheyArePutTogether) {
  FoldedNames names;
  const std::vector<std::string> some{"base_url", "Prompt"};
  names.add(some, 2);
  for (const char* const name :
       {"base_url", "baseURL", "Base-Url", "BASEURL"}) {
    EXPECT_EQ(names.flags(name), 2) << name;
  }
  EXPECT_EQ(names.flags("prompt"), 2);
  EXPECT_EQ(names.flags("prompts"), 0);
  EXPECT_EQ(names.flags(""), 0);
}

TEST(NodeMapTest, ATableOfOnesOwnReplacesTheDefaults) {
  const std::string document =
      R"([{"kind": "http", "to": "https://x"}, {"type": "log", "a": "b"}])";
  const DocumentOutline outline(document, Format::kJson);
  const NodeMap nodes(outline, {.type_members = {"kind"},
                                .url_members = {"to"},
                                .log_types = {"http"},
                                .log_members = {"a"}});
  EXPECT_EQ(nodes.node_of(1), 0u);
  EXPECT_TRUE(nodes.is_url(1));
  EXPECT_TRUE(nodes.is_in_log_node(1));
  EXPECT_EQ(nodes.type_of(0), "http");
  EXPECT_EQ(nodes.node_of(3), kNone);
  EXPECT_FALSE(nodes.is_in_log_node(3));
  EXPECT_TRUE(nodes.is_in_log_member(3));
}

// "part host", of a URL in which <> is the expression.
std::string shape(std::string text) {
  std::vector<Span> holes;
  for (std::size_t at = 0; (at = text.find("<>", at)) != text.npos; at += 2) {
    holes.push_back({at, at + 2});
  }
  const UrlShape url(text, holes);
  constexpr const char* kNames[] = {"whole", "scheme",  "credentials",
                                    "host",  "port",    "path",
                                    "query", "fragment"};
  std::string said;
  for (const Span& hole : holes) {
    said += kNames[static_cast<int>(url.part_at(hole.begin))];
    said += ' ';
  }
  return said + url.host().value_or(url.is_relative() ? "relative" : "unknown");
}

TEST(UrlShapeTest, TellsThePartOfEachExpression) {
  EXPECT_EQ(shape("<>"), "whole unknown");
  EXPECT_EQ(shape("<>://a.b/c"), "scheme a.b");
  EXPECT_EQ(shape("https://<>/c"), "host unknown");
  EXPECT_EQ(shape("https://a.<>.c/<>"), "host path unknown");
  EXPECT_EQ(shape("https://<>@a.b"), "credentials unknown");
  EXPECT_EQ(shape("https://u:<>@a.b"), "credentials unknown");
  EXPECT_EQ(shape("https://a.b:<>/"), "port unknown");
  EXPECT_EQ(shape("https://[::1]:<>"), "port unknown");
  EXPECT_EQ(shape("https://a.b/<>?c=<>#<>"), "path query fragment a.b");
  EXPECT_EQ(shape("https://a.b?<>"), "query a.b");
  EXPECT_EQ(shape("/v1/<>?x=<>"), "path query relative");
  EXPECT_EQ(shape("?x=<>"), "query relative");
  EXPECT_EQ(shape("//<>/x"), "host unknown");
  EXPECT_EQ(shape("<>/v1"), "host unknown");
  EXPECT_EQ(shape("a.b/<>"), "path a.b");
}

TEST(UrlShapeTest, TellsAHostThatEverybodyReadsTheSame) {
  EXPECT_EQ(shape("https://API.GitHub.com./x"), "api.github.com");
  EXPECT_EQ(shape("https://me:pw@a.b:8443/x"), "a.b");
  EXPECT_EQ(shape("https://[::1]:80/"), "[::1]");
  EXPECT_EQ(shape("https://a.b\\@c.d/"), "unknown");
  EXPECT_EQ(shape("https://a.b\\c"), "unknown");
  EXPECT_EQ(shape("https://a.b@c.d@e.f/"), "unknown");
  EXPECT_EQ(shape("https://a.b#@c.d"), "a.b");
  EXPECT_EQ(shape("https://a.b%2f.c.d/"), "unknown");
  EXPECT_EQ(shape("https://{{x}}/"), "unknown");
  EXPECT_EQ(shape("https://$HOST/"), "unknown");
  EXPECT_EQ(shape("https://*.a.b/"), "unknown");
  EXPECT_EQ(shape("https://a b/"), "unknown");
  EXPECT_EQ(shape("https:///x"), "relative");
  EXPECT_EQ(shape(""), "relative");
}

TEST(HostName, PatternsMatchWholeNames) {
  EXPECT_TRUE(host_matches("api.github.com", "API.github.com."));
  EXPECT_TRUE(host_matches("*.github.com", "a.b.github.com"));
  EXPECT_FALSE(host_matches("*.github.com", "github.com"));
  EXPECT_FALSE(host_matches("*.github.com", "evilgithub.com"));
  EXPECT_FALSE(host_matches("github.com", "api.github.com"));
  EXPECT_FALSE(host_matches("api.github.com", "api.github.com.evil.example"));
}

std::vector<std::string> looks(const std::string& text) {
  std::vector<std::string> found;
  for (const FoundToken& token : find_tokens(text)) {
    found.push_back(
        fmt::format("{}: {}", token.what,
                    text.substr(token.span.begin, token.span.size())));
  }
  return found;
}

TEST(TokenShapes, ATokenIsFoundWhereverItStands) {
  for (const auto& [name, token] : testing::fresh_tokens()) {
    if (name == "%GENERATED%") continue;
    for (const char* const around : {"{}", "Bearer {}", "x={}&y", "\"{}\"",
                                     "a much longer text, then {} and more"}) {
      const std::string text = fmt::format(fmt::runtime(around), token);
      EXPECT_EQ(find_tokens(text).size(), 1u) << name << ": " << around;
    }
  }
}

// The published example of a token's form.
TEST(TokenShapes, ACheckSumIsChecked) {
  const std::string token = "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";
  EXPECT_THAT(looks(token),
              ElementsAre("a GitHub personal access token: " + token));
  for (std::size_t i = 4; i < token.size(); ++i) {
    std::string wrong = token;
    wrong[i] = wrong[i] == 'x' ? 'y' : 'x';
    EXPECT_THAT(looks(wrong), IsEmpty()) << wrong;
  }
  EXPECT_THAT(looks(token + "x"), IsEmpty());
  EXPECT_THAT(looks("x" + token), IsEmpty());
}

TEST(TokenShapes, WhatStandsForATokenIsNone) {
  for (const char* const text :
       {"AKIAIOSFODNN7EXAMPLE", "AKIAXXXXXXXXXXXXXXXX",
        "xoxb-xxxxxxxxxxxx-xxxxxxxxxxxx", "sk_live_000000000000000000000000",
        "glpat-____________________", "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN CERTIFICATE-----\\nMIIBszCCAVmgAwIBAgIUa1b2c3d4e5f6a7b8c9"
        "MIIBszCCAVmgAwIBAgIUa1b2c3d4e5f6\\n-----END CERTIFICATE-----",
        "eyJhbGciOiJub25lIn0.e30.", "eyJub3RKc29u.eyJub3RKc29u.abcdefghij"}) {
    EXPECT_THAT(looks(text), IsEmpty()) << text;
  }
}

TEST(TokenShapes, ValuesMadeByChanceAreToldFromWords) {
  std::mt19937 random(7);
  constexpr std::string_view kLetters =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  int told = 0;
  for (int i = 0; i < 1'000; ++i) {
    std::string value;
    while (value.size() < 32) value += kLetters[random() % kLetters.size()];
    told += looks_generated(value);
  }
  EXPECT_GT(told, 950);
  for (const char* const word :
       {"", "password", "correct horse battery staple", "access_token_v2",
        "{{ $json.key_1a2b3c4d }}", "${TOKEN_1A2B3C4D}", "your-key-a1b2c3d4e5",
        "projects/a1b2c3d4/secrets/e5f6a7, b", "/run/secrets/a1b2c3d4e5f6",
        "my-secret-name-in-vault-2", "AAAA1111AAAA1111AAAA", "sha256-none",
        "https://a1b2c3.d4e5f6.example"}) {
    EXPECT_FALSE(looks_generated(word)) << word;
  }
}

TEST(TokenShapes, Base64IsReadInBothAlphabets) {
  EXPECT_EQ(decode_base64("eyJhIjoxfQ"), R"({"a":1})");
  EXPECT_EQ(decode_base64("eyJhIjoxfQ=="), R"({"a":1})");
  EXPECT_EQ(decode_base64("-_8"), decode_base64("+/8="));
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("a"), std::nullopt);
  EXPECT_EQ(decode_base64("a b"), std::nullopt);
}

}  // namespace
}  // namespace sotto
