// SPDX-License-Identifier: Apache-2.0

#include "resolver/secret_manager.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "base/guarded.h"
#include "resolver/group_write.h"
#include "resolver/host_binder.h"
#include "resolver/import.h"
#include "resolver/journal.h"
#include "resolver/lookup_errors.h"
#include "resolver/recovery.h"
#include "resolver/resolver.h"
#include "resolver/store_notes.h"

namespace sotto {
namespace {

Result<void> check_group(std::string_view group) {
  if (is_name(group)) return {};
  return fail(ErrorCode::kUsage, "this is not the name of a group",
              std::string(kNameRule));
}

Result<VersionedStore*> versioned(Store& store) {
  if (auto* const found = dynamic_cast<VersionedStore*>(&store)) return found;
  return fail(ErrorCode::kUsage,
              fmt::format("store \"{}\" keeps no history", store.name()));
}

Result<std::optional<CatalogEntry>> find_entry(const Catalog& catalog,
                                               const Scope& scope,
                                               const SecretRef& ref) {
  SOTTO_ASSIGN_OR_RETURN(auto entries, catalog.find({&ref, 1}, {&scope, 1}));
  return std::move(entries.front());
}

struct Home {
  Place place;
  ChangeKind change = ChangeKind::kCreated;  // What a new value means.
};

// The version that a caller saw. A store that counts from 1 again when a group
// was purged tells the two apart by when it was made, if the catalog knows it.
struct Seen {
  std::optional<Version> version;
  std::optional<Timestamp> created;
};

Result<Seen> as_seen(const Catalog& catalog, const Scope& scope,
                     const SecretRef& ref, std::optional<Version> expected) {
  Seen seen{expected, {}};
  if (!expected) return seen;
  SOTTO_ASSIGN_OR_RETURN(const auto entry, find_entry(catalog, scope, ref));
  if (entry && entry->version == *expected) seen.created = entry->updated;
  return seen;
}

// Where a write to `ref` goes: where it is, else where its group is, else to
// the target's store.
Result<Home> home_for(const Catalog& catalog, const WriteTarget& target,
                      const SecretRef& ref) {
  SOTTO_ASSIGN_OR_RETURN(const auto entry,
                         find_entry(catalog, target.scope, ref));
  if (entry) {
    return Home{{entry->store, target.scope, entry->path},
                change_of_setting(*entry)};
  }
  SOTTO_ASSIGN_OR_RETURN(Place place,
                         home_of_group(catalog, target, ref.group));
  return Home{std::move(place)};
}

tl::unexpected<Error> unknown_name(const Catalog& catalog, const Scope& scope,
                                   const SecretRef& ref) {
  return fail(ErrorCode::kMissing, not_defined(ref).message,
              known_name_hint(catalog, scope, ref));
}

// Where a secret may be that is to exist already. Empty: proven absent.
Result<std::vector<Place>> places_of(const Catalog& catalog,
                                     const StoreSet& stores, const Scope& scope,
                                     const SecretRef& ref) {
  SOTTO_ASSIGN_OR_RETURN(const auto entry, find_entry(catalog, scope, ref));
  if (entry) return std::vector{Place{entry->store, scope, entry->path}};
  std::vector<Place> places;
  for (const Store* store : stores.all()) {
    if (!store->has_complete_catalog()) {
      places.push_back({store->name(), scope, {}});
    }
  }
  return places;
}

// One write of one group, from the intent to the catalog and to those who
// listen. `change` is what it comes to, but for the version.
template <typename Write>
Result<Version> write_group(Catalog& catalog, Store& store, SecretChange change,
                            ChangeFeed& changes, Write write) {
  Journal journal(catalog, store,
                  {{change.scope, change.ref.group, store.name()}});
  SOTTO_RETURN_IF_ERROR(journal.begin());
  Result<Version> version = write();
  const auto ended = guarded([&] { return journal.end({&version, 1}); });
  if (!version) return version;
  if (ended) {
    change.version = *version;
    changes.tell({&change, 1});
    return version;
  }
  return after_write([&]() -> Result<Version> {
    return not_recorded(fmt::format("secret \"{}\" was", to_string(change.ref)),
                        ended.error());
  });
}

Result<Version> put_one(Store& store, const Place& place, const SecretRef& ref,
                        std::optional<SecretString> value, const Seen& seen) {
  std::vector<GroupWrite> writes(1);
  writes[0].scope = place.scope;
  writes[0].group = ref.group;
  writes[0].path = place.path;
  writes[0].expected = seen.version;
  writes[0].expected_created = seen.created;
  writes[0].changes.push_back({ref.key, std::move(value)});
  return std::move(put_all(store, writes).front());
}

// All that a store holds; which scopes have notes of ours is told apart.
Result<std::vector<CatalogEntry>> list_all(Store& store,
                                           std::vector<Scope>& with_notes) {
  SOTTO_ASSIGN_OR_RETURN(const auto scopes, store.scopes());
  std::vector<CatalogEntry> all;
  for (const Scope& scope : std::set<Scope>(scopes.begin(), scopes.end())) {
    SOTTO_ASSIGN_OR_RETURN(auto entries, list_entries(store, scope));
    const auto is_note = [](const CatalogEntry& entry) {
      return entry.ref.group == kNotesGroup;
    };
    if (std::erase_if(entries, is_note) > 0) with_notes.push_back(scope);
    std::move(entries.begin(), entries.end(), std::back_inserter(all));
  }
  return all;
}

// A store whose trouble is not known here is asked to restore all the same.
Result<void> require_not_alive(Store& store, const Scope& scope,
                               const SecretRef& ref) {
  const auto listed = store.list_group(scope, ref.group);
  const bool is_alive =
      listed && std::ranges::any_of(*listed, [&](const SecretInfo& info) {
        return info.ref == ref && info.state == SecretState::kActive;
      });
  if (!is_alive) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("secret \"{}\" is not deleted", to_string(ref)),
              fmt::format("to bring an earlier value back, name its --version; "
                          "see: sotto secret history {}",
                          to_string(ref)));
}

}  // namespace

