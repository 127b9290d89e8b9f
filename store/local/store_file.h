// SPDX-License-Identifier: Apache-2.0
//
// The local store at work: what it does once it is open. Internal;
// store/local_store.h is the door.

#ifndef SOTTO_STORE_LOCAL_STORE_FILE_H_
#define SOTTO_STORE_LOCAL_STORE_FILE_H_

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/local/groups.h"
#include "store/local_store.h"
#include "store/sqlite/pool.h"

namespace sotto {

// One key of a write: what it shall be from now on.
struct Change {
  std::string_view key;
  std::optional<std::string_view> value;  // None: removed.
  SecretValue::Kind kind = SecretValue::Kind::kString;
};

// One write that has passed all checks that need no look at the store.
struct PreparedWrite {
  GroupName name;
  std::vector<Change> changes;
  std::optional<Version> expected;
};

// Thread-safe: readers run side by side, writers one after the other.
class LocalStoreFile final : public LocalStore {
 public:
  // More threads than this wait for each other: a connection has a cache.
  static constexpr std::size_t kMaxConnections = 16;

  LocalStoreFile(std::string name, LocalKeys keys, sqlite::Database first,
                 sqlite::Pool::Open open)
      : name_(std::move(name)),
        keys_(std::move(keys)),
        pool_(std::move(first), std::move(open), kMaxConnections) {}

  const std::string& name() const override { return name_; }
  bool has_complete_catalog() const override { return true; }

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
  using Fetched = std::vector<Result<FetchedSecret>>;
  using Versions = std::vector<Result<Version>>;

  // body(groups, database) in a transaction that sees one state of the store.
  template <typename Body>
  auto read(const Body& body)
      -> decltype(body(std::declval<LocalGroups&>(),
                       std::declval<sqlite::Database&>()));
  // The same, and what it wrote becomes durable as a whole.
  template <typename Body>
  auto write(const Body& body) -> decltype(body(std::declval<LocalGroups&>()));

  Result<LocalGroups> open_groups(sqlite::Database& database,
                                  std::uint64_t floor);
  void raise_counter(std::uint64_t counter);

  Result<Fetched> fetch_all(LocalGroups& groups,
                            std::span<const Locator> locators);
  Result<FetchedSecret> pick(const OpenedGroup& group, const Locator& locator);
  Result<FetchedSecret> fetch_pinned(LocalGroups& groups,
                                     const Locator& locator);
  Result<Version> put_one(LocalGroups& groups, const GroupWrite& one);
  Result<Version> write_one(LocalGroups& groups, const PreparedWrite& write);
  Result<void> apply(GroupRecord& record, const PreparedWrite& write,
                     Version version);
  Result<Version> restore_in(LocalGroups& groups, const GroupName& name,
                             std::string_view key,
                             std::optional<Version> version,
                             std::optional<Version> expected);

  std::string name_;
  LocalKeys keys_;
  sqlite::Pool pool_;
  // The highest write counter that this process has seen: the store never
  // goes back while we look.
  std::atomic<std::uint64_t> counter_ = 0;
};

}  // namespace sotto

#endif  // SOTTO_STORE_LOCAL_STORE_FILE_H_
