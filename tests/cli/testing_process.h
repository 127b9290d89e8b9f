// SPDX-License-Identifier: Apache-2.0
//
// Runs a program as a user would, in a folder and an environment of its own.

#ifndef SOTTO_TESTS_CLI_TESTING_PROCESS_H_
#define SOTTO_TESTS_CLI_TESTING_PROCESS_H_

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/base/testing_folder.h"

namespace sotto::testing {

// The command under test: SOTTO_COMMAND, or the one in the build folder.
std::filesystem::path command_under_test();

struct Program {
  std::vector<std::string> args;  // args[0] is looked for in PATH.
  std::filesystem::path folder;
  std::map<std::string, std::string> environment;
  std::filesystem::path input = "/dev/null";
  std::filesystem::path output;  // Empty: captured.
  mode_t mask = 022;
};

struct Ended {
  int status = 0;  // 128 + n for signal n.
  std::string out;
  std::string err;
};

// Runs it to its end; killed after two minutes.
Ended run_program(const Program& program);

std::string read_file(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, const std::string& text);

// A folder that goes when it goes; `home` and `work` are in it.
class Sandbox {
 public:
  Sandbox();
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  std::filesystem::path work() const { return root_ / "work"; }
  std::filesystem::path scratch() const { return root_ / "scratch"; }
  // PATH with the command in it, HOME, and little else.
  std::map<std::string, std::string> environment() const;

 private:
  TempFolder root_;
};

}  // namespace sotto::testing

#endif  // SOTTO_TESTS_CLI_TESTING_PROCESS_H_
