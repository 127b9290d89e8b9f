// SPDX-License-Identifier: Apache-2.0
//
// Runs the examples of the manual: every ```console block, in the order of the
// page, in one folder. A line "$ command" is given to a shell; what it prints
// (both streams) must be what the page says. A block ```file NAME (any
// language: ```json flow.json) makes that file. Times are compared as times;
// $TOKEN is a canary, which the pages write as "ghp_example".

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tests/cli/testing_canary.h"
#include "tests/cli/testing_process.h"

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTime = "2026-01-31T12:00:00Z";

std::string replaced(std::string text, std::string_view what,
                     std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos;
       at += with.size()) {
    text.replace(at, what.size(), with);
  }
  return text;
}

// What was printed, as the pages write it: one time for all, a folder that
// could be the reader's, and the value of $TOKEN.
std::string as_on_page(std::string text, const std::string& work) {
  const auto is_time = [](std::string_view part) {
    constexpr std::string_view kPattern = "dddd-dd-ddTdd:dd:ddZ";
    if (part.size() < kPattern.size()) return false;
    for (std::size_t i = 0; i < kPattern.size(); ++i) {
      const bool digit = part[i] >= '0' && part[i] <= '9';
      if (kPattern[i] == 'd' ? !digit : part[i] != kPattern[i]) return false;
    }
    return true;
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_time(std::string_view(text).substr(at))) {
      text.replace(at, kTime.size(), kTime);
    }
  }
  text = replaced(std::move(text), work, "/home/you/flows");
  return replaced(std::move(text), canary("DOCS"), "ghp_example");
}

struct Block {
  std::string kind;  // "console"
  std::string name;  // Of a file to make.
  std::string text;
  int line = 0;
};

std::vector<Block> blocks_of(const std::string& page) {
  std::vector<Block> blocks;
  bool inside = false;
  int number = 0;
  for (std::size_t at = 0; at < page.size();) {
    const std::size_t end = std::min(page.find('\n', at), page.size());
    const std::string line = page.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.starts_with("```")) {
      inside = !inside;
      if (!inside) continue;
      const std::string info = line.substr(3);
      const std::size_t blank = info.find(' ');
      blocks.push_back(
          {info.substr(0, blank),
           blank == std::string::npos ? "" : info.substr(blank + 1), "",
           number});
    } else if (inside) {
      blocks.back().text += line + '\n';
    }
  }
  return blocks;
}

class Manual : public ::testing::TestWithParam<std::string> {
 protected:
  void run_console(const Block& block) {
    std::string expected;
    std::string command;
    const auto finish = [&] {
      if (!command.empty()) check(block, command, expected);
      command.clear();
      expected.clear();
    };
    for (std::size_t at = 0; at < block.text.size();) {
      const std::size_t end = block.text.find('\n', at);
      const std::string line = block.text.substr(at, end - at);
      at = end + 1;
      if (line.starts_with("$ ")) {
        finish();
        command = line.substr(2);
      } else if (command.ends_with('\\') && line.starts_with("> ")) {
        command += '\n' + line.substr(2);
      } else {
        expected += line + '\n';
      }
    }
    finish();
  }

  void check(const Block& block, const std::string& command,
             const std::string& expected) {
    Program program;
    program.args = {"bash", "-c", "exec 2>&1\n" + command};
    program.folder = sandbox_.work();
    program.environment = sandbox_.environment();
    program.environment["TOKEN"] = canary("DOCS");
    ++examples_;
    const Ended ended = run_program(program);
    EXPECT_EQ(as_on_page(ended.out, sandbox_.work().string()), expected)
        << GetParam() << ": the block at line " << block.line << ": $ "
        << command;
  }

  Sandbox sandbox_;
  int examples_ = 0;
};

TEST_P(Manual, ExamplesDoWhatThePageSays) {
  const std::string page = read_file(fs::path(SOTTO_SOURCE_DIR) / GetParam());
  for (const Block& block : blocks_of(page)) {
    if (block.kind == "console") {
      run_console(block);
    } else if (!block.name.empty()) {
      write_file(sandbox_.work() / block.name, block.text);
    }
  }
  EXPECT_GT(examples_, 0) << "no example was found";
}

INSTANTIATE_TEST_SUITE_P(
    Pages, Manual,
    ::testing::Values("README.md", "docs/command.md", "docs/configuration.md",
                      "docs/errors.md", "docs/expressions.md", "docs/lint.md",
                      "docs/rules.md"),
    [](const auto& chosen) { return fs::path(chosen.param).stem().string(); });

}  // namespace
}  // namespace sotto::testing
