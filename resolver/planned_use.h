// SPDX-License-Identifier: Apache-2.0
//
// What a plan means for each reference of its document.

#ifndef SOTTO_RESOLVER_PLANNED_USE_H_
#define SOTTO_RESOLVER_PLANNED_USE_H_

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "grammar/template.h"
#include "resolver/needs.h"
#include "resolver/plan.h"

namespace sotto {

enum class PlannedUse : std::uint8_t {
  kAsked,        // In a batch of the first round.
  kAlternative,  // Not needed at first: another reference or text stands before
                 // it, or stands in for it.
  kUnavailable,  // Needed, with PlannedRef::error: the render will fail.
};

// Place by place as Plan::refs. `plan` is what Engine::plan() made of `parsed`.
std::vector<PlannedUse> planned_uses(const Template& parsed, const Plan& plan);
// The same of a plan for several: what one of them needs is needed.
std::vector<PlannedUse> planned_uses(std::span<const Template* const> templates,
                                     const Plan& plan);

// A reference that makes expressions fail: those of one root.
struct FailingReference {
  NodeId root = 0;              // Expression::root
  std::uint32_t reference = 0;  // Template::references()[reference]

  friend auto operator<=>(const FailingReference&,
                          const FailingReference&) = default;
};

// Those that are needed and cannot be had, if everything that is not known to
// fail is found; sorted, unique. `standings` are those of references(), place
// by place.
std::vector<FailingReference> failing_references(
    const Template& parsed, std::span<const Standing> standings);

}  // namespace sotto

#endif  // SOTTO_RESOLVER_PLANNED_USE_H_
