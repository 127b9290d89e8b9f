// SPDX-License-Identifier: Apache-2.0
//
// Every document below tests/lint/RULE/ and all that is said of it, word for
// word: CASE.json (.jsonl, .txt), CASE.out and, where something can be mended,
// CASE.fixed. The world that they are linted in is tests/lint/catalog.txt.
// SOTTO_WRITE_LINT_OUTPUT=1 writes what was said: to be read before it is kept.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "tests/resolver/testing_lint.h"

namespace sotto {
namespace {

namespace fs = std::filesystem;
using sotto::testing::fresh_tokens;
using sotto::testing::lint_folder;
using sotto::testing::LintWorld;
using sotto::testing::read_text;

// That memory runs out is tests/allocation's; what stores alone can say is in
// store_inquiry_test.cc.
const std::set<std::string_view> kWithoutFolder{"forbidden", "no-memory",
                                                "unreachable"};

std::vector<fs::path> documents_of(const fs::path& folder) {
  std::vector<fs::path> documents;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path extension = entry.path().extension();
    if (extension != ".out" && extension != ".fixed") {
      documents.push_back(entry.path());
    }
  }
  std::sort(documents.begin(), documents.end());
  return documents;
}

fs::path beside(const fs::path& document, const char* extension) {
  return fs::path(document).replace_extension(extension);
}

// What the file should hold. Or makes it so, if that is what is wanted.
std::string expected(const fs::path& file, const std::string& actual) {
  if (std::getenv("SOTTO_WRITE_LINT_OUTPUT") != nullptr) {
    std::ofstream(file, std::ios::binary) << actual;
  }
  return read_text(file);
}

class LintGolden : public ::testing::TestWithParam<std::string> {
 protected:
  void check(const fs::path& file) {
    SCOPED_TRACE(file.filename().string());
    const std::string document = sotto::testing::with_tokens(read_text(file));
    const Format format = sotto::testing::format_of(file);
    const std::string report =
        world_.report(file.filename().string(), document, format);
    EXPECT_EQ(report, expected(beside(file, ".out"), report));
    for (const auto& [name, token] : fresh_tokens()) {
      EXPECT_EQ(report.find(token), report.npos) << name;
    }
    check_fixes(file, document, format);
  }

  void check_fixes(const fs::path& file, const std::string& document,
                   Format format) {
    const auto mended = apply_fixes(document, world_.find(document, format));
    const fs::path fixed = beside(file, ".fixed");
    if (mended) {
      EXPECT_EQ(*mended, expected(fixed, *mended));
    }
    EXPECT_EQ(fs::exists(fixed), mended.has_value()) << fixed;
    if (!mended) return;
    for (const Diagnostic& left : world_.find(*mended, format)) {
      EXPECT_FALSE(left.fix) << left.message;
    }
  }

  LintWorld world_;
};

TEST_P(LintGolden, SaysWhatIsWrongWordForWord) {
  const fs::path folder = lint_folder() / GetParam();
  bool found = false;
  bool silent = false;
  for (const fs::path& file : documents_of(folder)) {
    check(file);
    const bool has =
        read_text(beside(file, ".out")).find("[" + GetParam() + "]") !=
        std::string::npos;
    found = found || has;
    silent = silent || !has;
  }
  EXPECT_TRUE(found) << "no document has what the rule finds";
  EXPECT_TRUE(silent) << "no document has what it does not find";
}

std::vector<std::string> rules() {
  std::vector<std::string> ids;
  for (const RuleInfo& rule : lint_rules()) {
    if (!kWithoutFolder.contains(rule.id)) ids.emplace_back(rule.id);
  }
  return ids;
}

INSTANTIATE_TEST_SUITE_P(Rules, LintGolden, ::testing::ValuesIn(rules()),
                         [](const auto& chosen) {
                           std::string name = chosen.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(LintGoldenFolders, AreThoseOfRules) {
  for (const auto& entry : fs::directory_iterator(lint_folder())) {
    if (!entry.is_directory()) continue;
    EXPECT_NE(find_rule(entry.path().filename().string()), nullptr)
        << entry.path();
  }
}

}  // namespace
}  // namespace sotto
