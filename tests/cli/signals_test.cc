// SPDX-License-Identifier: Apache-2.0
//
// W10: a signal ends the command within seconds, and nothing half made stays.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "tests/cli/testing_process.h"

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class W10_Signal : public ::testing::TestWithParam<int> {
 protected:
  // Files in the working folder that the test did not make.
  std::string strangers() const {
    std::string names;
    for (const auto& entry : fs::directory_iterator(sandbox_.work())) {
      const std::string name = entry.path().filename().string();
      if (name != "flow.txt" && name != "out") names += name + ' ';
    }
    return names;
  }

  pid_t start(const std::string& output) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::signal(SIGINT, SIG_DFL);
    if (::chdir(sandbox_.work().c_str()) != 0) ::_exit(126);
    const std::string command = command_under_test().string();
    ::execl(command.c_str(), "sotto", "render", "--format", "text", "flow.txt",
            "-o", output.c_str(), nullptr);
    ::_exit(127);
  }

  Sandbox sandbox_;
};

// At fifty instants of a render that takes a while.
TEST_P(W10_Signal, LeavesTheOldOutputOrTheNewAndNothingElse) {
  const std::string text(24u << 20, 'x');
  write_file(sandbox_.work() / "flow.txt", text);
  write_file(sandbox_.work() / "out", "old");
  int killed = 0;
  for (int i = 0; i < 50; ++i) {
    const pid_t child = start("out");
    std::this_thread::sleep_for(i * 2ms);
    ::kill(child, GetParam());
    const auto begin = std::chrono::steady_clock::now();
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
    killed += WIFSIGNALED(status) ? 1 : 0;
    const std::string out = read_file(sandbox_.work() / "out");
    ASSERT_TRUE(out == "old" || out == text) << "of " << out.size();
    ASSERT_EQ(strangers(), "");
    if (out == text) write_file(sandbox_.work() / "out", "old");
  }
  EXPECT_GT(killed, 0);
}

INSTANTIATE_TEST_SUITE_P(Each, W10_Signal,
                         ::testing::Values(SIGTERM, SIGINT, SIGHUP),
                         [](const auto& chosen) {
                           return "Number" + std::to_string(chosen.param);
                         });

TEST(W10_Pipe, ThatNobodyReadsEndsItQuietly) {
  Sandbox sandbox;
  write_file(sandbox.work() / "flow.txt", std::string(4u << 20, 'x'));
  Program program;
  program.args = {"bash", "-c",
                  "set -o pipefail; sotto render --format text flow.txt | "
                  "head -c 10 >/dev/null; exit ${PIPESTATUS[0]}"};
  program.folder = sandbox.work();
  program.environment = sandbox.environment();
  const Ended ended = run_program(program);
  EXPECT_EQ(ended.status, 3);
  EXPECT_EQ(ended.err, "");
}

}  // namespace
}  // namespace sotto::testing
