// SPDX-License-Identifier: Apache-2.0

#include "render/evaluate.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "render/functions.h"
#include "render/saturating.h"

namespace sotto {
namespace {

using Status = Evaluation::Status;

// The rule under which a lookup's failure is reported.
std::string_view rule_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMissing:
      return "undefined-secret";
    case ErrorCode::kDisabled:
      return "disabled-secret";
    default:
      return error_info(code).name;
  }
}

void append(std::vector<Trouble>& all, std::vector<Trouble>&& more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()),
             std::make_move_iterator(more.end()));
}

Evaluation in_trouble(Trouble trouble) {
  Evaluation result{.status = Status::kError, .value = {}, .troubles = {}};
  result.troubles.push_back(std::move(trouble));
  return result;
}

Evaluation of_error(NodeId root, const Error& error) {
  return in_trouble({.root = root,
                     .reference = std::nullopt,
                     .rule = rule_of(error.code),
                     .message = error.message,
                     .hint = error.hint});
}

class Evaluator {
 public:
  Evaluator(const Template& parsed, NodeId root, const Bindings& bindings,
            std::size_t max_value)
      : parsed_(parsed),
        root_(root),
        bindings_(bindings),
        max_value_(max_value) {}

  // `raw_json`: may the value be one that is no string (under FN.json)?
  Evaluation evaluate(NodeId id, bool raw_json) const {
    const Node& node = parsed_.node(id);
    switch (node.kind) {
      case Node::Kind::kReference:
        return reference(id, raw_json);
      case Node::Kind::kString:
        return {Status::kValue, ValueText(parsed_.string(node)), {}};
      case Node::Kind::kCall:
        return call(node);
      case Node::Kind::kSum:
        return sum(node);
      case Node::Kind::kAlternatives:
        return alternatives(node, raw_json);
    }
    return {};
  }

 private:
  Evaluation reference(NodeId id, bool raw_json) const;
  Evaluation unbound(NodeId id) const;
  Evaluation alternatives(const Node& node, bool raw_json) const;
  Evaluation sum(const Node& node) const;
  Evaluation call(const Node& node) const;
  Evaluation all_of(const Node& node, bool raw_json,
                    std::vector<ValueText>& values) const;
  Evaluation made(Result<SecretString> result,
                  std::vector<Trouble> warnings) const;

  const Template& parsed_;
  NodeId root_;
  const Bindings& bindings_;
  std::size_t max_value_;
};

Evaluation Evaluator::reference(NodeId id, bool raw_json) const {
  const std::string_view name = parsed_.name(parsed_.node(id));
  const SecretValue* value = bindings_.find(name);
  if (value == nullptr) return unbound(id);

  const auto trouble = [&](ErrorCode code, std::string_view what,
                           std::string hint) {
    return in_trouble({.root = root_,
                       .reference = id,
                       .rule = rule_of(code),
                       .message = fmt::format("secret \"{}\" {}", name, what),
                       .hint = std::move(hint)});
  };
  if (value->kind == SecretValue::Kind::kJson && !raw_json) {
    return trouble(ErrorCode::kMalformed, "is JSON, not a string",
                   "FN.json puts JSON in place of a whole string");
  }
  if (value->text.size() > max_value_) {
    return trouble(ErrorCode::kLimit,
                   fmt::format("has {} bytes, more than the limit of {}",
                               value->text.size(), max_value_),
                   "");
  }
  Evaluation result{Status::kValue, ValueText(value->text.expose()), {}};
  if (value->text.empty()) {
    result.troubles.push_back(empty_value(root_, id));
  }
  return result;
}

Evaluation Evaluator::unbound(NodeId id) const {
  const std::string_view name = parsed_.name(parsed_.node(id));
  const Error* error = bindings_.error(name);
  const ErrorCode code = error ? error->code : ErrorCode::kMissing;
  Evaluation result = in_trouble(
      {.root = root_,
       .reference = id,
       .rule = rule_of(code),
       .message = error && !error->message.empty()
                      ? error->message
                      : fmt::format("secret \"{}\" is not defined", name),
       .hint = error ? error->hint : ""});
  if (code == ErrorCode::kMissing) result.status = Status::kAbsent;
  return result;
}

Evaluation Evaluator::alternatives(const Node& node, bool raw_json) const {
  std::vector<Trouble> absences;
  for (const NodeId child : parsed_.children(node)) {
    Evaluation result = evaluate(child, raw_json);
    if (result.status != Status::kAbsent) return result;
    append(absences, std::move(result.troubles));
  }
  return {Status::kAbsent, {}, std::move(absences)};
}

// Evaluates all children. Trouble outweighs absence: it proves nothing.
Evaluation Evaluator::all_of(const Node& node, bool raw_json,
                             std::vector<ValueText>& values) const {
  Evaluation all;
  for (const NodeId child : parsed_.children(node)) {
    Evaluation one = evaluate(child, raw_json);
    if (one.status > all.status) all.status = one.status;
    append(all.troubles, std::move(one.troubles));
    values.push_back(std::move(one.value));
  }
  return all;
}

Evaluation Evaluator::sum(const Node& node) const {
  std::vector<ValueText> values;
  Evaluation all = all_of(node, false, values);
  if (all.status != Status::kValue) return all;
  SecretBuilder joined;
  for (const ValueText& value : values) joined.append(value.expose());
  return made(joined.take(), std::move(all.troubles));
}

Evaluation Evaluator::call(const Node& node) const {
  std::vector<ValueText> values;
  Evaluation all = all_of(node, node.function == Function::kJson, values);
  if (all.status != Status::kValue) return all;
  std::vector<std::string_view> arguments;
  for (const ValueText& value : values) arguments.push_back(value.expose());
  return made(call_function(node.function, arguments), std::move(all.troubles));
}

Evaluation Evaluator::made(Result<SecretString> result,
                           std::vector<Trouble> warnings) const {
  if (!result) return of_error(root_, result.error());
  const std::size_t limit = saturating_product(4, max_value_);
  if (result->size() > limit) {
    return of_error(root_,
                    {ErrorCode::kLimit,
                     fmt::format("the expression makes a value of {} bytes, "
                                 "more than the limit of {}",
                                 result->size(), limit),
                     ""});
  }
  return {Status::kValue, ValueText(std::move(*result)), std::move(warnings)};
}

}  // namespace

Trouble empty_value(NodeId root, NodeId reference) {
  return {.root = root,
          .reference = reference,
          .rule = "empty-value",
          .severity = Severity::kWarning,
          .message = {},
          .hint = {}};
}

std::string message_of(const Trouble& trouble, const Template& parsed) {
  if (trouble.rule != "empty-value") return trouble.message;
  return fmt::format("secret \"{}\" is empty",
                     parsed.name(parsed.node(*trouble.reference)));
}

Evaluation evaluate(const Template& parsed, NodeId root,
                    const Bindings& bindings, std::size_t max_value) {
  return Evaluator(parsed, root, bindings, max_value).evaluate(root, false);
}

}  // namespace sotto
