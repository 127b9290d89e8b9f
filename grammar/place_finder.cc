// SPDX-License-Identifier: Apache-2.0

#include "grammar/place_finder.h"

#include <algorithm>

namespace sotto {

void PathWalker::read(std::string_view piece) {
  for (std::size_t at = 0; at < piece.size();) {
    if (in_string_) {
      at = read_string(piece, at);
      continue;
    }
    const char c = piece[at++];
    switch (c) {
      case '"':
        begin_string();
        break;
      case '{':
      case '[':
        open(c == '{');
        break;
      case '}':
      case ']':
        close();
        break;
      case ',':
        key_follows_ = in_object();
        in_scalar_ = false;
        break;
      case ':':
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        in_scalar_ = false;
        break;
      default:
        on_scalar();
    }
  }
}

// Goes on behind the string, or to the piece's end.
std::size_t PathWalker::read_string(std::string_view piece, std::size_t at) {
  const std::size_t begin = at;
  for (; at < piece.size(); ++at) {
    if (is_escaped_) {
      is_escaped_ = false;
    } else if (piece[at] == '\\') {
      is_escaped_ = true;
    } else if (piece[at] == '"') {
      break;
    }
  }
  if (key_follows_) {
    // Of what is shown of a key no character takes more.
    constexpr std::size_t kMost = 6 * kMaxPointer;
    std::string& key = keys_[objects_.size() - 1];
    key.append(piece.substr(begin, std::min(at - begin, kMost - key.size())));
  }
  if (at == piece.size()) return at;
  end_string();
  return at + 1;
}

void PathWalker::begin_string() {
  in_string_ = true;
  if (!key_follows_) return path_.on_token(JsonToken::kString, "");
  while (keys_.size() < objects_.size()) keys_.emplace_back();
  keys_[objects_.size() - 1].clear();
}

void PathWalker::end_string() {
  in_string_ = false;
  if (!key_follows_) return;
  path_.on_token(JsonToken::kKey, keys_[objects_.size() - 1]);
  key_follows_ = false;
}

void PathWalker::open(bool object) {
  path_.on_token(object ? JsonToken::kObjectBegin : JsonToken::kArrayBegin, "");
  objects_.push_back(object);
  key_follows_ = object;
}

// The file may have changed since it was found to be valid: what is said then
// is never shown, but must do no harm.
void PathWalker::close() {
  if (objects_.empty()) return;
  path_.on_token(JsonToken::kObjectEnd, "");
  objects_.pop_back();
  key_follows_ = false;
  in_scalar_ = false;
}

void PathWalker::on_scalar() {
  if (!in_scalar_) path_.on_token(JsonToken::kNumber, "");
  in_scalar_ = true;
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
  if (const std::size_t last = piece.rfind('\n'); last != piece.npos) {
    const std::string_view lines = piece.substr(0, last + 1);
    location_.line +=
        static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n'));
    location_.column = 1;
    piece.remove_prefix(last + 1);
  }
  // All bytes but those inside a character.
  location_.column += static_cast<std::size_t>(std::count_if(
      piece.begin(), piece.end(),
      [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace sotto
