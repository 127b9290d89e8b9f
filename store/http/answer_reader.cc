// SPDX-License-Identifier: Apache-2.0

#include "store/http/answer_reader.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/json_text.h"
#include "base/utf8.h"

namespace sotto {
namespace {

// None for half a surrogate pair, which is no text, and for what is not even
// valid so far.
std::optional<std::string> decode_text(const JsonTokenizer& tokenizer) {
  if (!tokenizer.ok()) return std::nullopt;
  std::string text(DecodedText(tokenizer.content(), 0).text());
  if (!is_utf8(text)) return std::nullopt;
  return text;
}

bool is_surrogate(std::uint32_t code_point) {
  return code_point >= 0xD800 && code_point <= 0xDFFF;
}

}  // namespace

AnswerReader::AnswerReader(std::string_view text)
    : text_(text), tokenizer_(text), token_(tokenizer_.next()) {}

std::string AnswerReader::key() {
  if (token_ == JsonToken::kKey) {
    if (auto name = decode_text(tokenizer_)) return std::move(*name);
  }
  refuse();
  return {};
}

void AnswerReader::take(std::uint64_t& number) {
  if (token_ != JsonToken::kNumber) return refuse();
  const std::string_view digits =
      text_.substr(tokenizer_.span().begin, tokenizer_.span().size());
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) refuse();
}

void AnswerReader::take(bool& value) {
  if (token_ != JsonToken::kTrue && token_ != JsonToken::kFalse) {
    return refuse();
  }
  value = token_ == JsonToken::kTrue;
}

void AnswerReader::take(std::string& text) {
  if (is_string()) {
    if (auto taken = decode_text(tokenizer_)) {
      text = std::move(*taken);
      return;
    }
  }
  refuse();
}

std::string_view AnswerReader::skip() {
  const std::size_t begin = tokenizer_.span().begin;
  const auto opens = [&] { return is_object() || is_array(); };
  const auto closes = [&] {
    return token_ == JsonToken::kObjectEnd || token_ == JsonToken::kArrayEnd;
  };
  std::size_t open = opens() ? 1 : 0;
  while (open > 0 && goes_on()) {
    next();
    if (opens()) ++open;
    if (closes()) --open;
  }
  if (token_ == JsonToken::kEnd || failed_) {
    refuse();
    return {};
  }
  return text_.substr(begin, tokenizer_.span().end - begin);
}

bool AnswerReader::complete() {
  if (failed_) return false;
  next();
  return token_ == JsonToken::kEnd && tokenizer_.ok();
}

Result<SecretString> decode_json_secret(std::string_view raw) {
  raw = raw.substr(1, raw.size() - 2);
  if (raw.find('\\') == raw.npos) return SecretString::copy_of(raw);
  SecretBuilder value(raw.size());  // What is decoded never is longer.
  while (!raw.empty()) {
    const std::size_t plain = std::min(raw.find('\\'), raw.size());
    value.append(raw.substr(0, plain));
    raw.remove_prefix(plain);
    if (raw.empty()) break;
    const JsonChar character = decode_json_escape(raw, 0);
    if (character.raw_length == 0 || is_surrogate(character.code_point)) {
      return fail(ErrorCode::kMalformed, "half a character in a value");
    }
    char bytes[4];
    value.append({bytes, encode_utf8(character.code_point, bytes)});
    raw.remove_prefix(character.raw_length);
  }
  return value.take();
}

bool append_json_string(WipedBuffer& out, std::string_view text) {
  const std::size_t size = json_escaped_size(text) + 2;
  char* const begin = out.prepare(size);
  if (begin == nullptr) return false;
  begin[0] = '"';
  char* const end = json_escape(text, begin + 1);
  *end = '"';
  out.commit(size);
  return true;
}

}  // namespace sotto
