// SPDX-License-Identifier: Apache-2.0
//
// The shape of a JSON document, for rules that ask where a string stands: its
// objects, and the strings in them. One pass of the tokenizer; nothing is
// decoded before somebody asks. Internal to resolver/.

#ifndef SOTTO_RESOLVER_DOCUMENT_OUTLINE_H_
#define SOTTO_RESOLVER_DOCUMENT_OUTLINE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_tokenizer.h"
#include "base/span.h"
#include "grammar/template.h"

namespace sotto {

class DocumentOutline {
 public:
  // No object, member or string.
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  // A string that is a value.
  struct String {
    Span content;  // Raw, without the quotes.
    // The nearest member that holds it, arrays in between or not; kNone at the
    // top.
    std::uint32_t member = kNone;
    std::uint32_t object = kNone;  // The nearest object that holds it.
  };

  struct Member {
    Span name;  // Raw, without the quotes.
    std::uint32_t object = 0;
    std::uint32_t next = kNone;  // The next one of its object.
    // strings()[string] if the value is a string, else kNone.
    std::uint32_t string = kNone;
    JsonToken value = JsonToken::kEnd;  // What the value is or begins with.
  };

  struct Object {
    std::uint32_t parent = kNone;  // The object that it lies in.
    std::uint32_t member = kNone;  // As String::member, of the object itself.
    std::uint32_t first = kNone;   // Its first member.
    Span span;                     // From '{' past '}'.
  };

  // `bytes` is borrowed. A document that is no JSON has an outline of what
  // could be read; a plain text has none.
  DocumentOutline(std::string_view bytes, Format format);

  // All in the order of the document.
  const std::vector<Object>& objects() const { return objects_; }
  const std::vector<Member>& members() const { return members_; }
  const std::vector<String>& strings() const { return strings_; }

  // The string around an offset, or kNone.
  std::uint32_t string_at(std::size_t offset) const;
  // The innermost object around an offset, or kNone.
  std::uint32_t object_at(std::size_t offset) const;

  std::string_view raw(const Span& span) const {
    return bytes_.substr(span.begin, span.size());
  }
  // Without its escapes.
  std::string decoded(const Span& span) const;
  // Is that this text?
  bool reads(const Span& span, std::string_view text) const;

 private:
  class Reader;

  std::string_view bytes_;
  std::vector<Object> objects_;
  std::vector<Member> members_;
  std::vector<String> strings_;
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_DOCUMENT_OUTLINE_H_
