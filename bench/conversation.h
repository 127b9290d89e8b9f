// SPDX-License-Identifier: Apache-2.0
//
// A program that is spoken to over its standard input and output, as an editor
// speaks to a language server.

#ifndef SOTTO_BENCH_CONVERSATION_H_
#define SOTTO_BENCH_CONVERSATION_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "bench/process.h"

namespace sotto::bench {

class Conversation {
 public:
  explicit Conversation(const Command& command);
  // Says nothing more, and waits until the program is gone.
  ~Conversation();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  // One message of the base protocol: Content-Length, an empty line, `body`.
  bool say(std::string_view body);
  // The body of the next one; none if the program ended or said something else.
  std::optional<std::string> hear();

 private:
  pid_t child_ = 0;
  int to_ = -1;
  int from_ = -1;
  std::string heard_;
};

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_CONVERSATION_H_
