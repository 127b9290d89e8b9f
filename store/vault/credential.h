// SPDX-License-Identifier: Apache-2.0
//
// The files that hold what Sotto shows to a Vault: a token, a secret id, a JWT,
// a password. Internal to store/.

#ifndef SOTTO_STORE_VAULT_CREDENTIAL_H_
#define SOTTO_STORE_VAULT_CREDENTIAL_H_

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "base/result.h"
#include "base/secret_string.h"
#include "store/vault_store.h"

namespace sotto {

// No credential is longer.
inline constexpr std::size_t kMaxCredential = 64u << 10;

// By which a file that was changed or replaced is known.
struct FileStamp {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t changed = 0;  // Nanoseconds.

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

// What a method's file is called in messages: "token file".
std::string_view credential_noun(VaultMethod method);

// Of the file of this name. kInvalidConfig if there is none.
Result<FileStamp> credential_stamp(VaultMethod method,
                                   const std::filesystem::path& file);

// Its content, without one line break at its end. A file of a user's own must
// be theirs alone (kUnsafeFile); service account tokens and JWTs are put where
// they are by others. kInvalidConfig for one that is not there, is empty, too
// long, or holds anything but visible ASCII (a password: control characters).
Result<SecretString> read_credential(VaultMethod method,
                                     const std::filesystem::path& file,
                                     FileStamp& stamp);

// The same of what was asked for: kUsage.
Result<SecretString> checked_credential(VaultMethod method, SecretString value);

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_CREDENTIAL_H_
