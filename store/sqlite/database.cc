// SPDX-License-Identifier: Apache-2.0

#include "store/sqlite/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cassert>
#include <utility>

#include "store/file_guard.h"
#include "store/sqlite/connection.h"

namespace sotto::sqlite {
namespace {

constexpr char kRollback[] = "ROLLBACK";

}  // namespace

// ---- Statement ----

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      bind_status_(other.bind_status_) {}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Statement& Statement::bind(int index, std::int64_t value) {
  if (const int status = sqlite3_bind_int64(statement_, index, value)) {
    bind_status_ = status;
  }
  return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
  if (const int status = sqlite3_bind_text64(
          statement_, index, text.empty() ? "" : text.data(), text.size(),
          SQLITE_STATIC, SQLITE_UTF8)) {
    bind_status_ = status;
  }
  return *this;
}

Statement& Statement::bind_blob(int index, std::string_view bytes) {
  if (const int status = sqlite3_bind_blob64(statement_, index,
                                             bytes.empty() ? "" : bytes.data(),
                                             bytes.size(), SQLITE_STATIC)) {
    bind_status_ = status;
  }
  return *this;
}

Statement& Statement::bind_keys(int index, const std::vector<KeyRow>& keys) {
  // SQLite takes the pointer as one to something it may change; it does not.
  auto* const pointer = const_cast<std::vector<KeyRow>*>(&keys);
  if (const int status = sqlite3_bind_pointer(statement_, index, pointer,
                                              kKeysPointer, nullptr)) {
    bind_status_ = status;
  }
  return *this;
}

Result<bool> Statement::step() {
  const int status =
      bind_status_ != SQLITE_OK ? bind_status_ : sqlite3_step(statement_);
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  const bool reads = sqlite3_stmt_readonly(statement_) != 0;
  // Reset first: an error that is left standing would be told twice.
  sqlite3_reset(statement_);
  return database_->impl_->error(status, reads ? "read" : "written");
}

Result<void> Statement::run() {
  if (auto row = step(); !row) return tl::unexpected(std::move(row).error());
  sqlite3_reset(statement_);
  return {};
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::text(int column) const {
  const void* const bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

// ---- Database ----

Database::Impl::~Impl() {
  for (const Prepared& one : prepared) sqlite3_finalize(one.statement);
  sqlite3_close(connection);
}

void Database::Impl::rollback() {
  for (const Prepared& one : prepared) {
    if (one.sql != kRollback) continue;
    // SQLite may have rolled back by itself already: then this fails, rightly.
    sqlite3_step(one.statement);
    sqlite3_reset(one.statement);
  }
}

Result<void> Database::Impl::run(const char* sql, std::string_view verb) {
  const int status = sqlite3_exec(connection, sql, nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) return error(status, verb);
  return {};
}

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Statement> Database::use(const char* sql) {
  for (const Impl::Prepared& one : impl_->prepared) {
    if (one.sql != sql) continue;
    assert(!sqlite3_stmt_busy(one.statement));
    return Statement(this, one.statement);
  }
  impl_->prepared.reserve(impl_->prepared.size() + 1);
  sqlite3_stmt* statement = nullptr;
  const int status =
      sqlite3_prepare_v3(impl_->connection, sql, -1, SQLITE_PREPARE_PERSISTENT,
                         &statement, nullptr);
  if (status != SQLITE_OK) return impl_->error(status, "read");
  impl_->prepared.push_back({sql, statement});
  return Statement(this, statement);
}

Result<void> Database::execute(const char* sql) {
  return impl_->run(sql, "written");
}

Result<std::int64_t> Database::integer(const char* sql) {
  SOTTO_ASSIGN_OR_RETURN(Statement statement, use(sql));
  SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
  return row ? statement.integer(0) : 0;
}

bool Database::writable() const { return impl_->writable; }
const std::string& Database::file() const { return impl_->file; }
const Database::Kind& Database::kind() const { return *impl_->kind; }

tl::unexpected<Error> Database::damaged(std::string_view predicate) const {
  return fail(ErrorCode::kCorrupt,
              fmt::format("{} {}", quoted_file(kind().noun, file()), predicate),
              std::string(kind().cure));
}

Result<void> Database::require_writable() const {
  if (writable()) return {};
  return fail(
      ErrorCode::kIo,
      fmt::format("{} cannot be written: {}", quoted_file(kind().noun, file()),
                  impl_->asked_read_only
                      ? "it was opened for reading alone"
                      : "the file or its folder is read-only"));
}

// ---- Transaction ----

Result<Transaction> Transaction::begin(Database& database, Kind kind) {
  // Prepared now: undoing must not need memory.
  SOTTO_RETURN_IF_ERROR(database.use(kRollback));
  if (kind == Kind::kRead) {
    SOTTO_ASSIGN_OR_RETURN(Statement statement, database.use("BEGIN"));
    SOTTO_RETURN_IF_ERROR(statement.run());
    return Transaction(&database);
  }
  SOTTO_RETURN_IF_ERROR(database.require_writable());
  SOTTO_ASSIGN_OR_RETURN(Statement statement, database.use("BEGIN IMMEDIATE"));
  SOTTO_RETURN_IF_ERROR(statement.run());
  return Transaction(&database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  if (database_ == nullptr) return;
  database_->impl_->rollback();
}

Result<void> Transaction::commit() {
  sqlite3* const connection = database_->impl_->connection;
  const int status =
      sqlite3_exec(connection, "COMMIT", nullptr, nullptr, nullptr);
  if (status == SQLITE_OK) {
    database_ = nullptr;
    return {};
  }
  if (status == SQLITE_IOERR_FSYNC || status == SQLITE_IOERR_DIR_FSYNC) {
    return fail(
        ErrorCode::kOutcomeUnknown,
        fmt::format("{} may or may not have been written: the device "
                    "did not confirm it",
                    quoted_file(database_->kind().noun, database_->file())),
        "look at what is there before you try again");
  }
  return database_->impl_->error(status, "written");
}

}  // namespace sotto::sqlite
