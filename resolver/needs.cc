// SPDX-License-Identifier: Apache-2.0

#include "resolver/needs.h"

#include <algorithm>
#include <utility>

namespace sotto {

Needs::Needs(const Template& parsed)
    : parsed_(parsed), needed_(parsed.references().size()) {
  // Equal plain references share a root: of a million expressions often a few
  // distinct roots remain.
  std::vector<bool> seen;
  for (const Expression& expression : parsed.expressions()) {
    if (expression.root >= seen.size()) seen.resize(expression.root + 1u);
    if (seen[expression.root]) continue;
    seen[expression.root] = true;
    undecided_.push_back(expression.root);
  }
}

std::vector<std::size_t> Needs::next(std::span<const Standing> standings) {
  to_ask_.clear();
  std::erase_if(undecided_, [&](NodeId root) {
    return walk(root, standings) != Standing::kUnknown;
  });
  std::sort(to_ask_.begin(), to_ask_.end());
  to_ask_.erase(std::unique(to_ask_.begin(), to_ask_.end()), to_ask_.end());
  return std::exchange(to_ask_, {});
}

Standing Needs::walk(NodeId id, std::span<const Standing> standings) {
  const Node& node = parsed_.node(id);
  switch (node.kind) {
    case Node::Kind::kReference:
      return walk_reference(parsed_.reference_index(node),
                            standings[parsed_.reference_index(node)]);
    case Node::Kind::kString:
      return Standing::kFound;
    case Node::Kind::kCall:
    case Node::Kind::kSum:
      return walk_all(node, standings);
    case Node::Kind::kAlternatives:
      return walk_first(node, standings);
  }
  return Standing::kTrouble;
}

// All terms are needed, in trouble or not: every failure is to be listed.
Standing Needs::walk_all(const Node& node,
                         std::span<const Standing> standings) {
  Standing worst = Standing::kFound;
  for (const NodeId child : parsed_.children(node)) {
    worst = std::max(worst, walk(child, standings));
  }
  return worst;
}

// The first alternative that is not proven absent decides.
Standing Needs::walk_first(const Node& node,
                           std::span<const Standing> standings) {
  for (const NodeId child : parsed_.children(node)) {
    const Standing standing = walk(child, standings);
    if (standing != Standing::kAbsent) return standing;
  }
  return Standing::kAbsent;
}

Standing Needs::walk_reference(std::size_t reference, Standing standing) {
  needed_[reference] = true;
  if (standing == Standing::kUnknown) to_ask_.push_back(reference);
  return standing;
}

}  // namespace sotto
