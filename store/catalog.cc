// SPDX-License-Identifier: Apache-2.0

#include "store/catalog.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "store/catalog/changes.h"
#include "store/catalog/hosts.h"
#include "store/catalog/intents.h"
#include "store/catalog/rows.h"
#include "store/catalog/schema.h"
#include "store/catalog/uses.h"
#include "store/guarded.h"
#include "store/process_identity.h"
#include "store/sqlite/pool.h"

namespace sotto {
namespace {

namespace schema = catalog_schema;
using sqlite::Database;
using sqlite::KeyRow;
using sqlite::Pool;
using sqlite::Statement;
using sqlite::Transaction;

// More threads than these wait for each other: each connection has a cache.
constexpr std::size_t kMaxConnections = 16;

std::vector<std::string> to_vector(const std::set<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

// Makes what is known of `group` into `entries`, and ends its intent.
Result<void> record_group(Database& database, const Intent& group,
                          std::span<const CatalogEntry> entries,
                          const std::string& owner) {
  std::vector<CatalogEntry> before;
  {
    SOTTO_ASSIGN_OR_RETURN(Statement statement,
                           database.use(schema::kListGroup));
    statement.bind(1, group.scope.organization())
        .bind(2, group.group)
        .bind(3, group.store);
    SOTTO_ASSIGN_OR_RETURN(before, read_entries(database, statement));
  }
  for (const CatalogEntry& entry : entries) {
    assert(entry.scope == group.scope && entry.ref.group == group.group &&
           entry.store == group.store);
    (void)entry;
  }
  SOTTO_RETURN_IF_ERROR(
      change_entries(database, before, sorted_by_name(entries)));
  return end_intent(database, group, owner);
}

Result<Database> open_file(const std::filesystem::path& file,
                           Database::Mode mode) {
  return Database::open(file, schema::kKind, mode);
}

// Who only reads has an older file brought up to date all the same, by another
// connection: it would be of no use else.
Result<Database> open_up_to_date(const std::filesystem::path& file,
                                 Database::Mode mode) {
  SOTTO_ASSIGN_OR_RETURN(Database database, open_file(file, mode));
  SOTTO_ASSIGN_OR_RETURN(const bool behind,
                         sqlite::is_behind(database, schema::kMigrations));
  if (!behind) return database;
  if (mode == Database::Mode::kReadOnly) {
    SOTTO_RETURN_IF_ERROR(open_up_to_date(file, Database::Mode::kReadWrite));
  } else {
    SOTTO_RETURN_IF_ERROR(sqlite::migrate(database, schema::kMigrations));
  }
  return database;
}

}  // namespace

struct Catalog::Impl {
  Impl(Database first, Pool::Open open, std::size_t capacity)
      : pool(std::move(first), std::move(open), capacity) {}

  // body(database) in a write transaction.
  template <typename Body>
  auto write(const Body& body) -> decltype(body(std::declval<Database&>())) {
    const auto turn = pool.writer_turn();
    SOTTO_ASSIGN_OR_RETURN(Pool::Lease database, pool.lease());
    SOTTO_ASSIGN_OR_RETURN(
        Transaction transaction,
        Transaction::begin(*database, Transaction::Kind::kWrite));
    auto result = body(*database);
    if (!result) return result;
    SOTTO_RETURN_IF_ERROR(transaction.commit());
    return result;
  }

  // The texts that `sql` finds in each scope; further texts are bound from ?2.
  Result<std::vector<std::string>> texts(const char* sql,
                                         std::span<const Scope> scopes,
                                         std::optional<std::string_view> text) {
    SOTTO_ASSIGN_OR_RETURN(Pool::Lease database, pool.lease());
    std::set<std::string> found;
    for (const Scope& scope : scopes) {
      SOTTO_ASSIGN_OR_RETURN(Statement statement, database->use(sql));
      statement.bind(1, scope.organization());
      if (text) statement.bind(2, *text);
      SOTTO_RETURN_IF_ERROR(read_texts(statement, found));
    }
    return to_vector(found);
  }

  // The groups that `from` and `before` find around `name` in each scope, no
  // more than `limit` rows each.
  Result<NearGroups> near(const char* from, const char* before,
                          std::size_t limit, std::string_view name,
                          std::optional<std::string_view> key,
                          std::span<const Scope> scopes) {
    SOTTO_ASSIGN_OR_RETURN(Pool::Lease database, pool.lease());
    std::set<std::string> found;
    bool is_all = true;
    for (const Scope& scope : scopes) {
      for (const char* const sql : {from, before}) {
        SOTTO_ASSIGN_OR_RETURN(Statement statement, database->use(sql));
        statement.bind(1, scope.organization()).bind(2, name);
        if (key) statement.bind(3, *key);
        SOTTO_ASSIGN_OR_RETURN(const std::size_t rows,
                               read_texts(statement, found));
        is_all = is_all && rows < limit;
      }
    }
    return NearGroups{to_vector(found), is_all};
  }

