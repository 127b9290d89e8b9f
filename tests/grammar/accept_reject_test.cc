// SPDX-License-Identifier: Apache-2.0
//
// What is an expression, as which tree it is read, what is text, and what is
// an error and where. The words of errors are in golden/.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "grammar/template.h"
#include "tests/oracle/agreement.h"

namespace sotto {
namespace {

Template parse_text(std::string_view text) {
  return parse_template(text, {.format = Format::kText, .limits = {}});
}

// All trees of a text, or where its first error is.
std::string reading_of(std::string_view text) {
  const Template parsed = parse_text(text);
  std::string reading;
  for (const Expression& expression : parsed.expressions()) {
    if (!reading.empty()) reading += " & ";
    reading += oracle::to_text(parsed, expression.root);
  }
  for (const Diagnostic& diagnostic : parsed.diagnostics()) {
    if (diagnostic.severity != Severity::kError) continue;
    if (!reading.empty()) reading += " & ";
    reading += "error at " + std::to_string(diagnostic.span.begin);
  }
  return reading;
}

struct Case {
  std::string_view text;
  std::string_view reading;  // Empty: it is text.
};

// clang-format off
constexpr Case kAccepted[] = {
    {"<< SECRETS.a.B >>", "a.B"},
    {"<<SECRETS.a.B>>", "a.B"},
    {"<<\t\r\n SECRETS.a.B \n>>", "a.B"},
    {"x<<SECRETS.a.B>>y", "a.B"},
    {"<<SECRETS.a.B>><<SECRETS.c.D>>", "a.B & c.D"},
    {"<<SECRETS.a.B>>>", "a.B"},
    {"<<SECRETS.a.B>>>>", "a.B"},
    {"<<< x <<SECRETS.a.B>>", "a.B"},
    {"< <<SECRETS.a.B>>", "a.B"},
    {"<< <<SECRETS.a.B>>", "a.B"},
    {"<< x <<SECRETS.a.B>>", "a.B"},
    {"<< SECRETS.0._ >>", "0._"},
    {"<< SECRETS.a-.B- >>", "a-.B-"},
    {"<< SECRETS.SECRETS.FN >>", "SECRETS.FN"},
    {"<< SECRETS.a.B + SECRETS.c.D >>", "(+ a.B c.D)"},
    {"<<SECRETS.a.B+SECRETS.c.D+'x'>>", "(+ a.B c.D 'x')"},
    {"<< SECRETS.a.B || SECRETS.c.D >>", "(|| a.B c.D)"},
    {"<< SECRETS.a.B || 'default' >>", "(|| a.B 'default')"},
    {"<< SECRETS.a.B + 'x' || SECRETS.c.D + 'y' >>", "(|| (+ a.B 'x') (+ c.D 'y'))"},
    {"<< SECRETS.a.B || '' || \"\" >>", "(|| a.B '' '')"},
    {"<< SECRETS.a.B + 'it''s' >>", "(+ a.B 'it's')"},
    {"<< SECRETS.a.B + '''' >>", "(+ a.B ''')"},
    {"<< SECRETS.a.B + \"say \"\"x\"\"\" >>", "(+ a.B 'say \"x\"')"},
    {"<< SECRETS.a.B + \"it's\" >>", "(+ a.B 'it's')"},
    {"<< SECRETS.a.B + '>>' >>", "(+ a.B '>>')"},
    {"<< SECRETS.a.B + '<< SECRETS.c.D >>' >>", "(+ a.B '<< SECRETS.c.D >>')"},
    {"<< SECRETS.a.B + '\\n' >>", "(+ a.B '\\n')"},
    {"<< SECRETS.a.B + '\n' >>", "(+ a.B '\n')"},
    {"<< SECRETS.a.B + 'é😀' >>", "(+ a.B 'é😀')"},
    {"<< FN.base64(SECRETS.a.B) >>", "(base64 a.B)"},
    {"<< FN.base64url( SECRETS.a.B\n) >>", "(base64url a.B)"},
    {"<< FN.url('x') >>", "(url 'x')"},
    {"<< FN.trim(FN.url(SECRETS.a.B)) >>", "(trim (url a.B))"},
    {"<< FN.basic(SECRETS.a.U, SECRETS.a.P) >>", "(basic a.U a.P)"},
    {"<< FN.basic('u' , SECRETS.a.P || '') >>", "(basic 'u' (|| a.P ''))"},
    {"<< FN.base64('u:' + SECRETS.a.P) >>", "(base64 (+ 'u:' a.P))"},
    {"<< FN.literal('<< SECRETS.a.B >>') >>", "(literal '<< SECRETS.a.B >>')"},
    {"<< FN.json_string(SECRETS.a.B) + FN.trim(SECRETS.c.D) >>", "(+ (json_string a.B) (trim c.D))"},
};

constexpr Case kText[] = {
    {"", ""},
    {"<<", ""},
    {"<< ", ""},
    {"<< SECRETS", ""},
    {"<< SECRETS >>", ""},
    {"<< SECRETSX.a.B >>", ""},
    {"<< SECRETS .a.B >>", ""},
    {"<< FN >>", ""},
    {"<< FN (x) >>", ""},
    {"<< fn.url('x') >>", ""},
    {"<< secrets.a.B >>", ""},
    {"<< 'x' + SECRETS.a.B >>", ""},
    {"<< (SECRETS.a.B) >>", ""},
    {"<<\fSECRETS.a.B >>", ""},
    {"<<\xc2\xa0SECRETS.a.B >>", ""},
    {"< <SECRETS.a.B >>", ""},
    {"<<<SECRETS.a.B >>", ""},
    {"<<<<SECRETS.a.B >>", ""},
    {"<\\u003c SECRETS.a.B >>", ""},
    {"&lt;&lt; SECRETS.a.B &gt;&gt;", ""},
};

constexpr Case kRejected[] = {
    {"<< SECRETS.", "error at 11"},
    {"<< SECRETS. a.B >>", "error at 11"},
    {"<< SECRETS.a .B >>", "error at 12"},
    {"<< SECRETS.a. B >>", "error at 13"},
    {"<< SECRETS.a.B", "error at 14"},
    {"<< SECRETS.a.B >", "error at 15"},
    {"<< SECRETS.a.B > >", "error at 15"},
    {"<< SECRETS.a.B.C >>", "error at 14"},
    {"<< SECRETS.a.B. >>", "error at 14"},
    {"<< SECRETS.a >>", "error at 3"},
    {"<< SECRETS.-a.B >>", "error at 11"},
    {"<< SECRETS.a.-B >>", "error at 13"},
    {"<< SECRETS.é.B >>", "error at 11"},
    {"<< SECRETS.a.B x >>", "error at 15"},
    {"<< SECRETS.a.B 'x' >>", "error at 15"},
    {"<< SECRETS.a.B SECRETS.c.D >>", "error at 15"},
    {"<< SECRETS.a.B ++ 'x' >>", "error at 16"},
    {"<< SECRETS.a.B + >>", "error at 17"},
    {"<< SECRETS.a.B | SECRETS.c.D >>", "error at 15"},
    {"<< SECRETS.a.B ||| SECRETS.c.D >>", "error at 17"},
    {"<< SECRETS.a.B + x >>", "error at 17"},
    {"<< SECRETS.a.B + secrets.c.D >>", "error at 17"},
    {"<< SECRETS.a.B + ('x') >>", "error at 17"},
    {"<< SECRETS.a.B) >>", "error at 14"},
    {"<< SECRETS.a.B, SECRETS.c.D >>", "error at 14"},
    {"<< SECRETS.a.B + 'x >>", "error at 22"},
    {"<< SECRETS.a.B + 'x\" >>", "error at 23"},
    {"<< SECRETS.a.B + '\xff' >>", "error at 18"},
    {"<< FN.", "error at 6"},
    {"<< FN.base64", "error at 12"},
    {"<< FN.base64 ('x') >>", "error at 12"},
    {"<< FN.base64(", "error at 13"},
    {"<< FN.base64('x' >>", "error at 17"},
    {"<< FN.base64('x',) >>", "error at 17"},
    {"<< FN.base64(,'x') >>", "error at 13"},
    {"<< FN.base64() >>", "error at 6"},
    {"<< FN.base64('x', 'y') >>", "error at 6"},
    {"<< FN.BASE64('x') >>", "error at 6"},
    {"<< FN.json(SECRETS.a.B) >>", "error at 0"},
    {"<< SECRETS.<< SECRETS.a.B >>", "a.B & error at 11"},
    {"<< SECRETS.a.B << SECRETS.c.D >>", "c.D & error at 15"},
    {"<< SECRETS.a << SECRETS.b >>", "error at 12 & error at 16"},
};
// clang-format on

template <std::size_t N>
void check(const Case (&cases)[N]) {
  for (const Case& row : cases) {
    SCOPED_TRACE(row.text);
    EXPECT_EQ(reading_of(row.text), row.reading);
    EXPECT_EQ(oracle::disagreement(row.text, Format::kText), "");
  }
}

TEST(AcceptRejectTest, Expressions) { check(kAccepted); }
TEST(AcceptRejectTest, Texts) { check(kText); }
TEST(AcceptRejectTest, Errors) { check(kRejected); }

TEST(AcceptRejectTest, NamesAreAsLongAsTheyMayBe) {
  const std::string longest(127, 'x');
  EXPECT_EQ(reading_of("<< SECRETS." + longest + "." + longest + " >>"),
            longest + "." + longest);
  EXPECT_EQ(reading_of("<< SECRETS." + longest + "x.B >>"), "error at 11");
  EXPECT_EQ(reading_of("<< SECRETS.a." + longest + "x >>"), "error at 13");
}

TEST(AcceptRejectTest, ReferencesAreSortedAndUnique) {
  const Template parsed = parse_text(
      "<< SECRETS.b.B || SECRETS.a.B >> << FN.url(SECRETS.a.A) >> "
      "<< SECRETS.b.B >>");
  std::string names;
  for (const SecretRef& ref : parsed.references()) {
    names += to_string(ref) + ' ';
  }
  EXPECT_EQ(names, "a.A a.B b.B ");
  EXPECT_EQ(reference_uses(parsed).size(), 4u);
}

TEST(AcceptRejectTest, EqualPlainReferencesShareTheirRoot) {
  const Template parsed =
      parse_text("<< SECRETS.a.B >> << SECRETS.a.C >> <<SECRETS.a.B>>");
  ASSERT_EQ(parsed.expressions().size(), 3u);
  EXPECT_EQ(parsed.expressions()[0].root, parsed.expressions()[2].root);
  EXPECT_NE(parsed.expressions()[0].root, parsed.expressions()[1].root);
}

TEST(AcceptRejectTest, JsonIsTheWholeOfItsString) {
  const std::string_view flow =
      R"({"a": "<<FN.json(SECRETS.a.B || SECRETS.c.D)>>"})";
  const Template parsed = parse_template(flow);
  ASSERT_TRUE(parsed.ok());
  ASSERT_EQ(parsed.expressions().size(), 1u);
  EXPECT_EQ(parsed.expressions()[0].span, (Span{6, flow.size() - 1}));
  for (const std::string_view inside :
       {" <<FN.json(SECRETS.a.B)>>", "<<FN.json(SECRETS.a.B)>>\\n",
        "<<FN.json(SECRETS.a.B)+''>>", "<<FN.json(SECRETS.a.B)||''>>",
        "<<FN.trim(FN.json(SECRETS.a.B))>>",
        "<<FN.json(SECRETS.a.B)>><<FN.json(SECRETS.a.B)>>"}) {
    const std::string document = '"' + std::string(inside) + '"';
    EXPECT_FALSE(parse_template(document).ok()) << document;
    EXPECT_EQ(oracle::disagreement(document, Format::kJson), "");
  }
}

TEST(AcceptRejectTest, DocumentThatIsTooLargeIsALimit) {
  ParseOptions options;
  options.limits.document_bytes = 10;
  EXPECT_TRUE(parse_template("[\"123456\"]", options).ok());
  const Template parsed = parse_template("[\"1234567\"]", options);
  ASSERT_EQ(parsed.diagnostics().size(), 1u);
  EXPECT_EQ(parsed.diagnostics()[0].rule, "limit");
}

}  // namespace
}  // namespace sotto
