// SPDX-License-Identifier: Apache-2.0

#include "service/lsp/stream.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

#include "service/system_error.h"

namespace sotto {
namespace {

constexpr std::string_view kLength = "content-length:";
constexpr std::size_t kChunk = 64u << 10;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// The length that a header tells; the last one counts, so that what came
// before it, whatever that was, does not.
std::optional<std::size_t> length_in(std::string_view header) {
  const auto found = std::find_end(
      header.begin(), header.end(), kLength.begin(), kLength.end(),
      [](char a, char b) { return lower(a) == b; });
  if (found == header.end()) return std::nullopt;
  std::string_view text = header.substr(
      static_cast<std::size_t>(found - header.begin()) + kLength.size());
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  std::size_t length = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc()) return std::nullopt;
  const std::string_view rest =
      text.substr(static_cast<std::size_t>(end - text.data()));
  if (rest.find_first_not_of(" \t\r\n") == 0) return std::nullopt;
  return length;
}

// Where the empty line behind a header begins, and what follows it; npos if it
// is not there yet.
std::pair<std::size_t, std::size_t> header_end(std::string_view text) {
  const std::size_t proper = text.find("\r\n\r\n");
  const std::size_t bare = text.substr(0, proper).find("\n\n");
  if (bare != std::string_view::npos) return {bare, bare + 2};
  if (proper != std::string_view::npos) return {proper, proper + 4};
  return {proper, proper};
}

}  // namespace

// False if nothing comes any more.
bool LspReader::fill() {
  std::array<pollfd, 2> ready{pollfd{fd_, POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
  while (::poll(ready.data(), ready.size(), -1) < 0) {
    if (errno != EINTR) return false;
  }
  if (ready[1].revents != 0) return false;
  const std::size_t size = buffer_.size();
  buffer_.resize(size + kChunk);
  ssize_t got = 0;
  do {
    got = ::read(fd_, buffer_.data() + size, kChunk);
  } while (got < 0 && errno == EINTR);
  buffer_.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return got > 0;
}

bool LspReader::skip(std::size_t count) {
  while (count > buffer_.size()) {
    count -= buffer_.size();
    buffer_.clear();
    if (!fill()) return false;
  }
  buffer_.erase(0, count);
  return true;
}

LspFrame LspReader::read_body(std::size_t size) {
  while (buffer_.size() < size) {
    if (!fill()) return {};
  }
  LspFrame frame{LspFrame::Kind::kMessage, {}};
  if (buffer_.size() == size) {
    frame.body = std::exchange(buffer_, {});
  } else {
    frame.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
  }
  return frame;
}

LspFrame LspReader::next() {
  while (true) {
    const auto [end, behind] = header_end(buffer_);
    if (end != std::string::npos) {
      const auto length = length_in(std::string_view(buffer_).substr(0, end));
      buffer_.erase(0, behind);
      if (!length) return {LspFrame::Kind::kNoLength, {}};
      if (*length <= kMaxLspMessage) return read_body(*length);
      if (!skip(*length)) return {};
      return {LspFrame::Kind::kTooLong, {}};
    }
    if (buffer_.size() > kMaxLspHeader) {
      // The next header may have begun at the very end.
      buffer_.erase(0, buffer_.size() - kLength.size());
      return {LspFrame::Kind::kNoLength, {}};
    }
    if (!fill()) return {};
  }
}

Result<void> write_lsp_message(int fd, std::string_view body) {
  const std::string message =
      fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
  std::string_view left = message;
  while (!left.empty()) {
    const ssize_t written = ::write(fd, left.data(), left.size());
    if (written > 0) left.remove_prefix(static_cast<std::size_t>(written));
    if (written >= 0 || errno == EINTR) continue;
    if (errno == EPIPE) return fail(ErrorCode::kCancelled, "");
    return system_failure(errno, "write to the editor");
  }
  return {};
}

}  // namespace sotto
