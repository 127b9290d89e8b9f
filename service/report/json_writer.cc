// SPDX-License-Identifier: Apache-2.0

#include "service/report/json_writer.h"

#include <fmt/format.h>

#include <iterator>

#include "base/json_text.h"
#include "base/utf8.h"

namespace sotto {
namespace {

// DEL, or a control character of Latin-1 in its two bytes.
bool is_shown_control(std::string_view character) {
  return character == "\x7F" ||
         (character.size() == 2 && character[0] == '\xC2' &&
          static_cast<unsigned char>(character[1]) < 0xA0u);
}

// The character that `text`, which is UTF-8, begins with; returns its length.
std::size_t append_character(std::string& out, std::string_view text) {
  const std::string_view character = text.substr(0, utf8_length(text, 0));
  if (is_shown_control(character)) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}",
                   static_cast<unsigned char>(character.back()));
  } else {
    char escaped[8];
    out.append(escaped, json_escape(character, escaped));
  }
  return character.size();
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  std::string mended;
  if (!is_utf8(text)) text = mended = as_utf8(text);
  out += '"';
  while (!text.empty()) {
    std::string_view plain = text.substr(0, plain_json_prefix(text));
    plain = plain.substr(0, plain.find('\x7F'));
    out += plain;
    text.remove_prefix(plain.size());
    if (!text.empty()) text.remove_prefix(append_character(out, text));
  }
  out += '"';
}

std::string json_string(std::string_view text) {
  std::string result;
  append_json_string(result, text);
  return result;
}

void JsonWriter::value(std::string_view text) {
  begin_value();
  append_json_string(text_, text);
}

std::string JsonWriter::take() {
  text_ += '\n';
  return std::exchange(text_, {});
}

void JsonWriter::key(std::string_view name) {
  begin_value();
  append_json_string(text_, name);
  text_ += ": ";
  has_key_ = true;
}

void JsonWriter::open(char bracket) {
  begin_value();
  text_ += bracket;
  ++depth_;
  is_first_ = true;
}

void JsonWriter::close(char bracket) {
  --depth_;
  if (!is_first_) begin_line();
  text_ += bracket;
  is_first_ = false;
}

// What stands before a value or a key.
void JsonWriter::begin_value() {
  if (std::exchange(has_key_, false) || depth_ == 0) return;
  if (!std::exchange(is_first_, false)) text_ += ',';
  begin_line();
}

void JsonWriter::begin_line() {
  text_ += '\n';
  text_.append(2 * depth_, ' ');
}

}  // namespace sotto
