// SPDX-License-Identifier: Apache-2.0

#include "tests/cli/testing_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;

// Whoever starts the tests may have them ignore signals (nohup does, and a
// shell that runs them in the background); what they start would do so as well.
[[maybe_unused]] const bool kSignalsCount = [] {
  for (const int signal : {SIGINT, SIGHUP, SIGTERM, SIGQUIT, SIGPIPE}) {
    ::signal(signal, SIG_DFL);
  }
  return true;
}();

void redirect(const fs::path& file, int flags, int fd) {
  const int opened = ::open(file.c_str(), flags, 0600);
  if (opened < 0 || ::dup2(opened, fd) < 0) ::_exit(126);
}

[[noreturn]] void become(const Program& program, const fs::path& out,
                         const fs::path& err) {
  redirect(program.input, O_RDONLY, 0);
  redirect(out, O_WRONLY | O_CREAT | O_TRUNC, 1);
  redirect(err, O_WRONLY | O_CREAT | O_TRUNC, 2);
  if (::chdir(program.folder.c_str()) != 0) ::_exit(126);
  ::umask(program.mask);
  ::alarm(120);
  std::vector<std::string> variables;
  for (const auto& [name, value] : program.environment) {
    variables.push_back(name + '=' + value);
  }
  std::vector<char*> environment;
  for (std::string& variable : variables) {
    environment.push_back(variable.data());
  }
  environment.push_back(nullptr);
  std::vector<std::string> words = program.args;
  std::vector<char*> args;
  for (std::string& word : words) args.push_back(word.data());
  args.push_back(nullptr);
  const auto path = program.environment.find("PATH");
  if (path != program.environment.end()) {
    ::setenv("PATH", path->second.c_str(), 1);
  }
  ::execvpe(args[0], args.data(), environment.data());
  ::_exit(127);
}

}  // namespace

fs::path command_under_test() {
  const char* const named = std::getenv("SOTTO_COMMAND");
  return named != nullptr ? fs::path(named)
                          : fs::path(SOTTO_BINARY_DIR) / "sotto";
}

Ended run_program(const Program& program) {
  const TempFolder folder;
  const fs::path out = program.output.empty() ? folder / "out" : program.output;
  const fs::path err = folder / "err";
  const pid_t child = ::fork();
  if (child == 0) become(program, out, err);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  Ended ended;
  ended.status =
      WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  if (program.output.empty()) ended.out = read_file(out);
  ended.err = read_file(err);
  return ended;
}

std::string read_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return std::move(text).str();
}

void write_file(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

Sandbox::Sandbox() {
  fs::create_directories(work());
  fs::create_directories(scratch());
  fs::create_directories(root_ / "home");
}

Sandbox::~Sandbox() {
  std::error_code ignored;
  // A test may have taken its own permissions away.
  for (fs::recursive_directory_iterator it(root_.path(), ignored), end;
       it != end && !ignored; it.increment(ignored)) {
    if (!it->is_symlink() && it->is_directory()) {
      fs::permissions(it->path(), fs::perms::owner_all, ignored);
    }
  }
}

std::map<std::string, std::string> Sandbox::environment() const {
  std::map<std::string, std::string> variables{
      {"PATH", command_under_test().parent_path().string() +
                   ":/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"},
      {"HOME", (root_ / "home").string()},
      {"WORK", work().string()},
      {"LC_ALL", "C.UTF-8"}};
  // What sanitizers and tools around the tests need.
  for (const char* const name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TMPDIR"}) {
    if (const char* const value = std::getenv(name)) variables[name] = value;
  }
  return variables;
}

}  // namespace sotto::testing
