// SPDX-License-Identifier: Apache-2.0
//
// Reading what a catalog file holds. Nothing in it is believed: kCorrupt for
// what makes no sense. Internal to store/.

#ifndef SOTTO_STORE_CATALOG_ROWS_H_
#define SOTTO_STORE_CATALOG_ROWS_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "store/catalog.h"
#include "store/sqlite/database.h"

namespace sotto {

// A column that holds a scope.
Result<Scope> read_scope(const sqlite::Database& database,
                         std::string_view column);

// Columns `first` on, into `entry`: store, path, version, state, updated.
Result<void> read_place(const sqlite::Database& database,
                        const sqlite::Statement& row, int first,
                        CatalogEntry& entry);

// All rows of a statement of store/catalog/schema.h that lists entries.
Result<std::vector<CatalogEntry>> read_entries(const sqlite::Database& database,
                                               sqlite::Statement& statement);
// The first of them.
Result<std::optional<CatalogEntry>> read_entry(const sqlite::Database& database,
                                               sqlite::Statement& statement);

// The first column of every row of `statement`, into `texts`.
Result<std::size_t> read_texts(sqlite::Statement& statement,
                               std::set<std::string>& texts);

}  // namespace sotto

#endif  // SOTTO_STORE_CATALOG_ROWS_H_
