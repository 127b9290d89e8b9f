// SPDX-License-Identifier: Apache-2.0
//
// Runs programs and says what they cost, from before they are started until
// they are gone.

#ifndef SOTTO_BENCH_PROCESS_H_
#define SOTTO_BENCH_PROCESS_H_

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sotto::bench {

struct Command {
  std::vector<std::string> words;  // The program first; looked for in PATH.
  std::filesystem::path folder = ".";
  std::string output = "/dev/null";  // What standard output becomes: a file,
                                     // emptied first.
  std::vector<std::string> environment{};  // "NAME=value", added.
};

// Nanoseconds, if it could be started and exited with 0.
std::optional<double> time_command(const Command& command);

// The most memory that it had at a time (VmHWM), in bytes. It is asked for
// every quarter of a millisecond: the last moment of a program may be missed.
std::optional<double> peak_memory(const Command& command);

// Does the program have a file whose name holds `part` in its memory while it
// writes its output? Empty if nobody may look. It must write more than a pipe
// takes.
std::optional<bool> maps_library(const Command& command, std::string_view part);

// What a command prints; empty if it fails.
std::string output_of(const Command& command);

bool in_path(const std::string& program);

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view text);

// A folder in memory, gone with the object.
class MemoryFolder {
 public:
  MemoryFolder();
  ~MemoryFolder();
  MemoryFolder(const MemoryFolder&) = delete;
  MemoryFolder& operator=(const MemoryFolder&) = delete;

  std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_PROCESS_H_
