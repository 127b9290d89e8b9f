// SPDX-License-Identifier: Apache-2.0
//
// The two halves of a plan: where each reference may be, and which store is
// asked for which of them. Internal to resolver/.

#ifndef SOTTO_RESOLVER_LOOKUP_H_
#define SOTTO_RESOLVER_LOOKUP_H_

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "resolver/plan.h"
#include "store/catalog.h"

namespace sotto {

// Where each of `refs` (sorted and unique) may be. Fails as Catalog::find().
Result<std::vector<PlannedRef>> look_up(const Catalog& catalog,
                                        const StoreSet& stores,
                                        std::span<const SecretRef> refs,
                                        const Caller& caller);

// One reference to ask for, at one of its places.
struct Ask {
  std::size_t ref = 0;
  std::size_t place = 0;
};

// One batch a store, sorted by its name; in each the order of `asks`.
std::vector<StoreBatch> batch_by_store(std::span<const PlannedRef> refs,
                                       std::span<const Ask> asks);

}  // namespace sotto

#endif  // SOTTO_RESOLVER_LOOKUP_H_
