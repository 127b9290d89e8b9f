// SPDX-License-Identifier: Apache-2.0
//
// A store that is opened, and its key asked for, when it is first used.

#ifndef SOTTO_SERVICE_LAZY_STORE_H_
#define SOTTO_SERVICE_LAZY_STORE_H_

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/inspection.h"
#include "store/store.h"

namespace sotto {

// What failed to open is tried again by the next call. Thread-safe.
class LazyStore : public VersionedStore, public InspectingStore {
 public:
  struct Parts {
    std::string name;
    // Has it a single writer, what passes through Sotto?
    bool has_complete_catalog = false;
    std::function<Result<std::unique_ptr<VersionedStore>>()> open;
    // Where opening would ask somebody: what health() tells without.
    std::function<Result<void>()> check_unopened;
  };

  explicit LazyStore(Parts parts) : parts_(std::move(parts)) {}

  // Opens it, if that has not been done.
  Result<void> ensure_open();

  const std::string& name() const override { return parts_.name; }
  bool has_complete_catalog() const override {
    return parts_.has_complete_catalog;
  }
  std::vector<Result<FetchedSecret>> fetch(
      std::span<const Locator> locators) override;
  std::vector<Result<FetchedSecret>> fetch_within(
      Operation& operation, std::span<const Locator> locators) override;
  std::vector<Result<Inspection>> inspect(
      Operation& operation, std::span<const Locator> locators) override;
  std::vector<Result<Version>> put(std::span<const GroupWrite> writes) override;
  Result<std::vector<SecretInfo>> list(const Scope& scope) override;
  Result<std::vector<SecretInfo>> list_group(const Scope& scope,
                                             std::string_view group) override;
  Result<std::vector<Scope>> scopes() override;
  Result<void> check() override;
  StoreHealth health() override;
  Result<std::vector<VersionInfo>> history(const Scope& scope,
                                           std::string_view group) override;
  Result<Version> restore(const Scope& scope, const SecretRef& ref,
                          std::optional<Version> version,
                          std::optional<Version> expected) override;

 private:
  Result<VersionedStore*> open();
  bool is_open();

  const Parts parts_;
  std::mutex mutex_;
  std::unique_ptr<VersionedStore> store_;  // Null until it is open.
};

// A store as one resolution sees it: opened at the first fetch, and if that
// fails, failed for this resolution, which is one trouble and not one a batch.
class StoreInUse : public Store {
 public:
  explicit StoreInUse(LazyStore& store) : store_(store) {}

  // Why it could not be opened, if it was asked and that failed.
  const std::optional<Error>& open_error() const { return open_error_; }

  const std::string& name() const override { return store_.name(); }
  bool has_complete_catalog() const override {
    return store_.has_complete_catalog();
  }
  std::vector<Result<FetchedSecret>> fetch(
      std::span<const Locator> locators) override;
  std::vector<Result<FetchedSecret>> fetch_within(
      Operation& operation, std::span<const Locator> locators) override;
  std::vector<Result<Version>> put(
      std::span<const GroupWrite> writes) override {
    return store_.put(writes);
  }
  Result<std::vector<SecretInfo>> list(const Scope& scope) override {
    return store_.list(scope);
  }
  Result<std::vector<Scope>> scopes() override { return store_.scopes(); }
  Result<void> check() override { return store_.check(); }

 private:
  bool can_be_opened();

  LazyStore& store_;
  std::optional<Error> open_error_;
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_LAZY_STORE_H_
