// SPDX-License-Identifier: Apache-2.0
//
// What looks like an expression and is text gets a warning; what does not look
// like one gets none.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "grammar/template.h"

namespace sotto {
namespace {

std::size_t near_misses(const Template& parsed) {
  std::size_t count = 0;
  for (const Diagnostic& diagnostic : parsed.diagnostics()) {
    EXPECT_EQ(diagnostic.rule, "near-miss") << diagnostic.message;
    EXPECT_EQ(diagnostic.severity, Severity::kWarning);
    ++count;
  }
  return count;
}

Template parse_text(std::string_view text) {
  return parse_template(text, {.format = Format::kText, .limits = {}});
}

constexpr std::string_view kNearMisses[] = {
    "<< SECRET.a.B >>",
    "<<SECRET.a.B>>",
    "<< secrets.a.B >>",
    "<< Secrets.a.B >>",
    "<< SECRETS >>",
    "<< 'Basic ' + SECRETS.a.B >>",
    "<< \"Basic \" + SECRETS.a.B >>",
    "<<< SECRETS.a.B >>",
    "<<< SECRETS.a.B >>>",
    "< < SECRETS.a.B >>",
    "< < SECRETS.a.B > >",
    "key: << secrets.a.B >> # comment",
};

constexpr std::string_view kPlainTexts[] = {
    "",
    "1 << 2",
    "1<<2>>3",
    "cat <<EOF",
    "cat <<'EOF'\n$SECRET\nEOF",
    "cat <<< \"$HOME\"",
    "<<: *anchor",
    "<< parameters.x >>",
    "<< pipeline.parameters.secret >>",
    "{{ SECRETS.a.B }}",
    "${{ SECRETS.a.B }}",
    "%SECRETS.a.B%",
    "${SECRETS.a.B}",
    "<<",
    "<< ",
    "<<<",
    "<<<<<<< HEAD",
    ">>>>>>> branch",
    "<< 'quoted' >>",
    "std::cout << x << y;",
    "a < b && c > d",
    "<b>SECRETS</b>",
    "our SECRETS. are safe",
    "SECRETS.a.B",
    "SECRETS.a.B >>",
    "<< x >> y << z >>",
};

TEST(NearMissTest, IsTextWithOneWarning) {
  for (const std::string_view text : kNearMisses) {
    SCOPED_TRACE(text);
    const Template parsed = parse_text(text);
    EXPECT_TRUE(parsed.ok());
    EXPECT_EQ(parsed.expressions().size(), 0u);
    EXPECT_EQ(near_misses(parsed), 1u);
  }
}

TEST(NearMissTest, IsFoundInJsonStringsToo) {
  for (const std::string_view text : kNearMisses) {
    if (text.find('"') != std::string_view::npos) continue;
    SCOPED_TRACE(text);
    const std::string document = "{\"a\": \"" + std::string(text) + "\"}";
    const Template parsed = parse_template(document);
    EXPECT_TRUE(parsed.ok());
    EXPECT_EQ(near_misses(parsed), 1u);
    ASSERT_FALSE(parsed.diagnostics().empty());
    EXPECT_EQ(parsed.diagnostics().front().pointer, "/a");
  }
}

TEST(NearMissTest, EscapedSpellingIsANearMissAsWell) {
  const Template parsed =
      parse_template(R"(["\u003c\u003c secrets.a.B \u003e\u003e"])");
  EXPECT_TRUE(parsed.ok());
  EXPECT_EQ(near_misses(parsed), 1u);
}

TEST(NearMissTest, EverythingElseIsTextWithoutAWord) {
  for (const std::string_view text : kPlainTexts) {
    SCOPED_TRACE(text);
    const Template parsed = parse_text(text);
    EXPECT_TRUE(parsed.ok());
    EXPECT_EQ(parsed.expressions().size(), 0u);
    EXPECT_EQ(parsed.diagnostics().size(), 0u);
  }
}

TEST(NearMissTest, ExpressionsAreNone) {
  const Template parsed = parse_text(
      "<< SECRETS.a.B >> << FN.url('<< secrets.a.B >>') >> "
      "<< FN.literal('<< SECRETS.a.B >>') >>");
  EXPECT_EQ(parsed.expressions().size(), 3u);
  EXPECT_EQ(parsed.diagnostics().size(), 0u);
}

TEST(NearMissTest, EveryOneIsReportedAtItsPlace) {
  const std::string text = "a << secrets.a.B >>\nb << SECRET.c.D >>";
  const Template parsed = parse_text(text);
  ASSERT_EQ(near_misses(parsed), 2u);
  const Source source("notes.txt", text);
  EXPECT_EQ(source.location(parsed.diagnostics()[0].span.begin).line, 1u);
  EXPECT_EQ(source.location(parsed.diagnostics()[1].span.begin).line, 2u);
}

TEST(NearMissTest, AtMostAHundredAreKept) {
  std::string text;
  for (int i = 0; i < 250; ++i) text += "<< secrets.a.B >>\n";
  const Template parsed = parse_text(text);
  ASSERT_EQ(near_misses(parsed), 101u);
  EXPECT_NE(parsed.diagnostics().back().message.find("150"), std::string::npos)
      << parsed.diagnostics().back().message;
}

}  // namespace
}  // namespace sotto
