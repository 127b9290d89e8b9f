// SPDX-License-Identifier: Apache-2.0

#include "resolver/planned_use.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <utility>

namespace sotto {
namespace {

// Walks each tree as a resolution does, on the assumption that whatever is
// asked for is found.
class Failures {
 public:
  Failures(const Template& parsed, std::span<const Standing> standings)
      : parsed_(parsed), standings_(standings) {}

  std::vector<FailingReference> find() && {
    // Equal plain references share a root.
    std::vector<bool> seen;
    for (const Expression& expression : parsed_.expressions()) {
      root_ = expression.root;
      if (root_ >= seen.size()) seen.resize(root_ + 1u);
      if (!seen[root_]) blame(root_);
      seen[root_] = true;
    }
    std::sort(failing_.begin(), failing_.end());
    failing_.erase(std::unique(failing_.begin(), failing_.end()),
                   failing_.end());
    return std::move(failing_);
  }

 private:
  Standing standing(NodeId id) const {
    const Node& node = parsed_.node(id);
    if (node.kind == Node::Kind::kReference) {
      return standings_[parsed_.reference_index(node)];
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

  // Marks what makes the node fail, if it does. Where an alternative is in
  // trouble, those that are proven absent before it are not to blame.
  void blame(NodeId id) {
    const Standing its = standing(id);
    if (its == Standing::kFound) return;
    const Node& node = parsed_.node(id);
    if (node.kind == Node::Kind::kReference) {
      failing_.push_back({root_, parsed_.reference_index(node)});
    }
    for (const NodeId child : parsed_.children(node)) {
      if (node.kind != Node::Kind::kAlternatives) {
        blame(child);
      } else if (standing(child) == its) {
        blame(child);
        if (its == Standing::kTrouble) return;
      }
    }
  }

  const Template& parsed_;
  std::span<const Standing> standings_;
  NodeId root_ = 0;
  std::vector<FailingReference> failing_;
};

// The references of a template, as places in the plan that has them all.
std::vector<std::size_t> places_in(const Plan& plan, const Template& parsed) {
  std::vector<std::size_t> places;
  places.reserve(parsed.references().size());
  auto next = plan.refs.begin();  // Both are sorted.
  for (const SecretRef& ref : parsed.references()) {
    next = std::lower_bound(next, plan.refs.end(), ref,
                            [](const PlannedRef& planned, const SecretRef& it) {
                              return planned.ref < it;
                            });
    assert(next != plan.refs.end() && next->ref == ref);
    places.push_back(static_cast<std::size_t>(next - plan.refs.begin()));
  }
  return places;
}

Standing standing_of(const PlannedRef& planned) {
  if (!planned.error) return Standing::kFound;
  return planned.error->code == ErrorCode::kMissing ? Standing::kAbsent
                                                    : Standing::kTrouble;
}

}  // namespace

std::vector<FailingReference> failing_references(
    const Template& parsed, std::span<const Standing> standings) {
  return Failures(parsed, standings).find();
}

std::vector<PlannedUse> planned_uses(const Template& parsed, const Plan& plan) {
  return planned_uses(std::array{&parsed}, plan);
}

std::vector<PlannedUse> planned_uses(std::span<const Template* const> templates,
                                     const Plan& plan) {
  std::vector<PlannedUse> uses(plan.refs.size(), PlannedUse::kAlternative);
  for (const StoreBatch& batch : plan.batches) {
    for (const std::size_t ref : batch.refs) uses[ref] = PlannedUse::kAsked;
  }
  for (const Template* const parsed : templates) {
    const std::vector<std::size_t> places = places_in(plan, *parsed);
    std::vector<Standing> standings;
    standings.reserve(places.size());
    for (const std::size_t place : places) {
      standings.push_back(standing_of(plan.refs[place]));
    }
    for (const FailingReference& failing :
         failing_references(*parsed, standings)) {
      uses[places[failing.reference]] = PlannedUse::kUnavailable;
    }
  }
  return uses;
}

}  // namespace sotto
