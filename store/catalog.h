// SPDX-License-Identifier: Apache-2.0
//
// The index of names: which secret exists in which scope and where its value
// lives. It never holds a value, and can be rebuilt from the stores.

#ifndef SOTTO_STORE_CATALOG_H_
#define SOTTO_STORE_CATALOG_H_

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "base/source.h"
#include "store/store.h"

namespace sotto {

// One secret in one scope, as the catalog knows it.
struct CatalogEntry {
  Scope scope;
  SecretRef ref;
  std::string store;  // The name of the store that holds it.
  std::string path;   // Empty where the store's own template leads there.
  Version version = 0;
  SecretState state = SecretState::kActive;  // kDeleted: a tombstone.
  Timestamp updated{};

  friend bool operator==(const CatalogEntry&, const CatalogEntry&) = default;
};

// A write that was begun and not yet confirmed in the catalog.
struct Intent {
  Scope scope;
  std::string group;
  std::string store;

  friend bool operator==(const Intent&, const Intent&) = default;
};

// Where the secrets of a group are.
struct GroupHome {
  std::string store;
  std::string path;  // As in CatalogEntry.
};

// What a store holds, asked for while nobody else can write the catalog: who
// lists last then records last. It must not use the catalog itself.
using ListEntries = std::function<Result<std::vector<CatalogEntry>>()>;

// By group, the hosts that its values may be sent to; sorted, unique.
using GroupHosts = std::map<std::string, std::vector<std::string>, std::less<>>;

// What a store's notes say of one scope, asked for as ListEntries is.
struct NotedHosts {
  Scope scope;
  std::optional<GroupHosts> hosts;  // None: the caller may not read them.
};
using ListHosts = std::function<Result<std::vector<NotedHosts>>()>;

// A store to rebuild the catalog from.
struct StoreListing {
  std::string store;
  ListEntries list;
  ListHosts hosts = {};  // None: what the catalog has of them stays.
};

// One host that one group of one scope is bound to.
struct HostBinding {
  Scope scope;
  std::string group;
  std::string host;
  std::string store;  // Whose notes have it; empty: the catalog alone.

  friend bool operator==(const HostBinding&, const HostBinding&) = default;
};

// One place where a document refers to a secret, of whatever scope.
struct SecretUse {
  SecretRef ref;
  Location location;
  std::string pointer;  // "" in plain text.

  friend bool operator==(const SecretUse&, const SecretUse&) = default;
};

// All of one document, in its order.
struct DocumentUses {
  std::string document;  // Its path, in whatever form the caller keeps to.
  std::vector<SecretUse> uses;

  friend bool operator==(const DocumentUses&, const DocumentUses&) = default;
};

// What a rebuild changed.
struct SyncReport {
  std::size_t added = 0;
  std::size_t changed = 0;
  std::size_t removed = 0;
  std::size_t unchanged = 0;
  // Writes that other threads or processes had begun and not confirmed; they
  // are theirs to finish, or recover()'s.
  std::size_t pending = 0;
};

// An SQLite file (docs/catalog.md) that several processes may use at once:
// readers never wait for a writer. Thread-safe.
//
// Every function may fail with kBusy (another process has kept it locked for
// 2 s), kCorrupt, kNewerVersion, kNoSpace or kIo; nothing is changed then.
class Catalog {
 public:
  struct Options {
    bool create = false;     // Make the file (0600) if it is not there.
    bool read_only = false;  // Open, look up, leave no trace: but a file of an
                             // older schema is migrated.
  };

  // Migrates a file of an older schema. Fails besides with kMissing (not
  // there), kUnsafeFile (a link, a folder, not the caller's own).
  static Result<Catalog> open(const std::filesystem::path& file,
                              const Options& options);
  // One that lives and dies with the object: for tests, for embedders whose
  // names come from elsewhere.
  static Result<Catalog> in_memory();

  Catalog(Catalog&&) noexcept;
  Catalog& operator=(Catalog&&) noexcept;
  ~Catalog();

  // Looks every reference up in every scope: one prepared statement in one
  // read transaction, whatever their number. `refs` is sorted and unique.
  // The answer has refs.size() * scopes.size() places; the entry of refs[i] in
  // scopes[j] stands at [i * scopes.size() + j], none where there is none.
  Result<std::vector<std::optional<CatalogEntry>>> find(
      std::span<const SecretRef> refs, std::span<const Scope> scopes) const;

