// SPDX-License-Identifier: Apache-2.0
//
// How the entries of a catalog become others. Internal to store/; called in a
// write transaction.

#ifndef SOTTO_STORE_CATALOG_CHANGES_H_
#define SOTTO_STORE_CATALOG_CHANGES_H_

#include <span>
#include <vector>

#include "base/result.h"
#include "store/catalog.h"
#include "store/sqlite/database.h"

namespace sotto {

// Makes rows `before` into `after`, both sorted by name. What goes or changes
// is taken out before anything is put in: two entries may swap places. Fails
// with kConflict where two living secrets would share a name or a place.
Result<SyncReport> change_entries(sqlite::Database& database,
                                  const std::vector<CatalogEntry>& before,
                                  const std::vector<CatalogEntry>& after);

std::vector<CatalogEntry> sorted_by_name(std::span<const CatalogEntry> entries);

// Sorts by name and leaves out tombstones of names that somebody else has,
// above all a living secret. Two living ones are change_entries()'s conflict.
void settle_names(std::vector<CatalogEntry>& entries);

}  // namespace sotto

#endif  // SOTTO_STORE_CATALOG_CHANGES_H_
