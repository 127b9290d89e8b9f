// SPDX-License-Identifier: Apache-2.0
//
// What a catalog file looks like inside (docs/catalog.md), and each statement
// that is put to it.

#ifndef SOTTO_STORE_CATALOG_SCHEMA_H_
#define SOTTO_STORE_CATALOG_SCHEMA_H_

#include <sys/types.h>

#include <array>
#include <cstddef>

#include "store/sqlite/database.h"
#include "store/sqlite/migrations.h"

namespace sotto::catalog_schema {

inline constexpr mode_t kWritableByOthers = 0022;

inline constexpr sqlite::Database::Kind kKind{
    .noun = "catalog",
    .cure = "delete it and run: sotto catalog sync",
    .application_id = 0x536f7443,  // "SotC"
    .forbidden_mode = kWritableByOthers,
};

// The scope is an organization's name, or empty for the platform, which so
// comes first. An entry whose path is empty is where its store's own template
// leads, which is injective; the others share no place. A host whose store is
// empty is bound in the catalog alone.
inline constexpr std::array<const char*, 3> kMigrations{R"sql(
CREATE TABLE entries(
  scope TEXT NOT NULL,
  grp TEXT NOT NULL,
  key TEXT NOT NULL,
  store TEXT NOT NULL,
  path TEXT NOT NULL,
  version INTEGER NOT NULL,
  state INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  PRIMARY KEY(scope, grp, key)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entries_place ON entries(store, path, key) WHERE path <> '';
CREATE TABLE intents(
  store TEXT NOT NULL,
  scope TEXT NOT NULL,
  grp TEXT NOT NULL,
  owner TEXT NOT NULL,
  pending INTEGER NOT NULL,
  PRIMARY KEY(store, scope, grp, owner)
) STRICT, WITHOUT ROWID;
)sql",
                                                        R"sql(
CREATE TABLE hosts(
  scope TEXT NOT NULL,
  grp TEXT NOT NULL,
  host TEXT NOT NULL,
  PRIMARY KEY(scope, grp, host)
) STRICT, WITHOUT ROWID;
)sql",
                                                        R"sql(
CREATE INDEX entries_key ON entries(scope, key, state);
CREATE TABLE bindings(
  scope TEXT NOT NULL,
  grp TEXT NOT NULL,
  host TEXT NOT NULL,
  store TEXT NOT NULL,
  PRIMARY KEY(scope, grp, host, store)
) STRICT, WITHOUT ROWID;
INSERT INTO bindings SELECT scope, grp, host, '' FROM hosts;
DROP TABLE hosts;
ALTER TABLE bindings RENAME TO hosts;
CREATE TABLE uses(
  grp TEXT NOT NULL,
  key TEXT NOT NULL,
  document TEXT NOT NULL,
  line INTEGER NOT NULL,
  col INTEGER NOT NULL,
  pointer TEXT NOT NULL,
  PRIMARY KEY(grp, key, document, line, col)
) STRICT, WITHOUT ROWID;
CREATE INDEX uses_document ON uses(document);
)sql"};

inline constexpr char kFind[] =
    "SELECT k.position, e.store, e.path, e.version, e.state, e.updated"
    " FROM sotto_keys(?1) AS k CROSS JOIN entries AS e"
    " ON e.scope = k.scope AND e.grp = k.grp AND e.key = k.name";

// Rows as read_entry() takes them.
inline constexpr char kListAll[] =
    "SELECT scope, grp, key, store, path, version, state, updated"
    " FROM entries ORDER BY scope, grp, key";
inline constexpr char kListScope[] =
    "SELECT scope, grp, key, store, path, version, state, updated"
    " FROM entries WHERE scope = ?1 ORDER BY grp, key";
inline constexpr char kListStore[] =
    "SELECT scope, grp, key, store, path, version, state, updated"
    " FROM entries WHERE store = ?1 ORDER BY scope, grp, key";
inline constexpr char kListGroup[] =
    "SELECT scope, grp, key, store, path, version, state, updated"
    " FROM entries WHERE scope = ?1 AND grp = ?2 AND store = ?3 ORDER BY key";
inline constexpr char kHome[] =
    "SELECT store, path FROM entries WHERE scope = ?1 AND grp = ?2"
    " ORDER BY key LIMIT 1";
inline constexpr char kEntry[] =
    "SELECT scope, grp, key, store, path, version, state, updated"
    " FROM entries WHERE scope = ?1 AND grp = ?2 AND key = ?3";
inline constexpr char kEntryAtPlace[] =
    "SELECT scope, grp, key, store, path, version, state, updated"
    " FROM entries WHERE store = ?1 AND path = ?2 AND key = ?3 AND path <> ''";

inline constexpr char kInsert[] =
    "INSERT INTO entries(scope, grp, key, store, path, version, state, updated)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
inline constexpr char kDelete[] =
    "DELETE FROM entries WHERE scope = ?1 AND grp = ?2 AND key = ?3";

inline constexpr char kKeysOf[] =
    "SELECT key FROM entries WHERE scope = ?1 AND grp = ?2 AND state = 0";
inline constexpr char kGroups[] =
    "SELECT DISTINCT grp FROM entries WHERE scope = ?1 AND state = 0";
