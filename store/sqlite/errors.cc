// SPDX-License-Identifier: Apache-2.0
//
// What a failure of SQLite means, in our own words.

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <string_view>

#include "store/file_guard.h"
#include "store/sqlite/connection.h"

namespace sotto::sqlite {
namespace {

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

// The errno behind a failure. SQLite's own record of it is what errno happened
// to be when the failure reached the top; the log and the database file each
// remember better.
int system_error(sqlite3* connection, int status) {
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

}  // namespace

tl::unexpected<Error> Database::Impl::error(int status,
                                            std::string_view verb) const {
  return tl::unexpected<Error>(
      make_error(*kind, file, verb, status, system_error(connection, status)));
}

}  // namespace sotto::sqlite
