// SPDX-License-Identifier: Apache-2.0

#include "base/diagnostic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/source.h"

namespace sotto {
namespace {

TEST(SourceTest, CountsLinesAndCodePoints) {
  const std::string_view text = "ab\nüx\r\n\xF0\x9F\x98\x80!\n";
  const Source source("f", text);
  EXPECT_EQ(source.location(0), (Location{1, 1}));
  EXPECT_EQ(source.location(2), (Location{1, 3})) << "the line break";
  EXPECT_EQ(source.location(3), (Location{2, 1}));
  EXPECT_EQ(source.location(4), (Location{2, 1})) << "inside a character";
  EXPECT_EQ(source.location(5), (Location{2, 2}));
  EXPECT_EQ(source.location(12), (Location{3, 2}));
  EXPECT_EQ(source.location(text.size()), (Location{4, 1}));
  EXPECT_EQ(source.location(0), (Location{1, 1})) << "and back again";
  EXPECT_EQ(source.location(9999), (Location{4, 1})) << "the end at most";
}

// With enough of each line, nothing that is said differs.
TEST(SourceTest, ExcerptsShowWhatTheWholeDocumentShows) {
  std::string document = "[\n  \"short\",\r\n  \"";
  for (int i = 0; i < 2000; ++i) document += i % 3 == 0 ? "é" : "long ";
  document += "\",\n\"last\"]";
  const Source whole("flow.json", document);
  for (std::size_t begin = 0; begin < document.size(); ++begin) {
    const Span span = {begin, std::min(begin + 9, document.size())};
    const std::size_t line = whole.line_begin(begin);
    const std::string_view text = whole.line_at(begin);
    if (begin >= line + text.size()) continue;  // The line break.
    std::size_t first =
        std::max(line, begin - std::min(begin, Excerpt::kAround));
    while ((static_cast<unsigned char>(document[first]) & 0xC0) == 0x80) {
      --first;
    }
    const std::size_t last =
        std::min(line + text.size(), span.end + Excerpt::kAround);
    const Source parts("flow.json", {{first, whole.location(first),
                                      document.substr(first, last - first)}});
    const Diagnostic diagnostic = {
        "near-miss", Severity::kWarning, span, "message", "hint", "/0"};
    ASSERT_EQ(format_diagnostic(parts, diagnostic),
              format_diagnostic(whole, diagnostic))
        << begin;
    ASSERT_EQ(parts.location(begin), whole.location(begin)) << begin;
  }
}

TEST(SourceTest, FindsAmongSeveralExcerpts) {
  const Source source("flow.json",
                      {{10, {2, 3}, "first"}, {100, {7, 1}, "second"}});
  EXPECT_EQ(source.location(12), (Location{2, 5}));
  EXPECT_EQ(source.line_at(12), "first");
  EXPECT_EQ(source.line_begin(12), 10u);
  EXPECT_EQ(source.location(100), (Location{7, 1}));
  EXPECT_EQ(source.line_at(106), "second");
  EXPECT_EQ(source.bytes(), "");
}

TEST(SourceTest, GivesTheLineWithoutItsBreak) {
  const Source source("f", "one\r\ntwo\n\nfour");
  EXPECT_EQ(source.line_at(1), "one");
  EXPECT_EQ(source.line_at(3), "one");
  EXPECT_EQ(source.line_at(5), "two");
  EXPECT_EQ(source.line_at(9), "");
  EXPECT_EQ(source.line_at(14), "four");
}

Diagnostic undefined(Span span) {
  return {"undefined-secret",
          Severity::kError,
          span,
          "secret \"datadog.API_KYE\" is not defined",
          "did you mean \"datadog.API_KEY\"?",
          ""};
}

TEST(FormatDiagnosticTest, ShowsThePlaceTheLineAndTheNextStep) {
  std::string text(11, '\n');
  text += "      \"Authorization\": \"Bearer << SECRETS.datadog.API_KYE >>\"\n";
  const Source source("flow.json", text);
  const std::size_t begin = text.find("SECRETS");
  EXPECT_EQ(
      format_diagnostic(source, undefined({begin, begin + 23})),
      "flow.json:12:35: error: secret \"datadog.API_KYE\" is not defined "
      "[undefined-secret]\n"
      "   |\n"
      "12 |       \"Authorization\": \"Bearer << SECRETS.datadog.API_KYE >>\"\n"
      "   |                                   ^~~~~~~~~~~~~~~~~~~~~~~\n"
      "   = hint: did you mean \"datadog.API_KEY\"?\n");
}

TEST(FormatDiagnosticTest, PutsTheCaretUnderTabsAndMultiByteText) {
  const Source source("f", "\té日 bad");
  EXPECT_EQ(format_diagnostic(
                source, {"syntax", Severity::kWarning, {7, 10}, "m", "", "/a"}),
            "f:1:5: warning: m [syntax]\n"
            "  |\n"
            "1 |  é日 bad\n"
            "  |     ^~~\n"
            "  = at: /a\n");
}

TEST(FormatDiagnosticTest, PointsBehindTheLastCharacter) {
  const Source source("f", "{");
  EXPECT_EQ(format_diagnostic(
                source, {"syntax", Severity::kError, {1, 1}, "m", "", ""}),
            "f:1:2: error: m [syntax]\n"
            "  |\n"
            "1 | {\n"
            "  |  ^\n");
  const Source empty("f", "");
  EXPECT_EQ(format_diagnostic(
                empty, {"syntax", Severity::kError, {0, 0}, "m", "", ""}),
            "f:1:1: error: m [syntax]\n"
            "  |\n"
            "1 | \n"
            "  | ^\n");
}

TEST(FormatDiagnosticTest, CutsALongLineToAWindow) {
  const std::string text =
      std::string(5000, 'x') + "HERE" + std::string(5000, 'y');
  const Source source("f", text);
  EXPECT_EQ(format_diagnostic(
                source, {"syntax", Severity::kError, {5000, 5004}, "m", "", ""},
                {.color = false, .width = 20}),
            "f:1:5001: error: m [syntax]\n"
            "  |\n"
            "1 | ...xxxxxxxxxxHEREyyyyyy...\n"
            "  |              ^~~~\n");
}

TEST(FormatDiagnosticTest, SendsATerminalNoControlCharacters) {
  const Source source("f", "a\x1b[2J\x7f\xff\xc2\x9b z");
  EXPECT_EQ(format_diagnostic(
                source, {"syntax", Severity::kError, {0, 1}, "m", "", ""}),
            "f:1:1: error: m [syntax]\n"
            "  |\n"
            "1 | a?[2J??? z\n"
            "  | ^\n");
}

TEST(FormatDiagnosticTest, PaintsOnlyWhenTold) {
  const Source source("f", "x");
  const Diagnostic diagnostic{"syntax", Severity::kError, {0, 1}, "m", "", ""};
  EXPECT_EQ(format_diagnostic(source, diagnostic).find('\033'),
            std::string::npos);
  EXPECT_EQ(format_diagnostic(source, diagnostic, {.color = true, .width = 9}),
            "\033[1mf:1:1\033[0m: \033[1;31merror\033[0m: \033[1mm\033[0m "
            "[syntax]\n"
            "  \033[1;34m|\033[0m\n"
            "\033[1;34m1 |\033[0m x\n"
            "  \033[1;34m|\033[0m \033[1;31m^\033[0m\n");
}

TEST(DiagnosticListTest, SortsByPlaceRuleAndMessage) {
  DiagnosticList list;
  for (const std::size_t at : {7u, 3u, 5u}) {
    ASSERT_TRUE(list.admits("b"));
    list.add({"b", Severity::kError, {at, at}, "m", "", ""});
  }
  ASSERT_TRUE(list.admits("a"));
  list.add({"a", Severity::kWarning, {5, 5}, "m", "", ""});
  std::string order;
  for (const Diagnostic& one : list.take()) {
    order += std::string(one.rule) + std::to_string(one.span.begin) + ' ';
  }
  EXPECT_EQ(order, "b3 a5 b5 b7 ");
}

TEST(DiagnosticListTest, KeepsAHundredOfARuleAndTellsHowManyMore) {
  DiagnosticList list;
  for (std::size_t i = 0; i < 257; ++i) {
    if (list.admits("syntax")) {
      list.add({"syntax", Severity::kError, {i, i}, "m", "h", ""});
    }
  }
  ASSERT_TRUE(list.admits("limit"));
  list.add({"limit", Severity::kError, {500, 500}, "l", "", ""});
  const auto all = list.take();
  ASSERT_EQ(all.size(), 102u);
  EXPECT_EQ(all[100].message, "and 157 more of this kind, which are not shown");
  EXPECT_EQ(all[100].hint, "");
  EXPECT_EQ(all[101].message, "l");
}

TEST(DiagnosticTest, WarningsAreNoErrors) {
  EXPECT_FALSE(has_error({}));
  EXPECT_FALSE(has_error({{"near-miss", Severity::kWarning, {}, "", "", ""}}));
  EXPECT_TRUE(has_error({{"near-miss", Severity::kWarning, {}, "", "", ""},
                         {"syntax", Severity::kError, {}, "", "", ""}}));
}

}  // namespace
}  // namespace sotto
