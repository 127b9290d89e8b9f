// SPDX-License-Identifier: Apache-2.0

#include "resolver/plan.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <new>
#include <string_view>
#include <utility>

#include "resolver/lookup.h"
#include "resolver/lookup_errors.h"
#include "resolver/store_notes.h"

namespace sotto {
namespace {

// The stores that may hold what the catalog does not know.
std::vector<std::string> stores_beyond_catalog(const StoreSet& stores) {
  std::vector<std::string> names;
  for (const Store* store : stores.all()) {
    if (!store->has_complete_catalog()) names.push_back(store->name());
  }
  return names;
}

// Why an entry of the catalog is not a place to ask.
std::optional<Error> refusal(const CatalogEntry& entry, const StoreSet& stores,
                             const Caller& caller) {
  if (entry.state == SecretState::kDeleted) {
    return was_deleted(entry.ref, entry.scope, caller);
  }
  if (entry.state == SecretState::kDisabled) {
    return is_disabled(entry.ref, entry.scope, caller);
  }
  if (stores.find(entry.store) == nullptr) {
    return store_not_configured(entry.ref, entry.store);
  }
  return std::nullopt;
}

// `entries` are the catalog's in `scopes`, of one reference; `beyond` as
// above: none of them, and a name without an entry is proven absent.
PlannedRef plan_ref(const SecretRef& ref, std::span<const Scope> scopes,
                    std::span<std::optional<CatalogEntry>> entries,
                    const StoreSet& stores, const Caller& caller,
                    std::span<const std::string> beyond) {
  PlannedRef planned{
      .ref = ref, .entry = {}, .places = {}, .error = {}, .otherwise = {}};
  for (std::size_t i = 0; i < scopes.size() && !planned.otherwise; ++i) {
    std::optional<CatalogEntry>& entry = entries[i];
    if (!entry) {
      for (const std::string& store : beyond) {
        planned.places.push_back({store, scopes[i], {}, false});
      }
      continue;
    }
    planned.otherwise = refusal(*entry, stores, caller);
    if (!planned.otherwise) {
      planned.places.push_back({entry->store, scopes[i], entry->path});
    }
    if (!planned.entry) planned.entry = std::move(entry);
  }
  if (planned.places.empty()) {
    planned.error =
        planned.otherwise ? std::move(*planned.otherwise) : not_defined(ref);
    planned.otherwise.reset();
  }
  return planned;
}

StoreBatch& batch_of(std::vector<StoreBatch>& batches,
                     const std::string& store) {
  const auto found = std::find_if(
      batches.begin(), batches.end(),
      [&](const StoreBatch& batch) { return batch.store == store; });
  if (found != batches.end()) return *found;
  batches.push_back({store, {}, {}});
  return batches.back();
}

}  // namespace

void StoreSet::add(Store& store) {
  assert(find(store.name()) == nullptr);
  stores_.push_back(&store);
}

Store* StoreSet::find(std::string_view name) const {
  for (Store* store : stores_) {
    if (store->name() == name) return store;
  }
  return nullptr;
}

Result<std::vector<PlannedRef>> look_up(const Catalog& catalog,
                                        const StoreSet& stores,
                                        std::span<const SecretRef> refs,
                                        const Caller& caller) {
  assert(std::adjacent_find(refs.begin(), refs.end(), std::greater_equal<>()) ==
         refs.end());
  std::vector<PlannedRef> planned;
  if (refs.empty()) return planned;
  const std::vector<Scope> scopes = caller.scope.lookup_order();
  SOTTO_ASSIGN_OR_RETURN(auto entries, catalog.find(refs, scopes));
  assert(entries.size() == refs.size() * scopes.size());

  const std::vector<std::string> beyond = stores_beyond_catalog(stores);
  const std::vector<std::string> nowhere;  // Notes are no secrets.
  planned.reserve(refs.size());
  for (std::size_t i = 0; i < refs.size(); ++i) {
    const auto row =
        std::span(entries).subspan(i * scopes.size(), scopes.size());
    planned.push_back(
        plan_ref(refs[i], scopes, row, stores, caller,
                 refs[i].group == kNotesGroup ? nowhere : beyond));
  }
  return planned;
}

std::vector<StoreBatch> batch_by_store(std::span<const PlannedRef> refs,
                                       std::span<const Ask> asks) {
  std::vector<StoreBatch> batches;
  for (const Ask& ask : asks) {
    const PlannedRef& planned = refs[ask.ref];
    const Place& place = planned.places[ask.place];
    StoreBatch& batch = batch_of(batches, place.store);
    batch.refs.push_back(ask.ref);
    batch.locators.push_back({place.scope, planned.ref, place.path, {}});
  }
  std::sort(batches.begin(), batches.end(),
            [](const StoreBatch& a, const StoreBatch& b) {
              return a.store < b.store;
            });
  return batches;
}

Result<Plan> make_plan(const Catalog& catalog, const StoreSet& stores,
                       std::span<const SecretRef> refs, const Caller& caller) {
  try {
    Plan plan;
    SOTTO_ASSIGN_OR_RETURN(plan.refs, look_up(catalog, stores, refs, caller));
    std::vector<Ask> asks;
    for (std::size_t i = 0; i < plan.refs.size(); ++i) {
      if (!plan.refs[i].places.empty()) asks.push_back({i, 0});
    }
    plan.batches = batch_by_store(plan.refs, asks);
    return plan;
  } catch (const std::bad_alloc&) {
    return tl::unexpected<Error>(no_memory());
  }
}

}  // namespace sotto
