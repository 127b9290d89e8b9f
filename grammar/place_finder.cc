// SPDX-License-Identifier: Apache-2.0

#include "grammar/place_finder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace sotto {
namespace {

// Of what is shown of a key no character takes more.
constexpr std::size_t kMostOfKey = 6 * kMaxPointer;

constexpr std::uint64_t kEachByte = 0x0101010101010101u;

// The high bit of each byte of `word` that is zero; what is above the lowest
// of them may have it too.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - kEachByte) & ~word & (kEachByte << 7);
}

// The first place from `at` on whose byte stops: eight bytes at a time, by
// `stops_in` (as zero_bytes() says), as long as there are as many.
template <typename StopsIn, typename Stops>
std::size_t skip(std::string_view piece, std::size_t at,
                 const StopsIn& stops_in, const Stops& stops) {
  if constexpr (std::endian::native == std::endian::little) {
    for (; piece.size() - at >= 8; at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, piece.data() + at, 8);
      const std::uint64_t found = stops_in(word);
      if (found != 0) {
        return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
      }
    }
  }
  while (at < piece.size() && !stops(piece[at])) ++at;
  return at;
}

std::size_t skip_plain(std::string_view piece, std::size_t at) {
  return skip(
      piece, at,
      [](std::uint64_t word) {
        return zero_bytes(word ^ (kEachByte * '"')) |
               zero_bytes(word ^ (kEachByte * '\\'));
      },
      [](char c) { return c == '"' || c == '\\'; });
}

// Outside of strings all others are blanks, colons or of a number or literal,
// which a comma or bracket follows.
constexpr std::array<bool, 256> kMatters = [] {
  std::array<bool, 256> matters{};
  for (const char c : {'"', '{', '[', '}', ']', ',', '\n'}) {
    matters[static_cast<unsigned char>(c)] = true;
  }
  return matters;
}();

}  // namespace

void PathWalker::read(std::string_view piece) {
  line_breaks_ = 0;
  line_begin_ = 0;
  for (std::size_t at = 0; at < piece.size();) {
    if (in_string_) {
      at = read_string(piece, at);
      continue;
    }
    const char c = piece[at++];
    if (!kMatters[static_cast<unsigned char>(c)]) continue;
    switch (c) {
      case '"':
        begin_string();
        break;
      case ',':
        next_member();
        break;
      case '\n':
        ++line_breaks_;
        line_begin_ = at;
        break;
      case '{':
      case '[':
        open(c == '{');
        break;
      default:
        close();
    }
  }
  keep_keys();
}

// Goes on behind the string, or to the piece's end.
std::size_t PathWalker::read_string(std::string_view piece, std::size_t at) {
  const std::size_t end = string_end(piece, at);
  const std::string_view text = piece.substr(at, end - at);
  if (end == piece.size()) {
    if (key_follows_) {
      begun_key_ += text.substr(0, kMostOfKey - begun_key_.size());
    }
    return end;
  }
  in_string_ = false;
  if (key_follows_) end_key(text);
  return end + 1;
}

// Of the string that `at` lies in: its closing quote, or the piece's end.
std::size_t PathWalker::string_end(std::string_view piece, std::size_t at) {
  for (;; ++at) {
    if (is_escaped_ && at < piece.size()) {
      is_escaped_ = false;
      ++at;
    }
    at = skip_plain(piece, at);
    if (at == piece.size() || piece[at] == '"') return at;
    is_escaped_ = true;
  }
}

void PathWalker::begin_string() {
  in_string_ = true;
  if (in_object_) return;
  path_.on_token(JsonToken::kString, "");
  is_counted_ = true;
}

// Numbers and literals are counted by what follows them.
void PathWalker::next_member() {
  key_follows_ = in_object_;
  if (!in_object_ && !is_counted_) path_.on_token(JsonToken::kNumber, "");
  is_counted_ = false;
}

// `rest` is what this piece has of the key.
void PathWalker::end_key(std::string_view rest) {
  key_follows_ = false;
  if (begun_key_.empty()) return path_.on_token(JsonToken::kKey, rest);
  begun_key_ += rest.substr(0, kMostOfKey - begun_key_.size());
  while (keys_.size() < objects_.size()) keys_.emplace_back();
  std::string& key = keys_[objects_.size() - 1];
  key.swap(begun_key_);
  begun_key_.clear();
  path_.on_token(JsonToken::kKey, key);
}

// What path_ borrows of a piece is copied before that goes.
void PathWalker::keep_keys() {
  while (keys_.size() < objects_.size()) keys_.emplace_back();
  path_.replace_keys([this](std::size_t depth, std::string_view key) {
    std::string& kept = keys_[depth];
    if (key.data() != kept.data()) kept = key.substr(0, kMostOfKey);
    return std::string_view(kept);
  });
}

void PathWalker::open(bool object) {
  path_.on_token(object ? JsonToken::kObjectBegin : JsonToken::kArrayBegin, "");
  objects_.push_back(object);
  in_object_ = key_follows_ = object;
  is_counted_ = false;
}

// The file may have changed since it was found to be valid: what is said then
// is never shown, but must do no harm.
void PathWalker::close() {
  if (objects_.empty()) return;
  path_.on_token(JsonToken::kObjectEnd, "");
  objects_.pop_back();
  in_object_ = !objects_.empty() && objects_.back();
  key_follows_ = false;
  is_counted_ = true;
}

void PlaceFinder::read(std::string_view piece) {
  while (!done()) {
    const std::size_t ahead = offsets_[places_.size()] - position_;
    if (ahead >= piece.size()) return move_on(piece);
    move_on(piece.substr(0, ahead));
    piece.remove_prefix(ahead);
    places_.push_back({location_, path_.pointer()});
  }
}

void PlaceFinder::move_on(std::string_view piece) {
  path_.read(piece);
  position_ += piece.size();
  if (path_.line_breaks() > 0) {
    location_.line += path_.line_breaks();
    location_.column = 1;
    piece.remove_prefix(path_.line_begin());
  }
  // All bytes but those inside a character.
  location_.column += static_cast<std::size_t>(std::count_if(
      piece.begin(), piece.end(),
      [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace sotto
