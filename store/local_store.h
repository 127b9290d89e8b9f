// SPDX-License-Identifier: Apache-2.0
//
// The embedded store: one encrypted SQLite file (docs/local-store.md).

#ifndef SOTTO_STORE_LOCAL_STORE_H_
#define SOTTO_STORE_LOCAL_STORE_H_

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/secret_string.h"
#include "store/store.h"

namespace sotto {

// What opens a local store: a file that holds a random key, or a passphrase
// that wraps one (Argon2id).
struct LocalKey {
  std::filesystem::path file;  // If not empty: the key file, mode 0600.
  SecretString passphrase;     // Otherwise.
};

// Every group version is one row, sealed with XChaCha20-Poly1305 under a
// random 32-byte key, with store, scope, group and version as associated data;
// a keyed manifest names the latest versions. A row that was altered, swapped
// or rolled back is kCorrupt, never an answer.
class LocalStore : public VersionedStore {
 public:
  // Makes a new store file (0600), and the key file if one is named. Fails
  // with kConflict if either is there already.
  static Result<std::unique_ptr<LocalStore>> create(
      std::string name, const std::filesystem::path& file, const LocalKey& key);

  // Opens an existing one. Fails with kMissing, kWrongKey, kUnsafeFile (key
  // or store file of the wrong mode, owner or kind), kCorrupt, kNewerVersion.
  static Result<std::unique_ptr<LocalStore>> open(
      std::string name, const std::filesystem::path& file, const LocalKey& key);

  // Is it opened by a passphrase (and not by a key file)? Needs no key.
  static Result<bool> needs_passphrase(const std::filesystem::path& file);
};

}  // namespace sotto

#endif  // SOTTO_STORE_LOCAL_STORE_H_
