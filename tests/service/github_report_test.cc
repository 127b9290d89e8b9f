// SPDX-License-Identifier: Apache-2.0

#include "service/report/github_report.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace sotto::testing {
namespace {

std::string report(const std::string& name, std::string_view text,
                   const Diagnostic& diagnostic) {
  return github_report(
      std::array{Findings{Source(name, text), std::span(&diagnostic, 1)}});
}

TEST(GithubReport, HasALineAFinding) {
  Diagnostic diagnostic;
  diagnostic.rule = "undefined-secret";
  diagnostic.span = {3, 6};
  diagnostic.message = "secret \"a.B\" is not defined";
  EXPECT_EQ(report("flow.json", "1\n23456", diagnostic),
            "::error file=flow.json,line=2,endLine=2,col=2,endColumn=5,"
            "title=undefined-secret::secret \"a.B\" is not defined\n");
  diagnostic.severity = Severity::kWarning;
  diagnostic.hint = "did you mean \"a.C\"?";
  diagnostic.pointer = "/a/0";
  EXPECT_EQ(report("flow.json", "1\n23456", diagnostic),
            "::warning file=flow.json,line=2,endLine=2,col=2,endColumn=5,"
            "title=undefined-secret::secret \"a.B\" is not defined%0A"
            "hint: did you mean \"a.C\"?%0Aat: /a/0\n");
}

// As GitHub's own toolkit does it: the rules for a property are wider than
// those for the message.
TEST(GithubReport, EscapesWhatHasAMeaning) {
  Diagnostic diagnostic;
  diagnostic.rule = "syntax";
  diagnostic.message = "100% of a:b,c\nd";
  EXPECT_EQ(report("a:b,c%d\r\n.json", "x", diagnostic),
            "::error file=a%3Ab%2Cc%25d%0D%0A.json,line=1,endLine=1,col=1,"
            "endColumn=1,title=syntax::100%25 of a:b,c?d\n");
}

TEST(GithubReport, HasNoColumnsForSeveralLines) {
  Diagnostic diagnostic;
  diagnostic.rule = "syntax";
  diagnostic.span = {0, 4};
  diagnostic.message = "m";
  EXPECT_EQ(report("a", "1\n2\n3", diagnostic),
            "::error file=a,line=1,endLine=3,title=syntax::m\n");
}

}  // namespace
}  // namespace sotto::testing
