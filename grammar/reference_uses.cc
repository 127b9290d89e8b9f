// SPDX-License-Identifier: Apache-2.0
//
// What a template does not keep because only people ask for it: the spans of
// references inside expressions, and JSON pointers.

#include <algorithm>
#include <cassert>
#include <new>
#include <utility>

#include "base/json_text.h"
#include "base/json_tokenizer.h"
#include "grammar/expression_parser.h"
#include "grammar/expression_references.h"
#include "grammar/json_path.h"
#include "grammar/place_finder.h"
#include "grammar/template.h"

namespace sotto {
namespace {

// Hears the references of one expression, in order.
class ReferenceSink : public ExpressionSink {
 public:
  NodeId on_reference(std::string_view group, std::string_view key,
                      Span span) override {
    heard.push_back({{std::string(group), std::string(key)}, span});
    return next_++;
  }
  NodeId on_string(std::string_view, char) override { return next_++; }
  NodeId on_call(Function, std::span<const NodeId>) override { return next_++; }
  NodeId on_list(Node::Kind, std::span<const NodeId>) override {
    return next_++;
  }

  std::vector<ExpressionReference> heard;  // With spans of the text.

 private:
  NodeId next_ = 0;
};

// The content that an expression's span covers: FN.json's has quotes.
Span content_span(const Template& parsed, Span span) {
  if (parsed.format() != Format::kText && parsed.bytes()[span.begin] == '"') {
    return {span.begin + 1, span.end - 1};
  }
  return span;
}

DecodedText decoded(const Template& parsed, Span span) {
  const std::string_view raw = parsed.bytes().substr(span.begin, span.size());
  return parsed.format() == Format::kText
             ? DecodedText::verbatim(raw, span.begin)
             : DecodedText(raw, span.begin);
}

std::uint32_t index_of(const Template& parsed, const SecretRef& ref) {
  const auto references = parsed.references();
  const auto found =
      std::lower_bound(references.begin(), references.end(), ref);
  assert(found != references.end() && *found == ref);
  return static_cast<std::uint32_t>(found - references.begin());
}

// Walks one JSON text and tells `answer` of every string that holds an offset.
// `next` is the first offset not yet looked for.
template <typename Answer>
void walk_json(std::string_view bytes, Span document,
               std::span<const std::size_t> offsets, std::size_t& next,
               const Answer& answer) {
  JsonTokenizer tokens(bytes.substr(document.begin, document.size()),
                       bytes.size());
  JsonPath path;
  while (next < offsets.size() && offsets[next] < document.end) {
    const JsonToken token = tokens.next();
    if (token == JsonToken::kEnd || !tokens.structured()) break;
    const bool is_string =
        token == JsonToken::kString || token == JsonToken::kKey;
    path.on_token(token, is_string ? tokens.content() : "");
    const Span span = {document.begin + tokens.span().begin,
                       document.begin + tokens.span().end};
    for (; next < offsets.size() && offsets[next] < span.end; ++next) {
      if (is_string && offsets[next] >= span.begin) answer(next, path);
    }
  }
}

template <typename Answer>
void walk(const Template& parsed, std::span<const std::size_t> offsets,
          const Answer& answer) {
  assert(std::is_sorted(offsets.begin(), offsets.end()));
  const std::string_view bytes = parsed.bytes();
  std::size_t next = 0;
  if (parsed.format() == Format::kJson) {
    walk_json(bytes, {0, bytes.size()}, offsets, next, answer);
  }
  if (parsed.format() != Format::kLines) return;
  for (std::size_t begin = 0; begin < bytes.size() && next < offsets.size();) {
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
    walk_json(bytes, {begin, end}, offsets, next, answer);
    while (next < offsets.size() && offsets[next] <= end) ++next;
    begin = end + 1;
  }
}

void append_uses(const Template& parsed, std::uint32_t expression,
                 std::vector<ReferenceUse>& uses) {
  const DecodedText text = decoded(
      parsed, content_span(parsed, parsed.expressions()[expression].span));
  for (const auto& [ref, span] : expression_references(text)) {
    uses.push_back({index_of(parsed, ref), expression, span});
  }
}

// A document that is valid need not be read token by token.
void point_by_landmarks(std::string_view bytes,
                        std::span<const std::size_t> offsets,
                        std::vector<std::string>& pointers) {
  PlaceFinder finder({offsets.begin(), offsets.end()});
  finder.read(bytes);
  const std::vector<PlaceFinder::Place>& places = finder.places();
  for (std::size_t i = 0; i < places.size(); ++i) {
    pointers[i] = places[i].pointer;
  }
}

}  // namespace

std::vector<ExpressionReference> expression_references(
    const DecodedText& text) {
  ReferenceSink sink;
  // It was read before, so it cannot fail and no limit need hold.
  parse_expression(text.text(), 0, text.text().size(), sink);
  for (ExpressionReference& reference : sink.heard) {
    Span& span = reference.span;
    span = {text.raw_offset(span.begin), text.raw_offset(span.end)};
  }
  return std::move(sink.heard);
}

std::vector<ReferenceUse> reference_uses(const Template& parsed) {
  try {
    std::vector<ReferenceUse> uses;
    for (std::uint32_t i = 0; i < parsed.expressions().size(); ++i) {
      append_uses(parsed, i, uses);
    }
    return uses;
  } catch (const std::bad_alloc&) {
    return {};
  }
}

std::vector<ReferenceUse> reference_uses(
    const Template& parsed, std::span<const std::uint32_t> expressions) {
  try {
    std::vector<ReferenceUse> uses;
    for (const std::uint32_t i : expressions) append_uses(parsed, i, uses);
    return uses;
  } catch (const std::bad_alloc&) {
    return {};
  }
}

std::vector<std::string> json_pointers(const Template& parsed,
                                       std::span<const std::size_t> offsets) {
  assert(std::ranges::is_sorted(offsets));
  try {
    std::vector<std::string> pointers(offsets.size());
    if (parsed.ok() && parsed.format() == Format::kJson) {
      point_by_landmarks(parsed.bytes(), offsets, pointers);
      return pointers;
    }
    walk(parsed, offsets, [&](std::size_t i, const JsonPath& path) {
      pointers[i] = path.pointer();
    });
    return pointers;
  } catch (const std::bad_alloc&) {
    return {};
  }
}

std::vector<std::size_t> json_depths(const Template& parsed,
                                     std::span<const std::size_t> offsets) {
  try {
    std::vector<std::size_t> depths(offsets.size());
    walk(parsed, offsets, [&](std::size_t i, const JsonPath& path) {
      depths[i] = path.depth();
    });
    return depths;
  } catch (const std::bad_alloc&) {
    return {};
  }
}

}  // namespace sotto
