// SPDX-License-Identifier: Apache-2.0
//
// Lines, columns and JSON pointers of places in a document that is shown piece
// by piece.

#ifndef SOTTO_GRAMMAR_PLACE_FINDER_H_
#define SOTTO_GRAMMAR_PLACE_FINDER_H_

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "grammar/json_path.h"

namespace sotto {

// Follows a valid JSON text, byte by byte, as a tokenizer that may be
// interrupted anywhere.
class PathWalker {
 public:
  void read(std::string_view piece);

  // Of the string that the last byte lies in, as json_pointers() says.
  std::string pointer() const { return path_.pointer(); }

  // The line breaks in the last piece, which are all between its tokens.
  std::size_t line_breaks() const { return line_breaks_; }
  // Where in it the text behind the last of them begins.
  std::size_t line_begin() const { return line_begin_; }

 private:
  std::size_t read_string(std::string_view piece, std::size_t at);
  std::size_t string_end(std::string_view piece, std::size_t at);
  void begin_string();
  void end_key(std::string_view rest);
  void keep_keys();
  void open(bool object);
  void close();
  void next_member();

  JsonPath path_;
  std::vector<bool> objects_;     // What is open, by depth.
  std::deque<std::string> keys_;  // Of what is open, by depth: path_ borrows.
  std::string begun_key_;         // So much of a key as earlier pieces had.
  bool in_object_ = false;        // The innermost of objects_.
  bool in_string_ = false;
  bool is_escaped_ = false;   // The next byte.
  bool key_follows_ = false;  // The next string is one; or this one.
  bool is_counted_ = false;   // The array's item: path_ knows of it.
  std::size_t line_breaks_ = 0;
  std::size_t line_begin_ = 0;
};

class PlaceFinder {
 public:
  struct Place {
    Location location;    // As Source::location() says.
    std::string pointer;  // As json_pointers() says.
  };

  // Each offset lies in a string that is no key, of a valid document; they
  // ascend.
  explicit PlaceFinder(std::vector<std::size_t> offsets)
      : offsets_(std::move(offsets)) {}

  // The next bytes of the document.
  void read(std::string_view piece);
  bool done() const { return places_.size() == offsets_.size(); }

  // Of each offset that was shown.
  const std::vector<Place>& places() const { return places_; }

 private:
  void move_on(std::string_view piece);

  std::vector<std::size_t> offsets_;
  std::vector<Place> places_;
  PathWalker path_;
  Location location_;         // Of what comes next.
  std::size_t position_ = 0;  // So many bytes were read.
};

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_PLACE_FINDER_H_
