// SPDX-License-Identifier: Apache-2.0
//
// Settings, and why:
//   WAL                 readers never wait for a writer
//   synchronous=FULL    with NORMAL an acknowledged write can be lost when the
//                       power fails
//   BEGIN IMMEDIATE     a transaction that will write waits for the lock at its
//                       begin, where nothing has been read that could be stale
//   trusted_schema off, DQS off, extensions off, defensive, cell_size_check
//                       a file may come from anywhere
//   secure_delete       what was deleted is overwritten
//   checksum_vfs        what flipped on the disk is found

#include "store/sqlite.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <new>
#include <utility>

#include "store/checksum_vfs.h"
#include "store/file_guard.h"

namespace sotto::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr char kKeysModule[] = "sotto_keys";
constexpr char kKeysPointer[] = "sotto-keys";

// A single row of ours is never larger; a damaged length is refused early.
constexpr int kMaxRowBytes = 64 << 20;

constexpr char kSettings[] =
    "PRAGMA synchronous=FULL;"
    "PRAGMA cell_size_check=ON;"
    "PRAGMA secure_delete=ON;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA mmap_size=0;"
    "PRAGMA cache_size=-8192;";

// ---- The table-valued function sotto_keys(POINTER) ----

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

// ---- Errors ----

bool is_full(int system_error) {
  return system_error == ENOSPC || system_error == EDQUOT;
}

// What a result code of SQLite means. SQLITE_ERROR and the like: our
// statements are correct for our schema, so the schema is not ours.
ErrorCode code_of(int status, int system_error) {
  switch (status) {
    case SQLITE_IOERR_DATA:
    case SQLITE_IOERR_CORRUPTFS:
      return ErrorCode::kCorrupt;
    case SQLITE_IOERR_NOMEM:
      return ErrorCode::kNoMemory;
    default:
      break;
  }
  switch (status & 0xff) {
    case SQLITE_FULL:
      return ErrorCode::kNoSpace;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::kBusy;
    case SQLITE_NOMEM:
      return ErrorCode::kNoMemory;
    case SQLITE_TOOBIG:
      return ErrorCode::kLimit;
    case SQLITE_CONSTRAINT:
      return ErrorCode::kConflict;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return is_full(system_error) ? ErrorCode::kNoSpace : ErrorCode::kIo;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
    case SQLITE_NOLFS:
      return ErrorCode::kIo;
    default:
      return ErrorCode::kCorrupt;
  }
}

Error make_error(const Database::Kind& kind, const std::string& file,
                 std::string_view verb, int status, int system_error) {
  const std::string subject = quoted_file(kind.noun, file);
  const ErrorCode code = code_of(status, system_error);
  const auto cannot = [&](std::string_view reason) {
    return fmt::format("{} cannot be {}: {}", subject, verb, reason);
  };
  switch (code) {
    case ErrorCode::kBusy:
      return {
          code,
          fmt::format("{} is locked by another process, for 2 s now", subject),
          "try again"};
    case ErrorCode::kCorrupt:
      return {code, fmt::format("{} is damaged", subject),
              std::string(kind.cure)};
    case ErrorCode::kNoSpace:
      return {code, cannot("the disk or the quota is full"),
              "free some space and try again; nothing was changed"};
    case ErrorCode::kNoMemory:
      return {code, cannot("no memory"), {}};
    case ErrorCode::kConflict:
      return {code, cannot("it would break a rule of its schema"), {}};
    case ErrorCode::kLimit:
      return {code, cannot("larger than 64 MiB"), {}};
    default:
      break;
  }
  if ((status & 0xff) == SQLITE_READONLY) {
    return {code, cannot("the file or its folder is read-only"), {}};
  }
  return file_error(kind.noun, file, verb, system_error).value();
}

// ---- Files ----

// Can both the file and, for the log beside it, its folder be written?
bool can_write(const fs::path& file) {
  const auto writable = [](const fs::path& path) {
    return faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
  };
  return writable(file) && writable(folder_of(file));
}

bool has_log(const fs::path& file) {
  struct stat status;
  const std::string log = file.native() + "-wal";
  return lstat(log.c_str(), &status) == 0 && status.st_size > 0;
}

