// SPDX-License-Identifier: Apache-2.0
//
// What a plan means for each reference of its document.

#ifndef SOTTO_RESOLVER_PLANNED_USE_H_
#define SOTTO_RESOLVER_PLANNED_USE_H_

#include <cstdint>
#include <vector>

#include "grammar/template.h"
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

}  // namespace sotto

#endif  // SOTTO_RESOLVER_PLANNED_USE_H_
