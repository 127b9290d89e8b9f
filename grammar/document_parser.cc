// SPDX-License-Identifier: Apache-2.0
//
// parse_template(): walks a document, string by string, and finds the
// expressions in each. This is the plain implementation, the one that also
// explains what is wrong.

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/diagnostic.h"
#include "base/json_text.h"
#include "base/json_tokenizer.h"
#include "grammar/expression_parser.h"
#include "grammar/json_path.h"
#include "grammar/near_miss.h"
#include "grammar/template.h"
#include "grammar/template_builder.h"

namespace sotto {
namespace {

// Where a text that may hold expressions comes from.
struct Place {
  const DecodedText& text;
  Span token;  // The string with its quotes; all of a plain text.
  bool is_key = false;
  const JsonPath* path = nullptr;  // None: no structure (any more).

  Span raw(Span decoded) const {
    return {text.raw_offset(decoded.begin), text.raw_offset(decoded.end)};
  }
};

class DocumentParser {
 public:
  DocumentParser(TemplateBuilder builder, const ParseOptions& options)
      : bytes_(builder.bytes()),
        options_(options),
        builder_(std::move(builder)) {}

  Template parse();

 private:
  void parse_lines();
  void parse_json(std::size_t begin, std::size_t end);
  void parse_text();
  void report_json_error(const JsonError& error, std::size_t base,
                         const JsonPath* path);

  void find_expressions(const Place& place);
  std::size_t on_run(const Place& place, std::size_t at, std::size_t run);
  void on_text(const Place& place, std::size_t at, std::size_t run);
  void on_parsed(const Place& place, std::size_t at,
                 const ParsedExpression& parsed);
  void on_mistake(const Place& place, ExpressionMistake mistake);
  void on_key_expression(const Place& place, Span span);

  void count_mistake(const Place& place, Span span);

  void report(std::string_view rule, Severity severity, Span span,
              std::string message, std::string hint, const JsonPath* path);