  // Everything, or one scope; sorted by scope, group and key.
  Result<std::vector<CatalogEntry>> list(
      const std::optional<Scope>& scope = std::nullopt) const;

  // Where a group is, none if no key of it is known. Reads one row.
  Result<std::optional<GroupHome>> home_of(const Scope& scope,
                                           std::string_view group) const;

  // For "did you mean": the active keys of a group in any of `scopes`, all
  // groups, and the groups that hold an active `key`. Sorted, unique.
  Result<std::vector<std::string>> keys_of(std::string_view group,
                                           std::span<const Scope> scopes) const;
  Result<std::vector<std::string>> groups(std::span<const Scope> scopes) const;
  Result<std::vector<std::string>> groups_with_key(
      std::string_view key, std::span<const Scope> scopes) const;

  // Of the same, with `key` or any, those alone that sort next to `name`: who
  // looks for a name that is written nearly so need not read a million.
  struct NearGroups {
    std::vector<std::string> groups;
    bool is_all = false;  // There are no others.
  };
  Result<NearGroups> groups_near(std::string_view name,
                                 std::optional<std::string_view> key,
                                 std::span<const Scope> scopes) const;

  // Where a name is active, whatever the caller's own lookup order: not to be
  // told to somebody who may not read those scopes. The platform comes first.
  Result<std::vector<Scope>> scopes_of(const SecretRef& ref) const;

  // Binds a group of one scope to the hosts that its values may be sent to
  // (base/host_name.h), instead of those that it was bound to here; none: to
  // any. The catalog alone keeps them, until its file is lost; those that are
  // in a store's notes (SecretManager::bind_hosts()) stay. What becomes of the
  // group's entries changes nothing of that. Fails with kUsage for what is no
  // host.
  Result<void> bind_hosts(const Scope& scope, std::string_view group,
                          std::span<const std::string> hosts);
  // Makes the catalog agree with what the notes of a store say of one scope,
  // and ends the intent. `list`, called once the catalog is locked, tells.
  Result<void> record_hosts(const Intent& notes, const ListHosts& list);
  // Of each group that is bound in one of `scopes`, its hosts there, in the
  // first of them; sorted. One query.
  Result<GroupHosts> hosts_of(std::span<const std::string> groups,
                              std::span<const Scope> scopes) const;
  // Everything, or one scope; sorted by scope, group, host and store.
  Result<std::vector<HostBinding>> host_bindings(
      const std::optional<Scope>& scope = std::nullopt) const;

  // Who refers to what: makes what is known of each of these documents into
  // what is given here, and forgets those that are `gone`. A document without
  // a use is not kept.
  Result<void> index(std::span<const DocumentUses> documents,
                     std::span<const std::string> gone);
  // Where documents refer to a group, or to one key of it; sorted by document.
  Result<std::vector<DocumentUses>> uses_of(
      std::string_view group,
      const std::optional<std::string>& key = std::nullopt) const;
  // All that refer to anything; sorted.
  Result<std::vector<std::string>> indexed_documents() const;

  // Journals that groups are about to be written, before their store is.
  // record() and discard() end what they touch.
  Result<void> begin(std::span<const Intent> intents);
  // The writes that were begun and never confirmed (a crash in between).
  Result<std::vector<Intent>> intents() const;
  // Drops intents whose store refused them.
  Result<void> discard(std::span<const Intent> intents);

  // Makes the catalog agree with what the store now says of one group, in one
  // transaction, and ends the group's intent. Fails with kConflict if an entry
  // would take the place of another (two names, one place in the store).
  Result<void> record(const Intent& group,
                      std::span<const CatalogEntry> entries);

  // The same for a whole store: `entries` is all it holds.
  Result<SyncReport> replace(std::string_view store,
                             std::span<const CatalogEntry> entries);

  // record() of many groups of one store and one scope: `list`, called once
  // the catalog is locked, tells of all of them.
  Result<void> record(std::span<const Intent> groups, const ListEntries& list);

  // Makes the catalog agree with all stores there are, in one transaction:
  // entries and intents of others are dropped, and intents of processes that
  // died are settled, whatever became of them: all that they may have written
  // is listed. Of tombstones that share a name with a living secret the living
  // one stays.
  Result<SyncReport> rebuild(std::span<const StoreListing> stores);

  // Checks the file and every row. Fails with kCorrupt, saying what is wrong.
  Result<void> verify() const;

 private:
  struct Impl;
  explicit Catalog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sotto

#endif  // SOTTO_STORE_CATALOG_H_