// As SQLite shall read it: never the name of something else (":memory:").
std::string plain_path(const fs::path& file) {
  return file.is_absolute() ? file.native() : "./" + file.native();
}

// A file that nobody can write now, and that no log belongs to, is opened as
// immutable: SQLite could not make its log and its index beside it.
std::string immutable_uri(const fs::path& file) {
  std::string uri = "file:";
  for (const char c : plain_path(file)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (c >= '0' && c <= '9') || c == '/' || c == '.';
    if (plain) {
      uri += c;
    } else {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    }
  }
  return uri + "?immutable=1";
}

fs::path unused_name(const fs::path& file) {
  std::uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number) {
    number = static_cast<std::uint64_t>(getpid());
  }
  return folder_of(file) /
         fmt::format(".{}.{:016x}.new", file.filename().native(), number);
}

struct RemoveFile {
  fs::path file;
  ~RemoveFile() {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      unlink((file.native() + suffix).c_str());
    }
  }
};

}  // namespace

struct Database::Impl {
  sqlite3* connection = nullptr;
  const Kind* kind = nullptr;
  std::string file;
  bool writable = false;
  bool asked_read_only = false;
  struct Prepared {
    const char* sql;
    sqlite3_stmt* statement;
  };
  std::vector<Prepared> prepared;

  ~Impl() {
    for (const Prepared& one : prepared) sqlite3_finalize(one.statement);
    sqlite3_close(connection);
  }

  tl::unexpected<Error> error(int status, std::string_view verb) const {
    return tl::unexpected<Error>(
        make_error(*kind, file, verb, status, system_error(status)));
  }

  int system_error(int status) const;

  Result<void> run(const char* sql, std::string_view verb) {
    const int status = sqlite3_exec(connection, sql, nullptr, nullptr, nullptr);
    if (status != SQLITE_OK) return error(status, verb);
    return {};
  }

  Result<void> connect(const std::string& name, int flags, const char* vfs);
};

