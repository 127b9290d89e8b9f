// SPDX-License-Identifier: Apache-2.0
//
// Each public header compiles alone, without a warning, with every compiler
// that was found.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "tests/safety/testing_command.h"
#include "tests/safety/testing_tree.h"

namespace sotto::testing_safety {
namespace {

std::vector<std::string> compilers() {
  std::vector<std::string> found;
  std::istringstream list(SOTTO_COMPILERS);
  for (std::string compiler; std::getline(list, compiler, ':');) {
    if (!compiler.empty()) found.push_back(compiler);
  }
  return found;
}

class PublicHeader
    : public testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(PublicHeader, CompilesAlone) {
  const auto& [compiler, header] = GetParam();
  const CommandResult result =
      run_command({compiler, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra",
                   "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror",
                   "-I" SOTTO_SOURCE_DIR, "-x", "c++",
                   std::string(SOTTO_SOURCE_DIR) + "/" + header});
  EXPECT_EQ(result.status, 0) << result.output;
}

std::string test_name(
    const testing::TestParamInfo<PublicHeader::ParamType>& test) {
  const auto& [compiler, header] = test.param;
  std::string name = compiler.substr(compiler.rfind('/') + 1) + "_" + header;
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, PublicHeader,
                         testing::Combine(testing::ValuesIn(compilers()),
                                          testing::ValuesIn(public_headers())),
                         test_name);

}  // namespace
}  // namespace sotto::testing_safety
