// SPDX-License-Identifier: Apache-2.0
//
// How the command talks:
//
// - standard output is data, written by write() and by nothing else;
// - standard error is talk: "sotto: error: ...", "sotto: warning: ...",
//   "sotto: hint: ..."; lower case, no full stop;
// - a question goes to the terminal, and what is typed is not shown;
// - nothing with a value in it passes through a buffer that is not wiped.

#ifndef SOTTO_TOOL_TERMINAL_H_
#define SOTTO_TOOL_TERMINAL_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "base/secret_string.h"

namespace sotto::tool {

// The descriptors that a command reads and writes. They stay open.
struct Streams {
  int in = 0;
  int out = 1;
  int err = 2;
};

class Terminal {
 public:
  explicit Terminal(const Streams& streams) : streams_(streams) {}

  int in() const { return streams_.in; }
  int out() const { return streams_.out; }
  bool in_is_terminal() const;
  bool out_is_terminal() const;
  bool err_is_terminal() const;
  // Colors only on a terminal, and never with NO_COLOR or TERM=dumb.
  bool out_has_color() const;
  bool err_has_color() const;

  // Writes all of `data` to standard output. Fails with kNoSpace, kIo; with
  // kCancelled and no message if nobody reads any more.
  Result<void> write(std::string_view data);

  // Writes lines to standard error, as visible_lines().
  void say(std::string_view text);
  // A message is one line, whatever is in it.
  void warn(std::string_view message, std::string_view hint = {});
  void error(const Error& error);
  // As it is: text that has colors.
  void say_raw(std::string_view text);

  // Asks on the terminal and reads a line without showing it. SIGINT, SIGTERM
  // and SIGHUP give the terminal back before they end the process. Fails with
  // kUsage if there is no terminal to ask on, kCancelled at the end of input.
  Result<SecretString> ask_secret(std::string_view question);

  // Asks for a yes, on a terminal that is both standard input and standard
  // error; whatever else is typed is a no.
  bool confirm(std::string_view question);

  // Draws on standard error what is to be taken away again, and says what
  // takes it away: called, once, before anything else is shown or asked.
  void draw(std::string_view text);
  void set_eraser(std::function<void()> erase) { erase_ = std::move(erase); }

 private:
  void erase();

  Streams streams_;
  std::function<void()> erase_;
};

}  // namespace sotto::tool

#endif  // SOTTO_TOOL_TERMINAL_H_
