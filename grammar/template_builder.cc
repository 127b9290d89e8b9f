// SPDX-License-Identifier: Apache-2.0

#include "grammar/template_builder.h"

#include <algorithm>
#include <numeric>

namespace sotto {

TemplateBuilder::TemplateBuilder()
    : impl_(std::make_unique<Template::Impl>()) {}

TemplateBuilder TemplateBuilder::borrowing(std::string_view bytes,
                                           Format format) {
  TemplateBuilder builder;
  builder.impl_->bytes = bytes;
  builder.impl_->format = format;
  return builder;
}

TemplateBuilder TemplateBuilder::owning(std::string bytes, Format format) {
  TemplateBuilder builder = borrowing({}, format);
  builder.impl_->owned = std::move(bytes);
  builder.impl_->bytes = builder.impl_->owned;
  return builder;
}

NodeId TemplateBuilder::on_reference(std::string_view group,
                                     std::string_view key, Span) {
  // The two stand in one text with a dot between them.
  const std::string_view name(group.data(), group.size() + 1 + key.size());
  if (const auto known = interned_.find(name); known != interned_.end()) {
    return known->second;
  }
  const auto reference = static_cast<std::uint32_t>(impl_->references.size());
  impl_->references.push_back({std::string(group), std::string(key)});
  const NodeId node = add({.kind = Node::Kind::kReference, .value = reference});
  interned_.emplace(name, node);
  return node;
}

NodeId TemplateBuilder::on_string(std::string_view text, char quote) {
  std::string content;
  content.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    content += text[i];
    if (text[i] == quote) ++i;  // The second of a doubled quote.
  }
  const auto value = static_cast<std::uint32_t>(impl_->strings.size());
  impl_->strings.push_back(std::move(content));
  return add({.kind = Node::Kind::kString, .value = value});
}

NodeId TemplateBuilder::on_call(Function function,
                                std::span<const NodeId> arguments) {
  return add_parent({.kind = Node::Kind::kCall, .function = function},
                    arguments);
}

NodeId TemplateBuilder::on_list(Node::Kind kind,
                                std::span<const NodeId> children) {
  return add_parent({.kind = kind}, children);
}

NodeId TemplateBuilder::add(Node node) {
  impl_->nodes.push_back(node);
  return static_cast<NodeId>(impl_->nodes.size() - 1);
}

NodeId TemplateBuilder::add_parent(Node node,
                                   std::span<const NodeId> children) {
  node.first_child = static_cast<std::uint32_t>(impl_->children.size());
  node.child_count = static_cast<std::uint32_t>(children.size());
  impl_->children.insert(impl_->children.end(), children.begin(),
                         children.end());
  return add(node);
}

void TemplateBuilder::keep(Expression expression) {
  impl_->expressions.push_back(expression);
  mark();
}

void TemplateBuilder::drop() {
  for (std::size_t i = references_; i < impl_->references.size(); ++i) {
    interned_.erase(to_string(impl_->references[i]));
  }
  impl_->references.resize(references_);
  impl_->strings.resize(strings_);
  impl_->children.resize(children_);
  impl_->nodes.resize(nodes_);
}

void TemplateBuilder::mark() {
  nodes_ = impl_->nodes.size();
  children_ = impl_->children.size();
  strings_ = impl_->strings.size();
  references_ = impl_->references.size();
}

Template TemplateBuilder::finish(std::vector<Diagnostic> diagnostics) {
  std::vector<SecretRef>& references = impl_->references;
  std::vector<std::uint32_t> order(references.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return references[a] < references[b];
  });

  std::vector<SecretRef> sorted;
  std::vector<std::uint32_t> rank(order.size());
  sorted.reserve(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    rank[order[i]] = static_cast<std::uint32_t>(i);
    sorted.push_back(std::move(references[order[i]]));
  }
  references = std::move(sorted);
  for (Node& node : impl_->nodes) {
    if (node.kind == Node::Kind::kReference) node.value = rank[node.value];
  }
  impl_->ok = !has_error(diagnostics);
  impl_->diagnostics = std::move(diagnostics);
  return Template(std::move(impl_));
}

}  // namespace sotto
