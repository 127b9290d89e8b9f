// SPDX-License-Identifier: Apache-2.0
//
// A connection from within: what the files store/sqlite*.cc share.

#ifndef SOTTO_STORE_SQLITE_CONNECTION_H_
#define SOTTO_STORE_SQLITE_CONNECTION_H_

#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/database.h"

struct sqlite3;

namespace sotto::sqlite {

// What a pointer must be called to be bound to sotto_keys(?).
inline constexpr char kKeysPointer[] = "sotto-keys";

// Makes sotto_keys() known. Returns a status of SQLite's.
int add_keys_module(sqlite3* connection);

struct Database::Impl {
  struct Prepared {
    const char* sql;
    sqlite3_stmt* statement;
  };

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  // Opens it, with what else is ours in it.
  Result<void> connect(const std::string& name, int flags, const char* vfs);
  // Runs statements without rows; `verb` is what for: "opened".
  Result<void> run(const char* sql, std::string_view verb);
  // Undoes what a Transaction began. Needs no memory.
  void rollback();
  // What `status`, SQLite's last answer, is to those who read messages.
  tl::unexpected<Error> error(int status, std::string_view verb) const;

  sqlite3* connection = nullptr;
  const Kind* kind = nullptr;
  std::string file;
  bool writable = false;
  bool asked_read_only = false;
  std::vector<Prepared> prepared;
};

}  // namespace sotto::sqlite

#endif  // SOTTO_STORE_SQLITE_CONNECTION_H_
