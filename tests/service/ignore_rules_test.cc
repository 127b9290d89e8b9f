// SPDX-License-Identifier: Apache-2.0
//
// What is ignored: held against Git itself.

#include "service/ignore_rules.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "service/path_pattern.h"
#include "tests/service/testing_service.h"

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;

std::string output_of(const std::string& command) {
  std::string text;
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  char piece[4096];
  for (std::size_t got = 0;
       (got = std::fread(piece, 1, sizeof piece, pipe)) > 0;) {
    text.append(piece, got);
  }
  ::pclose(pipe);
  return text;
}

class IgnoreRulesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // Whatever the user's own Git is told.
    git("init -q");
    root_ = fs::canonical(folder_.path()).native();
  }

  std::string git(const std::string& words) const {
    return output_of("cd '" + folder_.path().native() +
                     "' && GIT_CONFIG_GLOBAL=/dev/null "
                     "GIT_CONFIG_NOSYSTEM=1 git " +
                     words);
  }

  // As Git walks: what lies in an ignored folder is ignored.
  void walk(const std::string& path, const IgnoreRules::Ptr& rules,
            std::set<std::string>& found) const {
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.path().filename() == ".git") continue;
      const std::string name = entry.path().native();
      if (rules->ignore(name, entry.is_directory())) continue;
      if (entry.is_directory()) {
        const auto inner = IgnoreRules::inside(rules, name, /*has_file=*/true);
        ASSERT_TRUE(inner) << error_of(inner);
        walk(name, *inner, found);
      } else {
        found.insert(name.substr(root_.size() + 1));
      }
    }
  }

  std::set<std::string> ours() const {
    std::set<std::string> found;
    const auto rules = IgnoreRules::of_folder(root_);
    EXPECT_TRUE(rules) << error_of(rules);
    if (rules) walk(root_, *rules, found);
    return found;
  }

  // Every file that Git does not ignore.
  std::set<std::string> gits() const {
    std::set<std::string> found;
    const std::string text = git("ls-files -z --others --exclude-standard");
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\0', at);
      found.insert(text.substr(at, end - at));
      at = end + 1;
    }
    return found;
  }

  TempFolder folder_;
  std::string root_;
};

const std::vector<std::string>& files() {
  static const std::vector<std::string> names{"a.json",
                                              "b.json",
                                              "ab.json",
                                              "build/a.json",
                                              "build/keep/a.json",
                                              "doc/a.json",
                                              "doc/frotz/a.json",
                                              "a/doc/frotz/b.json",
                                              "a/b/c/d.json",
                                              "a/x/b",
                                              "a/b",
                                              "a/x/y/b",
                                              "foo/bar/a.json",
                                              "foo/a.json",
                                              "x/foo/a.json",
                                              "#hash",
                                              "!bang",
                                              "blank ",
                                              "blank",
                                              "back\\slash",
                                              "star*",
                                              "[x]",
                                              "x",
                                              "z-z",
                                              "]",
                                              "deep/deep/deep/deep.json",
                                              "UPPER.JSON",
                                              ".hidden/a.json",
                                              ".hidden.json",
                                              "logs/debug.log",
                                              "logs/monday/debug.log",
                                              "debug.log",
                                              "a\tb.json",
                                              "caf\xC3\xA9.json"};
  return names;
}

// One .gitignore each.
const std::vector<std::string>& ignore_files() {
  static const std::vector<std::string> texts{"",
                                              "\n\n# comment\n",
                                              "*.json\n",
                                              "*.json\n!a.json\n",
                                              "!a.json\n*.json\n",
                                              "/a.json\n",
                                              "a.json\r\nb.json\r\n",
                                              "build/\n",
                                              "build\n",
                                              "/build\n!/build/keep\n",
                                              "build/*\n!build/keep\n",
                                              "doc/frotz\n",
                                              "doc/frotz/\n",
                                              "frotz/\n",
                                              "/doc\n",
                                              "**/foo\n",
                                              "**/foo/bar\n",
                                              "foo/**\n",
                                              "a/**/b\n",
                                              "**\n!a.json\n",
                                              "*\n!*/\n!*.json\n",
                                              "**/\n",
                                              "a/**\n",
                                              "a**b\n",
                                              "a/**b\n",
                                              "\\#hash\n",
                                              "#hash\n",
                                              "\\!bang\n",
                                              "!bang\n",
                                              "blank \n",
                                              "blank\\ \n",
                                              "blank   \n",
                                              "back\\\\slash\n",
                                              "back\\slash\n",
                                              "star\\*\n",
                                              "star\\\n",
                                              "\\[x\\]\n",
                                              "[x]\n",
                                              "[[]x]\n",
                                              "[]]\n",
                                              "[!]]\n",
                                              "[^]]\n",
                                              "[a-c].json\n",
                                              "[!a].json\n",
                                              "[a-\n",
                                              "[a\n",
                                              "?.json\n",
                                              "??.json\n",
                                              "?\n",
                                              "z[--0]z\n",
                                              "[[:upper:]]*\n",
                                              "[[:bogus:]]*\n",
                                              "[[:alpha:]-z].json\n",
                                              "logs/**/debug.log\n",
                                              "logs/*/debug.log\n",
                                              "logs/debug.log\n",
                                              "debug.log\n!logs/debug.log\n",
                                              "*.log\n!/debug.log\n",
                                              "deep/\n!deep/deep/\n",
                                              "/deep/*\n",
                                              "/*\n!/foo\n/foo/*\n!/foo/bar\n",
                                              "foo//\n",
                                              "//foo\n",
                                              "/\n",
                                              "!\n",
                                              ".*\n",
                                              ".hidden\n",
                                              "*/a.json\n",
                                              "a/b\n",
                                              "a/*/b\n",
                                              "\xEF\xBB\xBF"
                                              "a.json\n",
                                              "caf?.json\n",
                                              "caf??.json\n",
                                              "a\tb.json\n",
                                              "a.json",
                                              "***\n",
                                              "a/***/b\n",
                                              "fo*/**/*.json\n",
                                              "[a]*.js[!m]n\n"};
  return texts;
}

