// SPDX-License-Identifier: Apache-2.0
//
// The only writer: journals an intent, writes the store, commits to the
// catalog.

#ifndef SOTTO_RESOLVER_SECRET_MANAGER_H_
#define SOTTO_RESOLVER_SECRET_MANAGER_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "base/secret_string.h"
#include "resolver/plan.h"
#include "store/catalog.h"
#include "store/store.h"

namespace sotto {

// Where a write goes.
struct WriteTarget {
  Scope scope;
  // The store for a secret that the catalog does not know yet; a known one
  // stays where it is.
  std::string store;
};

// A value to import.
struct ImportItem {
  SecretRef ref;
  SecretString value;
};

// Borrows the catalog and the stores. Thread-safe. Every write may fail as
// Store::put() and Catalog do; a write that the store took and the catalog did
// not is finished by the next recover(), which every Engine does as it opens.
class SecretManager {
 public:
  SecretManager(Catalog& catalog, const StoreSet& stores)
      : catalog_(catalog), stores_(stores) {}

  // Creates or updates. `expected`: the version of the group that the caller
  // saw, 0 for one that must not exist yet; kConflict otherwise.
  Result<Version> set(const WriteTarget& target, const SecretRef& ref,
                      SecretString value, std::optional<Version> expected);

  // Sets all of them, one write a group. All or nothing where one store holds
  // them all.
  Result<std::size_t> import(const WriteTarget& target,
                             std::vector<ImportItem> items);

  // Soft: restore() brings it back. kMissing if it is not there.
  Result<Version> remove(const Scope& scope, const SecretRef& ref,
                         std::optional<Version> expected);
  Result<Version> restore(const Scope& scope, const SecretRef& ref,
                          std::optional<Version> version,
                          std::optional<Version> expected);
  Result<std::vector<VersionInfo>> history(const Scope& scope,
                                           std::string_view group) const;

  // Rebuilds the catalog from what the stores list.
  Result<SyncReport> sync();

  // Finishes what a crash left between a store and the catalog. Returns how
  // many groups that were.
  Result<std::size_t> recover();

 private:
  Catalog& catalog_;
  const StoreSet& stores_;
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_SECRET_MANAGER_H_
