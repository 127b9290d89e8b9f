// SPDX-License-Identifier: Apache-2.0

#include "grammar/template.h"

#include <algorithm>
#include <new>
#include <numeric>

#include "grammar/template_builder.h"

namespace sotto {

const Template::Order& Template::ordered(const Impl& impl) {
  return impl.order.get([&impl] {
    std::vector<SecretRef> unordered;
    unordered.reserve(impl.names.size());
    for (const std::string_view name : impl.names) {
      const std::size_t dot = name.find('.');
      unordered.push_back({std::string(name.substr(0, dot)),
                           std::string(name.substr(dot + 1))});
    }
    std::vector<std::uint32_t> by_name(unordered.size());
    std::iota(by_name.begin(), by_name.end(), 0u);
    std::sort(by_name.begin(), by_name.end(),
              [&](std::uint32_t a, std::uint32_t b) {
                return unordered[a] < unordered[b];
              });
    Order order;
    order.index.resize(by_name.size());
    for (const std::uint32_t value : by_name) {
      order.index[value] = static_cast<std::uint32_t>(order.references.size());
      order.references.push_back(std::move(unordered[value]));
    }
    return order;
  });
}

Template::Template(Owner impl) : impl_(std::move(impl)) {}
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;
Template::~Template() = default;

std::string_view Template::bytes() const { return impl_->bytes; }

Format Template::format() const { return impl_->format; }

std::span<const Expression> Template::expressions() const {
  return impl_->expressions;
}

std::span<const SecretRef> Template::references() const {
  return ordered(*impl_).references;
}

std::uint32_t Template::reference_index(const Node& node) const {
  return ordered(*impl_).index[node.value];
}

std::string_view Template::name(const Node& node) const {
  return impl_->names[node.value];
}

const Node& Template::node(NodeId id) const { return impl_->nodes[id]; }

std::size_t Template::node_count() const { return impl_->nodes.size(); }

std::span<const NodeId> Template::children(const Node& node) const {
  return std::span(impl_->children).subspan(node.first_child, node.child_count);
}

std::string_view Template::string(const Node& node) const {
  return impl_->strings[node.value];
}

const std::vector<Diagnostic>& Template::diagnostics() const noexcept {
  if (impl_->diagnostics.empty()) return impl_->diagnostics;
  try {
    return impl_->pointed.get([this] {
      std::vector<Diagnostic> diagnostics = impl_->diagnostics;
      std::vector<std::size_t> offsets;
      std::vector<std::string*> pointers;
      for (Diagnostic& diagnostic : diagnostics) {
        if (!diagnostic.pointer.empty()) continue;
        offsets.push_back(diagnostic.span.begin);
        pointers.push_back(&diagnostic.pointer);
      }
      auto found = json_pointers(*this, offsets);
      for (std::size_t i = 0; i < found.size(); ++i) {
        *pointers[i] = std::move(found[i]);
      }
      return diagnostics;
    });
  } catch (const std::bad_alloc&) {
    return impl_->diagnostics;
  }
}

bool Template::ok() const { return impl_->ok; }

}  // namespace sotto
