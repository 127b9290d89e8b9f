// SPDX-License-Identifier: Apache-2.0
//
// From an older schema to this one, step by step.

#ifndef SOTTO_STORE_SQLITE_MIGRATIONS_H_
#define SOTTO_STORE_SQLITE_MIGRATIONS_H_

#include <span>

#include "store/sqlite/database.h"

namespace sotto::sqlite {

// steps[n] is the SQL that makes version n + 1 of version n; version 0 is the
// empty database. The last one made is what this Sotto reads and writes.
using Migrations = std::span<const char* const>;

// Brings an open database up to date, all in one transaction. Fails with
// kNewerVersion if it is ahead of `steps`, kIo if it is behind and cannot be
// written.
Result<void> migrate(Database& database, Migrations steps);

// Does it want to be brought up to date? Fails as migrate() does for one that
// is ahead.
Result<bool> is_behind(Database& database, Migrations steps);

// Runs all steps in a transaction that the caller holds.
Result<void> build(Database& database, Migrations steps);

}  // namespace sotto::sqlite

#endif  // SOTTO_STORE_SQLITE_MIGRATIONS_H_
