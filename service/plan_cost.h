// SPDX-License-Identifier: Apache-2.0
//
// What carrying out a plan takes, as far as that can be told before.

#ifndef SOTTO_SERVICE_PLAN_COST_H_
#define SOTTO_SERVICE_PLAN_COST_H_

#include <cstddef>
#include <vector>

#include "base/bindings.h"
#include "base/secret_ref.h"
#include "grammar/template.h"
#include "resolver/plan.h"
#include "resolver/resolver.h"
#include "service/config.h"

namespace sotto {

struct PlanCost {
  // What each of Plan::batches is to its store: one call for a local one, one
  // a group for a Vault.
  std::vector<std::size_t> calls;
  std::size_t all_calls = 0;
  // Of the first round, and so 0 or 1; alternatives may take more.
  std::size_t rounds = 0;
};

// Throws std::bad_alloc.
PlanCost plan_cost(const Plan& plan, const Config& config);

// The references for the sake of which a document cannot be rendered with
// these bindings; sorted, unique. Throws std::bad_alloc.
std::vector<SecretRef> failed_references(const Template& parsed,
                                         const Bindings& bindings);

// What came of a plan that was carried out.
struct PlanAnalysis {
  const Resolution& resolution;
  std::vector<SecretRef> failed;
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_PLAN_COST_H_
