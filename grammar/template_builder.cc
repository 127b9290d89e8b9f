// SPDX-License-Identifier: Apache-2.0

#include "grammar/template_builder.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/name_hash.h"
#include "base/secret_ref.h"

namespace sotto {

// Its members have their values; std::make_unique() would set all bytes to zero
// before.
TemplateBuilder::TemplateBuilder()
    : impl_(std::make_unique_for_overwrite<Template::Impl>()),
      seed_(reinterpret_cast<std::uintptr_t>(impl_.get())) {}

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
  return reference({group.data(), group.size() + 1 + key.size()});
}

NodeId TemplateBuilder::reference(std::string_view name) {
  look_up_waiting();
  return reference(name, hash_of(name));
}

NodeId TemplateBuilder::reference(std::string_view name, std::uint32_t hash) {
  if (2 * impl_->names.size() >= table().size()) grow_table();
  Slot& slot = slot_of(name, hash);
  if (slot.tag != 0) return slot.node;

  const std::string_view bytes = impl_->bytes;
  const std::less<const char*> before;
  const bool lies_in_bytes = !before(name.data(), bytes.data()) &&
                             before(name.data(), bytes.data() + bytes.size());
  if (!lies_in_bytes) name = impl_->respelt.keep(name);
  const auto value = static_cast<std::uint32_t>(impl_->names.size());
  reserve_some(impl_->names);
  impl_->names.push_back(name);
  slot = {name.data(), add({.kind = Node::Kind::kReference, .value = value}),
          tag_of(name, hash)};
  return slot.node;
}

void TemplateBuilder::keep_reference(Span span, std::string_view name) {
  // A smaller table is in the processor's cache.
  constexpr std::size_t kManySlots = 16u << 10;
  if (large_table_.size() < kManySlots) return keep({span, reference(name)});
  const std::uint32_t hash = hash_of(name);
  __builtin_prefetch(&large_table_[hash & (large_table_.size() - 1)]);
  waiting_[waiting_count_++] = {
      name.data(), static_cast<std::uint32_t>(name.size()), hash,
      static_cast<std::uint32_t>(impl_->expressions.size())};
  impl_->expressions.push_back({span, 0});
  if (waiting_count_ == waiting_.size()) look_up_all();
}

void TemplateBuilder::look_up_all() {
  const std::span<const Waiting> all(waiting_.data(),
                                     std::exchange(waiting_count_, 0));
  for (const Waiting& each : all) {
    const Slot& slot = large_table_[each.hash & (large_table_.size() - 1)];
    if (slot.tag != 0) __builtin_prefetch(slot.name);
  }
  for (const Waiting& each : all) {
    impl_->expressions[each.expression].root =
        reference({each.name, each.size}, each.hash);
  }
}

// The slot that holds `name`, or the free one where it goes.
TemplateBuilder::Slot& TemplateBuilder::slot_of(std::string_view name,
                                                std::uint32_t hash) {
  const std::span<Slot> slots = table();
  const std::size_t mask = slots.size() - 1;
  const std::uint32_t tag = tag_of(name, hash);
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    Slot& slot = slots[i];
    if (slot.tag == 0 || (slot.tag == tag && slot.text() == name)) return slot;
  }
}

std::uint32_t TemplateBuilder::hash_of(std::string_view name) const {
  return static_cast<std::uint32_t>(hash_name(name, seed_));
}

std::uint32_t TemplateBuilder::tag_of(std::string_view name,
                                      std::uint32_t hash) {
  static_assert(2 * kMaxNameLength + 1 <= Slot::kSizeMask);
  return (hash & ~Slot::kSizeMask) | static_cast<std::uint32_t>(name.size());
}

std::span<TemplateBuilder::Slot> TemplateBuilder::table() {
  if (large_table_.empty()) return small_table_;
  return large_table_;
}

void TemplateBuilder::grow_table() {
  std::vector<Slot> old(table().begin(), table().end());
  large_table_.assign(4 * old.size(), Slot());
  for (const Slot& slot : old) {
    if (slot.tag == 0) continue;
    slot_of(slot.text(), hash_of(slot.text())) = slot;
  }
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
  look_up_waiting();
  reserve_some(impl_->nodes);
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

std::vector<Expression> TemplateBuilder::take_expressions(std::size_t but) {
  look_up_waiting();
  FirstRoomVector<Expression>& kept = impl_->expressions;
  if (kept.size() <= but) return {};
  const auto end = kept.end() - static_cast<std::ptrdiff_t>(but);
  std::vector<Expression> taken(kept.begin(), end);
  kept.erase(kept.begin(), end);
  taken_ += taken.size();
  return taken;
}

TemplateBuilder::Mark TemplateBuilder::mark() {
  look_up_waiting();
  return {impl_->expressions.size(), impl_->names.size(),
          impl_->respelt.mark(),     impl_->nodes.size(),
          impl_->children.size(),    impl_->strings.size()};
}

void TemplateBuilder::rewind(const Mark& mark) {
  look_up_waiting();
  impl_->expressions.resize(mark.expressions);
  if (mark.names < impl_->names.size()) {
    // Rare: the table is made anew from what stays.
    std::ranges::fill(table(), Slot());
    impl_->names.resize(mark.names);
    for (NodeId id = 0; id < mark.nodes; ++id) {
      const Node& node = impl_->nodes[id];
      if (node.kind != Node::Kind::kReference) continue;
      const std::string_view name = impl_->names[node.value];
      const std::uint32_t hash = hash_of(name);
      slot_of(name, hash) = {name.data(), id, tag_of(name, hash)};
    }
  }
  impl_->respelt.rewind(mark.respelt);
  impl_->nodes.resize(mark.nodes);
  impl_->children.resize(mark.children);
  impl_->strings.resize(mark.strings);
}

Template TemplateBuilder::finish(std::vector<Diagnostic> diagnostics) {
  look_up_waiting();
  impl_->ok = !has_error(diagnostics);
  impl_->diagnostics = std::move(diagnostics);
  return Template(Template::Owner(impl_.release()));
}

struct TemplateBuilder::WithoutMemory : Template::Impl {
  WithoutMemory() {
    ok = false;
    diagnostics = {
        {"no-memory", Severity::kError, {0, 0}, "no memory", "", ""}};
  }
};

const TemplateBuilder::WithoutMemory TemplateBuilder::kWithoutMemory;

Template TemplateBuilder::without_memory() noexcept {
  return Template(Template::Owner(&kWithoutMemory));
}

void Template::Release::operator()(const Impl* impl) const noexcept {
  if (impl != &TemplateBuilder::kWithoutMemory) delete impl;
}

}  // namespace sotto
