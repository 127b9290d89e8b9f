// SPDX-License-Identifier: Apache-2.0

#include "tests/oracle/naive_json.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace sotto::oracle {
namespace {

struct Invalid {};

std::uint32_t byte_at(std::string_view text, std::size_t offset) {
  return offset < text.size() ? static_cast<unsigned char>(text[offset]) : 0;
}

// By the table of RFC 3629.
std::size_t character_length(std::string_view text, std::size_t offset) {
  const auto in = [&](std::size_t i, std::uint32_t low, std::uint32_t high) {
    const std::uint32_t c = byte_at(text, offset + i);
    return offset + i < text.size() && c >= low && c <= high;
  };
  const auto tail = [&](std::size_t i) { return in(i, 0x80, 0xbf); };
  if (in(0, 0x00, 0x7f)) return 1;
  if (in(0, 0xc2, 0xdf) && tail(1)) return 2;
  if (in(0, 0xe0, 0xe0) && in(1, 0xa0, 0xbf) && tail(2)) return 3;
  if (in(0, 0xe1, 0xec) && tail(1) && tail(2)) return 3;
  if (in(0, 0xed, 0xed) && in(1, 0x80, 0x9f) && tail(2)) return 3;
  if (in(0, 0xee, 0xef) && tail(1) && tail(2)) return 3;
  if (in(0, 0xf0, 0xf0) && in(1, 0x90, 0xbf) && tail(2) && tail(3)) return 4;
  if (in(0, 0xf1, 0xf3) && tail(1) && tail(2) && tail(3)) return 4;
  if (in(0, 0xf4, 0xf4) && in(1, 0x80, 0x8f) && tail(2) && tail(3)) return 4;
  return 0;
}

std::uint32_t hex_digit(std::uint32_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  throw Invalid{};
}

// One production of RFC 8259 a method; throws Invalid.
class Validator {
 public:
  Validator(std::string_view text, std::size_t max_depth)
      : text_(text), max_depth_(max_depth) {}

  void document() {
    blanks();
    value(0);
    blanks();
    if (position_ != text_.size()) throw Invalid{};
  }

 private:
  void value(std::size_t depth) {
    switch (peek()) {
      case '{':
        return container(depth + 1, '}', [&] {
          string();
          blanks();
          take(':');
          blanks();
          value(depth + 1);
        });
      case '[':
        return container(depth + 1, ']', [&] { value(depth + 1); });
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  template <typename Item>
  void container(std::size_t depth, char close, Item item) {
    if (depth > max_depth_) throw Invalid{};
    ++position_;
    blanks();
    if (peek() == close) {
      ++position_;
      return;
    }
    while (true) {
      item();
      blanks();
      if (peek() == close) {
        ++position_;
        return;
      }
      take(',');
      blanks();
    }
  }

  void string() {
    take('"');
    while (peek() != '"') {
      if (peek() == '\\') {
        escape();
      } else {
        if (byte_at(text_, position_) < 0x20) throw Invalid{};
        const std::size_t length = character_length(text_, position_);
        if (length == 0) throw Invalid{};
        position_ += length;
      }
    }
    take('"');
  }

  void escape() {
    take('\\');
    const char c = peek();
    ++position_;
    if (c == 'u') {
      for (int i = 0; i < 4; ++i) {
        hex_digit(static_cast<unsigned char>(peek()));
        ++position_;
      }
    } else if (std::string_view("\"\\/bfnrt").find(c) ==
               std::string_view::npos) {
      throw Invalid{};
    }
  }

  void number() {
    if (peek_or_end() == '-') ++position_;
    if (peek() == '0') {
      ++position_;
    } else {
      digits();
    }
    if (peek_or_end() == '.') {
      ++position_;
      digits();
    }
    if (peek_or_end() == 'e' || peek_or_end() == 'E') {
      ++position_;
      if (peek_or_end() == '+' || peek_or_end() == '-') ++position_;
      digits();
    }
  }

  void digits() {
    const auto digit = [&] {
      return peek_or_end() >= '0' && peek_or_end() <= '9';
    };
    if (!digit()) throw Invalid{};
    while (digit()) ++position_;
  }

  void word(std::string_view expected) {
    for (const char c : expected) take(c);
  }

  void blanks() {
    while (position_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[position_]) !=
               std::string_view::npos) {
      ++position_;
    }
  }

  char peek() const {
    if (position_ >= text_.size()) throw Invalid{};
    return text_[position_];
  }

  char peek_or_end() const {
    return position_ < text_.size() ? text_[position_] : '\x01';
  }

  void take(char c) {
    if (peek() != c) throw Invalid{};
    ++position_;
  }

  std::string_view text_;
  std::size_t max_depth_;
  std::size_t position_ = 0;
};

std::string encode(std::uint32_t c) {
  const auto tail = [](std::uint32_t bits) {
    return static_cast<char>(0x80 | (bits & 0x3f));
  };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xc0 | (c >> 6)), tail(c)};
  if (c < 0x10000) {
    return {static_cast<char>(0xe0 | (c >> 12)), tail(c >> 6), tail(c)};
  }
  return {static_cast<char>(0xf0 | (c >> 18)), tail(c >> 12), tail(c >> 6),
          tail(c)};
}

