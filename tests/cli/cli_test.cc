// SPDX-License-Identifier: Apache-2.0
//
// Runs every tests/cli/*.txt against the command: see testing_script.h.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/cli/testing_script.h"

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> scripts() {
  std::vector<fs::path> files;
  for (const auto& entry :
       fs::directory_iterator(fs::path(SOTTO_SOURCE_DIR) / "tests" / "cli")) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class CommandScript : public ::testing::TestWithParam<fs::path> {};

TEST_P(CommandScript, Runs) { run_script(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Scripts, CommandScript, ::testing::ValuesIn(scripts()),
                         [](const auto& chosen) {
                           return chosen.param.stem().string();
                         });

}  // namespace
}  // namespace sotto::testing
