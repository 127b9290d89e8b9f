// SPDX-License-Identifier: Apache-2.0
//
// Makes local stores and opens them: files, keys, the order of checks.

#include "store/local_store.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "store/file_guard.h"
#include "store/guarded.h"
#include "store/local/header.h"
#include "store/local/key.h"
#include "store/local/sealed_row.h"
#include "store/local/store_file.h"
#include "store/sqlite/migrations.h"

namespace sotto {
namespace {

namespace fs = std::filesystem;
using sqlite::Database;

constexpr mode_t kOthers = 0077;

constexpr Database::Kind kKind{
    .noun = "store",
    .cure = "restore it from a backup",
    .application_id = 0x536f7453,  // "SotS"
    .forbidden_mode = kOthers,
};

constexpr std::array<const char*, 1> kMigrations{R"sql(
CREATE TABLE header(
  id INTEGER PRIMARY KEY CHECK(id = 1),
  store_id BLOB NOT NULL,
  key_check BLOB NOT NULL,
  salt BLOB,
  passes INTEGER,
  memory INTEGER,
  nonce BLOB,
  wrapped BLOB
) STRICT;
CREATE TABLE root(
  id INTEGER PRIMARY KEY CHECK(id = 1),
  counter INTEGER NOT NULL,
  macs BLOB NOT NULL,
  mac BLOB NOT NULL
) STRICT;
CREATE TABLE buckets(
  number INTEGER PRIMARY KEY,
  content BLOB NOT NULL
) STRICT;
CREATE TABLE versions(
  scope TEXT NOT NULL,
  grp TEXT NOT NULL,
  version INTEGER NOT NULL,
  previous BLOB NOT NULL,
  nonce BLOB NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY(scope, grp, version)
) STRICT, WITHOUT ROWID;
)sql"};

Result<Database> open_database(const fs::path& file) {
  SOTTO_ASSIGN_OR_RETURN(
      Database database,
      Database::open(file, kKind, Database::Mode::kReadWrite));
  SOTTO_RETURN_IF_ERROR(sqlite::migrate(database, kMigrations));
  return database;
}

tl::unexpected<Error> wrong_kind_of_key(const fs::path& file,
                                        std::string_view expected,
                                        std::string_view found) {
  return fail(ErrorCode::kWrongKey,
              fmt::format("{} is opened by a {}: found a {}",
                          quoted_file(kKind.noun, file), expected, found));
}

// The store's key, as `key` says it is to be had. Not yet checked.
Result<SecretString> obtain_key(Database& database, const LocalHeader& header,
                                const LocalKey& key) {
  if (header.wrapped) {
    if (!key.file.empty()) {
      return wrong_kind_of_key(database.file(), "passphrase", "key file");
    }
    return unwrap(header, key.passphrase, database);
  }
  if (key.file.empty()) {
    return wrong_kind_of_key(database.file(), "key file", "passphrase");
  }
  return read_key_file(key.file);
}

// A key that does not pass the header's check, and does not pass the
// manifest's either, is the wrong one. If it passes one of them, it is the
// right one and the file was altered.
Result<void> check_key(Database& database, const LocalHeader& header,
                       const SecretString& secret, const LocalKeys& keys,
                       const LocalKey& key) {
  SOTTO_ASSIGN_OR_RETURN(const std::string check, key_check_of(secret));
  const auto manifest = Manifest::read(database, keys.seal);
  if (equal_bytes(check, header.key_check)) {
    if (manifest) return {};
    return tl::unexpected(manifest.error());
  }
  if (manifest) {
    return database.damaged("was altered: its header does not match");
  }
  if (manifest.error().code != ErrorCode::kCorrupt) {
    return tl::unexpected(manifest.error());
  }
  return fail(
      ErrorCode::kWrongKey,
      fmt::format("{} does not open {}", quoted_file("key file", key.file),
                  quoted_file(kKind.noun, database.file())),
      "it belongs to another store");
}

Result<void> initialize(Database& database, const SecretString& key,
                        const LocalHeader& header) {
  SOTTO_RETURN_IF_ERROR(sqlite::build(database, kMigrations));
  SOTTO_RETURN_IF_ERROR(write_header(database, header));
  SOTTO_ASSIGN_OR_RETURN(const LocalKeys keys, derive_keys(key, header));
  return Manifest::empty(database, keys.seal).flush();
}

Result<void> create_files(const fs::path& file, const LocalKey& key) {
  SOTTO_RETURN_IF_ERROR(check_absent(kKind.noun, file));
  const bool with_file = !key.file.empty();
  if (!with_file && key.passphrase.empty()) {
    return fail(ErrorCode::kUsage, "the passphrase is empty");
  }
  SOTTO_ASSIGN_OR_RETURN(const SecretString secret,
                         with_file ? create_key_file(key.file) : random_key());
  std::optional<NewFile> made;
  if (with_file) made.emplace(key.file);
  SOTTO_ASSIGN_OR_RETURN(
      const LocalHeader header,
      make_header(secret, with_file ? nullptr : &key.passphrase));
  SOTTO_RETURN_IF_ERROR(Database::create(file, kKind, [&](Database& database) {
    return initialize(database, secret, header);
  }));
  if (made) made->keep();
  return {};
}

}  // namespace

Result<std::unique_ptr<LocalStore>> LocalStore::create(std::string name,
                                                       const fs::path& file,
                                                       const LocalKey& key) {
  return guarded([&]() -> Result<std::unique_ptr<LocalStore>> {
    SOTTO_RETURN_IF_ERROR(create_files(file, key));
    return open(std::move(name), file, key);
  });
}

Result<std::unique_ptr<LocalStore>> LocalStore::open(std::string name,
                                                     const fs::path& file,
                                                     const LocalKey& key) {
  return guarded([&]() -> Result<std::unique_ptr<LocalStore>> {
    SOTTO_ASSIGN_OR_RETURN(Database database, open_database(file));
    SOTTO_ASSIGN_OR_RETURN(const LocalHeader header, read_header(database));
    SOTTO_ASSIGN_OR_RETURN(const SecretString secret,
                           obtain_key(database, header, key));
    SOTTO_ASSIGN_OR_RETURN(LocalKeys keys, derive_keys(secret, header));
    SOTTO_RETURN_IF_ERROR(check_key(database, header, secret, keys, key));
    return std::make_unique<LocalStoreFile>(
        std::move(name), std::move(keys), std::move(database),
        [file] { return open_database(file); });
  });
}

Result<bool> LocalStore::needs_passphrase(const fs::path& file) {
  return guarded([&]() -> Result<bool> {
    SOTTO_ASSIGN_OR_RETURN(Database database, open_database(file));
    SOTTO_ASSIGN_OR_RETURN(const LocalHeader header, read_header(database));
    return header.wrapped.has_value();
  });
}

}  // namespace sotto
