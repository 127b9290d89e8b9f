// SPDX-License-Identifier: Apache-2.0
//
// A store in memory: for your tests and ours.

#ifndef SOTTO_STORE_MEMORY_STORE_H_
#define SOTTO_STORE_MEMORY_STORE_H_

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.h"

namespace sotto {

// Behaves as a real one does: versions, soft deletion, history, CAS. Beyond
// that it can be told to fail, and counts what it is asked.
class MemoryStore : public VersionedStore {
 public:
  explicit MemoryStore(std::string name = "memory");
  ~MemoryStore() override;

  // Short for put(): sets one value, and dies (assert) if that fails.
  void set(const Scope& scope, const SecretRef& ref, std::string_view value);
  // A value that is no string: the raw JSON of a number, an object, ...
  void set_json(const Scope& scope, const SecretRef& ref,
                std::string_view json);
  // From now on fetch() answers `error` for this secret; kMissing as if it had
  // never been.
  void fail_fetch(const Scope& scope, const SecretRef& ref, Error error);
  // Switches a secret off.
  void disable(const Scope& scope, const SecretRef& ref);
  // Is a name that the catalog lacks proven absent? true unless said.
  void set_complete_catalog(bool complete);

  // Every batch that fetch() was called with.
  std::vector<std::vector<Locator>> fetches() const;

  const std::string& name() const override;
  bool has_complete_catalog() const override;
  std::vector<Result<FetchedSecret>> fetch(
      std::span<const Locator> locators) override;
  std::vector<Result<Version>> put(std::span<const GroupWrite> writes) override;
  Result<std::vector<SecretInfo>> list(const Scope& scope) override;
  Result<std::vector<SecretInfo>> list_group(const Scope& scope,
                                             std::string_view group) override;
  Result<std::vector<Scope>> scopes() override;
  Result<void> check() override;
  Result<std::vector<VersionInfo>> history(const Scope& scope,
                                           std::string_view group) override;
  Result<Version> restore(const Scope& scope, const SecretRef& ref,
                          std::optional<Version> version,
                          std::optional<Version> expected) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sotto

#endif  // SOTTO_STORE_MEMORY_STORE_H_
