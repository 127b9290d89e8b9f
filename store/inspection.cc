// SPDX-License-Identifier: Apache-2.0

#include "store/inspection.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "store/guarded.h"

namespace sotto {
namespace {

using Group = std::tuple<Scope, std::string, std::string>;
using Names = Result<std::vector<SecretInfo>>;

// The groups that were asked for, each once.
class GroupNames {
 public:
  explicit GroupNames(Store& store) : store_(store) {}

  const Names& of(const Locator& locator) {
    const Group group(locator.scope, locator.path, locator.ref.group);
    const auto known = known_.find(group);
    if (known != known_.end()) return known->second;
    return known_
        .emplace(group, store_.list_group(locator.scope, locator.ref.group))
        .first->second;
  }

 private:
  Store& store_;
  std::map<Group, Names> known_;
};

Result<Inspection> inspection_of(const SecretRef& ref, const Names& names) {
  if (!names) return tl::unexpected<Error>(names.error());
  const auto found = std::ranges::find(*names, ref, &SecretInfo::ref);
  if (found == names->end()) return fail(ErrorCode::kMissing, "it is missing");
  return Inspection{found->state, true};
}

}  // namespace

std::vector<Result<Inspection>> inspect(Store& store, Operation& operation,
                                        std::span<const Locator> locators) {
  if (auto* const inspecting = dynamic_cast<InspectingStore*>(&store)) {
    return inspecting->inspect(operation, locators);
  }
  try {
    GroupNames groups(store);
    std::vector<Result<Inspection>> answers;
    answers.reserve(locators.size());
    for (const Locator& locator : locators) {
      answers.push_back(inspection_of(locator.ref, groups.of(locator)));
    }
    return answers;
  } catch (const std::bad_alloc&) {
    return failed_batch<Inspection>(locators.size(),
                                    {ErrorCode::kNoMemory, "no memory", {}});
  }
}

}  // namespace sotto