inline constexpr char kGroupsWithKey[] =
    "SELECT grp FROM entries WHERE scope = ?1 AND key = ?2 AND state = 0";
// The rows from a name on, and those before it, nearest first.
inline constexpr std::size_t kNear = 8192;
inline constexpr char kGroupsFrom[] =
    "SELECT grp FROM entries WHERE scope = ?1 AND grp >= ?2 AND state = 0"
    " ORDER BY grp LIMIT 8192";
inline constexpr char kGroupsBefore[] =
    "SELECT grp FROM entries WHERE scope = ?1 AND grp < ?2 AND state = 0"
    " ORDER BY grp DESC LIMIT 8192";
// Here each row is a group.
inline constexpr std::size_t kNearWithKey = 4096;
inline constexpr char kGroupsWithKeyFrom[] =
    "SELECT grp FROM entries WHERE scope = ?1 AND grp >= ?2 AND key = ?3"
    " AND state = 0 ORDER BY grp LIMIT 4096";
inline constexpr char kGroupsWithKeyBefore[] =
    "SELECT grp FROM entries WHERE scope = ?1 AND grp < ?2 AND key = ?3"
    " AND state = 0 ORDER BY grp DESC LIMIT 4096";

inline constexpr char kBeginIntent[] =
    "INSERT INTO intents(store, scope, grp, owner, pending)"
    " VALUES(?1, ?2, ?3, ?4, 1)"
    " ON CONFLICT DO UPDATE SET pending = pending + 1";
inline constexpr char kEndIntent[] =
    "UPDATE intents SET pending = pending - 1"
    " WHERE store = ?1 AND scope = ?2 AND grp = ?3 AND owner = ?4";
inline constexpr char kDropEnded[] =
    "DELETE FROM intents WHERE store = ?1 AND scope = ?2 AND grp = ?3"
    " AND owner = ?4 AND pending <= 0";
inline constexpr char kForgetStore[] = "DELETE FROM intents WHERE store = ?1";
inline constexpr char kIntents[] =
    "SELECT scope, grp, store, owner FROM intents"
    " ORDER BY scope, grp, store, owner";
inline constexpr char kForgetOwner[] = "DELETE FROM intents WHERE owner = ?1";

// Goes from scope to scope, of which there are few, not through all entries.
inline constexpr char kScopesOf[] =
    "WITH RECURSIVE s(scope) AS (SELECT min(scope) FROM entries UNION ALL"
    " SELECT (SELECT min(e.scope) FROM entries AS e WHERE e.scope > s.scope)"
    " FROM s WHERE s.scope IS NOT NULL)"
    " SELECT s.scope FROM s WHERE EXISTS(SELECT 1 FROM entries AS e"
    " WHERE e.scope = s.scope AND e.grp = ?1 AND e.key = ?2 AND e.state = 0)"
    " ORDER BY s.scope";

inline constexpr char kHosts[] =
    "SELECT DISTINCT k.position, h.host FROM sotto_keys(?1) AS k"
    " CROSS JOIN hosts AS h ON h.scope = k.scope AND h.grp = k.grp"
    " ORDER BY k.position, h.host";
// Rows as read_bindings() takes them.
inline constexpr char kListHosts[] =
    "SELECT scope, grp, host, store FROM hosts"
    " ORDER BY scope, grp, host, store";
inline constexpr char kListScopeHosts[] =
    "SELECT scope, grp, host, store FROM hosts WHERE scope = ?1"
    " ORDER BY grp, host, store";
inline constexpr char kBindHost[] =
    "INSERT OR IGNORE INTO hosts(scope, grp, host, store)"
    " VALUES(?1, ?2, ?3, ?4)";
inline constexpr char kUnbindGroup[] =
    "DELETE FROM hosts WHERE scope = ?1 AND grp = ?2 AND store = ''";
inline constexpr char kUnbindStore[] =
    "DELETE FROM hosts WHERE scope = ?1 AND store = ?2";
inline constexpr char kUnbindAll[] = "DELETE FROM hosts";

// Rows as read_uses() takes them.
inline constexpr char kUsesOfKey[] =
    "SELECT document, grp, key, line, col, pointer FROM uses"
    " WHERE grp = ?1 AND key = ?2 ORDER BY document, line, col";
inline constexpr char kUsesOfGroup[] =
    "SELECT document, grp, key, line, col, pointer FROM uses"
    " WHERE grp = ?1 ORDER BY document, line, col";
inline constexpr char kListUses[] =
    "SELECT document, grp, key, line, col, pointer FROM uses"
    " ORDER BY document, line, col";
inline constexpr char kDocuments[] = "SELECT DISTINCT document FROM uses";
inline constexpr char kForgetDocument[] =
    "DELETE FROM uses WHERE document = ?1";
inline constexpr char kAddUse[] =
    "INSERT OR IGNORE INTO uses(grp, key, document, line, col, pointer)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6)";

inline constexpr char kIntegrity[] = "PRAGMA integrity_check(1)";

}  // namespace sotto::catalog_schema

#endif  // SOTTO_STORE_CATALOG_SCHEMA_H_
