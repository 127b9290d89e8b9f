// SPDX-License-Identifier: Apache-2.0

#include "bench/conversation.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <vector>

namespace sotto::bench {
namespace {

constexpr std::string_view kLength = "Content-Length: ";
constexpr std::string_view kBlank = "\r\n\r\n";

}  // namespace

Conversation::Conversation(const Command& command) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) {
    std::abort();
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, command.folder.c_str());
  std::vector<std::string> words = command.words;
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  if (posix_spawnp(&child_, pointers[0], &actions, nullptr, pointers.data(),
                   environ) != 0) {
    child_ = 0;
  }
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  to_ = in[1];
  from_ = out[0];
}

Conversation::~Conversation() {
  close(to_);
  while (hear()) {
  }
  close(from_);
  if (child_ > 0) waitpid(child_, nullptr, 0);
}

bool Conversation::say(std::string_view body) {
  std::string text = fmt::format("{}{}{}", kLength, body.size(), kBlank);
  text += body;
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t size = write(to_, rest.data(), rest.size());
    if (size <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

std::optional<std::string> Conversation::hear() {
  std::array<char, 65536> buffer;
  for (;;) {
    const std::size_t head = heard_.find(kBlank);
    if (head != std::string::npos) {
      std::size_t size = 0;
      const std::size_t at = heard_.find(kLength);
      if (at >= head) return std::nullopt;
      std::from_chars(heard_.data() + at + kLength.size(), heard_.data() + head,
                      size);
      const std::size_t begin = head + kBlank.size();
      if (heard_.size() - begin >= size) {
        std::string body = heard_.substr(begin, size);
        heard_.erase(0, begin + size);
        return body;
      }
    }
    const ssize_t size = read(from_, buffer.data(), buffer.size());
    if (size <= 0) return std::nullopt;
    heard_.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace sotto::bench
