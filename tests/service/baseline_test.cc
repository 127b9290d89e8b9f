// SPDX-License-Identifier: Apache-2.0

#include "service/baseline.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "tests/service/testing_service.h"

namespace sotto::testing {
namespace {

Diagnostic finding(std::string_view rule, std::string pointer) {
  Diagnostic diagnostic;
  diagnostic.rule = rule;
  diagnostic.pointer = std::move(pointer);
  diagnostic.message = "m";
  return diagnostic;
}

class BaselineTest : public ::testing::Test {
 protected:
  std::string path(std::string_view name) const {
    return (folder_ / name).native();
  }

  TempFolder folder_;
};

TEST_F(BaselineTest, IsSortedAndNamesFilesFromItsOwnFolder) {
  folder_.write("x/b.json", "");
  Baseline baseline = *Baseline::make(path("x/lint.baseline"));
  baseline.replace(path("x/b.json"),
                   std::array{finding("syntax", "/b"), finding("limit", "/a"),
                              finding("syntax", "/b")});
  baseline.replace(path("a.json"), std::array{finding("syntax", "/a")});
  EXPECT_EQ(baseline.size(), 4u);
  ASSERT_TRUE(baseline.write());
  EXPECT_EQ(mode_of(folder_ / "x/lint.baseline"), 0644u);
  EXPECT_EQ(read_file(folder_ / "x/lint.baseline"), R"({
  "version": 1,
  "findings": [
    {"file": "../a.json", "rule": "syntax", "pointer": "/a", "message": "m", "count": 1},
    {"file": "b.json", "rule": "limit", "pointer": "/a", "message": "m", "count": 1},
    {"file": "b.json", "rule": "syntax", "pointer": "/b", "message": "m", "count": 2}
  ]
}
)");
  const auto again = Baseline::read(path("x/lint.baseline"));
  ASSERT_TRUE(again) << error_of(again);
  EXPECT_EQ(again->text(), baseline.text());
}

TEST_F(BaselineTest, TakesOutWhatItHasAsOftenAsItHasIt) {
  Baseline baseline = *Baseline::make(path("lint.baseline"));
  baseline.replace(path("a.json"),
                   std::array{finding("syntax", "/a"), finding("syntax", "/a"),
                              finding("limit", "/gone")});
  std::vector<Diagnostic> found{
      finding("syntax", "/a"), finding("syntax", "/b"), finding("syntax", "/a"),
      finding("syntax", "/a")};
  EXPECT_EQ(baseline.suppress(path("a.json"), found), 1u);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].pointer, "/b");
  EXPECT_EQ(found[1].pointer, "/a");
  std::vector<Diagnostic> others{finding("syntax", "/a")};
  EXPECT_EQ(baseline.suppress(path("b.json"), others), 0u);
  EXPECT_EQ(others.size(), 1u);
}

TEST_F(BaselineTest, KnowsFilesThatAreGone) {
  folder_.write("there.json", "");
  Baseline baseline = *Baseline::make(path("lint.baseline"));
  for (const char* const name : {"there.json", "gone.json", "x/gone.json"}) {
    baseline.replace(path(name), std::array{finding("syntax", "/a")});
  }
  baseline.replace("", std::array{finding("syntax", "/stdin")});
  EXPECT_EQ(baseline.of_lost_files({}), 2u);
  EXPECT_EQ(baseline.of_lost_files(std::array{path("gone.json")}), 1u);
  baseline.forget_lost_files();
  EXPECT_EQ(baseline.size(), 2u);
}

TEST_F(BaselineTest, IsUtf8WhateverFilesAreCalled) {
  Baseline baseline = *Baseline::make(path("lint.baseline"));
  Diagnostic odd = finding("syntax", "/a\"\\");
  odd.message = "b\xFF\n";
  baseline.replace(path("\xFF.json"), std::array{odd});
  baseline.forget_lost_files();
  ASSERT_TRUE(baseline.write());
  const auto again = Baseline::read(path("lint.baseline"));
  ASSERT_TRUE(again) << error_of(again);
  std::vector<Diagnostic> found{odd};
  EXPECT_EQ(again->suppress(path("\xFF.json"), found), 0u);
  EXPECT_TRUE(found.empty());
}

TEST_F(BaselineTest, LooksPastWhatItDoesNotKnow) {
  folder_.write("b", R"({"x": {"y": [1, {}]}, "version": 1, "findings": [
      {"more": [[]], "file": "a.json", "rule": "syntax", "pointer": "/a",
       "message": "m", "count": 1}], "z": []})");
  const auto read = Baseline::read(path("b"));
  ASSERT_TRUE(read) << error_of(read);
  EXPECT_EQ(read->size(), 1u);
}

TEST_F(BaselineTest, ThatIsNoneIsRefused) {
  const std::string file = path("b");
  const std::string anew =
      " | if it was one, remove it and make it anew with --update-baseline";
  const auto error_with = [&](std::string_view text) {
    folder_.write("b", text);
    return error_of(Baseline::read(file));
  };
  const std::string begin =
      "invalid-config: \"" + file + "\" is not a baseline: ";
  EXPECT_EQ(error_with("{"), "invalid-config: \"" + file +
                                 "\" is not a baseline: it is not valid JSON" +
                                 anew);
  EXPECT_EQ(error_with("[]"), begin + "it has no \"version\"" + anew);
  EXPECT_EQ(error_with("{\"version\": \"1\"}"),
            begin + "it has no \"version\"" + anew);
  EXPECT_EQ(error_with("{\"version\": 1}"),
            begin + "it has no \"findings\"" + anew);
  EXPECT_EQ(error_with("{\"version\": 1, \"findings\": [1]}"),
            begin + "a finding is no object" + anew);
  EXPECT_EQ(error_with(R"({"version": 1, "findings": [{"file": "a"}]})"),
            begin + "a finding lacks a member" + anew);
  EXPECT_EQ(error_with("{\"version\": 2}"),
            "newer-version: the baseline \"" + file +
                "\" has version 2, and this Sotto knows 1 | use a newer Sotto, "
                "or make it anew with --update-baseline");
  EXPECT_EQ(error_of(Baseline::read(path("none"))),
            "io: \"" + path("none") + "\" does not exist");
}

}  // namespace
}  // namespace sotto::testing