Result<Version> SecretManager::set(const WriteTarget& target,
                                   const SecretRef& ref, SecretString value,
                                   std::optional<Version> expected) {
  return guarded([&]() -> Result<Version> {
    SOTTO_RETURN_IF_ERROR(check_name(ref));
    SOTTO_RETURN_IF_ERROR(check_value(ref, value));
    SOTTO_RETURN_IF_ERROR(check_schema(schemas_, ref, value));
    SOTTO_RETURN_IF_ERROR(require_settled(target, ref.group));
    SOTTO_ASSIGN_OR_RETURN(const Home home, home_for(catalog_, target, ref));
    SOTTO_ASSIGN_OR_RETURN(Store* const store,
                           configured_store(stores_, home.place.store));
    SOTTO_ASSIGN_OR_RETURN(const Seen seen,
                           as_seen(catalog_, target.scope, ref, expected));
    return write_group(
        catalog_, *store, {home.change, target.scope, ref}, changes_, [&] {
          return put_one(*store, home.place, ref, std::move(value), seen);
        });
  });
}

Result<std::size_t> SecretManager::import(const WriteTarget& target,
                                          std::vector<ImportItem> items) {
  return guarded([&]() -> Result<std::size_t> {
    const std::size_t count = items.size();
    SOTTO_RETURN_IF_ERROR(check_items(items, schemas_));
    for (const ImportItem& item : items) {
      SOTTO_RETURN_IF_ERROR(require_settled(target, item.ref.group));
    }
    SOTTO_RETURN_IF_ERROR(
        import_all(catalog_, stores_, target, std::move(items), changes_));
    return count;
  });
}

Result<Version> SecretManager::remove(const Scope& scope, const SecretRef& ref,
                                      std::optional<Version> expected) {
  return guarded([&]() -> Result<Version> {
    SOTTO_RETURN_IF_ERROR(check_name(ref));
    SOTTO_ASSIGN_OR_RETURN(const auto places,
                           places_of(catalog_, stores_, scope, ref));
    SOTTO_ASSIGN_OR_RETURN(const Seen seen,
                           as_seen(catalog_, scope, ref, expected));
    for (const Place& place : places) {
      SOTTO_ASSIGN_OR_RETURN(Store* const store,
                             configured_store(stores_, place.store));
      Result<Version> removed = write_group(
          catalog_, *store, {ChangeKind::kDeleted, scope, ref}, changes_,
          [&] { return put_one(*store, place, ref, std::nullopt, seen); });
      if (removed || removed.error().code != ErrorCode::kMissing) {
        return removed;
      }
    }
    return unknown_name(catalog_, scope, ref);
  });
}

