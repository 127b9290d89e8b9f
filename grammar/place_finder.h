// SPDX-License-Identifier: Apache-2.0
//
// Lines, columns and JSON pointers of places in a document that is shown piece
// by piece.

#ifndef SOTTO_GRAMMAR_PLACE_FINDER_H_
#define SOTTO_GRAMMAR_PLACE_FINDER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/source.h"
#include "grammar/scanner.h"

namespace sotto {

// What is open around a byte of a valid JSON text. It has to be told of the
// brackets and commas outside of strings alone: a key is only looked for when
// somebody asks, or when the piece that has it goes.
class PathWalker {
 public:
  // The next piece of the text, which stays until end_piece().
  void begin_piece(std::string_view piece);
  void end_piece();

  // The next bracket or comma, so many bytes behind the begin of the piece.
  void on_structure(std::size_t at);

  // Of a string that is no key, and that begins behind what was told; as
  // json_pointers() says.
  std::string pointer() const;

 private:
  struct Level {
    std::size_t member = 0;  // Begins there, in the text, or with blanks.
    std::size_t index = 0;   // Of it, or of the item.
    bool object = false;
  };

  std::vector<Level> levels_;      // What is open, by depth.
  std::vector<std::string> keys_;  // By depth: members of earlier pieces, from
                                   // their first quote on.
  std::string_view piece_;
  std::size_t begin_ = 0;  // Of the piece, in the text.
};

class PlaceFinder {
 public:
  struct Place {
    Location location;    // As Source::location() says.
    std::string pointer;  // As json_pointers() says.
  };

  // Each offset lies in a string of a valid document (in a key, its pointer is
  // that of the member); they ascend.
  explicit PlaceFinder(std::vector<std::size_t> offsets,
                       const ScannerKernel& kernel = scanner_kernel())
      : offsets_(std::move(offsets)), kernel_(kernel) {}

  // The next bytes of the document.
  void read(std::string_view piece);
  bool done() const { return places_.size() == offsets_.size(); }

  // Of each offset that was shown.
  const std::vector<Place>& places() const { return places_; }

 private:
  void read_chunk(std::size_t at, std::uint64_t structure,
                  std::uint64_t line_breaks);
  void move_over(std::size_t at, std::uint64_t structure,
                 std::uint64_t line_breaks);
  void count_columns(std::size_t end);

  std::vector<std::size_t> offsets_;
  const ScannerKernel& kernel_;
  std::vector<Place> places_;
  Landmarks landmarks_;
  PathWalker path_;
  Location location_;  // Of what comes behind counted_.
  // In the piece: its line is counted up to here.
  std::size_t counted_ = 0;
  std::string_view piece_;
  std::size_t begin_ = 0;  // Of the piece, in the document.
};

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_PLACE_FINDER_H_
