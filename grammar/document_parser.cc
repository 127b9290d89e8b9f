// SPDX-License-Identifier: Apache-2.0
//
// parse_template(): a document goes to the fast reader; if there is anything
// wrong with it, the plain reader in this file walks it again, string by
// string, and says what.

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "base/diagnostic.h"
#include "base/json_text.h"
#include "base/json_tokenizer.h"
#include "grammar/expression_finder.h"
#include "grammar/fast_reader.h"
#include "grammar/json_path.h"
#include "grammar/template.h"
#include "grammar/template_builder.h"

namespace sotto {
namespace {

class DocumentParser : public FindingSink {
 public:
  // The builder is made where it stays: there is much of it to be moved.
  template <typename MakeBuilder>
  DocumentParser(const MakeBuilder& make_builder, const ParseOptions& options)
      : builder_(make_builder()),
        bytes_(builder_.bytes()),
        options_(options),
        finder_(options_, builder_, *this) {}

  Template parse();

  void on_finding(std::string_view rule, Severity severity, Span span,
                  std::string message, std::string hint,
                  const JsonPath* path) override;

 private:
  void parse_lines();
  void parse_json(Span document);
  bool parse_fast(Span document);
  void parse_plainly(Span document);
  void parse_text();
  void report_json_error(const JsonError& error, std::size_t base,
                         const JsonPath& path);

  TemplateBuilder builder_;
  std::string_view bytes_;
  const ParseOptions& options_;
  ExpressionFinder finder_;
  DiagnosticList diagnostics_;
};

Template DocumentParser::parse() {
  if (bytes_.size() > options_.limits.document_bytes) {
    on_finding("limit", Severity::kError, {0, 0},
               fmt::format("the document has {} bytes, more than the limit of "
                           "{}",
                           bytes_.size(), options_.limits.document_bytes),
               "", nullptr);
    return builder_.finish(diagnostics_.take());
  }
  switch (options_.format) {
    case Format::kJson:
      parse_json({0, bytes_.size()});
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
    if (line.find_first_not_of(" \t\r") != line.npos) parse_json({begin, end});
    begin = end + 1;
  }
}

void DocumentParser::parse_json(Span document) {
  if (options_.reader == Reader::kFast && !finder_.stopped() &&
      parse_fast(document)) {
    return;
  }
  parse_plainly(document);
}

bool DocumentParser::parse_fast(Span document) {
  FastReading reading = read_fast(bytes_, document, options_, builder_);
  if (!reading.done) return false;
  for (Diagnostic& warning : reading.warnings) {
    if (diagnostics_.admits(warning.rule)) diagnostics_.add(std::move(warning));
  }
  for (; reading.more_warnings > 0; --reading.more_warnings) {
    (void)diagnostics_.admits("near-miss");
  }
  return true;
}

// May the content of a string, spelled with or without escapes, hold a '<'?
bool may_hold_expression(std::string_view raw) {
  return raw.find('<') != raw.npos || raw.find("\\u003") != raw.npos;
}

void DocumentParser::parse_plainly(Span document) {
  JsonTokenizer tokens(bytes_.substr(document.begin, document.size()),
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
      report_json_error(tokens.errors()[reported], document.begin, path);
    }
    if (token == JsonToken::kEnd) return;
    if (!is_string || !may_hold_expression(tokens.content())) continue;

    const Span token_span = {document.begin + tokens.span().begin,
                             document.begin + tokens.span().end};
    const DecodedText text(tokens.content(), token_span.begin + 1);
    finder_.find({.text = text,
                  .token = token_span,
                  .is_key = token == JsonToken::kKey,
                  .path = known_path});
  }
}

void DocumentParser::parse_text() {
  // Nothing is decoded in plain text: a backslash is a backslash.
  const DecodedText text = DecodedText::verbatim(bytes_);
  finder_.find({.text = text, .token = {0, bytes_.size()}});
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
                                       const JsonPath& path) {
  const Span span = {base + error.span.begin, base + error.span.end};
  if (error.kind == JsonErrorKind::kTooDeep) {
    return on_finding(
        "limit", Severity::kError, span,
        fmt::format("nested deeper than {}", options_.limits.depth), "", &path);
  }
  on_finding("syntax", Severity::kError, span,
             std::string(json_error_message(error.kind)),
             json_hint(error.kind, bytes_.substr(span.begin)), &path);
}

void DocumentParser::on_finding(std::string_view rule, Severity severity,
                                Span span, std::string message,
                                std::string hint, const JsonPath* path) {
  if (!diagnostics_.admits(rule)) return;
  diagnostics_.add({rule, severity, span, std::move(message), std::move(hint),
                    path ? path->pointer() : ""});
}

// The one thing that parsing can fail of is memory; then that is all that the
// template says, and it has no bytes.
template <typename MakeBuilder>
Template parse_within_memory(const MakeBuilder& make_builder,
                             const ParseOptions& options) noexcept {
  try {
    return DocumentParser(make_builder, options).parse();
  } catch (const std::bad_alloc&) {
    return TemplateBuilder::without_memory();
  }
}

}  // namespace

Template parse_template(std::string_view bytes,
                        const ParseOptions& options) noexcept {
  return parse_within_memory(
      [&] { return TemplateBuilder::borrowing(bytes, options.format); },
      options);
}

Template parse_owned_template(std::string bytes,
                              const ParseOptions& options) noexcept {
  return parse_within_memory(
      [&] { return TemplateBuilder::owning(std::move(bytes), options.format); },
      options);
}

}  // namespace sotto
