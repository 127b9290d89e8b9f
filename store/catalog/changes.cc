// SPDX-License-Identifier: Apache-2.0

#include "store/catalog/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "store/catalog/rows.h"
#include "store/catalog/schema.h"

namespace sotto {
namespace {

namespace schema = catalog_schema;
using sqlite::Database;
using sqlite::Statement;

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
  return read_entry(database, statement);
}

// Who has the place of `entry` now.
Result<std::optional<CatalogEntry>> occupant(Database& database,
                                             const CatalogEntry& entry) {
  SOTTO_ASSIGN_OR_RETURN(Statement statement,
                         database.use(schema::kEntryAtPlace));
  statement.bind(1, entry.store).bind(2, entry.path).bind(3, entry.ref.key);
  return read_entry(database, statement);
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
                  "delete it in one of them, with a configuration that names "
                  "that store alone");
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

}  // namespace

Result<SyncReport> change_entries(Database& database,
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

std::vector<CatalogEntry> sorted_by_name(
    std::span<const CatalogEntry> entries) {
  std::vector<CatalogEntry> copy(entries.begin(), entries.end());
  std::sort(copy.begin(), copy.end(), by_key);
  return copy;
}

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

}  // namespace sotto
