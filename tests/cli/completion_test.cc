// SPDX-License-Identifier: Apache-2.0
//
// The completion scripts: in a real bash, and whole for the other shells.

#include "tool/completion.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/cli/testing_process.h"
#include "tool/verb_table.h"

namespace sotto::testing {
namespace {

// What bash offers after these words, the last of which is being typed.
std::string offered(const Sandbox& sandbox, const std::string& words) {
  Program program;
  program.args = {"bash", "-c",
                  "source <(sotto completion bash); COMP_WORDS=(" + words +
                      "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _sotto; "
                      "echo ${COMPREPLY[@]}"};
  program.folder = sandbox.work();
  program.environment = sandbox.environment();
  const Ended ended = run_program(program);
  EXPECT_EQ(ended.err, "");
  return ended.out;
}

TEST(Completion, OfBashKnowsCommandsFlagsAndFiles) {
  Sandbox sandbox;
  write_file(sandbox.work() / "flow.json", "{}");
  EXPECT_EQ(offered(sandbox, "sotto re"), "render refs\n");
  EXPECT_EQ(offered(sandbox, "sotto secret re"), "restore\n");
  EXPECT_EQ(offered(sandbox, "sotto render --str"),
            "--strict --strict-memory\n");
  EXPECT_EQ(offered(sandbox, "sotto secret set --if"), "--if-version\n");
  EXPECT_EQ(offered(sandbox, "sotto render fl"), "flow.json\n");
  EXPECT_EQ(offered(sandbox, "sotto render --format te"), "text\n");
  EXPECT_EQ(offered(sandbox, "sotto lint --format te"), "text\n");
  EXPECT_EQ(offered(sandbox, "sotto lint --format s"), "short sarif\n");
  EXPECT_EQ(offered(sandbox, "sotto lint --baseline fl"), "flow.json\n");
  EXPECT_EQ(offered(sandbox, "sotto lint fl"), "flow.json\n");
  EXPECT_EQ(offered(sandbox, "sotto completion z"), "zsh\n");
  std::filesystem::create_directory(sandbox.work() / "flows");
  EXPECT_EQ(offered(sandbox, "sotto render --out-d"), "--out-dir\n");
  EXPECT_EQ(offered(sandbox, "sotto render --out-dir fl"), "flows\n");
}

TEST(Completion, OfEveryShellHasEveryCommandAndFlag) {
  for (const char* const shell : {"bash", "zsh", "fish"}) {
    const auto script = tool::completion_script(shell);
    ASSERT_TRUE(script) << shell;
    for (const tool::VerbInfo& verb : tool::verbs()) {
      const std::string_view last_word =
          verb.name.substr(verb.name.find(' ') + 1);
      EXPECT_NE(script->find(last_word), std::string::npos)
          << shell << ' ' << verb.name;
      for (const tool::Flag* const flag : verb.flags) {
        EXPECT_NE(script->find(flag->name), std::string::npos)
            << shell << ' ' << flag->name;
      }
    }
  }
}

TEST(Completion, OfAnotherShellIsAUsageError) {
  const auto script = tool::completion_script("tcsh");
  ASSERT_FALSE(script);
  EXPECT_EQ(script.error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace sotto::testing
