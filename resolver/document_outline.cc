// SPDX-License-Identifier: Apache-2.0

#include "resolver/document_outline.h"

#include <algorithm>
#include <iterator>

#include "base/json_text.h"

namespace sotto {
namespace {

// Of documents that people write.
constexpr std::size_t kBytesPerString = 48;
constexpr std::size_t kBytesPerMember = 32;

std::uint32_t last_of(std::size_t size) {
  return static_cast<std::uint32_t>(size - 1);
}

}  // namespace

// Follows the tokens of one JSON text.
class DocumentOutline::Reader {
 public:
  Reader(DocumentOutline& outline, Span document)
      : outline_(outline),
        base_(document.begin),
        tokens_(outline.raw(document)) {}

  void read() {
    for (;;) {
      const JsonToken token = tokens_.next();
      if (token == JsonToken::kEnd || !tokens_.structured()) break;
      on_token(token);
    }
    // What a broken document leaves open ends with it.
    while (!outer_.empty()) leave(base_ + tokens_.span().end);
  }

 private:
  // What the next value belongs to.
  struct Around {
    std::uint32_t object = kNone;
    std::uint32_t member = kNone;
    bool in_array = false;
  };

  void on_token(JsonToken token) {
    switch (token) {
      case JsonToken::kKey:
        return on_key();
      case JsonToken::kObjectEnd:
      case JsonToken::kArrayEnd:
        return leave(base_ + tokens_.span().end);
      default:
        break;
    }
    if (around_.member != kNone && !around_.in_array) {
      outline_.members_[around_.member].value = token;
    }
    if (token == JsonToken::kObjectBegin) {
      enter_object();
    } else if (token == JsonToken::kArrayBegin) {
      outer_.push_back(around_);
      around_.in_array = true;
    } else if (token == JsonToken::kString) {
      on_string();
    }
  }

  Span content() const {
    const Span span = tokens_.span();
    return {base_ + span.begin + 1, base_ + span.end - 1};
  }

  void on_key() {
    auto& members = outline_.members_;
    members.push_back({.name = content(), .object = around_.object});
    const std::uint32_t index = last_of(members.size());
    if (around_.member == kNone) {
      outline_.objects_[around_.object].first = index;
    } else {
      members[around_.member].next = index;
    }
    around_.member = index;
  }

  void on_string() {
    auto& strings = outline_.strings_;
    strings.push_back({.content = content(),
                       .member = around_.member,
                       .object = around_.object});
    if (around_.member != kNone && !around_.in_array) {
      outline_.members_[around_.member].string = last_of(strings.size());
    }
  }

  void enter_object() {
    outer_.push_back(around_);
    outline_.objects_.push_back(
        {.parent = around_.object,
         .member = around_.member,
         .span = {base_ + tokens_.span().begin, base_ + tokens_.span().end}});
    around_ = {.object = last_of(outline_.objects_.size())};
  }

  void leave(std::size_t end) {
    const std::uint32_t inner = around_.object;
    around_ = outer_.back();
    outer_.pop_back();
    if (inner != around_.object) outline_.objects_[inner].span.end = end;
  }

  DocumentOutline& outline_;
  std::size_t base_;
  JsonTokenizer tokens_;
  Around around_;
  std::vector<Around> outer_;  // Of each container that is open.
};

DocumentOutline::DocumentOutline(std::string_view bytes, Format format)
    : bytes_(bytes) {
  if (format == Format::kText) return;
  strings_.reserve(bytes.size() / kBytesPerString);
  members_.reserve(bytes.size() / kBytesPerMember);
  if (format == Format::kJson) {
    Reader(*this, {0, bytes.size()}).read();
    return;
  }
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
    Reader(*this, {begin, end}).read();
    begin = end + 1;
  }
}

std::uint32_t DocumentOutline::string_at(std::size_t offset) const {
  const auto next = std::upper_bound(
      strings_.begin(), strings_.end(), offset,
      [](std::size_t at, const String& s) { return at < s.content.begin; });
  if (next == strings_.begin()) return kNone;
  const auto found = std::prev(next);
  if (offset > found->content.end) return kNone;
  return static_cast<std::uint32_t>(found - strings_.begin());
}

std::uint32_t DocumentOutline::object_at(std::size_t offset) const {
  const auto next = std::upper_bound(
      objects_.begin(), objects_.end(), offset,
      [](std::size_t at, const Object& o) { return at < o.span.begin; });
  if (next == objects_.begin()) return kNone;
  auto found = static_cast<std::uint32_t>(std::prev(next) - objects_.begin());
  while (found != kNone && offset >= objects_[found].span.end) {
    found = objects_[found].parent;
  }
  return found;
}

std::string DocumentOutline::decoded(const Span& span) const {
  return std::string(DecodedText(raw(span), 0).text());
}

bool DocumentOutline::reads(const Span& span, std::string_view text) const {
  const std::string_view spelled = raw(span);
  if (spelled.find('\\') == spelled.npos) return spelled == text;
  return DecodedText(spelled, 0).text() == text;
}

}  // namespace sotto