TEST_F(IgnoreRulesTest, AreGitsOwnForEveryKindOfLine) {
  for (const std::string& name : files()) folder_.write(name, "{}");
  for (const std::string& text : ignore_files()) {
    folder_.write(".gitignore", text);
    EXPECT_EQ(ours(), gits()) << "--- .gitignore:\n" << text;
  }
}

TEST_F(IgnoreRulesTest, OfNestedFilesTheNearestCounts) {
  for (const std::string& name : files()) folder_.write(name, "{}");
  folder_.write(".gitignore", "*.json\n/a/b/\n");
  folder_.write("foo/.gitignore", "!*.json\n/bar/a.json\n");
  folder_.write("doc/.gitignore", "!frotz\n!/a.json\nfrotz/*\n");
  folder_.write("doc/frotz/.gitignore", "!a.json\n");
  folder_.write(".git/info/exclude", "debug.log\n!*.json\nx/\n");
  EXPECT_EQ(ours(), gits());
}

TEST_F(IgnoreRulesTest, OfALinkNothingIsRead) {
  folder_.write("a.json", "{}");
  folder_.write("elsewhere", "*.json\n");
  fs::create_symlink("elsewhere", folder_ / ".gitignore");
  EXPECT_EQ(ours(), gits());
  EXPECT_TRUE(ours().contains("a.json"));
}

TEST_F(IgnoreRulesTest, CountFromTheRootOfTheRepository) {
  folder_.write(".gitignore", "/flows/draft.json\n*.tmp.json\n");
  folder_.write("flows/a.json", "{}");
  const auto rules = IgnoreRules::of_folder(root_ + "/flows");
  ASSERT_TRUE(rules);
  EXPECT_TRUE((*rules)->ignore(root_ + "/flows/draft.json", false));
  EXPECT_TRUE((*rules)->ignore(root_ + "/flows/x.tmp.json", false));
  EXPECT_FALSE((*rules)->ignore(root_ + "/flows/a.json", false));
}

TEST_F(IgnoreRulesTest, OfAnotherWorkTreeAreThoseOfItsRepository) {
  folder_.write("one/a.json", "{}");
  git("-C one init -q");
  git("-C one -c user.name=x -c user.email=x@example.com commit -q "
      "--allow-empty -m x");
  git("-C one worktree add -q ../two");
  folder_.write("one/.git/info/exclude", "a.json\n");
  folder_.write("two/a.json", "{}");
  const auto rules = IgnoreRules::of_folder(root_ + "/two");
  ASSERT_TRUE(rules) << error_of(rules);
  EXPECT_TRUE((*rules)->ignore(root_ + "/two/a.json", false));
  EXPECT_EQ(git("-C two check-ignore a.json"), "a.json\n");
}

// Random lines of a small alphabet, in which everything special comes often.
TEST_F(IgnoreRulesTest, AreGitsOwnForRandomLines) {
  std::mt19937 random(20261122);
  const auto pick = [&](std::size_t count) { return random() % count; };
  for (const std::string name :
       {"a", "b", "ab", "ba", "a-b", "c/a", "c/b", "c/ab", "d/c/a", "d/c/b",
        "d/a/b", "d/ab/a", "e/a/a/a", "e/b/a/b", "e/-", "e/]"}) {
    folder_.write(name, "{}");
  }
  for (int round = 0; round < 150; ++round) {
    std::string text;
    for (std::size_t lines = 1 + pick(3); lines > 0; --lines) {
      for (std::size_t size = 1 + pick(6); size > 0; --size) {
        text += std::string("aabcde***//?![]-\\ ")[pick(18)];
      }
      text += '\n';
    }
    folder_.write(".gitignore", text);
    EXPECT_EQ(ours(), gits()) << "--- .gitignore:\n" << text;
  }
}

// A search that goes back would take longer than anybody lives.
TEST(PathPattern, TakesNoLongerForAHostileOne) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "**/*a*/";
  std::string path;
  for (int i = 0; i < 400; ++i) path += "aaaaaaaa/";
  EXPECT_FALSE(PathPattern(pattern + "b").covers(path + "a"));
}

TEST(PathPattern, CoversWhatLiesInAFolder) {
  EXPECT_TRUE(PathPattern("tests/").covers("tests/a/b.json"));
  EXPECT_TRUE(PathPattern("tests/**").covers("tests/a/b.json"));
  EXPECT_TRUE(PathPattern("*.json").covers("tests/a/b.json"));
  EXPECT_TRUE(PathPattern("node_modules").covers("a/node_modules/b/c.json"));
  EXPECT_FALSE(PathPattern("tests/*.json").covers("tests/a/b.json"));
  EXPECT_FALSE(PathPattern("/a.json").covers("tests/a.json"));
}

}  // namespace
}  // namespace sotto::testing
