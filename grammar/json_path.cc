// SPDX-License-Identifier: Apache-2.0

#include "grammar/json_path.h"

#include <utility>

#include "base/json_text.h"
#include "base/utf8.h"

namespace sotto {

// A reference token: '~' is ~0 and '/' is ~1 (RFC 6901, section 3). What
// cannot be shown (a lone surrogate, a stray byte) is U+FFFD. No more of a key
// is looked at than can be shown.
void JsonPointer::add_key(std::string_view raw_key) {
  constexpr std::size_t kLongestEscape = 6;
  if (text_.size() > kMaxPointer) return;
  const DecodedText key(raw_key.substr(0, kMaxPointer * kLongestEscape), 0);
  text_ += '/';
  for (std::size_t i = 0; i < key.text().size();) {
    const std::size_t length = utf8_length(key.text(), i);
    const char c = key.text()[i];
    if (length == 0) {
      text_ += "\xEF\xBF\xBD";
    } else if (c == '~' || c == '/') {
      text_ += c == '~' ? "~0" : "~1";
    } else {
      text_ += key.text().substr(i, length);
    }
    i += length == 0 ? 1 : length;
  }
}

void JsonPointer::add_index(std::size_t index) {
  if (text_.size() <= kMaxPointer) text_ += '/' + std::to_string(index);
}

// One that is too long is cut between two characters.
std::string JsonPointer::take() {
  if (text_.size() > kMaxPointer) {
    std::size_t end = kMaxPointer;
    while ((static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80) --end;
    text_.resize(end);
    text_ += "...";
  }
  return std::exchange(text_, {});
}

void JsonPath::on_token(JsonToken token, std::string_view content) {
  switch (token) {
    case JsonToken::kKey:
      levels_.back().key = content;
      levels_.back().entered = true;
      break;
    case JsonToken::kObjectBegin:
    case JsonToken::kArrayBegin:
      on_value();
      levels_.push_back({.object = token == JsonToken::kObjectBegin});
      break;
    case JsonToken::kObjectEnd:
    case JsonToken::kArrayEnd:
      levels_.pop_back();
      break;
    case JsonToken::kEnd:
      break;
    default:
      on_value();
  }
}

void JsonPath::on_value() {
  if (levels_.empty() || levels_.back().object) return;
  Level& array = levels_.back();
  if (array.entered) ++array.index;
  array.entered = true;
}

std::string JsonPath::pointer() const {
  JsonPointer pointer;
  for (const Level& level : levels_) {
    if (!level.entered) break;
    if (level.object) {
      pointer.add_key(level.key);
    } else {
      pointer.add_index(level.index);
    }
  }
  return pointer.take();
}

}  // namespace sotto
