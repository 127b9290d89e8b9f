// SPDX-License-Identifier: Apache-2.0

#include "grammar/template.h"

#include "grammar/template_builder.h"

namespace sotto {

Template::Template(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;
Template::~Template() = default;

std::string_view Template::bytes() const { return impl_->bytes; }

Format Template::format() const { return impl_->format; }

std::span<const Expression> Template::expressions() const {
  return impl_->expressions;
}

std::span<const SecretRef> Template::references() const {
  return impl_->references;
}

const Node& Template::node(NodeId id) const { return impl_->nodes[id]; }

std::span<const NodeId> Template::children(const Node& node) const {
  return std::span(impl_->children).subspan(node.first_child, node.child_count);
}

std::string_view Template::string(const Node& node) const {
  return impl_->strings[node.value];
}

const std::vector<Diagnostic>& Template::diagnostics() const {
  return impl_->diagnostics;
}

bool Template::ok() const { return impl_->ok; }

}  // namespace sotto