// The errno behind a failure. SQLite's own record of it is what errno happened
// to be when the failure reached the top; the log and the database file each
// remember better.
int Database::Impl::system_error(int status) const {
  if (connection == nullptr) return 0;
  if ((status & 0xff) == SQLITE_IOERR) {
    for (const int which :
         {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
      sqlite3_file* opened = nullptr;
      sqlite3_file_control(connection, "main", which, &opened);
      if (opened == nullptr || opened->pMethods == nullptr) continue;
      int error_number = 0;
      opened->pMethods->xFileControl(opened, SQLITE_FCNTL_LAST_ERRNO,
                                     &error_number);
      if (error_number != 0) return error_number;
    }
  }
  return sqlite3_system_errno(connection);
}

Result<void> Database::Impl::connect(const std::string& name, int flags,
                                     const char* vfs) {
  const int status =
      sqlite3_open_v2(name.c_str(), &connection,
                      flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                          SQLITE_OPEN_EXRESCODE,
                      vfs);
  if (connection == nullptr) return error(SQLITE_NOMEM, "opened");
  if (status != SQLITE_OK) return error(status, "opened");
  sqlite3_busy_timeout(connection, static_cast<int>(kBusyTimeout.count()));
  constexpr std::array<std::pair<int, int>, 8> kSwitches{{
      {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
      {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
      {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
      {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
      {SQLITE_DBCONFIG_DEFENSIVE, 1},
      {SQLITE_DBCONFIG_DQS_DDL, 0},
      {SQLITE_DBCONFIG_DQS_DML, 0},
  }};
  for (const auto& [option, value] : kSwitches) {
    sqlite3_db_config(connection, option, value, nullptr);
  }
  sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, kMaxRowBytes);
  sqlite3_limit(connection, SQLITE_LIMIT_ATTACHED, 0);
  const int module = sqlite3_create_module(connection, kKeysModule,
                                           &kKeysModuleMethods, nullptr);
  if (module != SQLITE_OK) return error(module, "opened");
  return {};
}

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

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const fs::path& file, const Kind& kind,
                                Mode mode) {
  SOTTO_RETURN_IF_ERROR(check_file(kind.noun, file, kind.forbidden_mode));
  auto impl = std::make_unique<Impl>();
  impl->kind = &kind;
  impl->file = file.native();
  if (!register_checksum_vfs()) return impl->error(SQLITE_NOMEM, "opened");
  const bool can_be_written = can_write(file);
  impl->asked_read_only = mode == Mode::kReadOnly;
  impl->writable = can_be_written && !impl->asked_read_only;
  if (can_be_written) {
    SOTTO_RETURN_IF_ERROR(
        impl->connect(plain_path(file), SQLITE_OPEN_READWRITE, kVfsName));
  } else if (has_log(file)) {
    SOTTO_RETURN_IF_ERROR(
        impl->connect(plain_path(file), SQLITE_OPEN_READONLY, kVfsName));
  } else {
    SOTTO_RETURN_IF_ERROR(impl->connect(
        immutable_uri(file), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, kVfsName));
  }
  SOTTO_RETURN_IF_ERROR(impl->run(kSettings, "opened"));
  Database database(std::move(impl));
  SOTTO_ASSIGN_OR_RETURN(const std::int64_t id,
                         database.integer("PRAGMA application_id"));
  if (id != kind.application_id) {
    return database.damaged(fmt::format("is not a {}", kind.noun));
  }
  if (database.writable()) {
    SOTTO_RETURN_IF_ERROR(
        database.impl_->run("PRAGMA journal_mode=WAL", "opened"));
  } else {
    SOTTO_RETURN_IF_ERROR(
        database.impl_->run("PRAGMA query_only=ON", "opened"));
  }
  return database;
}

Result<Database> Database::in_memory(const Kind& kind) {
  auto impl = std::make_unique<Impl>();
  impl->kind = &kind;
  impl->file = ":memory:";
  impl->writable = true;
  SOTTO_RETURN_IF_ERROR(impl->connect(
      ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, nullptr));
  SOTTO_RETURN_IF_ERROR(impl->run(kSettings, "opened"));
  return Database(std::move(impl));
}

Result<void> Database::create(
    const fs::path& file, const Kind& kind,
    const std::function<Result<void>(Database&)>& initialize) {
  SOTTO_RETURN_IF_ERROR(check_absent(kind.noun, file));
  const RemoveFile temporary{unused_name(file)};
  SOTTO_ASSIGN_OR_RETURN(const int descriptor,
                         create_private_file(kind.noun, temporary.file));
  close(descriptor);
  {
    auto impl = std::make_unique<Impl>();
    impl->kind = &kind;
    impl->file = file.native();
    impl->writable = true;
    if (!register_checksum_vfs()) return impl->error(SQLITE_NOMEM, "created");
    SOTTO_RETURN_IF_ERROR(impl->connect(plain_path(temporary.file),
                                        SQLITE_OPEN_READWRITE, kVfsName));
    int reserved = kChecksumSize;
    sqlite3_file_control(impl->connection, "main", SQLITE_FCNTL_RESERVE_BYTES,
                         &reserved);
    SOTTO_RETURN_IF_ERROR(
        impl->run(fmt::format("PRAGMA page_size={}; PRAGMA journal_mode=WAL; {}"
                              "BEGIN IMMEDIATE; PRAGMA application_id={};",
                              kPageSize, kSettings, kind.application_id)
                      .c_str(),
                  "created"));
    Database database(std::move(impl));
    SOTTO_RETURN_IF_ERROR(initialize(database));
    SOTTO_RETURN_IF_ERROR(database.impl_->run("COMMIT", "created"));
    // Empties the log into the file, which the last to close then removes.
    SOTTO_RETURN_IF_ERROR(
        database.impl_->run("PRAGMA wal_checkpoint(TRUNCATE)", "created"));
  }
  if (link(temporary.file.c_str(), file.c_str()) != 0) {
    return file_error(kind.noun, file, "created", errno);
  }
  return sync_folder(kind.noun, file);
}

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
  // SQLite may have rolled back by itself already: then this fails, rightly.
  sqlite3_exec(database_->impl_->connection, "ROLLBACK", nullptr, nullptr,
               nullptr);
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
