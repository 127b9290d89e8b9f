// SPDX-License-Identifier: Apache-2.0

#include "service/plan_cost.h"

#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>

#include "resolver/planned_use.h"

namespace sotto {
namespace {

std::size_t groups_in(const StoreBatch& batch) {
  using Group =
      std::tuple<Scope, std::string, std::string, std::optional<Version>>;
  std::set<Group> groups;
  for (const auto& [scope, ref, path, version] : batch.locators) {
    groups.emplace(scope, ref.group, path, version);
  }
  return groups.size();
}

}  // namespace

PlanCost plan_cost(const Plan& plan, const Config& config) {
  PlanCost cost;
  cost.rounds = plan.batches.empty() ? 0 : 1;
  for (const StoreBatch& batch : plan.batches) {
    const StoreConfig* const store = config.find_store(batch.store);
    const bool is_remote = store != nullptr && store->is_remote();
    cost.calls.push_back(is_remote ? groups_in(batch) : 1);
    cost.all_calls += cost.calls.back();
  }
  return cost;
}

std::vector<SecretRef> failed_references(const Template& parsed,
                                         const Bindings& bindings) {
  const std::span<const SecretRef> refs = parsed.references();
  std::vector<Standing> standings;
  for (const SecretRef& ref : refs) {
    const Error* const error = bindings.error(ref);
    standings.push_back(error == nullptr ? Standing::kFound
                        : error->code == ErrorCode::kMissing
                            ? Standing::kAbsent
                            : Standing::kTrouble);
  }
  std::set<SecretRef> failed;
  for (const FailingReference& each : failing_references(parsed, standings)) {
    failed.insert(refs[each.reference]);
  }
  return {failed.begin(), failed.end()};
}

}  // namespace sotto
