// SPDX-License-Identifier: Apache-2.0

#include "service/lazy_store.h"

#include "base/guarded.h"
#include "store/guarded.h"

namespace sotto {

Result<void> LazyStore::ensure_open() {
  SOTTO_RETURN_IF_ERROR(open());
  return {};
}

Result<VersionedStore*> LazyStore::open() {
  const std::scoped_lock lock(mutex_);
  if (store_ == nullptr) {
    SOTTO_ASSIGN_OR_RETURN(store_, guarded([&] { return parts_.open(); }));
  }
  return store_.get();
}

bool LazyStore::is_open() {
  const std::scoped_lock lock(mutex_);
  return store_ != nullptr;
}

std::vector<Result<FetchedSecret>> LazyStore::fetch(
    std::span<const Locator> locators) {
  const auto store = open();
  if (!store) {
    return failed_batch<FetchedSecret>(locators.size(), store.error());
  }
  return (*store)->fetch(locators);
}

std::vector<Result<FetchedSecret>> LazyStore::fetch_within(
    Operation& operation, std::span<const Locator> locators) {
  const auto store = open();
  if (!store) {
    return failed_batch<FetchedSecret>(locators.size(), store.error());
  }
  return (*store)->fetch_within(operation, locators);
}

std::vector<Result<Inspection>> LazyStore::inspect(
    Operation& operation, std::span<const Locator> locators) {
  const auto store = open();
  if (!store) return failed_batch<Inspection>(locators.size(), store.error());
  return sotto::inspect(**store, operation, locators);
}

std::vector<Result<Version>> LazyStore::put(
    std::span<const GroupWrite> writes) {
  const auto store = open();
  if (!store) return failed_batch<Version>(writes.size(), store.error());
  return (*store)->put(writes);
}

Result<std::vector<SecretInfo>> LazyStore::list(const Scope& scope) {
  SOTTO_ASSIGN_OR_RETURN(VersionedStore* const store, open());
  return store->list(scope);
}

Result<std::vector<SecretInfo>> LazyStore::list_group(const Scope& scope,
                                                      std::string_view group) {
  SOTTO_ASSIGN_OR_RETURN(VersionedStore* const store, open());
  return store->list_group(scope, group);
}

Result<std::vector<Scope>> LazyStore::scopes() {
  SOTTO_ASSIGN_OR_RETURN(VersionedStore* const store, open());
  return store->scopes();
}

Result<void> LazyStore::check() {
  SOTTO_ASSIGN_OR_RETURN(VersionedStore* const store, open());
  return store->check();
}

StoreHealth LazyStore::health() {
  if (parts_.check_unopened && !is_open()) {
    auto checked = parts_.check_unopened();
    if (checked) return {};
    return {StoreCondition::kDisconnected, std::move(checked).error(), {}};
  }
  auto store = open();
  if (store) return (*store)->health();
  return {StoreCondition::kDisconnected, std::move(store).error(), {}};
}

Result<std::vector<VersionInfo>> LazyStore::history(const Scope& scope,
                                                    std::string_view group) {
  SOTTO_ASSIGN_OR_RETURN(VersionedStore* const store, open());
  return store->history(scope, group);
}

Result<Version> LazyStore::restore(const Scope& scope, const SecretRef& ref,
                                   std::optional<Version> version,
                                   std::optional<Version> expected) {
  SOTTO_ASSIGN_OR_RETURN(VersionedStore* const store, open());
  return store->restore(scope, ref, version, expected);
}

bool StoreInUse::can_be_opened() {
  if (open_error_) return false;
  auto opened = store_.ensure_open();
  if (!opened) open_error_ = std::move(opened).error();
  return opened.has_value();
}

std::vector<Result<FetchedSecret>> StoreInUse::fetch(
    std::span<const Locator> locators) {
  if (can_be_opened()) return store_.fetch(locators);
  return failed_batch<FetchedSecret>(locators.size(), *open_error_);
}

std::vector<Result<FetchedSecret>> StoreInUse::fetch_within(
    Operation& operation, std::span<const Locator> locators) {
  if (can_be_opened()) return store_.fetch_within(operation, locators);
  return failed_batch<FetchedSecret>(locators.size(), *open_error_);
}

}  // namespace sotto
