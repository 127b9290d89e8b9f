// SPDX-License-Identifier: Apache-2.0

#include "store/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include "store/catalog_schema.h"
#include "store/file_guard.h"
#include "store/guarded.h"
#include "store/process_identity.h"
#include "store/sqlite_pool.h"

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

std::string name_of(const CatalogEntry& entry) {
  return fmt::format("\"{}\" of {}", to_string(entry.ref),
                     to_string(entry.scope));
}

auto key_of(const CatalogEntry& entry) {
  return std::tie(entry.scope, entry.ref);
}

bool by_key(const CatalogEntry& a, const CatalogEntry& b) {
  return key_of(a) < key_of(b);
}

Result<Scope> read_scope(const Database& database, std::string_view column) {
  if (column.empty()) return Scope::platform();
  auto scope = Scope::parse(fmt::format("org/{}", column));
  if (!scope) return database.damaged("is damaged: a scope is not a name");
  return scope;
}

// Columns 'first' on: store, path, version, state, updated.
Result<void> read_place(const Database& database, const Statement& row,
                        int first, CatalogEntry& entry) {
  const std::int64_t version = row.integer(first + 2);
  const std::int64_t state = row.integer(first + 3);
  const bool valid = version >= 0 && state >= 0 &&
                     state <= static_cast<int>(SecretState::kDeleted);
  if (!valid) return database.damaged("is damaged: an entry makes no sense");
  entry.store = row.text(first);
  entry.path = row.text(first + 1);
  entry.version = static_cast<Version>(version);
  entry.state = static_cast<SecretState>(state);
  entry.updated = Timestamp(std::chrono::seconds(row.integer(first + 4)));
  return {};
}

Result<CatalogEntry> read_entry(const Database& database,
                                const Statement& row) {
  CatalogEntry entry;
  SOTTO_ASSIGN_OR_RETURN(entry.scope, read_scope(database, row.text(0)));
  entry.ref = {std::string(row.text(1)), std::string(row.text(2))};
  if (!is_name(entry.ref.group) || !is_name(entry.ref.key)) {
    return database.damaged("is damaged: an entry's name is not a name");
  }
  SOTTO_RETURN_IF_ERROR(read_place(database, row, 3, entry));
  return entry;
}

Result<std::vector<CatalogEntry>> read_entries(const Database& database,
                                               Statement& statement) {
  std::vector<CatalogEntry> entries;
  while (true) {
    SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
    if (!row) return entries;
    SOTTO_ASSIGN_OR_RETURN(CatalogEntry entry, read_entry(database, statement));
    entries.push_back(std::move(entry));
  }
}

Result<std::optional<CatalogEntry>> read_one(const Database& database,
                                             Statement& statement) {
  SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
  if (!row) return std::nullopt;
  SOTTO_ASSIGN_OR_RETURN(CatalogEntry entry, read_entry(database, statement));
  return entry;
}

// The first column of every row of `statement`, into `texts`.
Result<void> read_texts(Statement& statement, std::set<std::string>& texts) {
  while (true) {
    SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
    if (!row) return {};
    texts.emplace(statement.text(0));
  }
}

