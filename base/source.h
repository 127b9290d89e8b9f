// SPDX-License-Identifier: Apache-2.0
//
// A named document: from byte offsets to lines and columns.

#ifndef SOTTO_BASE_SOURCE_H_
#define SOTTO_BASE_SOURCE_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace sotto {

// A place as people count: both from 1, columns in code points of the raw
// line. (LSP and SARIF count in UTF-16; they convert at their own door.)
struct Location {
  std::size_t line = 1;
  std::size_t column = 1;

  friend bool operator==(const Location&, const Location&) = default;
};

// Borrows `bytes`, which must outlive it. Belongs to one thread: it remembers
// the last place asked for, so that asking in ascending order costs one pass
// over the document however many places are asked for.
class Source {
 public:
  Source(std::string name, std::string_view bytes)
      : name_(std::move(name)), bytes_(bytes) {}

  // The file's name, or "-" for standard input.
  const std::string& name() const { return name_; }
  std::string_view bytes() const { return bytes_; }

  // The place of the byte at `offset`, which may be the end. An offset inside
  // a multi-byte character is the place of that character; bytes that are not
  // UTF-8 count one column each.
  Location location(std::size_t offset) const;

  // The line that holds `offset`, without its line break.
  std::string_view line_at(std::size_t offset) const;

 private:
  std::string name_;
  std::string_view bytes_;

  // The last answer: the code point at known_offset_ is at known_.
  mutable std::size_t known_offset_ = 0;
  mutable Location known_;
};

}  // namespace sotto

#endif  // SOTTO_BASE_SOURCE_H_
