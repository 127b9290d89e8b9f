// SPDX-License-Identifier: Apache-2.0
//
// JSON string content: escaping, and unescaping with a map back to the raw
// bytes (RFC 8259, section 7).

#ifndef SOTTO_BASE_JSON_TEXT_H_
#define SOTTO_BASE_JSON_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sotto {

// How many bytes `text` takes as the content of a JSON string: the quote, the
// backslash and control characters are escaped, nothing else is.
std::size_t json_escaped_size(std::string_view text);

// Is `text` ASCII that needs no escape? Most values are: they stand in a JSON
// string as they are.
bool is_plain_json_text(std::string_view text);

// How many bytes at the beginning of `text` are ASCII that needs no escape; of
// fewer than eight that are left it may leave some out.
std::size_t plain_json_prefix(std::string_view text);

// Writes that content to `out`, which has room for json_escaped_size(text)
// bytes, and returns the end of what was written. Short escapes where JSON has
// them (\" \\ \b \f \n \r \t), else \u00xx in lower case.
char* json_escape(std::string_view text, char* out);

// One step of unescaping.
struct JsonChar {
  std::uint32_t code_point = 0;  // A lone surrogate stands for itself.
  std::size_t raw_length = 0;    // Bytes read; 0 for an invalid escape.
};

// Reads the escape at raw[offset] == '\\' (both halves of a surrogate pair
// together). Never reads past the end of `raw`.
JsonChar decode_json_escape(std::string_view raw, std::size_t offset);

// The text that the content of a JSON string stands for, and where each of its
// bytes comes from. Lone surrogates are kept as encode_utf8() writes them.
class DecodedText {
 public:
  // `raw` is the content of a valid JSON string, without its quotes, and
  // begins at `raw_offset` of its document. Without a backslash in it nothing
  // is copied: text() is then `raw` itself, which must outlive this.
  DecodedText(std::string_view raw, std::size_t raw_offset);

  // Text in which a backslash is a backslash: nothing is decoded.
  static DecodedText verbatim(std::string_view text,
                              std::size_t raw_offset = 0);

  std::string_view text() const { return copied_ ? decoded_ : raw_; }

  // The document's offset of the byte text()[offset]; an escape counts as
  // where it begins. `offset` may be the end.
  std::size_t raw_offset(std::size_t offset) const;

 private:
  DecodedText() = default;

  std::string_view raw_;
  std::size_t base_ = 0;
  bool copied_ = false;
  std::string decoded_;
  std::vector<std::uint32_t> offsets_;  // Into raw_, one more than decoded_.
};

}  // namespace sotto

#endif  // SOTTO_BASE_JSON_TEXT_H_
