// SPDX-License-Identifier: Apache-2.0
//
// Where in a JSON text a tokenizer is, as a JSON pointer (RFC 6901).

#ifndef SOTTO_GRAMMAR_JSON_PATH_H_
#define SOTTO_GRAMMAR_JSON_PATH_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_tokenizer.h"

namespace sotto {

inline constexpr std::size_t kMaxPointer = 1024;  // Bytes.

// Puts a pointer together, from the outermost container inwards. One longer
// than kMaxPointer ends in "...": a document must not be answered at greater
// length than it has itself.
class JsonPointer {
 public:
  void add_key(std::string_view raw_key);
  void add_index(std::size_t index);
  std::string take();

 private:
  std::string text_;
};

// Follows a tokenizer. Keys are borrowed from its text.
class JsonPath {
 public:
  // To be told of every token, in order; `content` is that of a kKey.
  void on_token(JsonToken token, std::string_view content);

  // Of the value that the last token is, begins or is the key of; of the
  // container, after its end.
  std::string pointer() const;

  // How many containers that value stands in.
  std::size_t depth() const { return levels_.size(); }

 private:
  struct Level {
    bool object = false;
    bool entered = false;       // Has it had a key or an item yet?
    std::size_t index = 0;      // Of the item.
    std::string_view key = {};  // Of the member; raw.
  };
  void on_value();

  std::vector<Level> levels_;
};

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_JSON_PATH_H_
