// SPDX-License-Identifier: Apache-2.0
//
// SQLite as catalog and store need it: a database, a statement, a transaction,
// and errors in our own words. Internal; the files of this
// folder alone see sqlite3.h.

#ifndef SOTTO_STORE_SQLITE_DATABASE_H_
#define SOTTO_STORE_SQLITE_DATABASE_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct sqlite3_stmt;

namespace sotto::sqlite {

// How long a lock of another process is waited for.
inline constexpr std::chrono::milliseconds kBusyTimeout{1900};

// A row of a statement's input: what the table-valued function sotto_keys(?)
// shows as (position, scope, grp, name, number). Any number of names is so
// looked up by one prepared statement.
struct KeyRow {
  std::string_view scope;
  std::string_view group;
  std::string_view name;
  std::int64_t number = 0;
};

class Database;

// A prepared statement while it is in use; goes back, unbound, to its database
// when it dies. Bound text and keys are borrowed until then. What goes wrong
// while binding is told by the next step().
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::string_view text);
  Statement& bind_blob(int index, std::string_view bytes);
  Statement& bind_keys(int index, const std::vector<KeyRow>& keys);

  // The next row: false after the last. kConflict: a constraint was broken.
  Result<bool> step();
  // step() of a statement without rows, ready to be bound again.
  Result<void> run();

  // Of the current row; texts and blobs are valid until the next step().
  std::int64_t integer(int column) const;
  std::string_view text(int column) const;  // Blobs too.
  bool is_null(int column) const;

 private:
  friend class Database;
  Statement(const Database* database, sqlite3_stmt* statement)
      : database_(database), statement_(statement) {}

  const Database* database_;
  sqlite3_stmt* statement_;
  int bind_status_ = 0;
};

// A connection. Belongs to one thread at a time.
class Database {
 public:
  enum class Mode : std::uint8_t {
    kReadWrite,  // Falls back to reading alone where the file or its folder
                 // cannot be written.
    kReadOnly,
  };
  // What it is, for messages and for the file's own mark.
  struct Kind {
    std::string_view noun;  // "catalog"
    std::string_view cure;  // The hint for a damaged one.
    std::int64_t application_id = 0;
    mode_t forbidden_mode = 0;  // Permission bits that a file may not have.
  };

  // Opens an existing file. Fails with kMissing, kUnsafeFile (a link, a folder,
  // a pipe, another user's, forbidden_mode), kCorrupt (not of this kind),
  // kBusy, kIo, ... `kind` is borrowed.
  static Result<Database> open(const std::filesystem::path& file,
                               const Kind& kind, Mode mode);
  static Result<Database> in_memory(const Kind& kind);

  // Makes a new file (0600): `initialize` fills it under another name, then it
  // appears, whole and durable, under its own. kConflict if there is one.
  static Result<void> create(
      const std::filesystem::path& file, const Kind& kind,
      const std::function<Result<void>(Database&)>& initialize);

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  // `sql` is prepared at its first use and kept; it must be a literal. One use
  // of it at a time (assert).
  Result<Statement> use(const char* sql);
  // Several statements without parameters or rows.
  Result<void> execute(const char* sql);
  // The one integer that `sql` asks for.
  Result<std::int64_t> integer(const char* sql);

  bool writable() const;
  const std::string& file() const;
  const Kind& kind() const;

  // `NOUN "FILE" PREDICATE`, with the kind's cure.
  tl::unexpected<Error> damaged(std::string_view predicate) const;
  // kIo unless writable().
  Result<void> require_writable() const;

 private:
  friend class Statement;
  friend class Transaction;
  struct Impl;
  explicit Database(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Undone unless committed.
class Transaction {
 public:
  enum class Kind : std::uint8_t {
    kRead,   // A snapshot.
    kWrite,  // Takes the write lock at once.
  };
  static Result<Transaction> begin(Database& database, Kind kind);

  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // Acknowledged means durable. kOutcomeUnknown: it was written, but the
  // operating system would not confirm that it reached the disk.
  Result<void> commit();

 private:
  explicit Transaction(Database* database) : database_(database) {}
  Database* database_;
};

}  // namespace sotto::sqlite

#endif  // SOTTO_STORE_SQLITE_DATABASE_H_
