// SPDX-License-Identifier: Apache-2.0
//
// Reads JSON that a store sent, member by member, without a copy of a value.
// Internal to store/.
//
//   AnswerReader reader(body);
//   reader.members([&](std::string_view name) {
//     if (name == "version") reader.take(version);
//     else reader.skip();
//   });
//   return reader.complete();
//
// Hostile bytes: whatever is not what was asked for makes it fail, for good,
// and all that was taken is worthless then. Nothing of them goes into a
// message.

#ifndef SOTTO_STORE_HTTP_ANSWER_READER_H_
#define SOTTO_STORE_HTTP_ANSWER_READER_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/json_tokenizer.h"
#include "base/result.h"
#include "base/secret_string.h"
#include "base/wiped_buffer.h"

namespace sotto {

// Borrows the text. Stands on the first token of a value, always; each
// function takes the whole value.
class AnswerReader {
 public:
  explicit AnswerReader(std::string_view text);

  // Calls `member(name)` for each member of an object; it must take or skip
  // the value. A name that comes twice is a failure.
  template <typename Member>
  void members(const Member& member);

  // Calls `item()` for each item of an array; it must take or skip it.
  template <typename Item>
  void items(const Item& item);

  void take(std::uint64_t& number);  // An integer that is not negative.
  void take(bool& value);
  void take(std::string& text);  // For what is no secret.

  // The raw text of any value, quotes and brackets included; points into the
  // text that is read.
  std::string_view skip();

  bool is_null() const { return token_ == JsonToken::kNull; }
  bool is_object() const { return token_ == JsonToken::kObjectBegin; }
  bool is_array() const { return token_ == JsonToken::kArrayBegin; }
  bool is_string() const { return token_ == JsonToken::kString; }

  // From now on failed.
  void refuse() { failed_ = true; }

  // Was all of it what was asked for, and the text valid JSON to its end?
  bool complete();

 private:
  void next() { token_ = tokenizer_.next(); }
  bool goes_on() const { return !failed_ && token_ != JsonToken::kEnd; }
  std::string key();

  std::string_view text_;
  JsonTokenizer tokenizer_;
  JsonToken token_;
  bool failed_ = false;
};

template <typename Member>
void AnswerReader::members(const Member& member) {
  if (!is_object()) return refuse();
  std::set<std::string, std::less<>> names;
  next();
  while (goes_on() && token_ != JsonToken::kObjectEnd) {
    const auto [name, is_new] = names.insert(key());
    if (!is_new) return refuse();
    next();
    member(std::string_view(*name));
    next();
  }
}

template <typename Item>
void AnswerReader::items(const Item& item) {
  if (!is_array()) return refuse();
  next();
  while (goes_on() && token_ != JsonToken::kArrayEnd) {
    item();
    next();
  }
}

// What a raw JSON string, quotes included, stands for. Fails with kMalformed
// for half a surrogate pair, which is no text, and kNoMemory.
Result<SecretString> decode_json_secret(std::string_view raw);

// Appends `text`, which is UTF-8, as a JSON string with its quotes. False
// without memory.
bool append_json_string(WipedBuffer& out, std::string_view text);

}  // namespace sotto

#endif  // SOTTO_STORE_HTTP_ANSWER_READER_H_
