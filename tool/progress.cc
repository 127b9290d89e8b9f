// SPDX-License-Identifier: Apache-2.0

#include "tool/progress.h"

#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <system_error>

namespace sotto::tool {

Progress::Progress(Terminal& terminal, std::string what)
    : terminal_(terminal), what_(std::move(what)) {
  if (!terminal_.err_is_terminal()) return;
  // Signals are the main thread's affair: a file in the making is removed
  // there before one ends the process.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this] { show(); });
  } catch (const std::system_error&) {
    // No thread, no line: it is only a comfort.
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  terminal_.set_eraser([this] { stop(); });
}

Progress::~Progress() {
  terminal_.set_eraser(nullptr);
  stop();
}

void Progress::stop() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    is_stopped_ = true;
  }
  stopped_.notify_one();
  thread_.join();
}

void Progress::count(std::string_view step, std::size_t done) {
  const std::scoped_lock lock(mutex_);
  counted_ = fmt::format(", {} {}", done, step);
}

void Progress::show() {
  std::unique_lock lock(mutex_);
  int seconds = 0;
  while (!stopped_.wait_for(lock, std::chrono::seconds(1),
                            [this] { return is_stopped_; })) {
    // What was shown before may be longer.
    terminal_.draw(
        fmt::format("\rsotto: {}{}, {} s\033[K", what_, counted_, ++seconds));
  }
  // To the line's beginning, and clear it.
  if (seconds > 0) terminal_.draw("\r\033[K");
}

}  // namespace sotto::tool
