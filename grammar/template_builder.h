// SPDX-License-Identifier: Apache-2.0
//
// Puts a Template together.

#ifndef SOTTO_GRAMMAR_TEMPLATE_BUILDER_H_
#define SOTTO_GRAMMAR_TEMPLATE_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/diagnostic.h"
#include "grammar/expression_parser.h"
#include "grammar/template.h"

namespace sotto {

struct Template::Impl {
  std::string owned;       // Empty if the bytes are borrowed.
  std::string_view bytes;  // Of `owned`, or borrowed.
  Format format = Format::kJson;
  std::vector<Expression> expressions;
  std::vector<SecretRef> references;
  std::vector<Node> nodes;
  std::vector<NodeId> children;
  std::vector<std::string> strings;
  std::vector<Diagnostic> diagnostics;
  bool ok = true;
};

// The sink of the expressions of one document. Equal references become one
// node.
class TemplateBuilder : public ExpressionSink {
 public:
  static TemplateBuilder borrowing(std::string_view bytes, Format format);
  static TemplateBuilder owning(std::string bytes, Format format);

  std::string_view bytes() const { return impl_->bytes; }

  NodeId on_reference(std::string_view group, std::string_view key,
                      Span span) override;
  NodeId on_string(std::string_view text, char quote) override;
  NodeId on_call(Function function, std::span<const NodeId> arguments) override;
  NodeId on_list(Node::Kind kind, std::span<const NodeId> children) override;

  std::size_t expression_count() const { return impl_->expressions.size(); }

  // Ends an expression: keeps it, or forgets all that came since the last one.
  void keep(Expression expression);
  void drop();

  // Sorts the references and hands the template over.
  Template finish(std::vector<Diagnostic> diagnostics);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  TemplateBuilder();
  NodeId add(Node node);
  NodeId add_parent(Node node, std::span<const NodeId> children);
  void mark();

  std::unique_ptr<Template::Impl> impl_;
  // "group.KEY" to its node; the node's value is the number of the reference.
  std::unordered_map<std::string, NodeId, Hash, std::equal_to<>> interned_;
  // How much there was when the last expression ended.
  std::size_t nodes_ = 0;
  std::size_t children_ = 0;
  std::size_t strings_ = 0;
  std::size_t references_ = 0;
};

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_TEMPLATE_BUILDER_H_
