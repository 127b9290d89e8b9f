// SPDX-License-Identifier: Apache-2.0

#include "resolver/secret_manager.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <new>
#include <set>
#include <string_view>
#include <utility>

#include "base/guarded.h"
#include "resolver/journal.h"
#include "resolver/lookup_errors.h"

namespace sotto {
namespace {

Result<void> check_value(const SecretRef& ref, const SecretString& value) {
  if (value.size() <= kMaxValueSize) return {};
  return fail(ErrorCode::kLimit,
              fmt::format("secret \"{}\" is too large: expected at most {} "
                          "bytes, found {}",
                          to_string(ref), kMaxValueSize, value.size()));
}

// Names are checked at this edge: no store is ever given another.
Result<void> check_name(const SecretRef& ref) {
  SOTTO_RETURN_IF_ERROR(parse_secret_ref(to_string(ref)));
  return {};
}

Result<void> check_group(std::string_view group) {
  if (is_name(group)) return {};
  return fail(ErrorCode::kUsage, "this is not the name of a group",
              std::string(kNameRule));
}

Result<Store*> configured_store(const StoreSet& stores,
                                const std::string& name) {
  if (Store* store = stores.find(name)) return store;
  std::string known;
  for (const Store* store : stores.all()) {
    known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", store->name());
  }
  return fail(ErrorCode::kUsage,
              fmt::format("store \"{}\" is not configured", name),
              known.empty() ? "configure a store in sotto.json"
                            : "configured: " + known);
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

// Where a write to a group goes: where it is, else to the target's store.
Result<Place> home_of_group(const Catalog& catalog, const WriteTarget& target,
                            const std::string& group) {
  SOTTO_ASSIGN_OR_RETURN(auto home, catalog.home_of(target.scope, group));
  if (!home) return Place{target.store, target.scope, {}};
  return Place{std::move(home->store), target.scope, std::move(home->path)};
}

// Where a write to `ref` goes: where it is, else where its group is, else to
// the target's store.
Result<Place> home_for(const Catalog& catalog, const WriteTarget& target,
                       const SecretRef& ref) {
  SOTTO_ASSIGN_OR_RETURN(const auto entry,
                         find_entry(catalog, target.scope, ref));
  if (entry) return Place{entry->store, target.scope, entry->path};
  return home_of_group(catalog, target, ref.group);
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

// The store has it, the catalog may not.
tl::unexpected<Error> not_recorded(std::string_view what, const Error& error) {
  return fail(ErrorCode::kOutcomeUnknown,
              fmt::format("{} written, but the catalog was not: {}", what,
                          error.message),
              "finish it with: sotto catalog sync");
}

// What `body`, which speaks of a write that may have been done, returns. It
// must not end as "no memory", which would say that nothing was.
template <typename Body>
auto after_write(const Body& body) noexcept -> decltype(body()) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    // Short enough to need no memory itself.
    return fail(ErrorCode::kOutcomeUnknown, "outcome unknown");
  }
}

// One write of one group, from the intent to the catalog.
template <typename Write>
Result<Version> write_group(Catalog& catalog, Store& store, const Scope& scope,
                            const SecretRef& ref, Write write) {
  Journal journal(catalog, store, {{scope, ref.group, store.name()}});
  SOTTO_RETURN_IF_ERROR(journal.begin());
  Result<Version> version = write();
  const auto ended = guarded([&] { return journal.end({&version, 1}); });
  if (ended || !version) return version;
  return after_write([&]() -> Result<Version> {
    return not_recorded(fmt::format("secret \"{}\" was", to_string(ref)),
                        ended.error());
  });
}

// A batch of writes; as many results, whatever the store does.
std::vector<Result<Version>> put_all(Store& store,
                                     std::span<const GroupWrite> writes) {
  std::vector<Result<Version>> results = store.put(writes);
  if (results.size() == writes.size()) return results;
  Error error = wrong_count(store.name(), writes.size(), results.size());
  error.code = ErrorCode::kOutcomeUnknown;
  return std::vector<Result<Version>>(writes.size(),
                                      tl::unexpected<Error>(error));
}

Result<Version> put_one(Store& store, const Place& place, const SecretRef& ref,
                        std::optional<SecretString> value,
                        std::optional<Version> expected) {
  std::vector<GroupWrite> writes(1);
  writes[0].scope = place.scope;
  writes[0].group = ref.group;
  writes[0].path = place.path;
  writes[0].expected = expected;
  writes[0].changes.push_back({ref.key, std::move(value)});
  return std::move(put_all(store, writes).front());
}

// What an import writes to one store, and what came of it.
struct StoreImport {
  Store* store = nullptr;
  std::vector<GroupWrite> writes;
};

using ImportPlan = std::map<std::string, StoreImport, std::less<>>;

Result<void> check_items(std::span<const ImportItem> items) {
  std::set<SecretRef> seen;
  for (const ImportItem& item : items) {
    SOTTO_RETURN_IF_ERROR(check_name(item.ref));
    SOTTO_RETURN_IF_ERROR(check_value(item.ref, item.value));
    if (!seen.insert(item.ref).second) {
      return fail(ErrorCode::kUsage, fmt::format("secret \"{}\" is there twice",
                                                 to_string(item.ref)));
    }
  }
  return {};
}

Result<ImportPlan> plan_import(const Catalog& catalog, const StoreSet& stores,
                               const WriteTarget& target,
                               std::vector<ImportItem> items) {
  std::sort(
      items.begin(), items.end(),
      [](const ImportItem& a, const ImportItem& b) { return a.ref < b.ref; });
  ImportPlan plan;
  StoreImport* part = nullptr;  // Where the group of the item before goes.
  for (ImportItem& item : items) {
    if (part == nullptr || part->writes.back().group != item.ref.group) {
      SOTTO_ASSIGN_OR_RETURN(Place place,
                             home_of_group(catalog, target, item.ref.group));
      part = &plan[place.store];
      SOTTO_ASSIGN_OR_RETURN(part->store,
                             configured_store(stores, place.store));
      GroupWrite write;
      write.scope = target.scope;
      write.group = item.ref.group;
      write.path = std::move(place.path);
      part->writes.push_back(std::move(write));
    }
    part->writes.back().changes.push_back(
        {std::move(item.ref.key), std::move(item.value)});
  }
  return plan;
}

std::string joined(const std::vector<std::string>& groups) {
  std::string text;
  for (const std::string& group : groups) {
    text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", group);
  }
  return text;
}

// Goes through the stores, the last one that was asked being the first one
// that failed.
class Importer {
 public:
  explicit Importer(Catalog& catalog) : catalog_(catalog) {}

