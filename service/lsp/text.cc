// SPDX-License-Identifier: Apache-2.0

#include "service/lsp/text.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sotto {
namespace {

// Long enough to be counted fast, short enough to count one of them twice.
constexpr std::size_t kBlock = 256;

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u;
}

// How many UTF-16 units a character takes, by its first byte.
std::size_t units_of(char first) {
  return static_cast<unsigned char>(first) >= 0xF0u ? 2 : 1;
}

std::size_t utf16_units(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    count += static_cast<std::size_t>(!is_continuation(c)) +
             static_cast<std::size_t>(static_cast<unsigned char>(c) >= 0xF0u);
  }
  return count;
}

}  // namespace

LspText::LspText(std::string bytes, LspEncoding encoding)
    : encoding_(encoding) {
  assign(std::move(bytes));
}

void LspText::assign(std::string bytes) {
  bytes_ = std::move(bytes);
  forget();
  lines_.assign(1, 0);
  append_lines(lines_, 0, bytes_.size());
}

// The lines that begin in (begin, end].
void LspText::append_lines(std::vector<std::size_t>& lines, std::size_t begin,
                           std::size_t end) const {
  std::size_t feed = bytes_.find('\n', begin);
  std::size_t carriage = bytes_.find('\r', begin);
  while (true) {
    std::size_t at = std::min(feed, carriage);
    if (at >= end) return;
    at += at == carriage && feed == carriage + 1 ? 2 : 1;
    if (at <= end) lines.push_back(at);
    if (feed < at) feed = bytes_.find('\n', at);
    if (carriage < at) carriage = bytes_.find('\r', at);
  }
}

std::size_t LspText::units(std::size_t begin, std::size_t end) const {
  if (encoding_ == LspEncoding::kUtf8) return end - begin;
  return utf16_units(std::string_view(bytes_).substr(begin, end - begin));
}

std::size_t LspText::line_of(std::size_t offset) const {
  const auto next = std::upper_bound(lines_.begin(), lines_.end(), offset);
  return static_cast<std::size_t>(next - lines_.begin()) - 1;
}

std::size_t LspText::line_end(std::size_t line) const {
  if (line + 1 == lines_.size()) return bytes_.size();
  std::size_t end = lines_[line + 1] - 1;
  if (bytes_[end] == '\n' && end > lines_[line] && bytes_[end - 1] == '\r') {
    --end;
  }
  return end;
}

std::size_t LspText::offset_of(LspPosition position) const {
  if (position.line >= lines_.size()) return bytes_.size();
  const std::size_t end = line_end(position.line);
  std::size_t at = lines_[position.line];
  std::size_t left = position.character;
  while (end - at > kBlock) {
    const std::size_t block = units(at, at + kBlock);
    if (block > left) break;
    left -= block;
    at += kBlock;
  }
  if (encoding_ == LspEncoding::kUtf8) {
    at = left < end - at ? at + left : end;
    while (at > lines_[position.line] && at < end &&
           is_continuation(bytes_[at])) {
      --at;
    }
    return at;
  }
  while (at < end && is_continuation(bytes_[at])) ++at;
  while (at < end && left >= units_of(bytes_[at])) {
    left -= units_of(bytes_[at]);
    do {
      ++at;
    } while (at < end && is_continuation(bytes_[at]));
  }
  return at;
}

LspPosition LspText::position_of(std::size_t offset) const {
  offset = std::min(offset, bytes_.size());
  const std::size_t line = line_of(offset);
  std::size_t from = lines_[line];
  std::size_t character = 0;
  if (known_.line == line && known_offset_ >= from && known_offset_ <= offset) {
    from = known_offset_;
    character = known_.character;
  }
  known_ = {line, character + units(from, offset)};
  known_offset_ = offset;
  return known_;
}

void LspText::replace(LspPosition begin, LspPosition end,
                      std::string_view text) {
  const std::size_t from = offset_of(begin);
  const std::size_t to = std::max(from, offset_of(end));
  // The line before counts as well: "\r" there and "\n" here may become one
  // line break, or cease to be one.
  std::size_t first = line_of(from);
  if (first > 0) --first;
  const auto rest = std::upper_bound(lines_.begin(), lines_.end(), to);
  bytes_.replace(from, to - from, text);
  forget();

  std::vector<std::size_t> behind(rest, lines_.end());
  for (std::size_t& line : behind) line = line - (to - from) + text.size();
  lines_.resize(first + 1);
  append_lines(lines_, lines_[first],
               behind.empty() ? bytes_.size() : behind.front() - 1);
  lines_.insert(lines_.end(), behind.begin(), behind.end());
}

}  // namespace sotto
