// SPDX-License-Identifier: Apache-2.0

#include "resolver/cached_store.h"

#include <utility>

#include "base/guarded.h"
#include "resolver/cached_fetch.h"
#include "store/guarded.h"

namespace sotto {

using Fetched = std::vector<Result<FetchedSecret>>;

CachedStore::CachedStore(std::unique_ptr<VersionedStore> store,
                         CacheLimits limits, Clock clock)
    : store_(std::move(store)),
      fetch_(std::make_unique<CachedFetch>(*store_, limits, std::move(clock))) {
}

CachedStore::~CachedStore() = default;

void CachedStore::purge() { fetch_->forget_all(); }

const std::string& CachedStore::name() const { return store_->name(); }

bool CachedStore::has_complete_catalog() const {
  return store_->has_complete_catalog();
}

Fetched CachedStore::fetch(std::span<const Locator> locators) {
  Operation operation;
  return fetch_within(operation, locators);
}

Fetched CachedStore::fetch_within(Operation& operation,
                                  std::span<const Locator> locators) {
  auto answers = guarded(
      [&]() -> Result<Fetched> { return fetch_->fetch(operation, locators); });
  if (answers) return *std::move(answers);
  return failed_batch<FetchedSecret>(locators.size(), answers.error());
}

std::vector<Result<Inspection>> CachedStore::inspect(
    Operation& operation, std::span<const Locator> locators) {
  return sotto::inspect(*store_, operation, locators);
}

std::vector<Result<Version>> CachedStore::put(
    std::span<const GroupWrite> writes) {
  using Written = std::vector<Result<Version>>;
  // Named before anything is written: afterwards there may be no memory.
  std::vector<CachedGroup> groups;
  const auto named = guarded([&]() -> Result<void> {
    for (const GroupWrite& write : writes) {
      groups.push_back({write.scope, write.group, {}, std::nullopt});
    }
    return {};
  });
  if (!named) return failed_batch<Version>(writes.size(), named.error());
  Written written = store_->put(writes);
  for (const CachedGroup& group : groups) fetch_->forget(group);
  return written;
}

Result<std::vector<SecretInfo>> CachedStore::list(const Scope& scope) {
  return store_->list(scope);
}

Result<std::vector<SecretInfo>> CachedStore::list_group(
    const Scope& scope, std::string_view group) {
  return store_->list_group(scope, group);
}

Result<std::vector<Scope>> CachedStore::scopes() { return store_->scopes(); }

Result<void> CachedStore::check() { return store_->check(); }

StoreHealth CachedStore::health() { return store_->health(); }

Result<std::vector<VersionInfo>> CachedStore::history(const Scope& scope,
                                                      std::string_view group) {
  return store_->history(scope, group);
}

Result<Version> CachedStore::restore(const Scope& scope, const SecretRef& ref,
                                     std::optional<Version> version,
                                     std::optional<Version> expected) {
  return guarded([&]() -> Result<Version> {
    const CachedGroup group{scope, ref.group, {}, std::nullopt};
    Result<Version> restored = store_->restore(scope, ref, version, expected);
    fetch_->forget(group);
    return restored;
  });
}

}  // namespace sotto