  Result<void> run(ImportPlan& plan) {
    for (auto& [name, part] : plan) {
      Result<void> done = written_.empty()
                              ? write(part)
                              : after_write([&] { return write(part); });
      part.writes.clear();  // The values are wiped as soon as they are stored.
      if (!done) return done;
    }
    return {};
  }

 private:
  Result<void> write(const StoreImport& part) {
    std::vector<Intent> intents;
    for (const GroupWrite& group : part.writes) {
      intents.push_back({group.scope, group.group, part.store->name()});
    }
    Journal journal(catalog_, *part.store, std::move(intents));
    if (const auto begun = journal.begin(); !begun) {
      return tl::unexpected<Error>(partial(begun.error()));
    }
    return after_write([&]() -> Result<void> {
      const std::vector<Result<Version>> results =
          put_all(*part.store, part.writes);
      const auto ended = guarded([&] { return journal.end(results); });
      return outcome(part, results, ended);
    });
  }

  // What there is to say of a store that was asked.
  Result<void> outcome(const StoreImport& part,
                       std::span<const Result<Version>> results,
                       const Result<void>& ended) {
    const Error* refused = nullptr;
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i]) {
        written_.push_back(part.writes[i].group);
      } else if (refused == nullptr || refused->code == ErrorCode::kCancelled) {
        refused = &results[i].error();
      }
    }
    if (refused != nullptr) return tl::unexpected<Error>(partial(*refused));
    if (ended) return {};
    return not_recorded(fmt::format("{} {}", joined(written_),
                                    written_.size() == 1 ? "was" : "were"),
                        ended.error());
  }

  Error partial(Error error) const {
    if (written_.empty()) return error;
    error.message += fmt::format("; written nevertheless: {} {}",
                                 written_.size() == 1 ? "group" : "groups",
                                 joined(written_));
    return error;
  }

  Catalog& catalog_;
  std::vector<std::string> written_;
};