  std::string_view bytes_;
  const ParseOptions& options_;
  TemplateBuilder builder_;
  DiagnosticList diagnostics_;
  std::size_t mistakes_ = 0;
  bool stopped_ = false;  // No more expressions are looked for.
};

Template DocumentParser::parse() {
  if (bytes_.size() > options_.limits.document_bytes) {
    report("limit", Severity::kError, {0, 0},
           fmt::format("the document has {} bytes, more than the limit of {}",
                       bytes_.size(), options_.limits.document_bytes),
           "", nullptr);
    return builder_.finish(diagnostics_.take());
  }
  switch (options_.format) {
    case Format::kJson:
      parse_json(0, bytes_.size());
      break;
    case Format::kLines:
      parse_lines();
      break;
    case Format::kText:
      parse_text();
      break;
  }
  return builder_.finish(diagnostics_.take());
}

void DocumentParser::parse_lines() {
  for (std::size_t begin = 0; begin < bytes_.size();) {
    const std::size_t end = std::min(bytes_.find('\n', begin), bytes_.size());
    const std::string_view line = bytes_.substr(begin, end - begin);
    if (line.find_first_not_of(" \t\r") != line.npos) parse_json(begin, end);
    begin = end + 1;
  }
}

// May the content of a string, spelled with or without escapes, hold a '<'?
bool may_hold_expression(std::string_view raw) {
  return raw.find('<') != raw.npos || raw.find("\\u003") != raw.npos;
}

void DocumentParser::parse_json(std::size_t begin, std::size_t end) {
  JsonTokenizer tokens(bytes_.substr(begin, end - begin),
                       options_.limits.depth);
  JsonPath path;
  std::size_t reported = 0;
  for (;;) {
    const JsonToken token = tokens.next();
    const bool is_string =
        token == JsonToken::kString || token == JsonToken::kKey;
    const JsonPath* known_path = tokens.structured() ? &path : nullptr;
    if (known_path) {
      path.on_token(token, is_string ? tokens.content() : "");
    }
    for (; reported < tokens.errors().size(); ++reported) {
      report_json_error(tokens.errors()[reported], begin, &path);
    }
    if (token == JsonToken::kEnd) return;
    if (!is_string || !may_hold_expression(tokens.content())) continue;

    const Span token_span = {begin + tokens.span().begin,
                             begin + tokens.span().end};
    const DecodedText text(tokens.content(), token_span.begin + 1);
    find_expressions({text, token_span, token == JsonToken::kKey, known_path});
  }
}

void DocumentParser::parse_text() {
  // Nothing is decoded in plain text: a backslash is a backslash.
  const DecodedText text = DecodedText::verbatim(bytes_);
  find_expressions({text, {0, bytes_.size()}});
}

// What most likely was meant, by the byte at which JSON went wrong.
std::string json_hint(JsonErrorKind kind, std::string_view rest) {
  const char c = rest.empty() ? '\0' : rest[0];
  switch (kind) {
    case JsonErrorKind::kExpectedValue:
    case JsonErrorKind::kExpectedValueOrEnd:
    case JsonErrorKind::kExpectedKey:
    case JsonErrorKind::kExpectedKeyOrEnd:
      if (rest.starts_with("<<")) {
        return "an expression stands inside a string: "
               "\"<< SECRETS.group.KEY >>\"";
      }
      if (c == '}' || c == ']') return "remove the comma before it";
      if (c == '\'') return "JSON strings stand in double quotes";
      [[fallthrough]];
    case JsonErrorKind::kTrailingText:
    case JsonErrorKind::kExpectedCommaOrBrace:
    case JsonErrorKind::kExpectedCommaOrBracket:
      if (c == '/' || c == '#') return "JSON has no comments";
      if (kind == JsonErrorKind::kTrailingText && (c == '{' || c == '[')) {
        return "one document a line is read with --lines";
      }
      return "";
    default:
      return "";
  }
}

void DocumentParser::report_json_error(const JsonError& error, std::size_t base,
                                       const JsonPath* path) {
  const Span span = {base + error.span.begin, base + error.span.end};
  if (error.kind == JsonErrorKind::kTooDeep) {
    return report("limit", Severity::kError, span,
                  fmt::format("nested deeper than {}", options_.limits.depth),
                  "", path);
  }
  report("syntax", Severity::kError, span,
         std::string(json_error_message(error.kind)),
         json_hint(error.kind, bytes_.substr(span.begin)), path);
}

void DocumentParser::find_expressions(const Place& place) {
  const std::string_view text = place.text.text();
  std::size_t at = 0;
  while (!stopped_ && (at = text.find('<', at)) != text.npos) {
    const std::size_t end =
        std::min(text.find_first_not_of('<', at), text.size());
    at = on_run(place, at, end - at);
  }
}

// Looks at a run of '<'; returns where to go on.
std::size_t DocumentParser::on_run(const Place& place, std::size_t at,
                                   std::size_t run) {
  if (run != 2) {
    on_text(place, at, run);
    return at + run;
  }
  auto result = parse_expression(place.text.text(), at,
                                 options_.limits.expression_depth, builder_);
  if (const auto* parsed = std::get_if<ParsedExpression>(&result)) {
    on_parsed(place, at, *parsed);
    return parsed->end;
  }
  builder_.drop();
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

void DocumentParser::on_text(const Place& place, std::size_t at,
                             std::size_t run) {
  if (place.is_key) return;
  auto miss = find_near_miss(place.text.text(), at, run);
  if (!miss) return;
  report("near-miss", Severity::kWarning, place.raw(miss->span),
         std::move(miss->message), std::move(miss->hint), place.path);
}

void DocumentParser::on_parsed(const Place& place, std::size_t at,
                               const ParsedExpression& parsed) {
  const Span span = {at, parsed.end};
  if (place.is_key) {
    builder_.drop();
    return on_key_expression(place, span);
  }
  if (parsed.is_json) {
    if (options_.format == Format::kText) {
      builder_.drop();
      return on_mistake(place, {"syntax", span, parsed.end,
                                "\"FN.json\" has no place in plain text", ""});
    }
    if (span.begin != 0 || span.end != place.text.text().size()) {
      builder_.drop();
      return on_mistake(place, {"syntax", span, parsed.end,
                                "\"FN.json\" must be the whole string",
                                "FN.json_string gives the value as text"});
    }
  }
  if (builder_.expression_count() == options_.limits.expressions) {
    builder_.drop();
    stopped_ = true;
    return report(
        "limit", Severity::kError, place.raw(span),
        fmt::format("more than {} expressions", options_.limits.expressions),
        "", place.path);
  }
  builder_.keep({parsed.is_json ? place.token : place.raw(span), parsed.root});
}

void DocumentParser::on_mistake(const Place& place, ExpressionMistake mistake) {
  const Span span = place.raw(mistake.span);
  report(mistake.rule, Severity::kError, span, std::move(mistake.message),
         std::move(mistake.hint), place.path);
  count_mistake(place, span);
}

void DocumentParser::on_key_expression(const Place& place, Span span) {
  report("expression-in-key", Severity::kError, place.raw(span),
         "an expression has no place in the key of an object",
         "expressions count in string values only", place.path);
  count_mistake(place, place.raw(span));
}

void DocumentParser::count_mistake(const Place& place, Span span) {
  if (++mistakes_ < DiagnosticList::kMaxPerRule) return;
  stopped_ = true;
  report("limit", Severity::kError, span,
         fmt::format("{} expressions are wrong: the rest of the document was "
                     "not searched for more",
                     mistakes_),
         "", place.path);
}

// Pointers are made only for what is kept: they can be long.
void DocumentParser::report(std::string_view rule, Severity severity, Span span,
                            std::string message, std::string hint,
                            const JsonPath* path) {
  if (!diagnostics_.admits(rule)) return;
  diagnostics_.add({rule, severity, span, std::move(message), std::move(hint),
                    path ? path->pointer() : ""});
}

// The one thing that parsing can fail of is memory; then that is all that the
// template says, and it has no bytes.
template <typename MakeBuilder>
Template parse_within_memory(const MakeBuilder& make_builder,
                             const ParseOptions& options) {
  try {
    return DocumentParser(make_builder(), options).parse();
  } catch (const std::bad_alloc&) {
    return TemplateBuilder::borrowing({}, options.format)
        .finish({{"no-memory", Severity::kError, {0, 0}, "no memory", "", ""}});
  }
}

}  // namespace

Template parse_template(std::string_view bytes, const ParseOptions& options) {
  return parse_within_memory(
      [&] { return TemplateBuilder::borrowing(bytes, options.format); },
      options);
}

Template parse_owned_template(std::string bytes, const ParseOptions& options) {
  return parse_within_memory(
      [&] { return TemplateBuilder::owning(std::move(bytes), options.format); },
      options);
}

}  // namespace sotto
