// SPDX-License-Identifier: Apache-2.0

#include "bench/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

#include "bench/speed_probe.h"

namespace sotto::bench {
namespace {

using std::chrono::microseconds;

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> environment_with(
    const std::vector<std::string>& added) {
  std::vector<std::string> result;
  for (char** each = environ; *each; ++each) result.emplace_back(*each);
  result.insert(result.end(), added.begin(), added.end());
  return result;
}

// Everything that posix_spawn wants, made before the clock starts.
class Launch {
 public:
  // `output`: a descriptor for standard output, or -1 for command.output.
  explicit Launch(const Command& command, int output = -1)
      : words_(command.words),
        environment_(environment_with(command.environment)),
        words_pointers_(pointers(words_)),
        environment_pointers_(pointers(environment_)) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null",
                                     O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null",
                                     O_WRONLY, 0);
    if (output >= 0) {
      posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    } else {
      posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO,
                                       command.output.c_str(),
                                       O_WRONLY | O_CREAT | O_TRUNC, 0600);
    }
    posix_spawn_file_actions_addchdir_np(&actions_, command.folder.c_str());
  }
  ~Launch() { posix_spawn_file_actions_destroy(&actions_); }
  Launch(const Launch&) = delete;
  Launch& operator=(const Launch&) = delete;

  // The child, or 0.
  pid_t start() {
    pid_t child = 0;
    const int error =
        posix_spawnp(&child, words_pointers_[0], &actions_, nullptr,
                     words_pointers_.data(), environment_pointers_.data());
    return error == 0 ? child : 0;
  }

 private:
  std::vector<std::string> words_;
  std::vector<std::string> environment_;
  std::vector<char*> words_pointers_;
  std::vector<char*> environment_pointers_;
  posix_spawn_file_actions_t actions_;
};

bool is_success(int status) {
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool wait_for(pid_t child) {
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && is_success(status);
}

// VmHWM of a process that runs, in bytes; 0 if it has no memory any more.
double high_water_mark(pid_t child) {
  std::ifstream status(fmt::format("/proc/{}/status", child));
  for (std::string word; status >> word;) {
    double kibibytes = 0;
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

// A pipe whose ends close with it.
class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) std::abort();
  }
  ~Pipe() {
    close_input();
    close(ends_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int input() const { return ends_[1]; }
  void close_input() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }
  // The bytes that wait to be read.
  int waiting() const {
    int count = 0;
    return ioctl(ends_[0], FIONREAD, &count) == 0 ? count : 0;
  }
  std::string read_all() {
    std::string text;
    std::array<char, 65536> buffer;
    for (ssize_t size;
         (size = read(ends_[0], buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return text;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

}  // namespace

std::optional<double> time_command(const Command& command) {
  Launch launch(command);
  const auto began = Clock::now();
  const bool ok = wait_for(launch.start());
  const double nanoseconds = elapsed(began);
  return ok ? std::optional(nanoseconds) : std::nullopt;
}

std::optional<double> peak_memory(const Command& command) {
  Launch launch(command);
  const pid_t child = launch.start();
  if (child == 0) return std::nullopt;
  double most = 0;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    most = std::max(most, high_water_mark(child));
    std::this_thread::sleep_for(microseconds(250));
  }
  return is_success(status) ? std::optional(most) : std::nullopt;
}

std::optional<bool> maps_library(const Command& command,
                                 std::string_view part) {
  Pipe pipe;
  Launch launch(command, pipe.input());
  const pid_t child = launch.start();
  if (child == 0) return std::nullopt;
  pipe.close_input();
  // It fills the pipe and waits: all that it loads is loaded by then.
  for (int i = 0; i < 10'000 && pipe.waiting() < 65'536; ++i) {
    std::this_thread::sleep_for(microseconds(500));
  }
  const std::string maps = read_file(fmt::format("/proc/{}/maps", child));
  pipe.read_all();
  if (!wait_for(child) || maps.empty()) return std::nullopt;
  return maps.find(part) != std::string::npos;
}

std::string output_of(const Command& command) {
  Pipe pipe;
  Launch launch(command, pipe.input());
  const pid_t child = launch.start();
  pipe.close_input();
  std::string text = pipe.read_all();
  return wait_for(child) ? text : std::string();
}

bool in_path(const std::string& program) {
  if (program.find('/') != std::string::npos) {
    return access(program.c_str(), X_OK) == 0;
  }
  const char* path = std::getenv("PATH");
  std::string_view folders = path ? path : "";
  while (!folders.empty()) {
    const std::string_view folder = folders.substr(0, folders.find(':'));
    folders.remove_prefix(std::min(folders.size(), folder.size() + 1));
    if (access(fmt::format("{}/{}", folder, program).c_str(), X_OK) == 0) {
      return true;
    }
  }
  return false;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) {
    fmt::print(stderr, "cannot write {}\n", path.string());
    std::exit(1);
  }
}

MemoryFolder::MemoryFolder() {
  std::string pattern = "/dev/shm/sotto-bench-XXXXXX";
  if (!mkdtemp(pattern.data())) {
    pattern = std::filesystem::temp_directory_path() / "sotto-bench-XXXXXX";
    if (!mkdtemp(pattern.data())) std::abort();
  }
  path_ = pattern;
}

MemoryFolder::~MemoryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace sotto::bench
