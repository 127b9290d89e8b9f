// SPDX-License-Identifier: Apache-2.0

#include "base/json_tokenizer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/json_text.h"
#include "base/utf8.h"

namespace sotto {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// How many spaces, of eight at the most, `text` begins with; of fewer than
// eight bytes that are left it may say none.
std::size_t spaces_before(std::string_view text) {
  std::uint64_t word = 0;
  if (std::endian::native != std::endian::little || text.size() < sizeof word) {
    return 0;
  }
  std::memcpy(&word, text.data(), sizeof word);
  const std::uint64_t others = word ^ 0x2020202020202020;
  return static_cast<std::size_t>(std::countr_zero(others)) / 8;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// May `c` stand in the middle of a misspelt number or literal?
bool is_word_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || is_digit(c) ||
         c == '+' || c == '-' || c == '.' || c == '_';
}

// The end of the number (RFC 8259, section 6) that begins at `begin`, or
// `begin` if there is none.
std::size_t number_end(std::string_view text, std::size_t begin) {
  std::size_t at = begin;
  const auto peek = [&] { return at < text.size() ? text[at] : '\0'; };
  const auto digits = [&] {
    if (!is_digit(peek())) return false;
    while (is_digit(peek())) ++at;
    return true;
  };
  if (peek() == '-') ++at;
  if (peek() == '0') {
    ++at;
  } else if (!digits()) {
    return begin;
  }
  if (peek() == '.') {
    ++at;
    if (!digits()) return begin;
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at;
    if (peek() == '+' || peek() == '-') ++at;
    if (!digits()) return begin;
  }
  return at;
}

constexpr std::array<std::string_view, 19> kMessages = {
    "expected a value",
    "expected a key in double quotes",
    "expected a key in double quotes or '}'",
    "expected a value or ']'",
    "expected ':' after the key",
    "expected ',' or '}' after the member",
    "expected ',' or ']' after the item",
    "expected the end of the document after its value",
    "expected '\"' to close the string",
    "expected '}' to close the object",
    "expected ']' to close the array",
    "control character in a string",
    "invalid escape in a string",
    "invalid UTF-8",
    "invalid number",
    "invalid literal: expected true, false, null or a string in double quotes",
    "byte order mark: expected UTF-8 without one",
    "nested too deep",
    "the document is empty: expected a value",
};

}  // namespace

std::string_view json_error_message(JsonErrorKind kind) {
  return kMessages[static_cast<std::size_t>(kind)];
}

JsonTokenizer::JsonTokenizer(std::string_view text, std::size_t max_depth)
    : text_(text), max_depth_(max_depth) {
  if (text_.starts_with("\xEF\xBB\xBF")) {
    report(JsonErrorKind::kByteOrderMark, {0, 3});
    position_ = 3;
  }
}

JsonToken JsonTokenizer::next() {
  if (state_ == State::kLost) return next_string();
  skip_blanks();
  if (position_ == text_.size()) return finish();

  const char c = text_[position_];
  switch (state_) {
    case State::kValue:
      return take_value(c);
    case State::kFirstItem:
      return c == ']' ? close(false) : take_value(c);
    case State::kFirstKey:
      if (c == '}') return close(true);
      [[fallthrough]];
    case State::kKey:
      if (c == '"') return take_string(JsonToken::kKey);
      return lose(state_ == State::kKey ? JsonErrorKind::kExpectedKey
                                        : JsonErrorKind::kExpectedKeyOrEnd);
    case State::kColon:
      if (c != ':') return lose(JsonErrorKind::kExpectedColon);
      ++position_;
      state_ = State::kValue;
      return next();
    case State::kCommaOrBrace:
      if (c == '}') return close(true);
      if (c != ',') return lose(JsonErrorKind::kExpectedCommaOrBrace);
      ++position_;
      state_ = State::kKey;
      return next();
    case State::kCommaOrBracket:
      if (c == ']') return close(false);
      if (c != ',') return lose(JsonErrorKind::kExpectedCommaOrBracket);
      ++position_;
      state_ = State::kValue;
      return next();
    case State::kDone:
      return lose(JsonErrorKind::kTrailingText);
    case State::kLost:
      break;
  }
  return next_string();
}

// People indent: behind a line break there are mostly some more blanks.
void JsonTokenizer::skip_blanks() {
  while (position_ < text_.size() && is_blank(text_[position_])) {
    if (text_[position_++] == '\n') {
      position_ += spaces_before(text_.substr(position_));
    }
  }
}

JsonToken JsonTokenizer::take_value(char first) {
  switch (first) {
    case '{':
      return open(true);
    case '[':
      return open(false);
    case '"':
      return take_string(JsonToken::kString);
    case 't':
      return take_literal("true", JsonToken::kTrue);
    case 'f':
      return take_literal("false", JsonToken::kFalse);
    case 'n':
      return take_literal("null", JsonToken::kNull);
    default:
      if (is_digit(first) || first == '-' || first == '+' || first == '.') {
        return take_number();
      }
      if (is_word_char(first)) return take_literal({}, JsonToken::kNull);
      return lose(state_ == State::kFirstItem
                      ? JsonErrorKind::kExpectedValueOrEnd
                      : JsonErrorKind::kExpectedValue);
  }
}

