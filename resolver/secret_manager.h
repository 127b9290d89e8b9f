// SPDX-License-Identifier: Apache-2.0
//
// The only writer: journals an intent, writes the store, commits to the
// catalog.

#ifndef SOTTO_RESOLVER_SECRET_MANAGER_H_
#define SOTTO_RESOLVER_SECRET_MANAGER_H_

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "base/secret_string.h"
#include "resolver/change_listener.h"
#include "resolver/group_schema.h"
#include "resolver/plan.h"
#include "store/catalog.h"
#include "store/store.h"

namespace sotto {

// Where a write goes.
struct WriteTarget {
  Scope scope;
  // The store for a group that the catalog does not know yet; a known one
  // stays where it is, because a version belongs to the whole group.
  std::string store;
};

// A value to import.
struct ImportItem {
  SecretRef ref;
  SecretString value;
};

// What is to become of the hosts that a group is bound to.
struct HostChange {
  std::vector<std::string> add;
  std::vector<std::string> remove;
};

// A group whose write a crash cut short, and why the catalog cannot be told.
struct UnfinishedWrite {
  Intent intent;
  Error error;  // Whole: says of which group, in which store.
};

// Borrows the catalog and the stores. Thread-safe. Every write may fail as
// Store::put() and Catalog do, and with kUsage for what is no name or no
// store. A write that the store took and the catalog did not is
// kOutcomeUnknown, not to be repeated: the next recover(), which every Engine
// does as it opens, finishes it. What set() and import() are given must fit
// the schema of its group (resolver/group_schema.h), if there is one; kUsage
// else, and nothing is written.
class SecretManager {
 public:
  SecretManager(Catalog& catalog, const StoreSet& stores,
                GroupSchemas schemas = {})
      : catalog_(catalog), stores_(stores), schemas_(std::move(schemas)) {}

  // Creates or updates. `expected`: the version of the group that the caller
  // saw, 0 for one that must not exist yet; kConflict otherwise.
  Result<Version> set(const WriteTarget& target, const SecretRef& ref,
                      SecretString value, std::optional<Version> expected);

  // Sets all of them, one write a group and one batch a store, and tells how
  // many secrets that were. A name that comes twice is kUsage. Nothing is
  // written in a store that refuses one of its groups, if its put() is all or
  // nothing; that store is the last one asked, and what was written all the
  // same is named by the error.
  Result<std::size_t> import(const WriteTarget& target,
                             std::vector<ImportItem> items);

  // Soft: restore() brings it back. kMissing if it is not there, kDeleted if
  // it was deleted already.
  Result<Version> remove(const Scope& scope, const SecretRef& ref,
                         std::optional<Version> expected);

  // As VersionedStore does; kUsage for a store that keeps no history, and,
  // without a version, for what is not deleted.
  Result<Version> restore(const Scope& scope, const SecretRef& ref,
                          std::optional<Version> version,
                          std::optional<Version> expected);
  Result<std::vector<VersionInfo>> history(const Scope& scope,
                                           std::string_view group) const;

  // Binds a group to hosts that its values may be sent to (base/host_name.h),
  // or to fewer, and tells which they are then; none: any. They are kept where
  // the group is, in a group of Sotto's own, and so outlive the catalog. Fails
  // as bind_hosts() of Catalog, and with kMissing for a host to remove that the
  // group is not bound to.
  Result<std::vector<std::string>> bind_hosts(const WriteTarget& target,
                                              const std::string& group,
                                              const HostChange& change);

  // Rebuilds the catalog from what the stores list, and drops what it has of
  // stores that are not configured. If one of them cannot be listed, or lists
  // what makes no sense (kMalformed), nothing is changed.
  Result<SyncReport> sync();

  // Finishes what a crash left between a store and the catalog, and tells how
  // many groups that were. What cannot be finished for its own sake (a store
  // that does not answer, a name that another store has too) is unfinished()
  // and stays for the next time; everything else can be written. Groups of
  // stores that are not configured are left for sync(). Fails as Catalog does.
  Result<std::size_t> recover();

  // What the last recover() could not finish. Until it is, set() and import()
  // refuse, with its reason, to write its group to another store, which might
  // give one name two places.
  std::vector<UnfinishedWrite> unfinished() const;

  // Tells of every write through this manager that store and catalog have
  // taken, exactly once; a write never waits for a listener. What recover() and
  // sync() find, the writes of others, is not told. Fails with kNoMemory.
  Result<ChangeSubscription> listen(std::shared_ptr<ChangeListener> listener);

 private:
  Result<void> require_settled(const WriteTarget& target,
                               const std::string& group);

  Catalog& catalog_;
  const StoreSet& stores_;
  const GroupSchemas schemas_;
  ChangeFeed changes_;
  mutable std::mutex mutex_;  // Of what follows.
  std::vector<UnfinishedWrite> unfinished_;
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_SECRET_MANAGER_H_
