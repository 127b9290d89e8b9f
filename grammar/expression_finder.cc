// SPDX-License-Identifier: Apache-2.0

#include "grammar/expression_finder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "grammar/near_miss.h"

namespace sotto {

void ExpressionFinder::find(const TextPlace& place) {
  const std::string_view text = place.text.text();
  std::size_t at = 0;
  while (!stopped_ && (at = text.find('<', at)) != text.npos) {
    const std::size_t end =
        std::min(text.find_first_not_of('<', at), text.size());
    at = on_run(place, at, end - at);
  }
}

std::size_t ExpressionFinder::on_run(const TextPlace& place, std::size_t at,
                                     std::size_t run) {
  if (run != 2) {
    on_text(place, at, run);
    return at + run;
  }
  const TemplateBuilder::Mark mark = builder_.mark();
  auto result = parse_expression(place.text.text(), at,
                                 options_.limits.expression_depth, builder_);
  if (const auto* parsed = std::get_if<ParsedExpression>(&result)) {
    if (!on_parsed(place, at, *parsed)) builder_.rewind(mark);
    return parsed->end;
  }
  builder_.rewind(mark);
  if (auto* mistake = std::get_if<ExpressionMistake>(&result)) {
    const std::size_t resume = std::max(mistake->resume, at + run);
    if (place.is_key) {
      on_key_expression(place, {at, at + run});
    } else {
      on_mistake(place, std::move(*mistake));
    }
    return resume;
  }
  on_text(place, at, run);
  return at + run;
}

void ExpressionFinder::on_text(const TextPlace& place, std::size_t at,
                               std::size_t run) {
  if (place.is_key) return;
  auto miss = find_near_miss(place.text.text(), at, run);
  if (!miss) return;
  findings_.on_finding("near-miss", Severity::kWarning, place.raw(miss->span),
                       std::move(miss->message), std::move(miss->hint),
                       place.path);
}

// Keeps an expression, or returns false.
bool ExpressionFinder::on_parsed(const TextPlace& place, std::size_t at,
                                 const ParsedExpression& parsed) {
  const Span span = {at, parsed.end};
  if (place.is_key) {
    on_key_expression(place, span);
    return false;
  }
  if (parsed.is_json && options_.format == Format::kText) {
    on_mistake(place, {"syntax", span, parsed.end,
                       "\"FN.json\" has no place in plain text", ""});
    return false;
  }
  const bool is_whole_string =
      place.whole && span.begin == 0 && span.end == place.text.text().size();
  if (parsed.is_json && !is_whole_string) {
    on_mistake(place, {"syntax", span, parsed.end,
                       "\"FN.json\" must be the whole string",
                       "FN.json_string gives the value as text"});
    return false;
  }
  if (builder_.expression_count() == options_.limits.expressions) {
    stopped_ = true;
    report(place, "limit", place.raw(span),
           fmt::format("more than {} expressions", options_.limits.expressions),
           "");
    return false;
  }
  builder_.keep({parsed.is_json ? place.token : place.raw(span), parsed.root});
  return true;
}

void ExpressionFinder::on_mistake(const TextPlace& place,
                                  ExpressionMistake mistake) {
  const Span span = place.raw(mistake.span);
  report(place, mistake.rule, span, std::move(mistake.message),
         std::move(mistake.hint));
  count_mistake(place, span);
}

void ExpressionFinder::on_key_expression(const TextPlace& place, Span span) {
  report(place, "expression-in-key", place.raw(span),
         "an expression has no place in the key of an object",
         "expressions count in string values only");
  count_mistake(place, place.raw(span));
}

void ExpressionFinder::count_mistake(const TextPlace& place, Span span) {
  if (++mistakes_ < DiagnosticList::kMaxPerRule) return;
  stopped_ = true;
  report(place, "limit", span,
         fmt::format("{} expressions are wrong: the rest of the document was "
                     "not searched for more",
                     mistakes_),
         "");
}

void ExpressionFinder::report(const TextPlace& place, std::string_view rule,
                              Span span, std::string message,
                              std::string hint) {
  findings_.on_finding(rule, Severity::kError, span, std::move(message),
                       std::move(hint), place.path);
}

}  // namespace sotto