std::uint32_t four_digits(std::string_view text, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value * 16 + hex_digit(byte_at(text, offset + i));
  }
  return value;
}

// Decodes the escape at `offset`; moves `offset` behind it.
std::string decode_escape(std::string_view text, std::size_t& offset) {
  static constexpr std::string_view kShort = "\"\\/bfnrt";
  static constexpr std::string_view kMeaning = "\"\\/\b\f\n\r\t";
  const char c = text[offset + 1];
  if (c != 'u') {
    offset += 2;
    return {kMeaning[kShort.find(c)]};
  }
  std::uint32_t unit = four_digits(text, offset + 2);
  offset += 6;
  if (unit >= 0xd800 && unit < 0xdc00 && text.substr(offset, 2) == "\\u") {
    const std::uint32_t low = four_digits(text, offset + 2);
    if (low >= 0xdc00 && low < 0xe000) {
      offset += 6;
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
  }
  return encode(unit);
}

NaiveString read_string(std::string_view document, std::size_t begin) {
  NaiveString result;
  result.begin = begin;
  std::size_t offset = begin + 1;
  while (document[offset] != '"') {
    const std::size_t from = offset;
    const std::string piece = document[offset] == '\\'
                                  ? decode_escape(document, offset)
                                  : std::string(1, document[offset++]);
    result.raw.insert(result.raw.end(), piece.size(), from);
    result.text += piece;
  }
  result.raw.push_back(offset);
  result.end = offset + 1;
  const std::size_t next = document.find_first_not_of(" \t\r\n", result.end);
  result.is_key = next != std::string_view::npos && document[next] == ':';
  return result;
}

// Marks a string that was a number.
constexpr std::string_view kNumberMark("\0#", 2);

// Spells each number outside strings as a marked string: so nlohmann-json
// keeps its text, and none is too large.
std::string quote_numbers(std::string_view text) {
  std::string quoted;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '"') {
      const std::size_t end = read_string(text, i).end;
      quoted += text.substr(i, end - i);
      i = end;
    } else if (text[i] == '-' || (text[i] >= '0' && text[i] <= '9')) {
      const std::size_t end =
          std::min(text.find_first_not_of("+-.0123456789eE", i), text.size());
      quoted += "\"\\u0000#" + std::string(text.substr(i, end - i)) + '"';
      i = end;
    } else {
      quoted += text[i++];
    }
  }
  return quoted;
}

// Writes down what nlohmann-json reads.
class Events : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::vector<std::string> list;

  bool null() override { return add("null"); }
  bool boolean(bool value) override { return add(value ? "true" : "false"); }
  bool number_integer(number_integer_t) override { return false; }
  bool number_unsigned(number_unsigned_t) override { return false; }
  bool number_float(number_float_t, const string_t&) override { return false; }
  bool binary(binary_t&) override { return false; }
  bool string(string_t& value) override {
    if (value.starts_with(kNumberMark)) return add("number " + value.substr(2));
    return add("string " + value);
  }
  bool key(string_t& value) override { return add("key " + value); }
  bool start_object(std::size_t) override { return add("{"); }
  bool end_object() override { return add("}"); }
  bool start_array(std::size_t) override { return add("["); }
  bool end_array() override { return add("]"); }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool add(std::string event) {
    list.push_back(std::move(event));
    return true;
  }
};

}  // namespace

std::size_t naive_utf8_length(std::string_view text, std::size_t offset) {
  return character_length(text, offset);
}

bool naive_json_valid(std::string_view text, std::size_t max_depth) {
  try {
    Validator(text, max_depth).document();
    return true;
  } catch (const Invalid&) {
    return false;
  }
}

bool naive_lines_valid(std::string_view text, std::size_t max_depth) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos &&
        !naive_json_valid(line, max_depth)) {
      return false;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

std::vector<NaiveString> naive_strings(std::string_view document) {
  std::vector<NaiveString> strings;
  for (std::size_t i = 0; i < document.size();) {
    if (document[i] != '"') {
      ++i;
      continue;
    }
    strings.push_back(read_string(document, i));
    i = strings.back().end;
  }
  return strings;
}

std::optional<std::vector<std::string>> naive_events(std::string_view text) {
  Events events;
  if (!nlohmann::json::sax_parse(quote_numbers(text), &events)) return {};
  return std::move(events.list);
}

std::string naive_escape(std::string_view text) {
  static constexpr std::string_view kMeaning = "\"\\\b\f\n\r\t";
  static constexpr std::string_view kShort = "\"\\bfnrt";
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const std::size_t known = kMeaning.find(c);
    if (known != std::string_view::npos) {
      escaped += {'\\', kShort[known]};
    } else if (byte < 0x20) {
      std::array<char, 8> buffer{};
      std::snprintf(buffer.data(), buffer.size(), "\\u%04x", byte);
      escaped += buffer.data();
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace sotto::oracle
