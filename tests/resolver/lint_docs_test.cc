// SPDX-License-Identifier: Apache-2.0
//
// The examples of docs/rules.md: each block "json NAME.json" (jsonl, text) is
// linted in the world of tests/lint/catalog.txt, and the block "text NAME.out"
// behind it is what is said of it.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/resolver/testing_lint.h"

namespace sotto {
namespace {

namespace fs = std::filesystem;
using sotto::testing::LintWorld;

struct Block {
  std::string name;  // What stands behind the language.
  std::string text;
};

struct Page {
  std::vector<Block> blocks;
  std::set<std::string> sections;
};

Page read_page() {
  std::istringstream in(
      testing::read_text(fs::path(SOTTO_SOURCE_DIR) / "docs" / "rules.md"));
  Page page;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) {
      inside = !inside;
      const std::size_t blank = line.find(' ');
      if (inside) {
        page.blocks.push_back(
            {blank == line.npos ? "" : line.substr(blank + 1), ""});
      }
    } else if (inside) {
      page.blocks.back().text += line + '\n';
    } else if (line.starts_with("## ")) {
      page.sections.insert(line.substr(3));
    }
  }
  return page;
}

TEST(RulesPage, ExamplesAreAnsweredAsThePageSays) {
  LintWorld here;
  const Page page = read_page();
  std::size_t examples = 0;
  for (std::size_t i = 1; i < page.blocks.size(); ++i) {
    const fs::path answer = page.blocks[i].name;
    if (answer.extension() != ".out") continue;
    const Block& document = page.blocks[i - 1];
    ASSERT_EQ(fs::path(document.name).stem(), answer.stem());
    ++examples;
    EXPECT_EQ(testing::without_tokens(here.report(
                  document.name, testing::with_tokens(document.text),
                  testing::format_of(document.name))),
              page.blocks[i].text)
        << document.name;
  }
  EXPECT_GE(examples, 12u);
}

TEST(RulesPage, EveryRuleHasItsSection) {
  const Page page = read_page();
  for (const RuleInfo& rule : lint_rules()) {
    EXPECT_TRUE(page.sections.contains(std::string(rule.id))) << rule.id;
  }
}

}  // namespace
}  // namespace sotto
