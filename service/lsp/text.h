// SPDX-License-Identifier: Apache-2.0
//
// A document as an editor has it: bytes, edited by line and character, and the
// lines and characters of its bytes. Internal to service/.

#ifndef SOTTO_SERVICE_LSP_TEXT_H_
#define SOTTO_SERVICE_LSP_TEXT_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sotto {

// In what characters are counted.
enum class LspEncoding : std::uint8_t { kUtf16, kUtf8 };

// Both from 0.
struct LspPosition {
  std::size_t line = 0;
  std::size_t character = 0;

  friend auto operator<=>(const LspPosition&, const LspPosition&) = default;
};

// Lines end with "\n", "\r\n" or "\r". Belongs to one thread: it remembers the
// last place asked for, so that asking in ascending order costs one pass.
class LspText {
 public:
  explicit LspText(std::string bytes,
                   LspEncoding encoding = LspEncoding::kUtf16);

  const std::string& bytes() const { return bytes_; }

  // A character behind the end of its line is the end of the line, a line
  // behind the last is the end of the document, half of a surrogate pair is its
  // whole.
  std::size_t offset_of(LspPosition position) const;
  // Of the byte at `offset`, which may be the end.
  LspPosition position_of(std::size_t offset) const;

  // Puts `text` where [begin, end) was. An end before its beginning is its
  // beginning.
  void replace(LspPosition begin, LspPosition end, std::string_view text);
  void assign(std::string bytes);

 private:
  std::size_t units(std::size_t begin, std::size_t end) const;
  std::size_t line_of(std::size_t offset) const;
  // Where its text ends, before its line break.
  std::size_t line_end(std::size_t line) const;
  void append_lines(std::vector<std::size_t>& lines, std::size_t begin,
                    std::size_t end) const;
  void forget() { known_offset_ = 0, known_ = {}; }

  std::string bytes_;
  LspEncoding encoding_;
  std::vector<std::size_t> lines_;  // Where each begins.

  mutable std::size_t known_offset_ = 0;
  mutable LspPosition known_;
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_LSP_TEXT_H_
