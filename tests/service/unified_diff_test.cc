// SPDX-License-Identifier: Apache-2.0

#include "service/report/unified_diff.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "tests/service/testing_service.h"

namespace sotto::testing {
namespace {

TEST(UnifiedDiff, ShowsChangesWithWhatIsAround) {
  EXPECT_EQ(unified_diff("a.json", "same\n", "same\n"), "");
  EXPECT_EQ(unified_diff("flows/a.json", "1\n2\n3\n4\n5\n6\n7\n8\n",
                         "1\n2\n3\n4\nfive\n6\n7\n8\n"),
            "--- a/flows/a.json\n"
            "+++ b/flows/a.json\n"
            "@@ -2,7 +2,7 @@\n"
            " 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(UnifiedDiff, KnowsTextWithoutALastLineBreak) {
  EXPECT_EQ(unified_diff("a", "{}", "[]"),
            "--- a/a\n+++ b/a\n@@ -1 +1 @@\n"
            "-{}\n\\ No newline at end of file\n"
            "+[]\n\\ No newline at end of file\n");
}

TEST(UnifiedDiff, QuotesNamesAsGitDoes) {
  EXPECT_TRUE(unified_diff("a b\t\"\xC3\xA9.json", "1", "2")
                  .starts_with("--- \"a/a b\\011\\\"\\303\\251.json\"\n"));
}

// Whatever changes: Git makes one of the other.
TEST(UnifiedDiff, IsWhatGitApplies) {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    std::string before;
    std::string after;
    const bool inserts = round % 3 == 0;
    for (std::size_t line = 0; line < 40; ++line) {
      const std::string text = std::to_string(random() % 100) + "\n";
      before += text;
      const auto what = random() % 12;
      if (what == 0) {
        after += "new " + text;
      } else if (what == 1 && inserts) {
        after += text + "more\n";
      } else if (what != 2 || !inserts) {
        after += text;
      }
    }
    if (round % 5 == 0) after.pop_back();
    if (before == after) continue;
    TempFolder folder;
    folder.write("x/a.json", before);
    folder.write("patch", unified_diff("x/a.json", before, after));
    const std::string command =
        "cd '" + folder.path().native() + "' && git apply patch";
    ASSERT_EQ(std::system(command.c_str()), 0)
        << unified_diff("x/a.json", before, after);
    EXPECT_EQ(read_file(folder / "x/a.json"), after);
  }
}

}  // namespace
}  // namespace sotto::testing
