// SPDX-License-Identifier: Apache-2.0
//
// A named document: from byte offsets to lines and columns.

#ifndef SOTTO_BASE_SOURCE_H_
#define SOTTO_BASE_SOURCE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sotto {

// A place as people count: both from 1, columns in code points of the raw
// line. (LSP and SARIF count in UTF-16; they convert at their own door.)
struct Location {
  std::size_t line = 1;
  std::size_t column = 1;

  friend bool operator==(const Location&, const Location&) = default;
};

// Part of a line of a document, and where it begins. Enough of one to show a
// place is kAround bytes before and behind.
struct Excerpt {
  static constexpr std::size_t kAround = 512;

  std::size_t offset = 0;
  Location location;
  std::string text;  // Without the line break.
};

// Borrows `bytes`, which must outlive it. Belongs to one thread: it remembers
// the last place asked for, so that asking in ascending order costs one pass
// over the document however many places are asked for.
class Source {
 public:
  Source(std::string name, std::string_view bytes)
      : name_(std::move(name)), bytes_(bytes) {}

  // A document of which no more is at hand than these, by offset. No other
  // place can be asked for.
  Source(std::string name, std::vector<Excerpt> excerpts)
      : name_(std::move(name)), excerpts_(std::move(excerpts)) {}

  // The file's name, or "-" for standard input.
  const std::string& name() const { return name_; }
  // Empty if there are excerpts alone.
  std::string_view bytes() const { return bytes_; }

  // The place of the byte at `offset`, which may be the end. An offset inside
  // a multi-byte character is the place of that character; bytes that are not
  // UTF-8 count one column each.
  Location location(std::size_t offset) const;

  // The line that holds `offset`, without its line break.
  std::string_view line_at(std::size_t offset) const;

  // Where in the document line_at(offset) begins.
  std::size_t line_begin(std::size_t offset) const;

 private:
  const Excerpt* excerpt_at(std::size_t offset) const;
  Location location_in(const Excerpt& excerpt, std::size_t offset) const;

  std::string name_;
  std::string_view bytes_;
  std::vector<Excerpt> excerpts_;

  // The last answer: the code point at known_offset_ is at known_.
  mutable std::size_t known_offset_ = 0;
  mutable Location known_;
};

}  // namespace sotto

#endif  // SOTTO_BASE_SOURCE_H_
