// SPDX-License-Identifier: Apache-2.0

#include "grammar/place_finder.h"

#include <algorithm>
#include <bit>

#include "grammar/json_path.h"

namespace sotto {
namespace {

// A quote, and what can be shown of a key: no character takes more than this.
constexpr std::size_t kMostOfKey = 1 + 6 * kMaxPointer;

// So much of `text` as is of the key that it begins with, from the quote on.
std::string_view key_text(std::string_view text) {
  text.remove_prefix(std::min(text.find('"'), text.size()));
  return text.substr(0, kMostOfKey);
}

// Of what key_text() gave: where the quote is that ends it; npos if that was
// not seen yet.
std::size_t key_end(std::string_view text) {
  for (std::size_t at = 1;; at += 2) {
    at = text.find_first_of("\"\\", at);
    if (at == text.npos || text[at] == '"') return at;
  }
}

std::string_view key_in(std::string_view text) {
  if (text.empty()) return text;
  return text.substr(1, key_end(text) - 1);
}

// How many there are: all bytes but those inside one. (Compilers count sixteen
// or more at a time where a sum is no larger than a byte.)
std::size_t characters(std::string_view text) {
  constexpr std::size_t kStep = 128;
  std::size_t sum = 0;
  while (!text.empty()) {
    std::uint8_t some = 0;
    for (const char c : text.substr(0, kStep)) {
      some = static_cast<std::uint8_t>(some + ((c & 0xC0) != 0x80));
    }
    sum += some;
    text.remove_prefix(std::min(text.size(), kStep));
  }
  return sum;
}

}  // namespace

// The innermost key may go on here.
void PathWalker::begin_piece(std::string_view piece) {
  piece_ = piece;
  if (levels_.empty() || !levels_.back().object) return;
  std::string& key = keys_[levels_.size() - 1];
  if (key.empty()) {
    key = key_text(piece);
  } else if (key_end(key) == key.npos) {
    key += piece.substr(0, kMostOfKey - key.size());
  }
}

void PathWalker::end_piece() {
  if (keys_.size() < levels_.size()) keys_.resize(levels_.size());
  for (std::size_t depth = 0; depth < levels_.size(); ++depth) {
    const Level& level = levels_[depth];
    if (!level.object || level.member < begin_) continue;
    keys_[depth] = key_text(piece_.substr(level.member - begin_));
  }
  begin_ += piece_.size();
}

// The file may have changed since it was found to be valid: what is said then
// is never shown, but must do no harm.
void PathWalker::on_structure(std::size_t at) {
  const char c = piece_[at];
  const std::size_t behind = begin_ + at + 1;
  if (c == '{' || c == '[') {
    levels_.push_back({behind, 0, c == '{'});
  } else if (levels_.empty()) {
    return;
  } else if (c == ',') {
    levels_.back().member = behind;
    ++levels_.back().index;
  } else {
    levels_.pop_back();
  }
}

std::string PathWalker::pointer() const {
  JsonPointer pointer;
  for (std::size_t depth = 0; depth < levels_.size(); ++depth) {
    const Level& level = levels_[depth];
    if (!level.object) {
      pointer.add_index(level.index);
    } else if (level.member < begin_) {
      pointer.add_key(key_in(keys_[depth]));
    } else {
      pointer.add_key(key_in(key_text(piece_.substr(level.member - begin_))));
    }
  }
  return pointer.take();
}

void PlaceFinder::read(std::string_view piece) {
  if (done()) return;
  piece_ = piece;
  path_.begin_piece(piece);
  for (std::size_t at = 0; at < piece.size();) {
    const std::size_t size = std::min(piece.size() - at, Landmarks::kBlock);
    kernel_.find_landmarks(landmarks_, piece.data() + at, size);
    for (std::size_t i = 0; i < std::size(landmarks_.structure); ++i) {
      read_chunk(at + 64 * i, landmarks_.structure[i],
                 landmarks_.line_break[i]);
    }
    if (done()) return;
    at += size;
  }
  path_.end_piece();
  count_columns(piece.size());
  counted_ = 0;
  begin_ += piece.size();
}

// 64 bytes, and the places in them.
void PlaceFinder::read_chunk(std::size_t at, std::uint64_t structure,
                             std::uint64_t line_breaks) {
  const std::size_t end = begin_ + std::min(at + 64, piece_.size());
  while (!done() && offsets_[places_.size()] < end) {
    const std::size_t place = offsets_[places_.size()] - begin_;
    const std::uint64_t before = (std::uint64_t{1} << (place - at)) - 1;
    move_over(at, structure & before, line_breaks & before);
    structure &= ~before;
    line_breaks &= ~before;
    count_columns(place);
    places_.push_back({location_, path_.pointer()});
  }
  move_over(at, structure, line_breaks);
}

void PlaceFinder::move_over(std::size_t at, std::uint64_t structure,
                            std::uint64_t line_breaks) {
  for (; structure != 0; structure &= structure - 1) {
    path_.on_structure(at +
                       static_cast<std::size_t>(std::countr_zero(structure)));
  }
  if (line_breaks == 0) return;
  location_.line += static_cast<std::size_t>(std::popcount(line_breaks));
  location_.column = 1;
  counted_ = at + static_cast<std::size_t>(std::bit_width(line_breaks));
}

void PlaceFinder::count_columns(std::size_t end) {
  location_.column += characters(piece_.substr(counted_, end - counted_));
  counted_ = end;
}

}  // namespace sotto
