// SPDX-License-Identifier: Apache-2.0

#include "grammar/json_path.h"

#include "base/json_text.h"
#include "base/utf8.h"

namespace sotto {
namespace {

// A reference token: '~' is ~0 and '/' is ~1 (RFC 6901, section 3). What
// cannot be shown (a lone surrogate, a stray byte) is U+FFFD. No more of a key
// is looked at than can be shown.
void append_token(std::string& pointer, std::string_view raw_key) {
  constexpr std::size_t kLongestEscape = 6;
  const DecodedText key(raw_key.substr(0, kMaxPointer * kLongestEscape), 0);
  pointer += '/';
  for (std::size_t i = 0; i < key.text().size();) {
    const std::size_t length = utf8_length(key.text(), i);
    const char c = key.text()[i];
    if (length == 0) {
      pointer += "\xEF\xBF\xBD";
    } else if (c == '~' || c == '/') {
      pointer += c == '~' ? "~0" : "~1";
    } else {
      pointer += key.text().substr(i, length);
    }
    i += length == 0 ? 1 : length;
  }
}

// Cuts a pointer that is too long, between two characters.
void cut(std::string& pointer) {
  if (pointer.size() <= kMaxPointer) return;
  std::size_t end = kMaxPointer;
  while ((static_cast<unsigned char>(pointer[end]) & 0xC0) == 0x80) --end;
  pointer.resize(end);
  pointer += "...";
}

}  // namespace

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
  std::string pointer;
  for (const Level& level : levels_) {
    if (!level.entered || pointer.size() > kMaxPointer) break;
    if (level.object) {
      append_token(pointer, level.key);
    } else {
      pointer += '/' + std::to_string(level.index);
    }
  }
  cut(pointer);
  return pointer;
}

}  // namespace sotto
