// SPDX-License-Identifier: Apache-2.0

#include "store/local/header.h"

#include <fmt/format.h>

#include "store/file_guard.h"
#include "store/local/byte_codec.h"

namespace sotto {
namespace {

using sqlite::Database;
using sqlite::Statement;

constexpr char kRead[] =
    "SELECT store_id, key_check, salt, passes, memory, nonce, wrapped"
    " FROM header WHERE id = 1";
constexpr char kWriteKeyFile[] =
    "INSERT INTO header(id, store_id, key_check) VALUES(1, ?1, ?2)";
constexpr char kWriteWrapped[] =
    "INSERT INTO header(id, store_id, key_check, salt, passes, memory, nonce,"
    " wrapped) VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)";

// One key for each purpose.
constexpr std::string_view kRowsPurpose = "sotto-rows-1";
constexpr std::string_view kManifestPurpose = "sotto-manifest-1";
constexpr std::string_view kCheckPurpose = "sotto-check-1";

constexpr std::string_view kHeaderLabel = "sotto-store-1";
constexpr std::string_view kWrapLabel = "sotto-wrap-1";

std::string wrap_context(const std::string& store_id, const std::string& salt,
                         const PassphraseCost& cost) {
  std::string bytes(kWrapLabel);
  append_text(bytes, store_id);
  append_text(bytes, salt);
  append_number(bytes, cost.passes);
  append_number(bytes, cost.memory_bytes);
  return bytes;
}

// What the manifest's MACs are bound to: every byte of the header but the key
// check, which is a MAC itself and must be told apart from them.
std::string header_bytes(const LocalHeader& header) {
  std::string bytes(kHeaderLabel);
  append_text(bytes, header.store_id);
  if (header.wrapped) {
    append_text(bytes, header.wrapped->salt);
    append_number(bytes, header.wrapped->cost.passes);
    append_number(bytes, header.wrapped->cost.memory_bytes);
    append_text(bytes, header.wrapped->row.nonce);
    append_text(bytes, header.wrapped->row.sealed);
  }
  return bytes;
}

}  // namespace

Result<std::string> key_check_of(const SecretString& key) {
  SOTTO_ASSIGN_OR_RETURN(const SecretString derived,
                         derive_key(key, kCheckPurpose));
  return mac_of(derived, kCheckPurpose);
}

Result<LocalHeader> make_header(const SecretString& key,
                                const SecretString* passphrase) {
  LocalHeader header;
  header.store_id = random_bytes(kStoreIdSize);
  SOTTO_ASSIGN_OR_RETURN(header.key_check, key_check_of(key));
  if (passphrase == nullptr) return header;
  WrappedKey wrapped;
  wrapped.salt = random_bytes(kSaltSize);
  SOTTO_ASSIGN_OR_RETURN(
      const SecretString wrapping,
      stretch_passphrase(*passphrase, wrapped.salt, wrapped.cost));
  wrapped.row =
      seal(wrapping, wrap_context(header.store_id, wrapped.salt, wrapped.cost),
           key.expose());
  header.wrapped = std::move(wrapped);
  return header;
}

Result<void> write_header(Database& database, const LocalHeader& header) {
  SOTTO_ASSIGN_OR_RETURN(
      Statement statement,
      database.use(header.wrapped ? kWriteWrapped : kWriteKeyFile));
  statement.bind_blob(1, header.store_id).bind_blob(2, header.key_check);
  if (header.wrapped) {
    const WrappedKey& wrapped = *header.wrapped;
    statement.bind_blob(3, wrapped.salt)
        .bind(4, static_cast<std::int64_t>(wrapped.cost.passes))
        .bind(5, static_cast<std::int64_t>(wrapped.cost.memory_bytes))
        .bind_blob(6, wrapped.row.nonce)
        .bind_blob(7, wrapped.row.sealed);
  }
  return statement.run();
}

Result<LocalHeader> read_header(Database& database) {
  SOTTO_ASSIGN_OR_RETURN(Statement statement, database.use(kRead));
  SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
  if (!row) return database.damaged("is damaged: it has no header");
  LocalHeader header;
  header.store_id = statement.text(0);
  header.key_check = statement.text(1);
  bool valid = header.store_id.size() == kStoreIdSize &&
               header.key_check.size() == kMacSize;
  if (!statement.is_null(2)) {
    WrappedKey wrapped;
    wrapped.salt = statement.text(2);
    wrapped.cost.passes = static_cast<std::uint64_t>(statement.integer(3));
    wrapped.cost.memory_bytes =
        static_cast<std::uint64_t>(statement.integer(4));
    wrapped.row = {std::string(statement.text(5)),
                   std::string(statement.text(6))};
    valid = valid && wrapped.salt.size() == kSaltSize &&
            wrapped.cost.acceptable() &&
            wrapped.row.nonce.size() == kNonceSize &&
            wrapped.row.sealed.size() == kKeySize + kTagSize;
    header.wrapped = std::move(wrapped);
  }
  if (!valid) return database.damaged("is damaged: its header makes no sense");
  return header;
}

Result<SecretString> unwrap(const LocalHeader& header,
                            const SecretString& passphrase,
                            Database& database) {
  const WrappedKey& wrapped = *header.wrapped;
  SOTTO_ASSIGN_OR_RETURN(
      const SecretString wrapping,
      stretch_passphrase(passphrase, wrapped.salt, wrapped.cost));
  SOTTO_ASSIGN_OR_RETURN(
      auto key,
      unseal(wrapping,
             wrap_context(header.store_id, wrapped.salt, wrapped.cost),
             wrapped.row.nonce, wrapped.row.sealed));
  if (!key) {
    return fail(
        ErrorCode::kWrongKey,
        fmt::format("the passphrase does not open {}",
                    quoted_file(database.kind().noun, database.file())));
  }
  return std::move(*key);
}

Result<LocalKeys> derive_keys(const SecretString& key,
                              const LocalHeader& header) {
  LocalKeys keys;
  SOTTO_ASSIGN_OR_RETURN(keys.rows, derive_key(key, kRowsPurpose));
  SOTTO_ASSIGN_OR_RETURN(keys.seal.key, derive_key(key, kManifestPurpose));
  keys.seal.header = header_bytes(header);
  keys.store_id = header.store_id;
  return keys;
}

}  // namespace sotto
