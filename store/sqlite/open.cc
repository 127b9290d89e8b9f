// SPDX-License-Identifier: Apache-2.0
//
// Opening and making a database. The settings, and why:
//   WAL                 readers never wait for a writer
//   synchronous=FULL    with NORMAL an acknowledged write can be lost when the
//                       power fails
//   BEGIN IMMEDIATE     a transaction that will write waits for the lock at its
//                       begin, where nothing has been read that could be stale
//   trusted_schema off, DQS off, extensions off, defensive, cell_size_check
//                       a file may come from anywhere
//   secure_delete       what was deleted is overwritten
//   checksum_vfs        what flipped on the disk is found
//   mmap_size=0         a page is checked once, when it is read into the cache
//   cache_size          up to 64 MiB, used as pages are: all of a catalog of a
//                       million names, where a lookup that misses costs twice

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "store/file_guard.h"
#include "store/sqlite/checksum_vfs.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/database.h"

namespace sotto::sqlite {
namespace {

namespace fs = std::filesystem;

// A single row of ours is never larger; a damaged length is refused early.
constexpr int kMaxRowBytes = 64 << 20;

constexpr char kSettings[] =
    "PRAGMA synchronous=FULL;"
    "PRAGMA cell_size_check=ON;"
    "PRAGMA secure_delete=ON;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA mmap_size=0;"
    "PRAGMA cache_size=-65536;";

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

// A database under its first name, and what SQLite puts beside it: gone in the
// end, whatever happens.
struct Temporary {
  explicit Temporary(const fs::path& name)
      : file(name),
        others{name.native() + "-wal", name.native() + "-shm",
               name.native() + "-journal"} {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    unlink(file.c_str());
    for (const std::string& other : others) unlink(other.c_str());
  }

  const fs::path file;
  const std::array<std::string, 3> others;
};

}  // namespace

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
  const int module = add_keys_module(connection);
  if (module != SQLITE_OK) return error(module, "opened");
  return {};
}

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
  const Temporary temporary(unused_name(file));
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
  NewFile made(file);
  SOTTO_RETURN_IF_ERROR(sync_folder(kind.noun, file));
  made.keep();
  return {};
}

}  // namespace sotto::sqlite
