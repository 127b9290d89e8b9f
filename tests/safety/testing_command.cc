// SPDX-License-Identifier: Apache-2.0

#include "tests/safety/testing_command.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace sotto::testing_safety {

CommandResult run_command(const std::vector<std::string>& arguments) {
  CommandResult result;
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return result;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  ::posix_spawn_file_actions_addclose(&actions, ends[0]);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, argv[0], &actions, nullptr,
                                   argv.data(), ::environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (error == 0) {
    std::array<char, 4096> buffer{};
    for (ssize_t size = 0;
         (size = ::read(ends[0], buffer.data(), buffer.size())) > 0;) {
      result.output.append(buffer.data(), static_cast<std::size_t>(size));
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    result.status =
        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  ::close(ends[0]);
  return result;
}

}  // namespace sotto::testing_safety
