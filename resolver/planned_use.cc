// SPDX-License-Identifier: Apache-2.0

#include "resolver/planned_use.h"

#include <algorithm>
#include <cstddef>

namespace sotto {
namespace {

// Walks each tree as a resolution does, on the assumption that whatever is
// asked for is found.
class Uses {
 public:
  Uses(const Template& parsed, const Plan& plan)
      : parsed_(parsed),
        plan_(plan),
        uses_(plan.refs.size(), PlannedUse::kAlternative) {}

  std::vector<PlannedUse> find() && {
    for (const StoreBatch& batch : plan_.batches) {
      for (const std::size_t ref : batch.refs) uses_[ref] = PlannedUse::kAsked;
    }
    // Equal plain references share a root.
    std::vector<bool> seen;
    for (const Expression& expression : parsed_.expressions()) {
      if (expression.root >= seen.size()) seen.resize(expression.root + 1u);
      if (!seen[expression.root]) blame(expression.root);
      seen[expression.root] = true;
    }
    return std::move(uses_);
  }

 private:
  enum class Standing : std::uint8_t { kFound, kAbsent, kTrouble };

  Standing standing(NodeId id) const {
    const Node& node = parsed_.node(id);
    if (node.kind == Node::Kind::kReference) {
      return standing_of(parsed_.reference_index(node));
    }
    Standing worst = Standing::kFound;
    for (const NodeId child : parsed_.children(node)) {
      const Standing its = standing(child);
      if (node.kind == Node::Kind::kAlternatives && its != Standing::kAbsent) {
        return its;
      }
      worst = std::max(worst, its);
    }
    return worst;
  }

  Standing standing_of(std::size_t ref) const {
    const auto& error = plan_.refs[ref].error;
    if (!error) return Standing::kFound;
    return error->code == ErrorCode::kMissing ? Standing::kAbsent
                                              : Standing::kTrouble;
  }

  // Marks what makes the node fail, if it does.
  void blame(NodeId id) {
    if (standing(id) == Standing::kFound) return;
    const Node& node = parsed_.node(id);
    if (node.kind == Node::Kind::kReference) {
      uses_[parsed_.reference_index(node)] = PlannedUse::kUnavailable;
    }
    for (const NodeId child : parsed_.children(node)) {
      blame(child);
      // No later alternative is tried.
      if (node.kind == Node::Kind::kAlternatives &&
          standing(child) == Standing::kTrouble) {
        return;
      }
    }
  }

  const Template& parsed_;
  const Plan& plan_;
  std::vector<PlannedUse> uses_;
};

}  // namespace

std::vector<PlannedUse> planned_uses(const Template& parsed, const Plan& plan) {
  return Uses(parsed, plan).find();
}

}  // namespace sotto
