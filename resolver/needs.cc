// SPDX-License-Identifier: Apache-2.0

#include "resolver/needs.h"

#include <algorithm>
#include <cstdint>
#include <unordered_set>
#include <utility>

#include "base/name_hash.h"
#include "resolver/resolver.h"

namespace sotto {
namespace {

// Compares what is pointed at.
struct ByName {
  std::uint64_t seed = 0;

  std::size_t operator()(const SecretRef* ref) const {
    return hash_name(ref->key, hash_name(ref->group, seed));
  }
  bool operator()(const SecretRef* a, const SecretRef* b) const {
    return *a == *b;
  }
};

}  // namespace

std::vector<SecretRef> references_of(
    std::span<const Template* const> templates) {
  // Thousands of documents often share a few names.
  std::unordered_set<const SecretRef*, ByName, ByName> distinct(
      16, ByName{reinterpret_cast<std::uintptr_t>(templates.data())});
  for (const Template* const parsed : templates) {
    for (const SecretRef& ref : parsed->references()) distinct.insert(&ref);
  }
  std::vector<const SecretRef*> order(distinct.begin(), distinct.end());
  std::sort(order.begin(), order.end(),
            [](const SecretRef* a, const SecretRef* b) { return *a < *b; });
  std::vector<SecretRef> all;
  all.reserve(order.size());
  for (const SecretRef* const ref : order) all.push_back(*ref);
  return all;
}

Needs::Needs(std::span<const Template* const> templates) {
  for (const Template* const parsed : templates) {
    Part& part = parts_.emplace_back(Part{parsed, {}, {}});
    // Equal plain references share a root: of a million expressions often a
    // few distinct roots remain.
    std::vector<bool> seen;
    for (const Expression& expression : parsed->expressions()) {
      if (expression.root >= seen.size()) seen.resize(expression.root + 1u);
      if (seen[expression.root]) continue;
      seen[expression.root] = true;
      part.undecided.push_back(expression.root);
    }
  }
  if (parts_.size() > 1) {
    merged_ = references_of(templates);
    find_places();
  }
  needed_.resize(references().size());
}

void Needs::find_places() {
  for (Part& part : parts_) {
    // Both are sorted.
    auto place = merged_.begin();
    for (const SecretRef& ref : part.parsed->references()) {
      place = std::lower_bound(place, merged_.end(), ref);
      part.places.push_back(
          static_cast<std::uint32_t>(place - merged_.begin()));
    }
  }
}

std::span<const SecretRef> Needs::references() const {
  if (parts_.size() == 1) return parts_.front().parsed->references();
  return merged_;
}

std::vector<std::size_t> Needs::next(std::span<const Standing> standings) {
  to_ask_.clear();
  for (Part& part : parts_) {
    std::erase_if(part.undecided, [&](NodeId root) {
      return walk(root, {part, standings}) != Standing::kUnknown;
    });
  }
  std::sort(to_ask_.begin(), to_ask_.end());
  to_ask_.erase(std::unique(to_ask_.begin(), to_ask_.end()), to_ask_.end());
  return std::exchange(to_ask_, {});
}

Standing Needs::walk(NodeId id, const Walk& in) {
  const Node& node = in.part.parsed->node(id);
  switch (node.kind) {
    case Node::Kind::kReference:
      return walk_reference(node, in);
    case Node::Kind::kString:
      return Standing::kFound;
    case Node::Kind::kCall:
    case Node::Kind::kSum:
      return walk_all(node, in);
    case Node::Kind::kAlternatives:
      return walk_first(node, in);
  }
  return Standing::kTrouble;
}

// All terms are needed, in trouble or not: every failure is to be listed.
Standing Needs::walk_all(const Node& node, const Walk& in) {
  Standing worst = Standing::kFound;
  for (const NodeId child : in.part.parsed->children(node)) {
    worst = std::max(worst, walk(child, in));
  }
  return worst;
}

// The first alternative that is not proven absent decides.
Standing Needs::walk_first(const Node& node, const Walk& in) {
  for (const NodeId child : in.part.parsed->children(node)) {
    const Standing standing = walk(child, in);
    if (standing != Standing::kAbsent) return standing;
  }
  return Standing::kAbsent;
}

Standing Needs::walk_reference(const Node& node, const Walk& in) {
  const std::uint32_t its = in.part.parsed->reference_index(node);
  const std::size_t place = in.part.places.empty() ? its : in.part.places[its];
  needed_[place] = true;
  if (in.standings[place] == Standing::kUnknown) to_ask_.push_back(place);
  return in.standings[place];
}

}  // namespace sotto
