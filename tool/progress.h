// SPDX-License-Identifier: Apache-2.0
//
// A line on the terminal for what takes longer than a second.

#ifndef SOTTO_TOOL_PROGRESS_H_
#define SOTTO_TOOL_PROGRESS_H_

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "tool/terminal.h"

namespace sotto::tool {

// After a second: "sotto: render flow.json, 3 s", or "sotto: render 1000 files,
// 412 read, 3 s", until something else is shown or asked, or this goes. Nothing
// at all if standard error is not a terminal.
class Progress {
 public:
  Progress(Terminal& terminal, std::string what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // "412 read", from now on. From any thread.
  void count(std::string_view step, std::size_t done);

 private:
  void stop();
  void show();

  Terminal& terminal_;
  const std::string what_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool is_stopped_ = false;
  std::string counted_;  // ", 412 read", or nothing.
  std::thread thread_;
};

}  // namespace sotto::tool

#endif  // SOTTO_TOOL_PROGRESS_H_