Result<Version> SecretManager::restore(const Scope& scope, const SecretRef& ref,
                                       std::optional<Version> version,
                                       std::optional<Version> expected) {
  return guarded([&]() -> Result<Version> {
    SOTTO_RETURN_IF_ERROR(check_name(ref));
    SOTTO_ASSIGN_OR_RETURN(const auto places,
                           places_of(catalog_, stores_, scope, ref));
    Result<Version> restored = unknown_name(catalog_, scope, ref);
    for (const Place& place : places) {
      SOTTO_ASSIGN_OR_RETURN(Store* const store,
                             configured_store(stores_, place.store));
      SOTTO_ASSIGN_OR_RETURN(VersionedStore* const keeper, versioned(*store));
      if (!version) {
        SOTTO_RETURN_IF_ERROR(require_not_alive(*store, scope, ref));
      }
      restored = write_group(
          catalog_, *store, {ChangeKind::kRestored, scope, ref}, changes_,
          [&] { return keeper->restore(scope, ref, version, expected); });
      if (restored || restored.error().code != ErrorCode::kMissing) break;
    }
    return restored;
  });
}

Result<std::vector<VersionInfo>> SecretManager::history(
    const Scope& scope, std::string_view group) const {
  return guarded([&]() -> Result<std::vector<VersionInfo>> {
    SOTTO_RETURN_IF_ERROR(check_group(group));
    SOTTO_ASSIGN_OR_RETURN(const auto home, catalog_.home_of(scope, group));
    if (home) {
      SOTTO_ASSIGN_OR_RETURN(Store* const store,
                             configured_store(stores_, home->store));
      SOTTO_ASSIGN_OR_RETURN(VersionedStore* const keeper, versioned(*store));
      return keeper->history(scope, group);
    }
    for (Store* const store : stores_.all()) {
      auto* const keeper = dynamic_cast<VersionedStore*>(store);
      if (keeper == nullptr || store->has_complete_catalog()) continue;
      auto versions = keeper->history(scope, group);
      if (versions || versions.error().code != ErrorCode::kMissing) {
        return versions;
      }
    }
    return fail(ErrorCode::kMissing,
                fmt::format("group \"{}\" is not defined", group),
                known_group_hint(catalog_, scope, group));
  });
}

Result<std::vector<std::string>> SecretManager::bind_hosts(
    const WriteTarget& target, const std::string& group,
    const HostChange& change) {
  return guarded([&] {
    return HostBinder(catalog_, stores_, target, group).bind(change);
  });
}

Result<SyncReport> SecretManager::sync() {
  return guarded([&]() -> Result<SyncReport> {
    std::vector<StoreListing> listings;
    std::deque<std::vector<Scope>> with_notes;
    for (Store* const store : stores_.all()) {
      // What is opened at its first use, or asks for a passphrase, does so
      // before the catalog is locked.
      SOTTO_RETURN_IF_ERROR(store->scopes());
      std::vector<Scope>& noted = with_notes.emplace_back();
      listings.push_back(
          {store->name(), [store, &noted] { return list_all(*store, noted); },
           [store, &noted] { return read_noted_hosts(*store, noted); }});
    }
    return catalog_.rebuild(listings);
  });
}

Result<std::size_t> SecretManager::recover() {
  return guarded([&]() -> Result<std::size_t> {
    SOTTO_ASSIGN_OR_RETURN(Recovery recovery, recover_all(catalog_, stores_));
    const std::scoped_lock lock(mutex_);
    unfinished_ = std::move(recovery.unfinished);
    return recovery.finished;
  });
}

std::vector<UnfinishedWrite> SecretManager::unfinished() const {
  const std::scoped_lock lock(mutex_);
  return unfinished_;
}

Result<ChangeSubscription> SecretManager::listen(
    std::shared_ptr<ChangeListener> listener) {
  return changes_.listen(std::move(listener));
}

// Of a group that is unfinished somewhere: may it go to where a write to it
// would go now? Tried again, for what stood in the way may be gone.
Result<void> SecretManager::require_settled(const WriteTarget& target,
                                            const std::string& group) {
  for (const UnfinishedWrite& write : unfinished()) {
    const Intent& intent = write.intent;
    if (intent.scope != target.scope || intent.group != group) continue;
    SOTTO_ASSIGN_OR_RETURN(const Place home,
                           home_of_group(catalog_, target, group));
    if (home.store == intent.store) continue;
    SOTTO_ASSIGN_OR_RETURN(Store* const store,
                           configured_store(stores_, intent.store));
    Recovery again;
    SOTTO_RETURN_IF_ERROR(
        recover_groups(catalog_, *store, {&intent, 1}, again));
    if (!again.unfinished.empty()) {
      return tl::unexpected<Error>(std::move(again.unfinished.front().error));
    }
    const std::scoped_lock lock(mutex_);
    std::erase_if(unfinished_, [&](const UnfinishedWrite& other) {
      return other.intent == intent;
    });
  }
  return {};
}

}  // namespace sotto
