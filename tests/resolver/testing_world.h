// SPDX-License-Identifier: Apache-2.0
//
// What the resolver's tests share: a store that can be watched and made to
// misbehave, and a world of a catalog and stores around it.

#ifndef SOTTO_TESTS_RESOLVER_TESTING_WORLD_H_
#define SOTTO_TESTS_RESOLVER_TESTING_WORLD_H_

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bindings.h"
#include "grammar/template.h"
#include "resolver/plan.h"
#include "resolver/resolver.h"
#include "resolver/secret_manager.h"
#include "store/catalog.h"
#include "store/memory_store.h"
#include "store/operation.h"

namespace sotto::testing {

// A MemoryStore that is watched. A hook, where one is set, stands in for the
// call or is run before it.
class WatchedStore : public VersionedStore {
 public:
  using Fetched = std::vector<Result<FetchedSecret>>;
  using Written = std::vector<Result<Version>>;

  explicit WatchedStore(std::string name) : memory(std::move(name)) {}

  MemoryStore memory;
  std::function<void(std::span<const Locator>)> before_fetch;
  std::function<void(Operation&)> before_fetch_within;
  std::function<Fetched(std::span<const Locator>)> instead_of_fetch;
  std::function<Written(std::span<const GroupWrite>)> instead_of_put;
  std::function<void()> after_list;
  bool listing_groups_too = false;  // after_list of list_group(), too.
  std::optional<Error> list_error;
  std::optional<std::vector<SecretInfo>> listed_instead;

  // What fetch() was called with since the last call of this.
  std::vector<std::vector<Locator>> take_fetches();
  std::size_t puts() const;

  const std::string& name() const override { return memory.name(); }
  bool has_complete_catalog() const override {
    return memory.has_complete_catalog();
  }
  Fetched fetch(std::span<const Locator> locators) override;
  Fetched fetch_within(Operation& operation,
                       std::span<const Locator> locators) override {
    if (before_fetch_within) before_fetch_within(operation);
    return Store::fetch_within(operation, locators);
  }
  Written put(std::span<const GroupWrite> writes) override;
  Result<std::vector<SecretInfo>> list(const Scope& scope) override;
  Result<std::vector<SecretInfo>> list_group(const Scope& scope,
                                             std::string_view group) override;
  Result<std::vector<Scope>> scopes() override { return memory.scopes(); }
  Result<void> check() override { return memory.check(); }
  Result<std::vector<VersionInfo>> history(const Scope& scope,
                                           std::string_view group) override {
    return memory.history(scope, group);
  }
  Result<Version> restore(const Scope& scope, const SecretRef& ref,
                          std::optional<Version> version,
                          std::optional<Version> expected) override {
    return memory.restore(scope, ref, version, expected);
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::vector<Locator>> fetches_;
  std::size_t puts_ = 0;
};

// "a.B" -> SecretRef; "org/acme" -> Scope. They die on anything else.
SecretRef ref(std::string_view text);
Scope scope(std::string_view text);
SecretString secret(std::string_view text);

// What is bound to a reference, as "value", "json:42", "error:missing" or
// "nothing" if it was never mentioned.
std::string bound(const Bindings& bindings, std::string_view reference);

// A catalog, a complete store "local", and who asks: org/acme.
struct World {
  World();

  // Puts a value into the store and its name into the catalog.
  void define(std::string_view where, std::string_view reference,
              std::string_view value);
  // Adds one entry to the catalog, in whatever state.
  void enter(std::string_view where, std::string_view reference,
             std::string_view store, SecretState state = SecretState::kActive);

  Result<Resolution> resolve(std::string_view document) const;
  // The same, which must not fail.
  Resolution resolved(std::string_view document) const;
  Plan planned(std::vector<std::string_view> references) const;
  // The state of one name in the catalog: "1 active local", or "none".
  std::string entry(std::string_view where, std::string_view reference) const;

  Catalog catalog;
  WatchedStore local{"local"};
  StoreSet stores;
  Caller caller{scope("org/acme")};
  SecretManager manager{catalog, stores};
};

}  // namespace sotto::testing

#endif  // SOTTO_TESTS_RESOLVER_TESTING_WORLD_H_
