// SPDX-License-Identifier: Apache-2.0
//
// The local store's cryptography: libsodium's, and how its keys hang together.
// Internal.

#ifndef SOTTO_STORE_LOCAL_SEALED_ROW_H_
#define SOTTO_STORE_LOCAL_SEALED_ROW_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_string.h"

namespace sotto {

inline constexpr std::size_t kKeySize = 32;
inline constexpr std::size_t kNonceSize = 24;
inline constexpr std::size_t kTagSize = 16;
inline constexpr std::size_t kMacSize = 16;
inline constexpr std::size_t kSaltSize = 16;
inline constexpr std::size_t kStoreIdSize = 16;

// Bytes that nobody can foretell. Public ones, and a key.
std::string random_bytes(std::size_t size);
Result<SecretString> random_key();

// A key for one purpose, made of another: whoever learns it learns nothing of
// the other, nor of its siblings.
Result<SecretString> derive_key(const SecretString& key,
                                std::string_view purpose);

// Proves, to who has the key, that `bytes` were written by somebody who had it
// too. kMacSize bytes.
std::string mac_of(const SecretString& key, std::string_view bytes);

// In time that depends on the lengths alone.
bool equal_bytes(std::string_view a, std::string_view b);

// XChaCha20-Poly1305 under a nonce of its own. `associated` is not in it, but
// without the same bytes it does not open.
struct SealedRow {
  std::string nonce;
  std::string sealed;  // As long as the plaintext, and then the tag.
};
SealedRow seal(const SecretString& key, std::string_view associated,
               std::string_view plaintext);

// The last kTagSize bytes of what was sealed; empty if it is too short.
std::string_view tag_of(std::string_view sealed);

// The plaintext; none if anything was altered. Nothing of it is let out before
// all of it has been checked. Fails with kNoMemory.
Result<std::optional<SecretString>> unseal(const SecretString& key,
                                           std::string_view associated,
                                           std::string_view nonce,
                                           std::string_view sealed);

// Argon2id. What it costs is written into the file, and read back from there.
struct PassphraseCost {
  std::uint64_t passes = 3;
  std::uint64_t memory_bytes = 64u << 20;

  // Neither cheaper than what we write nor enough to stop the machine.
  bool acceptable() const {
    return passes >= 3 && passes <= 16 && memory_bytes >= (64u << 20) &&
           memory_bytes <= (1u << 30);
  }
};

// A key made of a passphrase. `cost` must be acceptable. Fails with kNoMemory.
Result<SecretString> stretch_passphrase(const SecretString& passphrase,
                                        std::string_view salt,
                                        const PassphraseCost& cost);

}  // namespace sotto

#endif  // SOTTO_STORE_LOCAL_SEALED_ROW_H_