JsonToken JsonTokenizer::take_string(JsonToken kind) {
  if (!read_string()) {
    state_ = State::kLost;
    return next_string();
  }
  if (kind == JsonToken::kKey) {
    state_ = State::kColon;
  } else {
    after_value();
  }
  return kind;
}

// Reads the string at the quote that position_ is at; false if it is not
// closed. It runs to the next quote that no backslash escapes. A line break in
// it most likely means that its closing quote is missing: that ends it too.
bool JsonTokenizer::read_string() {
  const std::size_t begin = position_++;
  for (;;) {
    position_ += plain_json_prefix(text_.substr(position_));
    if (position_ == text_.size()) break;
    const auto byte = static_cast<unsigned char>(text_[position_]);
    if (byte == '"') {
      span_ = {begin, ++position_};
      return true;
    }
    if (byte == '\\') {
      position_ += escape_length();
    } else if (byte < 0x20) {
      report(JsonErrorKind::kControlCharacter, {position_, position_ + 1});
      if (byte == '\n') return false;
      ++position_;
    } else if (byte < 0x80) {
      ++position_;
    } else {
      position_ += character_length();
    }
  }
  report(JsonErrorKind::kUnclosedString, {begin, begin + 1});
  return false;
}

// How far to go on behind a backslash, whether a valid escape begins there or
// not.
std::size_t JsonTokenizer::escape_length() {
  const std::size_t length = decode_json_escape(text_, position_).raw_length;
  if (length > 0) return length;
  const std::size_t after = position_ + 1;
  const bool takes_next =
      after < text_.size() && text_[after] >= 0x20 && text_[after] < 0x7F;
  const std::size_t taken = takes_next ? 2 : 1;
  report(JsonErrorKind::kInvalidEscape, {position_, position_ + taken});
  return taken;
}

std::size_t JsonTokenizer::character_length() {
  const std::size_t length = utf8_length(text_, position_);
  if (length > 0) return length;
  report(JsonErrorKind::kInvalidUtf8, {position_, position_ + 1});
  return 1;
}

JsonToken JsonTokenizer::take_number() {
  const std::size_t begin = position_;
  const std::size_t valid_end = number_end(text_, begin);
  position_ = word_end(begin);
  span_ = {begin, position_};
  if (valid_end != position_) report(JsonErrorKind::kInvalidNumber, span_);
  after_value();
  return JsonToken::kNumber;
}

JsonToken JsonTokenizer::take_literal(std::string_view word, JsonToken kind) {
  const std::size_t begin = position_;
  position_ = word_end(begin);
  span_ = {begin, position_};
  if (text_.substr(begin, position_ - begin) != word) {
    report(JsonErrorKind::kInvalidLiteral, span_);
  }
  after_value();
  return kind;
}

std::size_t JsonTokenizer::word_end(std::size_t begin) const {
  std::size_t end = begin + 1;
  while (end < text_.size() && is_word_char(text_[end])) ++end;
  return end;
}

JsonToken JsonTokenizer::open(bool object) {
  if (containers_.size() == max_depth_) return lose(JsonErrorKind::kTooDeep);
  containers_.push_back(object);
  span_ = {position_, position_ + 1};
  ++position_;
  state_ = object ? State::kFirstKey : State::kFirstItem;
  return object ? JsonToken::kObjectBegin : JsonToken::kArrayBegin;
}

// The states that lead here say which kind of container is open.
JsonToken JsonTokenizer::close(bool object) {
  containers_.pop_back();
  span_ = {position_, position_ + 1};
  ++position_;
  after_value();
  return object ? JsonToken::kObjectEnd : JsonToken::kArrayEnd;
}

void JsonTokenizer::after_value() {
  if (containers_.empty()) {
    state_ = State::kDone;
  } else {
    state_ = containers_.back() ? State::kCommaOrBrace : State::kCommaOrBracket;
  }
}

JsonToken JsonTokenizer::finish() {
  span_ = {text_.size(), text_.size()};
  if (state_ == State::kDone) return JsonToken::kEnd;
  report(missing_at_end(), span_);
  state_ = State::kLost;
  return JsonToken::kEnd;
}

JsonErrorKind JsonTokenizer::missing_at_end() const {
  if (state_ == State::kColon) return JsonErrorKind::kExpectedColon;
  if (state_ == State::kKey) return JsonErrorKind::kExpectedKey;
  if (state_ == State::kValue) {
    return containers_.empty() ? JsonErrorKind::kEmpty
                               : JsonErrorKind::kExpectedValue;
  }
  return containers_.back() ? JsonErrorKind::kUnclosedObject
                            : JsonErrorKind::kUnclosedArray;
}

JsonToken JsonTokenizer::lose(JsonErrorKind kind) {
  report(kind, {position_, std::min(position_ + 1, text_.size())});
  state_ = State::kLost;
  return next_string();
}

// The strings behind an error of structure. What is wrong in them is not told:
// the error may have been a quote, and then text and strings have changed
// places.
JsonToken JsonTokenizer::next_string() {
  while ((position_ = text_.find('"', position_)) != std::string_view::npos) {
    if (read_string()) return JsonToken::kString;
  }
  position_ = text_.size();
  span_ = {position_, position_};
  return JsonToken::kEnd;
}

void JsonTokenizer::report(JsonErrorKind kind, Span span) {
  if (state_ == State::kLost || errors_.size() >= kMaxErrors) return;
  errors_.push_back({kind, span});
}

}  // namespace sotto