std::vector<std::string> to_vector(const std::set<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

Result<void> erase(Database& database, const CatalogEntry& entry) {
  SOTTO_ASSIGN_OR_RETURN(Statement statement, database.use(schema::kDelete));
  return statement.bind(1, entry.scope.organization())
      .bind(2, entry.ref.group)
      .bind(3, entry.ref.key)
      .run();
}

Result<void> insert(Database& database, const CatalogEntry& entry) {
  SOTTO_ASSIGN_OR_RETURN(Statement statement, database.use(schema::kInsert));
  return statement.bind(1, entry.scope.organization())
      .bind(2, entry.ref.group)
      .bind(3, entry.ref.key)
      .bind(4, entry.store)
      .bind(5, entry.path)
      .bind(6, static_cast<std::int64_t>(entry.version))
      .bind(7, static_cast<std::int64_t>(entry.state))
      .bind(8, entry.updated.time_since_epoch().count())
      .run();
}

// What has the name of `entry` now.
Result<std::optional<CatalogEntry>> namesake(Database& database,
                                             const CatalogEntry& entry) {
  SOTTO_ASSIGN_OR_RETURN(Statement statement, database.use(schema::kEntry));
  statement.bind(1, entry.scope.organization())
      .bind(2, entry.ref.group)
      .bind(3, entry.ref.key);
  return read_one(database, statement);
}

// Who has the place of `entry` now.
Result<std::optional<CatalogEntry>> occupant(Database& database,
                                             const CatalogEntry& entry) {
  SOTTO_ASSIGN_OR_RETURN(Statement statement,
                         database.use(schema::kEntryAtPlace));
  statement.bind(1, entry.store).bind(2, entry.path).bind(3, entry.ref.key);
  return read_one(database, statement);
}

// Adds an entry whose own former row is gone. A tombstone gives way to what is
// alive; of two that are alive none does.
Result<void> add(Database& database, const CatalogEntry& entry) {
  SOTTO_ASSIGN_OR_RETURN(const auto same_name, namesake(database, entry));
  if (same_name) {
    if (entry.state == SecretState::kDeleted) return {};
    if (same_name->state != SecretState::kDeleted) {
      return fail(ErrorCode::kConflict,
                  fmt::format("{} is in store \"{}\" already: store \"{}\" "
                              "cannot hold it too",
                              name_of(entry), same_name->store, entry.store),
                  "delete it in one of them");
    }
    SOTTO_RETURN_IF_ERROR(erase(database, *same_name));
  }
  auto inserted = insert(database, entry);
  if (inserted || inserted.error().code != ErrorCode::kConflict) {
    return inserted;
  }
  SOTTO_ASSIGN_OR_RETURN(const auto same_place, occupant(database, entry));
  if (!same_place) return inserted;
  return fail(ErrorCode::kConflict,
              fmt::format("{} would take the place of {} in store \"{}\"",
                          name_of(entry), name_of(*same_place), entry.store),
              "give one of them another path");
}

// Makes rows `before` (sorted) into `after` (sorted). What goes or changes is
// taken out before anything is put in: two entries may swap places.
Result<SyncReport> apply(Database& database,
                         const std::vector<CatalogEntry>& before,
                         const std::vector<CatalogEntry>& after) {
  SyncReport report;
  std::vector<const CatalogEntry*> incoming;
  auto old = before.begin();
  for (const CatalogEntry& entry : after) {
    for (; old != before.end() && by_key(*old, entry); ++old) {
      SOTTO_RETURN_IF_ERROR(erase(database, *old));
      ++report.removed;
    }
    if (old != before.end() && key_of(*old) == key_of(entry)) {
      const bool same = *old == entry;
      if (!same) {
        SOTTO_RETURN_IF_ERROR(erase(database, *old));
        incoming.push_back(&entry);
      }
      ++(same ? report.unchanged : report.changed);
      ++old;
    } else {
      incoming.push_back(&entry);
      ++report.added;
    }
  }
  for (; old != before.end(); ++old) {
    SOTTO_RETURN_IF_ERROR(erase(database, *old));
    ++report.removed;
  }
  for (const CatalogEntry* entry : incoming) {
    SOTTO_RETURN_IF_ERROR(add(database, *entry));
  }
  return report;
}

std::vector<CatalogEntry> sorted(std::span<const CatalogEntry> entries) {
  std::vector<CatalogEntry> copy(entries.begin(), entries.end());
  std::sort(copy.begin(), copy.end(), by_key);
  return copy;
}

Result<void> begin_intent(Database& database, const Intent& intent,
                          const std::string& owner) {
  SOTTO_ASSIGN_OR_RETURN(Statement statement,
                         database.use(schema::kBeginIntent));
  return statement.bind(1, intent.store)
      .bind(2, intent.scope.organization())
      .bind(3, intent.group)
      .bind(4, owner)
      .run();
}

Result<void> end_intent(Database& database, const Intent& intent,
                        const std::string& owner) {
  for (const char* sql : {schema::kEndIntent, schema::kDropEnded}) {
    SOTTO_ASSIGN_OR_RETURN(Statement statement, database.use(sql));
    SOTTO_RETURN_IF_ERROR(statement.bind(1, intent.store)
                              .bind(2, intent.scope.organization())
                              .bind(3, intent.group)
                              .bind(4, owner)
                              .run());
  }
  return {};
}

struct OwnedIntent {
  Intent intent;
  std::string owner;
};

Result<std::vector<OwnedIntent>> read_intents(Database& database) {
  SOTTO_ASSIGN_OR_RETURN(Statement statement, database.use(schema::kIntents));
  std::vector<OwnedIntent> intents;
  while (true) {
    SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
    if (!row) return intents;
    SOTTO_ASSIGN_OR_RETURN(Scope scope,
                           read_scope(database, statement.text(0)));
    if (!is_name(statement.text(1))) {
      return database.damaged("is damaged: an intent's name is not a name");
    }
    intents.push_back({{std::move(scope), std::string(statement.text(1)),
                        std::string(statement.text(2))},
                       std::string(statement.text(3))});
  }
}

// Makes the intents of processes that died this process's own, so that its
// record() ends them and not somebody else's.
Result<void> adopt(Database& database, const std::vector<OwnedIntent>& intents,
                   const std::string& owner) {
  for (const OwnedIntent& orphan : intents) {
    if (orphan.owner == owner || is_alive(orphan.owner)) continue;
    SOTTO_RETURN_IF_ERROR(begin_intent(database, orphan.intent, owner));
    SOTTO_ASSIGN_OR_RETURN(Statement forget,
                           database.use(schema::kForgetOwner));
    SOTTO_RETURN_IF_ERROR(forget.bind(1, orphan.owner).run());
  }
  return {};
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
  SOTTO_RETURN_IF_ERROR(apply(database, before, sorted(entries)));
  return end_intent(database, group, owner);
}

// Sorts by name and leaves out tombstones of names that somebody else has,
// above all a living secret. Two living ones are apply()'s conflict.
void settle_names(std::vector<CatalogEntry>& entries) {
  std::sort(entries.begin(), entries.end(),
            [](const CatalogEntry& a, const CatalogEntry& b) {
              if (key_of(a) != key_of(b)) return by_key(a, b);
              const bool dead = a.state == SecretState::kDeleted;
              const bool other_dead = b.state == SecretState::kDeleted;
              return dead != other_dead ? other_dead : a.store < b.store;
            });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool shadowed = kept > 0 &&
                          key_of(entries[kept - 1]) == key_of(entries[i]) &&
                          entries[i].state == SecretState::kDeleted;
    if (shadowed) continue;
    if (kept != i) entries[kept] = std::move(entries[i]);
    ++kept;
  }
  entries.resize(kept);
}