Result<std::vector<CatalogEntry>> list_all(Store& store) {
  SOTTO_ASSIGN_OR_RETURN(const auto scopes, store.scopes());
  std::vector<CatalogEntry> all;
  for (const Scope& scope : std::set<Scope>(scopes.begin(), scopes.end())) {
    SOTTO_ASSIGN_OR_RETURN(auto entries, list_entries(store, scope));
    std::move(entries.begin(), entries.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace

Result<Version> SecretManager::set(const WriteTarget& target,
                                   const SecretRef& ref, SecretString value,
                                   std::optional<Version> expected) {
  return guarded([&]() -> Result<Version> {
    SOTTO_RETURN_IF_ERROR(check_name(ref));
    SOTTO_RETURN_IF_ERROR(check_value(ref, value));
    SOTTO_ASSIGN_OR_RETURN(const Place home, home_for(catalog_, target, ref));
    SOTTO_ASSIGN_OR_RETURN(Store* const store,
                           configured_store(stores_, home.store));
    return write_group(catalog_, *store, target.scope, ref, [&] {
      return put_one(*store, home, ref, std::move(value), expected);
    });
  });
}

Result<std::size_t> SecretManager::import(const WriteTarget& target,
                                          std::vector<ImportItem> items) {
  return guarded([&]() -> Result<std::size_t> {
    const std::size_t count = items.size();
    SOTTO_RETURN_IF_ERROR(check_items(items));
    SOTTO_ASSIGN_OR_RETURN(
        ImportPlan plan,
        plan_import(catalog_, stores_, target, std::move(items)));
    SOTTO_RETURN_IF_ERROR(Importer(catalog_).run(plan));
    return count;
  });
}

Result<Version> SecretManager::remove(const Scope& scope, const SecretRef& ref,
                                      std::optional<Version> expected) {
  return guarded([&]() -> Result<Version> {
    SOTTO_RETURN_IF_ERROR(check_name(ref));
    SOTTO_ASSIGN_OR_RETURN(const auto places,
                           places_of(catalog_, stores_, scope, ref));
    for (const Place& place : places) {
      SOTTO_ASSIGN_OR_RETURN(Store* const store,
                             configured_store(stores_, place.store));
      Result<Version> removed = write_group(catalog_, *store, scope, ref, [&] {
        return put_one(*store, place, ref, std::nullopt, expected);
      });
      if (removed || removed.error().code != ErrorCode::kMissing) {
        return removed;
      }
    }
    return tl::unexpected<Error>(
        Error{ErrorCode::kMissing, not_defined(ref).message, {}});
  });
}

Result<Version> SecretManager::restore(const Scope& scope, const SecretRef& ref,
                                       std::optional<Version> version,
                                       std::optional<Version> expected) {
  return guarded([&]() -> Result<Version> {
    SOTTO_RETURN_IF_ERROR(check_name(ref));
    SOTTO_ASSIGN_OR_RETURN(const auto places,
                           places_of(catalog_, stores_, scope, ref));
    Result<Version> restored = tl::unexpected<Error>(
        Error{ErrorCode::kMissing, not_defined(ref).message, {}});
    for (const Place& place : places) {
      SOTTO_ASSIGN_OR_RETURN(Store* const store,
                             configured_store(stores_, place.store));
      SOTTO_ASSIGN_OR_RETURN(VersionedStore* const keeper, versioned(*store));
      restored = write_group(catalog_, *store, scope, ref, [&] {
        return keeper->restore(scope, ref, version, expected);
      });
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
                fmt::format("group \"{}\" is not defined", group));
  });
}

Result<SyncReport> SecretManager::sync() {
  return guarded([&]() -> Result<SyncReport> {
    std::vector<StoreListing> listings;
    for (Store* const store : stores_.all()) {
      // What is opened at its first use, or asks for a passphrase, does so
      // before the catalog is locked.
      SOTTO_RETURN_IF_ERROR(store->scopes());
      listings.push_back({store->name(), [store] { return list_all(*store); }});
    }
    return catalog_.rebuild(listings);
  });
}

Result<std::size_t> SecretManager::recover() {
  return guarded([&]() -> Result<std::size_t> {
    SOTTO_ASSIGN_OR_RETURN(const auto intents, catalog_.intents());
    // Each scope of a store is listed once.
    std::map<std::pair<std::string, Scope>, std::vector<Intent>> open;
    for (const Intent& intent : intents) {
      open[{intent.store, intent.scope}].push_back(intent);
    }
    std::size_t finished = 0;
    std::optional<Error> trouble;
    for (const auto& [place, groups] : open) {
      Store* const store = stores_.find(place.first);
      if (store == nullptr) continue;  // sync() drops them.
      const Result<void> done = confirm(catalog_, *store, groups);
      if (done) {
        finished += groups.size();
      } else if (!trouble) {
        trouble = done.error();
      }
    }
    if (trouble) return tl::unexpected<Error>(std::move(*trouble));
    return finished;
  });
}

}  // namespace sotto
