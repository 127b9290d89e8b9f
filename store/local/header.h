// SPDX-License-Identifier: Apache-2.0
//
// The one row by which a local store says which it is and how its key is
// found. Internal; docs/local-store.md has the bytes.

#ifndef SOTTO_STORE_LOCAL_HEADER_H_
#define SOTTO_STORE_LOCAL_HEADER_H_

#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret_string.h"
#include "store/local/groups.h"
#include "store/local/sealed_row.h"
#include "store/sqlite/database.h"

namespace sotto {

// The store's key, sealed under one that a passphrase makes.
struct WrappedKey {
  std::string salt;
  PassphraseCost cost;
  SealedRow row;
};

struct LocalHeader {
  std::string store_id;   // Random.
  std::string key_check;  // What key_check_of() says of the right key.
  std::optional<WrappedKey> wrapped;  // None: the key is in a key file.
};

// The header of a new store; wrapped if there is a passphrase.
Result<LocalHeader> make_header(const SecretString& key,
                                const SecretString* passphrase);

Result<void> write_header(sqlite::Database& database,
                          const LocalHeader& header);

// kCorrupt if there is none or a part of it has the wrong size.
Result<LocalHeader> read_header(sqlite::Database& database);

// The key that the passphrase unwraps; kWrongKey if it does not.
Result<SecretString> unwrap(const LocalHeader& header,
                            const SecretString& passphrase,
                            sqlite::Database& database);

// The keys that are made of the store's key.
Result<LocalKeys> derive_keys(const SecretString& key,
                              const LocalHeader& header);

// A word that tells one key from another and nothing else of it.
Result<std::string> key_check_of(const SecretString& key);

}  // namespace sotto

#endif  // SOTTO_STORE_LOCAL_HEADER_H_
