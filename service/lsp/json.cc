// SPDX-License-Identifier: Apache-2.0

#include "service/lsp/json.h"

#include <charconv>

#include "base/json_text.h"
#include "base/json_tokenizer.h"
#include "base/utf8.h"
#include "service/report/json_writer.h"

namespace sotto {
namespace {

std::string decoded(std::string_view content) {
  return as_utf8(DecodedText(content, 0).text());
}

}  // namespace

// Recurses no deeper than its tokenizer lets it.
class LspJson::Reader {
 public:
  explicit Reader(std::string_view text)
      : text_(text), tokens_(text, kMaxLspDepth) {}

  std::optional<LspJson> read() {
    LspJson value = read_value(tokens_.next());
    if (tokens_.next() != JsonToken::kEnd || failed_ || !tokens_.ok()) {
      return std::nullopt;
    }
    return value;
  }

 private:
  LspJson read_value(JsonToken token) {
    // From a text that is broken only strings come, and are not wanted.
    if (!tokens_.structured()) token = JsonToken::kEnd;
    switch (token) {
      case JsonToken::kObjectBegin:
        return read_object();
      case JsonToken::kArrayBegin:
        return read_array();
      case JsonToken::kString:
        return decoded(tokens_.content());
      case JsonToken::kNumber: {
        LspJson number;
        number.value_ = Number{std::string(
            text_.substr(tokens_.span().begin, tokens_.span().size()))};
        return number;
      }
      case JsonToken::kTrue:
        return true;
      case JsonToken::kFalse:
        return false;
      case JsonToken::kNull:
        return {};
      default:
        failed_ = true;
        return {};
    }
  }

  LspJson read_object() {
    Object members;
    for (JsonToken token = tokens_.next();
         !failed_ && token != JsonToken::kObjectEnd; token = tokens_.next()) {
      if (token != JsonToken::kKey || !tokens_.structured()) {
        failed_ = true;
        break;
      }
      std::string name = decoded(tokens_.content());
      LspJson value = read_value(tokens_.next());
      members.push_back({std::move(name), std::move(value)});
    }
    return members;
  }

  LspJson read_array() {
    Array items;
    for (JsonToken token = tokens_.next();
         !failed_ && token != JsonToken::kArrayEnd; token = tokens_.next()) {
      items.push_back(read_value(token));
    }
    return items;
  }

  std::string_view text_;
  JsonTokenizer tokens_;
  bool failed_ = false;
};

std::optional<LspJson> LspJson::parse(std::string_view text) {
  return Reader(text).read();
}

void LspJson::append_to(std::string& out) const {
  if (is_null()) {
    out += "null";
  } else if (const auto* const truth = std::get_if<bool>(&value_)) {
    out += *truth ? "true" : "false";
  } else if (const auto* const number = std::get_if<Number>(&value_)) {
    out += number->text;
  } else if (const auto* const text = string()) {
    append_json_string(out, *text);
  } else if (const auto* const array = std::get_if<Array>(&value_)) {
    char before = '[';
    for (const LspJson& item : *array) {
      out += before;
      item.append_to(out);
      before = ',';
    }
    out += array->empty() ? "[]" : "]";
  } else {
    const Object& object = std::get<Object>(value_);
    char before = '{';
    for (const Member& member : object) {
      out += before;
      append_json_string(out, member.name);
      out += ':';
      member.value.append_to(out);
      before = ',';
    }
    out += object.empty() ? "{}" : "}";
  }
}

std::string LspJson::dump() const {
  std::string text;
  append_to(text);
  return text;
}

bool LspJson::is_true() const {
  const bool* const truth = std::get_if<bool>(&value_);
  return truth != nullptr && *truth;
}

std::optional<std::int64_t> LspJson::integer() const {
  const Number* const number = std::get_if<Number>(&value_);
  if (number == nullptr) return std::nullopt;
  const std::string& text = number->text;
  std::int64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::span<const LspJson> LspJson::items() const {
  const Array* const array = std::get_if<Array>(&value_);
  if (array == nullptr) return {};
  return *array;
}

const LspJson& LspJson::operator[](std::string_view name) const {
  static const LspJson kNothing;
  if (const Object* const object = std::get_if<Object>(&value_)) {
    for (const Member& member : *object) {
      if (member.name == name) return member.value;
    }
  }
  return kNothing;
}

void LspJson::add(std::string name, LspJson value) {
  if (!is_object()) value_ = Object();
  std::get<Object>(value_).push_back({std::move(name), std::move(value)});
}

}  // namespace sotto
