// SPDX-License-Identifier: Apache-2.0
//
// Runs another program and keeps what it says.

#ifndef SOTTO_TESTS_SAFETY_TESTING_COMMAND_H_
#define SOTTO_TESTS_SAFETY_TESTING_COMMAND_H_

#include <string>
#include <vector>

namespace sotto::testing_safety {

struct CommandResult {
  int status = -1;     // Of its exit; 128 + signal; -1 if it did not start.
  std::string output;  // stdout and stderr, as they came.
};

// `arguments[0]` is looked for in PATH. No shell.
CommandResult run_command(const std::vector<std::string>& arguments);

}  // namespace sotto::testing_safety

#endif  // SOTTO_TESTS_SAFETY_TESTING_COMMAND_H_