// Drops the intents of stores that are not in `stores`.
Result<void> forget_other_stores(Database& database,
                                 std::span<const StoreListing> stores) {
  SOTTO_ASSIGN_OR_RETURN(const auto owned, read_intents(database));
  std::set<std::string> others;
  for (const OwnedIntent& one : owned) others.insert(one.intent.store);
  for (const StoreListing& known : stores) others.erase(known.store);
  for (const std::string& store : others) {
    SOTTO_ASSIGN_OR_RETURN(Statement statement,
                           database.use(schema::kForgetStore));
    SOTTO_RETURN_IF_ERROR(statement.bind(1, store).run());
  }
  return {};
}

Result<Database> open_file(const std::filesystem::path& file,
                           Database::Mode mode) {
  return Database::open(file, schema::kKind, mode);
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
    SOTTO_ASSIGN_OR_RETURN(Database first, open_file(file, mode));
    SOTTO_RETURN_IF_ERROR(sqlite::migrate(first, schema::kMigrations));
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
                SOTTO_RETURN_IF_ERROR(adopt(database, now, owner));
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
      SOTTO_RETURN_IF_ERROR(forget_other_stores(database, stores));
      std::vector<CatalogEntry> before;
      {
        SOTTO_ASSIGN_OR_RETURN(Statement statement,
                               database.use(schema::kListAll));
        SOTTO_ASSIGN_OR_RETURN(before, read_entries(database, statement));
      }
      return apply(database, before, after);
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
      return apply(database, before, sorted(entries));
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
    return {};
  });
}

}  // namespace sotto
