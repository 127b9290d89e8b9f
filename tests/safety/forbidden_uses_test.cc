// SPDX-License-Identifier: Apache-2.0
//
// Compiles each pair of forbidden_uses.cc.

#include <gtest/gtest.h>

#include <cstddef>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/safety/testing_command.h"
#include "tests/safety/testing_tree.h"

namespace sotto::testing_safety {
namespace {

constexpr const char* kFile = "tests/safety/forbidden_uses.cc";

// One pair of the file.
struct ForbiddenUse {
  int number = 0;
  std::string name;
  std::size_t line = 0;  // Of the forbidden line.
};

std::vector<ForbiddenUse> forbidden_uses() {
  std::vector<ForbiddenUse> uses;
  std::istringstream lines(project_text(kFile));
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (const std::size_t at = line.find(" CASE == "); at != line.npos) {
      const std::size_t name = line.find("// ");
      uses.push_back({std::stoi(line.substr(at + 9)), line.substr(name + 3)});
    } else if (line == "#ifdef FORBIDDEN" && !uses.empty()) {
      uses.back().line = number + 1;
    }
  }
  return uses;
}

void PrintTo(const ForbiddenUse& use, std::ostream* out) { *out << use.name; }

CommandResult compile(const ForbiddenUse& use, bool forbidden) {
  std::vector<std::string> arguments{SOTTO_CXX, "-std=c++20", "-fsyntax-only",
                                     "-I" SOTTO_SOURCE_DIR,
                                     "-DCASE=" + std::to_string(use.number)};
  if (forbidden) arguments.emplace_back("-DFORBIDDEN");
  arguments.push_back(std::string(SOTTO_SOURCE_DIR) + "/" + kFile);
  return run_command(arguments);
}

class Forbidden : public testing::TestWithParam<ForbiddenUse> {};

TEST_P(Forbidden, DoesNotCompile) {
  const ForbiddenUse& use = GetParam();
  const CommandResult allowed = compile(use, false);
  ASSERT_EQ(allowed.status, 0) << allowed.output;
  const CommandResult forbidden = compile(use, true);
  EXPECT_NE(forbidden.status, 0);
  // And for this line's sake.
  const std::string place =
      "forbidden_uses.cc:" + std::to_string(use.line) + ":";
  EXPECT_TRUE(forbidden.output.find("error") != std::string::npos &&
              forbidden.output.find(place) != std::string::npos)
      << "no error at " << place << "\n"
      << forbidden.output.substr(0, 2000);
}

INSTANTIATE_TEST_SUITE_P(T8, Forbidden, testing::ValuesIn(forbidden_uses()),
                         [](const auto& test) { return test.param.name; });

TEST(ForbiddenUses, AreAllThere) {
  const std::vector<ForbiddenUse> uses = forbidden_uses();
  ASSERT_GE(uses.size(), 21u);
  for (std::size_t i = 0; i < uses.size(); ++i) {
    EXPECT_EQ(uses[i].number, static_cast<int>(i) + 1);
    EXPECT_GT(uses[i].line, 0u) << uses[i].name;
  }
}

}  // namespace
}  // namespace sotto::testing_safety
