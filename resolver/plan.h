// SPDX-License-Identifier: Apache-2.0
//
// Decides which store is asked for what, before anything is fetched.

#ifndef SOTTO_RESOLVER_PLAN_H_
#define SOTTO_RESOLVER_PLAN_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "store/catalog.h"
#include "store/store.h"

namespace sotto {

// The stores that a resolver may ask, by name. Borrowed.
class StoreSet {
 public:
  // Names must differ (assert).
  void add(Store& store);
  Store* find(std::string_view name) const;
  std::span<Store* const> all() const { return stores_; }

 private:
  std::vector<Store*> stores_;
};

// Who asks: decides in which scopes names are looked up. It comes from a
// flag or a token, never from a document.
struct Caller {
  Scope scope;  // Of the caller; lookup order: Scope::lookup_order().
};

// What is asked of one store in one round, as one batch.
struct StoreBatch {
  std::string store;
  std::vector<std::size_t> refs;  // Into Plan::refs, as `locators`.
  std::vector<Locator> locators;
};

// What happens to one reference.
struct PlannedRef {
  SecretRef ref;
  // Where it was found: an entry of the catalog, in the first scope of the
  // lookup order that is not proven empty.
  std::optional<CatalogEntry> entry;
  // Known before any store is asked: proven absent (kMissing), deleted,
  // disabled, held by a store that is not configured.
  std::optional<Error> error;
};

// What to fetch, grouped so that each store is called once.
struct Plan {
  std::vector<PlannedRef> refs;     // As given: sorted and unique.
  std::vector<StoreBatch> batches;  // Sorted by store.
};

// Looks up all references with a single catalog query. `refs` is sorted and
// unique. Falls back from a scope to the next on proof of absence alone.
// Fails as Catalog::find() does; an unknown reference is no failure.
Result<Plan> make_plan(const Catalog& catalog, const StoreSet& stores,
                       std::span<const SecretRef> refs, const Caller& caller);

}  // namespace sotto

#endif  // SOTTO_RESOLVER_PLAN_H_
