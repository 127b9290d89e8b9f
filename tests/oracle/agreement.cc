// SPDX-License-Identifier: Apache-2.0

#include "tests/oracle/agreement.h"

#include <algorithm>
#include <set>
#include <vector>

#include "tests/oracle/naive_json.h"
#include "tests/oracle/naive_render.h"

namespace sotto::oracle {
namespace {

constexpr std::size_t kMostMistakes = 100;

std::string in_words(const std::vector<std::string>& facts) {
  std::string words;
  for (const std::string& fact : facts) words += fact + "; ";
  return words;
}

std::string place(std::size_t begin, std::size_t end) {
  return std::to_string(begin) + ".." + std::to_string(end);
}

std::vector<std::string> facts_of(const Template& parsed) {
  std::vector<std::string> facts;
  for (const Expression& expression : parsed.expressions()) {
    facts.push_back(place(expression.span.begin, expression.span.end) + ' ' +
                    to_text(parsed, expression.root));
  }
  for (const SecretRef& ref : parsed.references()) {
    facts.push_back("refers to " + to_string(ref));
  }
  for (const Diagnostic& diagnostic : parsed.diagnostics()) {
    if (diagnostic.severity != Severity::kError) continue;
    if (diagnostic.rule == "expression-in-key") continue;
    facts.push_back("error at " + std::to_string(diagnostic.span.begin));
  }
  return facts;
}

std::vector<std::string> facts_of(const NaiveDocument& document) {
  std::vector<std::string> facts;
  for (const NaivePlace& found : document.places) {
    facts.push_back(place(found.begin, found.end) + ' ' + to_text(found.root));
  }
  for (const Name& name : document.names) {
    facts.push_back("refers to " + name.first + '.' + name.second);
  }
  for (const std::size_t error : document.errors) {
    facts.push_back("error at " + std::to_string(error));
  }
  return facts;
}

// Follows a tree; false if it is not one.
bool well_formed(const Template& parsed, NodeId id, std::size_t depth,
                 std::set<std::uint32_t>& used) {
  if (depth > 200) return false;
  const Node& node = parsed.node(id);
  const auto children = parsed.children(node);
  switch (node.kind) {
    case Node::Kind::kReference:
      if (parsed.reference_index(node) >= parsed.references().size())
        return false;
      used.insert(parsed.reference_index(node));
      break;
    case Node::Kind::kString:
      (void)parsed.string(node);
      break;
    case Node::Kind::kCall:
      if (children.size() != function_info(node.function).arity) return false;
      break;
    case Node::Kind::kSum:
    case Node::Kind::kAlternatives:
      if (children.size() < 2) return false;
      break;
  }
  const bool leaf =
      node.kind == Node::Kind::kReference || node.kind == Node::Kind::kString;
  if (leaf && !children.empty()) return false;
  return std::all_of(children.begin(), children.end(), [&](NodeId child) {
    return well_formed(parsed, child, depth + 1, used);
  });
}

std::string broken_expressions(const Template& parsed) {
  std::size_t behind = 0;
  std::set<std::uint32_t> used;
  for (const Expression& expression : parsed.expressions()) {
    if (expression.span.begin < behind ||
        expression.span.end <= expression.span.begin ||
        expression.span.end > parsed.bytes().size()) {
      return "the span " + place(expression.span.begin, expression.span.end) +
             " is out of order or range";
    }
    behind = expression.span.end;
    if (!well_formed(parsed, expression.root, 0, used)) {
      return "a tree is not well formed";
    }
  }
  if (used.size() != parsed.references().size()) {
    return "a reference is in no expression";
  }
  return {};
}

std::string broken_uses(const Template& parsed) {
  std::set<std::uint32_t> used;
  std::size_t behind = 0;
  for (const ReferenceUse& use : reference_uses(parsed)) {
    if (use.reference >= parsed.references().size() ||
        use.expression >= parsed.expressions().size()) {
      return "a use points nowhere";
    }
    const Span outer = parsed.expressions()[use.expression].span;
    if (use.span.begin < outer.begin || use.span.end > outer.end ||
        use.span.begin < behind || use.span.end <= use.span.begin) {
      return "a use lies outside its expression";
    }
    behind = use.span.end;
    used.insert(use.reference);
    const std::string_view spelled =
        parsed.bytes().substr(use.span.begin, use.span.end - use.span.begin);
    const std::string name =
        "SECRETS." + to_string(parsed.references()[use.reference]);
    if (spelled != name && spelled.find('\\') == std::string_view::npos) {
      return "a use is spelled otherwise: " + name;
    }
  }
  if (used.size() != parsed.references().size()) {
    return "a reference has no use";
  }
  return {};
}

std::string broken_diagnostics(const Template& parsed) {
  bool error = false;
  Span last;
  for (const Diagnostic& diagnostic : parsed.diagnostics()) {
    if (diagnostic.span.end < diagnostic.span.begin ||
        diagnostic.span.end > parsed.bytes().size()) {
      return "a diagnostic points nowhere: " + diagnostic.message;
    }
    if (diagnostic.span.begin < last.begin) return "not sorted";
    last = diagnostic.span;
    if (diagnostic.rule.empty() || diagnostic.message.empty()) {
      return "a diagnostic without rule or message";
    }
    if (diagnostic.severity == Severity::kError) error = true;
  }
  if (error == parsed.ok()) return "ok() and diagnostics() disagree";
  return {};
}

}  // namespace

std::string to_text(const Template& parsed, NodeId root) {
  const Node& node = parsed.node(root);
  if (node.kind == Node::Kind::kReference) {
    return to_string(parsed.references()[parsed.reference_index(node)]);
  }
  if (node.kind == Node::Kind::kString) {
    return "'" + std::string(parsed.string(node)) + "'";
  }
  std::string text = "(";
  if (node.kind == Node::Kind::kSum) text += '+';
  if (node.kind == Node::Kind::kAlternatives) text += "||";
  if (node.kind == Node::Kind::kCall) text += function_info(node.function).name;
  for (const NodeId child : parsed.children(node)) {
    text += ' ' + to_text(parsed, child);
  }
  return text + ')';
}

std::string disagreement(std::string_view document, Format format) {
  const Template parsed =
      parse_template(document, {.format = format, .limits = {}});
  const NaiveDocument naive = naive_document(
      document, format == Format::kText ? Surroundings::kPlainText
                                        : Surroundings::kJsonString);
  // After so many mistakes grammar stops looking.
  if (naive.errors.size() >= kMostMistakes) {
    return parsed.ok() ? "ok() is wrong" : broken_invariant(parsed);
  }
  const std::vector<std::string> facts = facts_of(parsed);
  const std::vector<std::string> naive_facts = facts_of(naive);
  if (facts != naive_facts) {
    return "grammar: " + in_words(facts) + " naive: " + in_words(naive_facts);
  }
  if (parsed.ok() != (naive.errors.empty() && !naive.expression_in_key)) {
    return "ok() is wrong";
  }
  return broken_invariant(parsed);
}

std::string broken_invariant(const Template& parsed) {
  std::string broken = broken_expressions(parsed);
  if (broken.empty()) broken = broken_uses(parsed);
  if (broken.empty()) broken = broken_diagnostics(parsed);
  return broken;
}

}  // namespace sotto::oracle
