// SPDX-License-Identifier: Apache-2.0
//
// From exec to exit: the command beside a static program that says hello.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "bench/benchmarks.h"

namespace sotto::bench {
namespace {

// Runs `program argument` without a terminal, and tells whether it exited
// with 0.
bool run(const char* program, const char* argument) {
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) return false;
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null",
                                   O_WRONLY, 0);
  std::string name(program);
  std::string word(argument);
  char* const argv[] = {name.data(), word.empty() ? nullptr : word.data(),
                        nullptr};
  pid_t child = 0;
  int status = 0;
  const bool ok =
      posix_spawn(&child, program, &actions, nullptr, argv, environ) == 0 &&
      waitpid(child, &status, 0) == child && WIFEXITED(status) &&
      WEXITSTATUS(status) == 0;
  posix_spawn_file_actions_destroy(&actions);
  return ok;
}

void add(const char* name, const char* program, const char* argument) {
  auto body = [=](benchmark::State& state) {
    for (auto _ : state) {
      if (!run(program, argument)) {
        state.SkipWithError("the program failed");
        return;
      }
    }
  };
  benchmark::RegisterBenchmark(name, body)->UseRealTime();
}

}  // namespace

void add_start_benchmarks() {
  add("hello/cold start", SOTTO_BENCH_HELLO, "");
#ifdef SOTTO_BENCH_COMMAND
  add("sotto version/cold start", SOTTO_BENCH_COMMAND, "version");
#endif
}

}  // namespace sotto::bench
