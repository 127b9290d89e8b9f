// SPDX-License-Identifier: Apache-2.0
//
// The table-valued function sotto_keys(POINTER), by which one prepared
// statement looks any number of names up.

#include <sqlite3.h>

#include <new>

#include "store/sqlite/connection.h"

namespace sotto::sqlite {
namespace {

enum KeysColumn : int { kPosition, kScope, kGroup, kName, kNumber, kKeys };

struct KeysCursor {
  sqlite3_vtab_cursor base;
  const std::vector<KeyRow>* rows;
  std::size_t index;
};

KeysCursor& keys_cursor(sqlite3_vtab_cursor* cursor) {
  return *reinterpret_cast<KeysCursor*>(cursor);
}

int keys_connect(sqlite3* database, void*, int, const char* const*,
                 sqlite3_vtab** table, char**) {
  const int status = sqlite3_declare_vtab(
      database,
      "CREATE TABLE keys(position INTEGER, scope TEXT, grp TEXT, name TEXT,"
      " number INTEGER, keys HIDDEN)");
  if (status != SQLITE_OK) return status;
  *table = new (std::nothrow) sqlite3_vtab{};
  if (*table == nullptr) return SQLITE_NOMEM;
  return sqlite3_vtab_config(database, SQLITE_VTAB_DIRECTONLY);
}

int keys_disconnect(sqlite3_vtab* table) {
  delete table;
  return SQLITE_OK;
}

int keys_best_index(sqlite3_vtab*, sqlite3_index_info* info) {
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    if (constraint.iColumn != kKeys || !constraint.usable ||
        constraint.op != SQLITE_INDEX_CONSTRAINT_EQ) {
      continue;
    }
    info->aConstraintUsage[i].argvIndex = 1;
    info->aConstraintUsage[i].omit = 1;
    info->estimatedCost = 1;
    info->estimatedRows = 100;
    return SQLITE_OK;
  }
  return SQLITE_CONSTRAINT;
}

int keys_open(sqlite3_vtab*, sqlite3_vtab_cursor** cursor) {
  auto* const made = new (std::nothrow) KeysCursor{};
  if (made == nullptr) return SQLITE_NOMEM;
  *cursor = &made->base;
  return SQLITE_OK;
}

int keys_close(sqlite3_vtab_cursor* cursor) {
  delete &keys_cursor(cursor);
  return SQLITE_OK;
}

int keys_filter(sqlite3_vtab_cursor* cursor, int, const char*, int,
                sqlite3_value** arguments) {
  KeysCursor& keys = keys_cursor(cursor);
  keys.rows = static_cast<const std::vector<KeyRow>*>(
      sqlite3_value_pointer(arguments[0], kKeysPointer));
  keys.index = 0;
  return SQLITE_OK;
}

int keys_next(sqlite3_vtab_cursor* cursor) {
  ++keys_cursor(cursor).index;
  return SQLITE_OK;
}

int keys_eof(sqlite3_vtab_cursor* cursor) {
  const KeysCursor& keys = keys_cursor(cursor);
  return keys.rows == nullptr || keys.index >= keys.rows->size();
}

void result_text(sqlite3_context* context, std::string_view text) {
  // A null pointer would be NULL, which equals nothing.
  sqlite3_result_text64(context, text.empty() ? "" : text.data(), text.size(),
                        SQLITE_STATIC, SQLITE_UTF8);
}

int keys_column(sqlite3_vtab_cursor* cursor, sqlite3_context* context,
                int column) {
  const KeysCursor& keys = keys_cursor(cursor);
  const KeyRow& row = (*keys.rows)[keys.index];
  switch (column) {
    case kPosition:
      sqlite3_result_int64(context, static_cast<sqlite3_int64>(keys.index));
      break;
    case kScope:
      result_text(context, row.scope);
      break;
    case kGroup:
      result_text(context, row.group);
      break;
    case kName:
      result_text(context, row.name);
      break;
    case kNumber:
      sqlite3_result_int64(context, row.number);
      break;
    default:
      break;  // The pointer itself: NULL.
  }
  return SQLITE_OK;
}

int keys_rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* rowid) {
  *rowid = static_cast<sqlite3_int64>(keys_cursor(cursor).index);
  return SQLITE_OK;
}

// Without xCreate: it exists in every connection, and cannot be created.
sqlite3_module make_keys_module() {
  sqlite3_module module{};
  module.xConnect = keys_connect;
  module.xDisconnect = keys_disconnect;
  module.xBestIndex = keys_best_index;
  module.xOpen = keys_open;
  module.xClose = keys_close;
  module.xFilter = keys_filter;
  module.xNext = keys_next;
  module.xEof = keys_eof;
  module.xColumn = keys_column;
  module.xRowid = keys_rowid;
  return module;
}

const sqlite3_module kKeysModuleMethods = make_keys_module();

}  // namespace

int add_keys_module(sqlite3* connection) {
  return sqlite3_create_module(connection, "sotto_keys", &kKeysModuleMethods,
                               nullptr);
}

}  // namespace sotto::sqlite
