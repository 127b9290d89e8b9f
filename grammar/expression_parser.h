// SPDX-License-Identifier: Apache-2.0
//
// Reads one expression out of decoded text. The grammar itself is in
// grammar/rules.h.

#ifndef SOTTO_GRAMMAR_EXPRESSION_PARSER_H_
#define SOTTO_GRAMMAR_EXPRESSION_PARSER_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/span.h"
#include "grammar/template.h"

namespace sotto {

// Takes the parts of an expression as they are read, innermost first, and
// gives each a number. Spans are those of the decoded text.
class ExpressionSink {
 public:
  virtual ~ExpressionSink() = default;

  virtual NodeId on_reference(std::string_view group, std::string_view key,
                              Span span) = 0;
  // `text` is between the quotes, doubled ones still doubled.
  virtual NodeId on_string(std::string_view text, char quote) = 0;
  virtual NodeId on_call(Function function,
                         std::span<const NodeId> arguments) = 0;
  // `kind` is kSum or kAlternatives; two children or more.
  virtual NodeId on_list(Node::Kind kind, std::span<const NodeId> children) = 0;
};

// What is wrong with an expression; spans are those of the decoded text.
struct ExpressionMistake {
  std::string_view rule;  // As in Diagnostic.
  Span span;
  std::size_t resume = 0;  // Where to look for the next expression.
  std::string message;
  std::string hint;
};

struct ParsedExpression {
  std::size_t end = 0;  // Behind ">>".
  NodeId root = 0;
  bool is_json = false;  // The root is a call of FN.json.
};

// Reads the expression whose "<<" is at text[at]. `max_depth` limits calls
// within calls. None: this is no expression but text (it did not commit).
std::variant<std::monostate, ParsedExpression, ExpressionMistake>
parse_expression(std::string_view text, std::size_t at, std::size_t max_depth,
                 ExpressionSink& sink);

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_EXPRESSION_PARSER_H_
