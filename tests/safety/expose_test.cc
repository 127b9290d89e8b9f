// SPDX-License-Identifier: Apache-2.0
//
// expose() is the one door out of secret memory. expose_allow_list.txt names
// the files that may open it, with the reason why; a new caller is a decision
// that a reviewer sees.

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "tests/safety/testing_tree.h"

namespace sotto::testing_safety {
namespace {

constexpr const char* kAllowList = "tests/safety/expose_allow_list.txt";

// path -> reason
std::map<std::string, std::string> allow_list() {
  std::map<std::string, std::string> list;
  std::istringstream lines(project_text(kAllowList));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t colon = line.find(": ");
    list[line.substr(0, colon)] =
        colon == std::string::npos ? "" : line.substr(colon + 2);
  }
  return list;
}

std::set<std::string> callers() {
  static const std::regex kCall(R"(\bexpose\s*\()");
  std::set<std::string> files;
  for (const SourceFile& file : product_files()) {
    if (std::regex_search(code_of(file.text), kCall)) files.insert(file.path);
  }
  return files;
}

TEST(Expose, IsCalledInListedFilesOnly) {
  const auto list = allow_list();
  for (const std::string& file : callers()) {
    EXPECT_TRUE(list.contains(file))
        << file << " calls expose() and is not in " << kAllowList;
  }
}

TEST(Expose, TheListNamesNoFileThatDoesNotNeedIt) {
  const auto files = callers();
  for (const auto& [file, reason] : allow_list()) {
    EXPECT_TRUE(files.contains(file))
        << file << " is in " << kAllowList << " and calls no expose()";
  }
}

TEST(Expose, EveryListedFileHasAReason) {
  const auto list = allow_list();
  EXPECT_FALSE(list.empty());
  for (const auto& [file, reason] : list) EXPECT_FALSE(reason.empty()) << file;
}

}  // namespace
}  // namespace sotto::testing_safety
