// SPDX-License-Identifier: Apache-2.0

#include "store/catalog/rows.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <utility>

namespace sotto {

using sqlite::Database;
using sqlite::Statement;

Result<Scope> read_scope(const Database& database, std::string_view column) {
  if (column.empty()) return Scope::platform();
  auto scope = Scope::parse(fmt::format("org/{}", column));
  if (!scope) return database.damaged("is damaged: a scope is not a name");
  return scope;
}

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

namespace {

Result<CatalogEntry> read_row(const Database& database, const Statement& row) {
  CatalogEntry entry;
  SOTTO_ASSIGN_OR_RETURN(entry.scope, read_scope(database, row.text(0)));
  entry.ref = {std::string(row.text(1)), std::string(row.text(2))};
  if (!is_name(entry.ref.group) || !is_name(entry.ref.key)) {
    return database.damaged("is damaged: an entry's name is not a name");
  }
  SOTTO_RETURN_IF_ERROR(read_place(database, row, 3, entry));
  return entry;
}

}  // namespace

Result<std::vector<CatalogEntry>> read_entries(const Database& database,
                                               Statement& statement) {
  std::vector<CatalogEntry> entries;
  while (true) {
    SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
    if (!row) return entries;
    SOTTO_ASSIGN_OR_RETURN(CatalogEntry entry, read_row(database, statement));
    entries.push_back(std::move(entry));
  }
}

Result<std::optional<CatalogEntry>> read_entry(const Database& database,
                                               Statement& statement) {
  SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
  if (!row) return std::nullopt;
  SOTTO_ASSIGN_OR_RETURN(CatalogEntry entry, read_row(database, statement));
  return entry;
}

Result<std::size_t> read_texts(Statement& statement,
                               std::set<std::string>& texts) {
  // The rows of one group come one behind the other.
  std::string last;
  for (std::size_t rows = 0;; ++rows) {
    SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
    if (!row) return rows;
    const std::string_view text = statement.text(0);
    if (rows > 0 && text == last) continue;
    last = text;
    texts.insert(last);
  }
}

}  // namespace sotto
