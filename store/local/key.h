// SPDX-License-Identifier: Apache-2.0
//
// The file that holds a local store's key: one line, "sotto-key-1 BASE64".
// Internal; docs/local-store.md has the format.

#ifndef SOTTO_STORE_LOCAL_KEY_H_
#define SOTTO_STORE_LOCAL_KEY_H_

#include <filesystem>

#include "base/result.h"
#include "base/secret_string.h"

namespace sotto {

// Fails with kMissing, kUnsafeFile (a link, a folder, a pipe, another user's,
// a mode that lets others in) or kCorrupt (empty, not a key).
Result<SecretString> read_key_file(const std::filesystem::path& file);

// Makes a random key and a file (0600) that holds it; durable when this
// returns. kConflict if there is one; a file that could not be finished is
// removed.
Result<SecretString> create_key_file(const std::filesystem::path& file);

}  // namespace sotto

#endif  // SOTTO_STORE_LOCAL_KEY_H_
