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
  // Names must differ (assert). Where a name may be in several stores whose
  // catalog is not complete, the one added first is asked first.
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

// Where a secret is, or may be.
struct Place {
  std::string store;
  Scope scope;
  std::string path;  // As in Locator.
  // Does the catalog have it there? Otherwise it merely may be there.
  bool catalogued = true;

  friend bool operator==(const Place&, const Place&) = default;
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
  // What the catalog knows: its entry in the first scope of the lookup order
  // that has one.
  std::optional<CatalogEntry> entry;
  // Where to ask, in this order: the next place only if the one before
  // answers that it never had the secret.
  std::vector<Place> places;
  // Why there is nothing to ask (`places` is empty): proven absent (kMissing),
  // deleted, disabled, held by a store that is not configured.
  std::optional<Error> error;
  // What holds if each of `places` proves that it never had it; none: the
  // secret is not defined (kMissing).
  std::optional<Error> otherwise;
};

// What to fetch, grouped so that each store is called once.
struct Plan {
  std::vector<PlannedRef> refs;     // As given: sorted and unique.
  std::vector<StoreBatch> batches;  // The first round; sorted by store.
};

// Looks up all references with a single catalog query. `refs` is sorted and
// unique. All of them are in `batches`, each with its first place;
// Resolver::plan() leaves out alternatives. Fails as Catalog::find() does; an
// unknown reference is no failure.
//
// Falls back from a scope to the next on proof of absence alone: a name that
// the catalog lacks is proven absent if every store's catalog is complete;
// otherwise the stores that may hold it are places to ask first.
Result<Plan> make_plan(const Catalog& catalog, const StoreSet& stores,
                       std::span<const SecretRef> refs, const Caller& caller);

}  // namespace sotto

#endif  // SOTTO_RESOLVER_PLAN_H_
