// SPDX-License-Identifier: Apache-2.0
//
// Finds the expressions in one decoded text: the content of a JSON string, or
// a plain text.

#ifndef SOTTO_GRAMMAR_EXPRESSION_FINDER_H_
#define SOTTO_GRAMMAR_EXPRESSION_FINDER_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "base/json_text.h"
#include "base/span.h"
#include "grammar/expression_parser.h"
#include "grammar/json_path.h"
#include "grammar/template.h"
#include "grammar/template_builder.h"

namespace sotto {

// Where a text that may hold expressions comes from.
struct TextPlace {
  const DecodedText& text;
  Span token;           // The string with its quotes; all of a plain text.
  bool is_key = false;  // Of an object.
  bool whole = true;    // `text` is all of it, not a part.
  const JsonPath* path = nullptr;  // None: not known.

  Span raw(Span decoded) const {
    return {text.raw_offset(decoded.begin), text.raw_offset(decoded.end)};
  }
};

// Hears what is wrong, in the order in which it is found.
class FindingSink {
 public:
  virtual ~FindingSink() = default;
  virtual void on_finding(std::string_view rule, Severity severity, Span span,
                          std::string message, std::string hint,
                          const JsonPath* path) = 0;
};

class ExpressionFinder {
 public:
  // Borrows all three.
  ExpressionFinder(const ParseOptions& options, TemplateBuilder& builder,
                   FindingSink& findings)
      : options_(options), builder_(builder), findings_(findings) {}

  // Looks through a whole text.
  void find(const TextPlace& place);

  // Looks at the run of '<' at text[at], of `run` characters; returns where to
  // go on.
  std::size_t on_run(const TextPlace& place, std::size_t at, std::size_t run);

  // Too much was wrong: nothing more is looked for.
  bool stopped() const { return stopped_; }

 private:
  void on_text(const TextPlace& place, std::size_t at, std::size_t run);
  bool on_parsed(const TextPlace& place, std::size_t at,
                 const ParsedExpression& parsed);
  void on_mistake(const TextPlace& place, ExpressionMistake mistake);
  void on_key_expression(const TextPlace& place, Span span);
  void count_mistake(const TextPlace& place, Span span);
  void report(const TextPlace& place, std::string_view rule, Span span,
              std::string message, std::string hint);

  const ParseOptions& options_;
  TemplateBuilder& builder_;
  FindingSink& findings_;
  std::size_t mistakes_ = 0;
  bool stopped_ = false;
};

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_EXPRESSION_FINDER_H_
