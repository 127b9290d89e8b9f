// SPDX-License-Identifier: Apache-2.0

#include "grammar/template.h"

#include <gtest/gtest.h>

#include <string>

namespace sotto {
namespace {

// The tree of an expression as text: "basic(a.B, 'x') | c.D + 'y'".
std::string tree(const Template& parsed, NodeId id) {
  const Node& node = parsed.node(id);
  const auto join = [&](std::string_view separator) {
    std::string text;
    for (const NodeId child : parsed.children(node)) {
      text +=
          (text.empty() ? "" : std::string(separator)) + tree(parsed, child);
    }
    return text;
  };
  switch (node.kind) {
    case Node::Kind::kReference:
      return to_string(parsed.references()[parsed.reference_index(node)]);
    case Node::Kind::kString:
      return "'" + std::string(parsed.string(node)) + "'";
    case Node::Kind::kCall:
      return std::string(function_info(node.function).name) + "(" + join(", ") +
             ")";
    case Node::Kind::kSum:
      return "(" + join(" + ") + ")";
    case Node::Kind::kAlternatives:
      return "[" + join(" | ") + "]";
  }
  return "";
}

std::string trees(std::string_view text, Format format = Format::kText) {
  const Template parsed =
      parse_template(text, {.format = format, .limits = {}});
  EXPECT_TRUE(parsed.ok()) << text;
  std::string all;
  for (const Expression& expression : parsed.expressions()) {
    all += (all.empty() ? "" : "; ") + tree(parsed, expression.root);
  }
  return all;
}

TEST(TemplateTest, BuildsTheTreeOfAnExpression) {
  EXPECT_EQ(trees("<<SECRETS.a.B>>"), "a.B");
  EXPECT_EQ(trees("<< SECRETS.a.B || SECRETS.c.D+'x' || 'y' >>"),
            "[a.B | (c.D + 'x') | 'y']");
  EXPECT_EQ(trees("<< FN.basic(SECRETS.a.U, FN.trim( SECRETS.a.P||'')) >>"),
            "basic(a.U, trim([a.P | '']))");
  EXPECT_EQ(trees("<< FN.literal('it''s << \"x\" >>') + \"\"\"\" >>"),
            "(literal('it's << \"x\" >>') + '\"')");
  EXPECT_EQ(trees("<< SECRETS.a.B >><< SECRETS.a.B >>"), "a.B; a.B");
}

TEST(TemplateTest, SharesOneNodeBetweenEqualReferences) {
  const Template parsed =
      parse_template("<< SECRETS.z.Z >> << SECRETS.a.A >> << SECRETS.z.Z >>",
                     {.format = Format::kText, .limits = {}});
  ASSERT_EQ(parsed.expressions().size(), 3u);
  EXPECT_EQ(parsed.expressions()[0].root, parsed.expressions()[2].root);
  EXPECT_NE(parsed.expressions()[0].root, parsed.expressions()[1].root);
  ASSERT_EQ(parsed.references().size(), 2u);
  EXPECT_EQ(to_string(parsed.references()[0]), "a.A") << "sorted";
}

TEST(TemplateTest, ForgetsTheReferencesOfAnExpressionThatIsWrong) {
  const Template parsed =
      parse_template("<< SECRETS.a.B + >> << SECRETS.c.D >>",
                     {.format = Format::kText, .limits = {}});
  EXPECT_FALSE(parsed.ok());
  ASSERT_EQ(parsed.references().size(), 1u);
  EXPECT_EQ(to_string(parsed.references()[0]), "c.D");
}

TEST(TemplateTest, OwnsItsBytesWhenTold) {
  Template parsed = [] {
    return parse_owned_template("[\"<< SECRETS.a.B >>\"]");
  }();
  const Template moved = std::move(parsed);
  EXPECT_EQ(moved.bytes(), "[\"<< SECRETS.a.B >>\"]");
  EXPECT_EQ(moved.expressions().size(), 1u);
}

// "1:3 a.B /x" for every use.
std::string uses(std::string_view text, Format format) {
  const Template parsed =
      parse_template(text, {.format = format, .limits = {}});
  const auto all = reference_uses(parsed);
  std::vector<std::size_t> offsets;
  for (const ReferenceUse& use : all) offsets.push_back(use.span.begin);
  const auto pointers = json_pointers(parsed, offsets);
  const Source source("f", text);
  std::string out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Location at = source.location(all[i].span.begin);
    out += std::to_string(at.line) + ":" + std::to_string(at.column) + " " +
           to_string(parsed.references()[all[i].reference]) + " " +
           pointers[i] + "; ";
  }
  return out;
}

TEST(ReferenceUsesTest, TellWhereEachReferenceStands) {
  EXPECT_EQ(uses("{\"a\": [0, {\"b/c~\": \"\\u003c< SECRETS.a.B || "
                 "FN.url(SECRETS.c.D) >>\"}],\n \"\": "
                 "\"<< FN.json(SECRETS.a.B) >>\"}",
                 Format::kJson),
            "1:29 a.B /a/1/b~1c~0; 1:51 c.D /a/1/b~1c~0; 2:18 a.B /; ");
  EXPECT_EQ(uses("[\"<< SECRETS.a.B >>\"]\n\n{\"k\":\"<< SECRETS.c.D >>\"}\n",
                 Format::kLines),
            "1:6 a.B /0; 3:10 c.D /k; ");
  EXPECT_EQ(uses("A=<< SECRETS.a.B >>\nB=\\<< SECRETS.a.C >>", Format::kText),
            "1:6 a.B ; 2:7 a.C ; ");
}

TEST(JsonPointersTest, AreCutWhereAKeyIsLongerThanAnyoneReads) {
  std::string key;
  while (key.size() < 5000) key += "\xC3\xA9";
  const std::string text = "{\"" + key + "\": {\"k\": \"<< SECRETS.a.B >>\"}}";
  const Template parsed = parse_template(text);
  const std::size_t offset = parsed.expressions()[0].span.begin;
  const auto pointers = json_pointers(parsed, std::span(&offset, 1));
  EXPECT_EQ(pointers[0], "/" + key.substr(0, 1022) + "...");
  EXPECT_EQ(json_depths(parsed, std::span(&offset, 1))[0], 2u);
}

TEST(ParseLimitsTest, AreDiagnosticsWithTheirNumbers) {
  const auto message = [](std::string_view text, ParseLimits limits) {
    const Template parsed =
        parse_template(text, {.format = Format::kJson, .limits = limits});
    EXPECT_EQ(parsed.diagnostics().size(), 1u);
    EXPECT_EQ(parsed.diagnostics()[0].rule, "limit");
    return parsed.diagnostics()[0].message;
  };
  EXPECT_EQ(message("[1]", {.document_bytes = 2}),
            "the document has 3 bytes, more than the limit of 2");
  EXPECT_EQ(message("[[1]]", {.depth = 1}), "nested deeper than 1");
  EXPECT_EQ(
      message("[\"<< SECRETS.a.B >><< SECRETS.a.B >>\"]", {.expressions = 1}),
      "more than 1 expressions");
  EXPECT_EQ(message("[\"<< FN.url(FN.url(SECRETS.a.B)) >>\"]",
                    {.expression_depth = 1}),
            "calls are nested deeper than 1");
}

TEST(ParseTest, StopsLookingForExpressionsBehindAHundredMistakes) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "<< SECRETS. ";
  const Template parsed =
      parse_template(text, {.format = Format::kText, .limits = {}});
  ASSERT_EQ(parsed.diagnostics().size(), 101u);
  EXPECT_EQ(parsed.diagnostics()[99].message,
            "100 expressions are wrong: the rest of the document was not "
            "searched for more");
}

TEST(FunctionsTest, AreSortedAndFoundByName) {
  std::string_view last;
  for (const FunctionInfo& info : functions()) {
    EXPECT_LT(last, info.name);
    last = info.name;
    EXPECT_EQ(find_function(info.name), info.function);
    EXPECT_EQ(function_info(info.function).name, info.name);
    EXPECT_TRUE(info.signature.starts_with("FN." + std::string(info.name)));
  }
  EXPECT_EQ(find_function("Base64"), std::nullopt);
}

}  // namespace
}  // namespace sotto