  Pool pool;
};

Catalog::Catalog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Catalog::Catalog(Catalog&&) noexcept = default;
Catalog& Catalog::operator=(Catalog&&) noexcept = default;
Catalog::~Catalog() = default;

Result<Catalog> Catalog::open(const std::filesystem::path& file,
                              const Options& options) {
  return guarded([&]() -> Result<Catalog> {
    const auto mode = options.read_only ? Database::Mode::kReadOnly
                                        : Database::Mode::kReadWrite;
    if (options.create && !options.read_only) {
      const auto created =
          Database::create(file, schema::kKind, [](Database& database) {
            return sqlite::build(database, schema::kMigrations);
          });
      // Somebody else may have been faster, now or a year ago.
      if (!created && created.error().code != ErrorCode::kConflict) {
        return tl::unexpected(created.error());
      }
    }
    SOTTO_ASSIGN_OR_RETURN(Database first, open_up_to_date(file, mode));
    return Catalog(std::make_unique<Impl>(
        std::move(first), [file, mode] { return open_file(file, mode); },
        kMaxConnections));
  });
}

Result<Catalog> Catalog::in_memory() {
  return guarded([]() -> Result<Catalog> {
    SOTTO_ASSIGN_OR_RETURN(Database first, Database::in_memory(schema::kKind));
    SOTTO_RETURN_IF_ERROR(sqlite::migrate(first, schema::kMigrations));
    return Catalog(std::make_unique<Impl>(
        std::move(first), [] { return Database::in_memory(schema::kKind); },
        1));
  });
}

Result<std::vector<std::optional<CatalogEntry>>> Catalog::find(
    std::span<const SecretRef> refs, std::span<const Scope> scopes) const {
  using Entries = std::vector<std::optional<CatalogEntry>>;
  return guarded([&]() -> Result<Entries> {
    std::vector<KeyRow> keys;
    keys.reserve(refs.size() * scopes.size());
    for (const SecretRef& ref : refs) {
      for (const Scope& scope : scopes) {
        keys.push_back({scope.organization(), ref.group, ref.key});
      }
    }
    Entries entries(keys.size());
    SOTTO_ASSIGN_OR_RETURN(Pool::Lease database, impl_->pool.lease());
    SOTTO_ASSIGN_OR_RETURN(Statement statement, database->use(schema::kFind));
    statement.bind_keys(1, keys);
    while (true) {
      SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
      if (!row) return entries;
      const auto position = static_cast<std::size_t>(statement.integer(0));
      CatalogEntry& entry = entries[position].emplace();
      entry.scope = scopes[position % scopes.size()];
      entry.ref = refs[position / scopes.size()];
      SOTTO_RETURN_IF_ERROR(read_place(*database, statement, 1, entry));
    }
  });
}

Result<std::vector<CatalogEntry>> Catalog::list(
    const std::optional<Scope>& scope) const {
  return guarded([&]() -> Result<std::vector<CatalogEntry>> {
    SOTTO_ASSIGN_OR_RETURN(Pool::Lease database, impl_->pool.lease());
    SOTTO_ASSIGN_OR_RETURN(
        Statement statement,
        database->use(scope ? schema::kListScope : schema::kListAll));
    if (scope) statement.bind(1, scope->organization());
    return read_entries(*database, statement);
  });
}

Result<std::optional<GroupHome>> Catalog::home_of(
    const Scope& scope, std::string_view group) const {
  return guarded([&]() -> Result<std::optional<GroupHome>> {
    SOTTO_ASSIGN_OR_RETURN(Pool::Lease database, impl_->pool.lease());
    SOTTO_ASSIGN_OR_RETURN(Statement statement, database->use(schema::kHome));
    statement.bind(1, scope.organization()).bind(2, group);
    SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
    if (!row) return std::nullopt;
    return GroupHome{std::string(statement.text(0)),
                     std::string(statement.text(1))};
  });
}

Result<std::vector<std::string>> Catalog::keys_of(
    std::string_view group, std::span<const Scope> scopes) const {
  return guarded([&] { return impl_->texts(schema::kKeysOf, scopes, group); });
}

Result<std::vector<std::string>> Catalog::groups(
    std::span<const Scope> scopes) const {
  return guarded(
      [&] { return impl_->texts(schema::kGroups, scopes, std::nullopt); });
}

Result<std::vector<std::string>> Catalog::groups_with_key(
    std::string_view key, std::span<const Scope> scopes) const {
  return guarded(
      [&] { return impl_->texts(schema::kGroupsWithKey, scopes, key); });
}

Result<Catalog::NearGroups> Catalog::groups_near(
    std::string_view name, std::optional<std::string_view> key,
    std::span<const Scope> scopes) const {
  return guarded([&] {
    return key ? impl_->near(schema::kGroupsWithKeyFrom,
                             schema::kGroupsWithKeyBefore, schema::kNearWithKey,
                             name, key, scopes)
               : impl_->near(schema::kGroupsFrom, schema::kGroupsBefore,
                             schema::kNear, name, key, scopes);
  });
}

Result<std::vector<Scope>> Catalog::scopes_of(const SecretRef& ref) const {
  return guarded([&]() -> Result<std::vector<Scope>> {
    SOTTO_ASSIGN_OR_RETURN(Pool::Lease database, impl_->pool.lease());
    SOTTO_ASSIGN_OR_RETURN(Statement statement,
                           database->use(schema::kScopesOf));
    statement.bind(1, ref.group).bind(2, ref.key);
    std::vector<Scope> scopes;
    while (true) {
      SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
      if (!row) return scopes;
      SOTTO_ASSIGN_OR_RETURN(Scope scope,
                             read_scope(*database, statement.text(0)));
      scopes.push_back(std::move(scope));
    }
  });
}

Result<void> Catalog::bind_hosts(const Scope& scope, std::string_view group,
                                 std::span<const std::string> hosts) {
  return guarded([&] {
    return impl_->write([&](Database& database) {
      return write_hosts(database, scope, group, hosts);
    });
  });
}

Result<GroupHosts> Catalog::hosts_of(std::span<const std::string> groups,
                                     std::span<const Scope> scopes) const {
  return guarded([&]() -> Result<GroupHosts> {
    if (groups.empty()) return GroupHosts();
    SOTTO_ASSIGN_OR_RETURN(Pool::Lease database, impl_->pool.lease());
    return read_hosts(*database, groups, scopes);
  });
}

Result<void> Catalog::record_hosts(const Intent& notes, const ListHosts& list) {
  return guarded([&] {
    return impl_->write([&](Database& database) -> Result<void> {
      SOTTO_ASSIGN_OR_RETURN(const std::vector<NotedHosts> noted, list());
      SOTTO_RETURN_IF_ERROR(mirror_hosts(database, notes.store, noted));
      return end_intent(database, notes, process_identity());
    });
  });
}

Result<std::vector<HostBinding>> Catalog::host_bindings(
    const std::optional<Scope>& scope) const {
  return guarded([&]() -> Result<std::vector<HostBinding>> {
    SOTTO_ASSIGN_OR_RETURN(Pool::Lease database, impl_->pool.lease());
    return read_bindings(*database, scope);
  });
}

Result<void> Catalog::index(std::span<const DocumentUses> documents,
                            std::span<const std::string> gone) {
  return guarded([&] {
    return impl_->write([&](Database& database) {
      return write_uses(database, documents, gone);
    });
  });
}

Result<std::vector<DocumentUses>> Catalog::uses_of(
    std::string_view group, const std::optional<std::string>& key) const {
  return guarded([&]() -> Result<std::vector<DocumentUses>> {
    SOTTO_ASSIGN_OR_RETURN(Pool::Lease database, impl_->pool.lease());
    return read_uses(*database, group, key);
  });
}

Result<std::vector<std::string>> Catalog::indexed_documents() const {
  return guarded([&]() -> Result<std::vector<std::string>> {
    SOTTO_ASSIGN_OR_RETURN(Pool::Lease database, impl_->pool.lease());
    SOTTO_ASSIGN_OR_RETURN(Statement statement,
                           database->use(schema::kDocuments));
    std::set<std::string> found;
    SOTTO_RETURN_IF_ERROR(read_texts(statement, found));
    return to_vector(found);
  });
}

Result<void> Catalog::begin(std::span<const Intent> intents) {
  return guarded([&] {
    return impl_->write([&](Database& database) -> Result<void> {
      const std::string owner = process_identity();
      for (const Intent& intent : intents) {
        SOTTO_RETURN_IF_ERROR(begin_intent(database, intent, owner));
      }
      return {};
    });
  });
}

Result<std::vector<Intent>> Catalog::intents() const {
  return guarded([&]() -> Result<std::vector<Intent>> {
    const std::string owner = process_identity();
    std::vector<OwnedIntent> owned;
    {
      SOTTO_ASSIGN_OR_RETURN(Pool::Lease database, impl_->pool.lease());
      SOTTO_ASSIGN_OR_RETURN(owned, read_intents(*database));
    }
    if (std::any_of(owned.begin(), owned.end(), [&](const OwnedIntent& one) {
          return one.owner != owner;
        })) {
      SOTTO_ASSIGN_OR_RETURN(
          owned,
          impl_->write(
              [&](Database& database) -> Result<std::vector<OwnedIntent>> {
                SOTTO_ASSIGN_OR_RETURN(const std::vector<OwnedIntent> now,
                                       read_intents(database));
                SOTTO_RETURN_IF_ERROR(adopt_intents(database, now, owner));
                return read_intents(database);
              }));
    }
    std::vector<Intent> intents;
    for (OwnedIntent& one : owned) {
      if (one.owner == owner) intents.push_back(std::move(one.intent));
    }
    return intents;
  });
}

Result<void> Catalog::discard(std::span<const Intent> intents) {
  if (intents.empty()) return {};
  return guarded([&] {
    return impl_->write([&](Database& database) -> Result<void> {
      const std::string owner = process_identity();
      for (const Intent& intent : intents) {
        SOTTO_RETURN_IF_ERROR(end_intent(database, intent, owner));
      }
      return {};
    });
  });
}

Result<void> Catalog::record(const Intent& group,
                             std::span<const CatalogEntry> entries) {
  return guarded([&] {
    return impl_->write([&](Database& database) {
      return record_group(database, group, entries, process_identity());
    });
  });
}

Result<void> Catalog::record(std::span<const Intent> groups,
                             const ListEntries& list) {
  if (groups.empty()) return {};
  return guarded([&] {
    return impl_->write([&](Database& database) -> Result<void> {
      SOTTO_ASSIGN_OR_RETURN(std::vector<CatalogEntry> entries, list());
      std::map<std::string_view, std::vector<CatalogEntry>> by_group;
      for (const Intent& group : groups) by_group[group.group];
      for (CatalogEntry& entry : entries) {
        const auto group = by_group.find(entry.ref.group);
        if (group != by_group.end()) group->second.push_back(std::move(entry));
      }
      const std::string owner = process_identity();
      for (const Intent& group : groups) {
        SOTTO_RETURN_IF_ERROR(
            record_group(database, group, by_group[group.group], owner));
      }
      return {};
    });
  });
}

Result<SyncReport> Catalog::rebuild(std::span<const StoreListing> stores) {
  return guarded([&] {
    return impl_->write([&](Database& database) -> Result<SyncReport> {
      std::vector<CatalogEntry> after;
      for (const StoreListing& store : stores) {
        SOTTO_ASSIGN_OR_RETURN(std::vector<CatalogEntry> entries, store.list());
        std::move(entries.begin(), entries.end(), std::back_inserter(after));
      }
      settle_names(after);
      std::vector<CatalogEntry> before;
      {
        SOTTO_ASSIGN_OR_RETURN(Statement statement,
                               database.use(schema::kListAll));
        SOTTO_ASSIGN_OR_RETURN(before, read_entries(database, statement));
      }
      SOTTO_ASSIGN_OR_RETURN(SyncReport report,
                             change_entries(database, before, after));
      SOTTO_RETURN_IF_ERROR(rebuild_hosts(database, stores));
      SOTTO_ASSIGN_OR_RETURN(report.pending, settle_intents(database, stores));
      return report;
    });
  });
}

Result<SyncReport> Catalog::replace(std::string_view store,
                                    std::span<const CatalogEntry> entries) {
  return guarded([&] {
    return impl_->write([&](Database& database) -> Result<SyncReport> {
      for (const CatalogEntry& entry : entries) {
        assert(entry.store == store);
        (void)entry;
      }
      std::vector<CatalogEntry> before;
      {
        SOTTO_ASSIGN_OR_RETURN(Statement statement,
                               database.use(schema::kListStore));
        statement.bind(1, store);
        SOTTO_ASSIGN_OR_RETURN(before, read_entries(database, statement));
      }
      return change_entries(database, before, sorted_by_name(entries));
    });
  });
}

Result<void> Catalog::verify() const {
  return guarded([&]() -> Result<void> {
    SOTTO_ASSIGN_OR_RETURN(Pool::Lease database, impl_->pool.lease());
    {
      SOTTO_ASSIGN_OR_RETURN(Statement statement,
                             database->use(schema::kIntegrity));
      SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
      if (!row || statement.text(0) != "ok") {
        return database->damaged("is damaged: its index does not match");
      }
    }
    SOTTO_ASSIGN_OR_RETURN(Statement all, database->use(schema::kListAll));
    SOTTO_RETURN_IF_ERROR(read_entries(*database, all));
    SOTTO_RETURN_IF_ERROR(read_intents(*database));
    SOTTO_RETURN_IF_ERROR(read_bindings(*database, std::nullopt));
    return verify_uses(*database);
  });
}

}  // namespace sotto
