// SPDX-License-Identifier: Apache-2.0
//
// A value goes into a string of JSON that is itself the content of a string: it
// is escaped for the outer one alone, so that a quote in it ends the inner one.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_tokenizer.h"
#include "resolver/lint_rule.h"
#include "resolver/rules/string_text.h"

namespace sotto {
namespace {

// Can nothing that the node evaluates to have a quote or a backslash in it, or
// are they escaped?
bool is_safe(const Template& parsed, NodeId id) {
  const Node& node = parsed.node(id);
  switch (node.kind) {
    case Node::Kind::kReference:
      return false;
    case Node::Kind::kString:
      return parsed.string(node).find_first_of("\"\\\n\r\t") ==
             std::string_view::npos;
    case Node::Kind::kCall:
      if (node.function != Function::kTrim &&
          node.function != Function::kLiteral) {
        return true;
      }
      [[fallthrough]];
    case Node::Kind::kSum:
    case Node::Kind::kAlternatives:
      break;
  }
  const auto children = parsed.children(node);
  return std::all_of(children.begin(), children.end(),
                     [&](NodeId child) { return is_safe(parsed, child); });
}

bool looks_like_json(std::string_view raw) {
  const std::size_t first = raw.find_first_not_of(" \t");
  if (first == raw.npos) return false;
  // An escaped line break may stand before the bracket.
  return raw[first] == '{' || raw[first] == '[' || raw[first] == '\\';
}

// The strings of the inner JSON, if the text is an object or an array whatever
// the values in it: digits stand for them, a number as well as part of a
// string.
std::vector<Span> inner_strings(const StringText& string) {
  std::string text(string.text());
  for (const StringText::Hole& hole : string.holes()) {
    std::fill(text.begin() + static_cast<std::ptrdiff_t>(hole.span.begin),
              text.begin() + static_cast<std::ptrdiff_t>(hole.span.end), '1');
  }
  JsonTokenizer tokens(text);
  std::vector<Span> strings;
  std::size_t containers = 0;
  for (JsonToken token; (token = tokens.next()) != JsonToken::kEnd;) {
    containers +=
        token == JsonToken::kObjectBegin || token == JsonToken::kArrayBegin;
    if (token == JsonToken::kString || token == JsonToken::kKey) {
      strings.push_back(tokens.span());
    }
  }
  if (!tokens.ok() || containers == 0) return {};
  return strings;
}

// << X >> -> << FN.json_string(X) >>, blanks and escapes as they are.
Fix wrap(const Template& parsed, const StringText& string,
         const StringText::Hole& hole) {
  constexpr std::string_view kBlanks = " \t\r\n";
  constexpr std::size_t kMark = 2;  // << and >>
  const std::string_view text =
      string.text().substr(hole.span.begin, hole.span.size());
  const std::size_t first = text.find_first_not_of(kBlanks, kMark);
  const std::size_t last =
      text.find_last_not_of(kBlanks, text.size() - kMark - 1);
  const auto raw_offset = [&](std::size_t at) {
    return string.decoded().raw_offset(hole.span.begin + at);
  };
  const Span inner = {raw_offset(first), raw_offset(last + 1)};
  return {inner, fmt::format("FN.json_string({})",
                             parsed.bytes().substr(inner.begin, inner.size()))};
}

void check_string(const LintDocument& document, std::uint32_t string,
                  LintFindings& findings) {
  const StringText text(document, string);
  const std::vector<Span> strings = inner_strings(text);
  for (const StringText::Hole& hole : text.holes()) {
    const auto next = std::upper_bound(
        strings.begin(), strings.end(), hole.span.begin,
        [](std::size_t at, const Span& span) { return at < span.begin; });
    if (next == strings.begin() || hole.span.begin >= std::prev(next)->end) {
      continue;
    }
    const Expression& expression =
        document.parsed.expressions()[hole.expression];
    if (is_safe(document.parsed, expression.root)) continue;
    findings.add(expression.span,
                 "a value goes into a string of JSON inside this string, where "
                 "a quote in it would end that string",
                 "escape it for both with FN.json_string",
                 wrap(document.parsed, text, hole));
  }
}

void check(const LintDocument& document, LintFindings& findings) {
  std::uint32_t last = DocumentOutline::kNone;
  for (const LintUse& use : document.uses) {
    if (use.string == last || use.string == DocumentOutline::kNone) continue;
    last = use.string;
    const auto& string = document.outline.strings()[use.string];
    if (!looks_like_json(document.outline.raw(string.content))) continue;
    check_string(document, use.string, findings);
  }
}

}  // namespace

constexpr LintRule kEmbeddedJson{
    {"embedded-json", RuleLevel::kWarning,
     "a value goes unescaped into JSON inside a string"},
    check};

}  // namespace sotto
