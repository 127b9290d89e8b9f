// SPDX-License-Identifier: Apache-2.0
//
// Which rules count where. Each error of "lint" and "groups" as the command
// prints it: tests/cli/lint_config.txt.

#include "service/lint_config.h"

#include <gtest/gtest.h>

#include <string>

#include "service/lint_table.h"
#include "tests/service/testing_service.h"

namespace sotto::testing {
namespace {

class LintConfigTest : public ::testing::Test {
 protected:
  LintConfig config(std::string_view text, LintFlags flags = {}) {
    auto parsed = parse_config(folder_.write("sotto.json", text), text);
    EXPECT_TRUE(parsed) << error_of(parsed);
    auto made = LintConfig::make(*std::move(parsed), std::move(flags));
    EXPECT_TRUE(made) << error_of(made);
    return *std::move(made);
  }

  std::string path(std::string_view name) const {
    return (folder_ / name).native();
  }

  TempFolder folder_;
};

TEST_F(LintConfigTest, TakesTheUsualFiles) {
  LintConfig lint = config("{}");
  EXPECT_TRUE(lint.takes(path("a.json")));
  EXPECT_TRUE(lint.takes(path("x/a.jsonl")));
  EXPECT_FALSE(lint.takes(path("x/a.yaml")));
  EXPECT_FALSE(lint.takes(path("x/sotto.json")));
  EXPECT_TRUE(lint.enters(path("x")));
}

TEST_F(LintConfigTest, TakesWhatIsIncludedAndNotExcluded) {
  LintConfig lint = config(
      R"({"lint": {"include": ["flows/", "*.flow"],
                   "exclude": ["draft-*", "/flows/old/", "node_modules"]}})");
  EXPECT_TRUE(lint.takes(path("flows/a.txt")));
  EXPECT_TRUE(lint.takes(path("x/a.flow")));
  EXPECT_FALSE(lint.takes(path("a.json")));
  EXPECT_FALSE(lint.takes(path("flows/draft-1.flow")));
  EXPECT_FALSE(lint.enters(path("flows/old")));
  EXPECT_TRUE(lint.enters(path("x/flows/old")));
  EXPECT_FALSE(lint.enters(path("x/node_modules")));
}

TEST_F(LintConfigTest, ANearerFileCountsInItsFolder) {
  folder_.write("x/sotto.json",
                R"({"lint": {"rules": {"syntax": "warning"},
                             "exclude": ["*.old.json"],
                             "nodes": {"types": ["kind"]}}})");
  folder_.write("x/y/sotto.json",
                R"({"lint": {"rules": {"near-miss": "error"},
                             "include": ["*.flow"]}})");
  LintConfig lint = config(
      R"({"lint": {"rules": {"syntax": "off", "limit": "warning"},
                   "paths": {"x/**": {"limit": "off"},
                             "x/y/a.json": {"limit": "error"}}},
          "groups": {"github": {"keys": ["TOKEN"], "hosts": ["h"]}}})");
  const auto top = lint.settings_of(path("a.json"));
  EXPECT_EQ(top->level_of("syntax"), RuleLevel::kOff);
  EXPECT_EQ(top->level_of("limit"), RuleLevel::kWarning);
  EXPECT_EQ(top->groups.at("github").keys.front(), "TOKEN");
  const auto x = lint.settings_of(path("x/a.json"));
  EXPECT_EQ(x->level_of("syntax"), RuleLevel::kWarning);
  EXPECT_EQ(x->level_of("limit"), RuleLevel::kOff);
  EXPECT_EQ(x->nodes.type_members, std::vector<std::string>{"kind"});
  const auto y = lint.settings_of(path("x/y/a.json"));
  EXPECT_EQ(y->level_of("syntax"), RuleLevel::kWarning);
  EXPECT_EQ(y->level_of("near-miss"), RuleLevel::kError);
  EXPECT_EQ(y->level_of("limit"), RuleLevel::kError);
  EXPECT_EQ(y->groups.size(), 1u);
  EXPECT_TRUE(lint.takes(path("x/a.json")));
  EXPECT_FALSE(lint.takes(path("x/a.old.json")));
  EXPECT_FALSE(lint.takes(path("x/y/a.json")));
  EXPECT_TRUE(lint.takes(path("x/y/a.flow")));
  EXPECT_TRUE(lint.errors().empty());
}

TEST_F(LintConfigTest, FlagsWin) {
  LintFlags flags;
  flags.rules = {{"syntax", RuleLevel::kWarning}};
  flags.not_documents = {path("base.json")};
  LintConfig lint = config(R"({"lint": {"paths": {"*": {"syntax": "off"}}}})",
                           std::move(flags));
  EXPECT_EQ(lint.settings_of(path("a.json"))->level_of("syntax"),
            RuleLevel::kWarning);
  EXPECT_EQ(lint.settings_of("")->level_of("syntax"), RuleLevel::kWarning);
  EXPECT_FALSE(lint.takes(path("base.json")));
}

TEST_F(LintConfigTest, ANearerFileThatIsWrongCountsAsNone) {
  folder_.write("x/sotto.json", "{");
  LintConfig lint = config(R"({"lint": {"rules": {"syntax": "off"}}})");
  EXPECT_EQ(lint.settings_of(path("x/a.json"))->level_of("syntax"),
            RuleLevel::kOff);
  EXPECT_TRUE(lint.takes(path("x/b.json")));
  ASSERT_EQ(lint.errors().size(), 1u);
  EXPECT_EQ(describe(lint.errors().front()),
            "invalid-config: " + path("x/sotto.json") +
                ":1:2: this is not valid JSON | comments are allowed, trailing "
                "commas are not");
}

TEST(RuleFlags, AreRulesAndLevels) {
  const std::vector<std::string> good{"syntax=off", "limit=warning",
                                      "syntax=error"};
  const auto levels = parse_rule_flags(good);
  ASSERT_TRUE(levels);
  EXPECT_EQ(levels->at("syntax"), RuleLevel::kError);
  EXPECT_EQ(levels->at("limit"), RuleLevel::kWarning);
  const auto error = [](const std::string& flag) {
    return error_of(parse_rule_flags(std::vector<std::string>{flag}));
  };
  EXPECT_EQ(error("near-mis=off"),
            "usage: --rule: unknown rule \"near-mis\" | did you mean "
            "\"near-miss\"?");
  EXPECT_EQ(error("syntax=no"),
            "usage: --rule syntax=no: expected \"off\", \"warning\" or "
            "\"error\" behind \"syntax=\"");
  EXPECT_EQ(error("syntax"),
            "usage: --rule syntax: expected \"off\", \"warning\" or \"error\" "
            "behind \"syntax=\"");
}

}  // namespace
}  // namespace sotto::testing
