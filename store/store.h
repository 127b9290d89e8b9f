// SPDX-License-Identifier: Apache-2.0
//
// Start here to add a place where secrets live: the Store interface.

#ifndef SOTTO_STORE_STORE_H_
#define SOTTO_STORE_STORE_H_

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bindings.h"
#include "base/result.h"
#include "base/secret_ref.h"
#include "base/secret_string.h"
#include "store/operation.h"

namespace sotto {

// The version of a group: 1 for its first write, one more for each that
// follows, deletions and restorations included. 0: never written.
using Version = std::uint64_t;

// Wall-clock seconds since 1970-01-01 UTC.
using Timestamp = std::chrono::sys_seconds;

enum class SecretState : std::uint8_t { kActive, kDisabled, kDeleted };

std::string_view to_string(SecretState state);

// Where one value lives. Names come from the caller; whether the caller may
// use the scope was decided before.
struct Locator {
  Scope scope;
  SecretRef ref;
  // The group's place in the store, if the catalog knows a special one; empty
  // for the store's own path template.
  std::string path;
  // A pinned version; the latest if none.
  std::optional<Version> version;

  friend auto operator<=>(const Locator&, const Locator&) = default;
  friend bool operator==(const Locator&, const Locator&) = default;
};

struct FetchedSecret {
  SecretValue value;
  Version version = 0;
};

// One key of a group in a write: a new value, or its removal.
struct KeyChange {
  std::string key;
  std::optional<SecretString> value;  // None: remove (soft) this key.
};

// All changes to one group in one step: they happen together or not at all.
struct GroupWrite {
  Scope scope;
  std::string group;
  std::string path;  // As in Locator.
  std::vector<KeyChange> changes;
  // The version that the caller saw, 0 for a group that must not exist yet.
  // None: whatever it is now; the store then repeats the read and the write
  // itself until both meet one version.
  std::optional<Version> expected;
  // When that version was made, if the caller knows: stores in which a group
  // that was purged begins at 1 again tell the two apart by it.
  std::optional<Timestamp> expected_created;
};

// No value is larger: kLimit.
inline constexpr std::size_t kMaxValueSize = 1u << 20;

// What a store tells of a secret without telling its value.
struct SecretInfo {
  Scope scope;
  SecretRef ref;
  std::string path;     // Empty where the store's own template leads there.
  Version version = 0;  // Of the group when this key last changed.
  SecretState state = SecretState::kActive;
  Timestamp updated{};
};

// One version of a group as history shows it.
struct VersionInfo {
  Version version = 0;
  Timestamp created{};
  std::vector<std::string> keys;     // Held by this version; sorted.
  std::vector<std::string> changed;  // Set or removed by it; sorted.
};

// How a store is, for somebody who has to mend it.
enum class StoreCondition : std::uint8_t {
  kConnected,
  kDegraded,  // It answers, but not as it should: a standby, a wrong clock.
  kDisconnected,
};

std::string_view to_string(StoreCondition condition);

struct StoreHealth {
  StoreCondition condition = StoreCondition::kConnected;
  std::optional<Error> trouble;           // What is wrong, and what to do next.
  std::optional<Timestamp> last_success;  // Of any call through this object.
};

// A place that holds values. Batch in, one Result per item out, in the order
// of the items: one item's trouble is not another's. Where there is no memory
// even to say so, none comes out.
//
// Trust: names are checked by Sotto before they get here; what comes back is
// checked as hostile. Errors carry names, codes and paths, never bytes that
// the store sent.
//
// Implementations are thread-safe. No function throws.
class Store {
 public:
  virtual ~Store() = default;

  // The name it has in the configuration, as in "local".
  virtual const std::string& name() const = 0;

  // Is the catalog, kept by the writes that pass through Sotto, known to be
  // complete for this store? Then a name that is not in it is proven absent.
  virtual bool has_complete_catalog() const = 0;

  // Reads each value. Per item kMissing (never existed), kDeleted, kDisabled,
  // kForbidden, kUnreachable, kMalformed, kCorrupt, ... All keys of a group
  // asked for in one batch come from one version.
  virtual std::vector<Result<FetchedSecret>> fetch(
      std::span<const Locator> locators) = 0;

  // The same as part of an operation: by its deadline each item has its
  // answer (kUnreachable, kCancelled), and the calls are counted in it. For
  // stores whose answers take their time; others need not override it.
  virtual std::vector<Result<FetchedSecret>> fetch_within(
      Operation& operation, std::span<const Locator> locators);

  // Applies each write and tells the group's new version. Per item kConflict
  // (not the expected version), kLimit, kNoSpace, kOutcomeUnknown, ...
  // Acknowledged means durable. Removing a key that is not there is kMissing.
  // A store that can, ours do, writes all of a batch or nothing: if an item is
  // refused, it has its own error and every other item is kCancelled.
  virtual std::vector<Result<Version>> put(
      std::span<const GroupWrite> writes) = 0;

  // All secrets of a scope, deleted ones that can be restored included;
  // sorted by group and key.
  virtual Result<std::vector<SecretInfo>> list(const Scope& scope) = 0;

  // Those of one group, sorted by key; empty if it was never written. Every
  // write asks for it: override it where that is cheaper than list().
  virtual Result<std::vector<SecretInfo>> list_group(const Scope& scope,
                                                     std::string_view group);

  // The scopes that hold anything; sorted.
  virtual Result<std::vector<Scope>> scopes() = 0;

  // Is it there, intact, and does it let this caller in? Reads no value.
  virtual Result<void> check() = 0;

  // The same for people, within 2 s. Reads no value.
  virtual StoreHealth health();
};

// What stores with a memory can do besides.
class VersionedStore : public Store {
 public:
  // The versions of a group, newest first. kMissing if it was never written.
  virtual Result<std::vector<VersionInfo>> history(const Scope& scope,
                                                   std::string_view group) = 0;

  // Writes a new version in which `key` has the value that it had in
  // `version`; without one: in the last version that held it. kMissing if none
  // did; kConflict as in GroupWrite::expected.
  virtual Result<Version> restore(const Scope& scope, const SecretRef& ref,
                                  std::optional<Version> version,
                                  std::optional<Version> expected) = 0;
};

}  // namespace sotto

#endif  // SOTTO_STORE_STORE_H_
