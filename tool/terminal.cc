// SPDX-License-Identifier: Apache-2.0

#include "tool/terminal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/file_descriptor.h"
#include "base/visible_text.h"
#include "service/input_file.h"
#include "service/system_error.h"

namespace sotto::tool {
namespace {

// 0, or the errno.
int write_all(int fd, std::string_view data) {
  while (!data.empty()) {
    const ssize_t written = ::write(fd, data.data(), data.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) data.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// The signal that came while the terminal did not echo. A handler can only
// reach what is global.
volatile sig_atomic_t g_signal = 0;

void note_signal(int signal) { g_signal = signal; }

// Turns echo off; turns it on again when it goes, and only then lets a signal
// that came in between do what it does. Signals are held back except while
// wait_for_input() waits, or one could come just before and be waited over.
class NoEcho {
 public:
  explicit NoEcho(int fd) : fd_(fd) {
    g_signal = 0;
    sigset_t held;
    sigemptyset(&held);
    for (const int signal : kSignals) sigaddset(&held, signal);
    pthread_sigmask(SIG_BLOCK, &held, &mask_);
    struct sigaction action{};
    action.sa_handler = note_signal;
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      ::sigaction(kSignals[i], &action, &before_[i]);
    }
    if (::tcgetattr(fd_, &saved_) == 0) {
      termios silent = saved_;
      silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
      is_silent_ = ::tcsetattr(fd_, TCSAFLUSH, &silent) == 0;
    }
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;
  ~NoEcho() {
    if (is_silent_) ::tcsetattr(fd_, TCSAFLUSH, &saved_);
    write_all(fd_, "\n");
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      ::sigaction(kSignals[i], &before_[i], nullptr);
    }
    pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
    if (g_signal != 0) ::raise(g_signal);
  }

  bool is_silent() const { return is_silent_; }

  // False if a signal came first.
  bool wait_for_input() const {
    pollfd input{fd_, POLLIN, 0};
    while (g_signal == 0) {
      if (::ppoll(&input, 1, nullptr, &mask_) > 0) return true;
    }
    return false;
  }

 private:
  static constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};
  int fd_;
  termios saved_{};
  bool is_silent_ = false;
  sigset_t mask_{};
  std::array<struct sigaction, kSignals.size()> before_{};
};

Result<SecretString> read_line(int fd, const NoEcho& no_echo) {
  SecretBuilder line;
  while (no_echo.wait_for_input()) {
    char* const c = line.prepare(1);
    if (c == nullptr) return line.take();
    const ssize_t got = ::read(fd, c, 1);
    if (got < 0) return system_failure(errno, "read from the terminal");
    if (got == 0 || line.size() == kMaxValueBytes) break;
    if (*c == '\n') return line.take();
    line.commit(1);
  }
  return fail(ErrorCode::kCancelled, "no answer was given");
}

bool may_have_color() {
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const term = std::getenv("TERM");
  return (no_color == nullptr || *no_color == '\0') &&
         (term == nullptr || std::string_view(term) != "dumb");
}

}  // namespace

bool Terminal::in_is_terminal() const { return ::isatty(streams_.in) == 1; }
bool Terminal::out_is_terminal() const { return ::isatty(streams_.out) == 1; }
bool Terminal::err_is_terminal() const { return ::isatty(streams_.err) == 1; }

bool Terminal::out_has_color() const {
  return out_is_terminal() && may_have_color();
}
bool Terminal::err_has_color() const {
  return err_is_terminal() && may_have_color();
}

void Terminal::erase() {
  if (erase_) std::exchange(erase_, nullptr)();
}

void Terminal::draw(std::string_view text) { write_all(streams_.err, text); }

Result<void> Terminal::write(std::string_view data) {
  erase();
  const int trouble = write_all(streams_.out, data);
  if (trouble == 0) return {};
  // Whoever read has stopped: `sotto refs f | head -1`. Nothing to tell.
  if (trouble == EPIPE) return fail(ErrorCode::kCancelled, "");
  return system_failure(trouble, "write to standard output");
}

void Terminal::say_raw(std::string_view text) {
  erase();
  write_all(streams_.err, text);
}

void Terminal::say(std::string_view text) { say_raw(visible_lines(text)); }

void Terminal::warn(std::string_view message, std::string_view hint) {
  say(fmt::format("sotto: warning: {}\n", visible_line(message)));
  if (!hint.empty()) say(fmt::format("sotto: hint: {}\n", visible_line(hint)));
}

void Terminal::error(const Error& error) {
  if (error.message.empty()) return;
  say(fmt::format("sotto: error: {}\n", visible_line(error.message)));
  if (!error.hint.empty())
    say(fmt::format("sotto: hint: {}\n", visible_line(error.hint)));
}

bool Terminal::confirm(std::string_view question) {
  say_raw(fmt::format("{} [y/N] ", visible_line(question)));
  std::string answer;
  char c = '\0';
  while (::read(streams_.in, &c, 1) == 1 && c != '\n') {
    if (answer.size() < 4) answer += c;
  }
  return answer == "y" || answer == "Y" || answer == "yes";
}

Result<SecretString> Terminal::ask_secret(std::string_view question) {
  erase();
  const FileDescriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (!terminal) {
    return fail(ErrorCode::kUsage, "there is no terminal to ask on");
  }
  const NoEcho no_echo(terminal.get());
  if (!no_echo.is_silent()) {
    return fail(ErrorCode::kIo,
                "the terminal cannot be kept from showing "
                "what is typed");
  }
  write_all(terminal.get(), fmt::format("{}: ", question));
  return read_line(terminal.get(), no_echo);
}

}  // namespace sotto::tool
