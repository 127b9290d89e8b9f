// SPDX-License-Identifier: Apache-2.0

#include "store/local/sealed_row.h"

#include <sodium.h>

#include <cassert>

namespace sotto {
namespace {

static_assert(kKeySize == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(kNonceSize == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(kTagSize == crypto_aead_xchacha20poly1305_ietf_ABYTES);
static_assert(kMacSize >= crypto_generichash_BYTES_MIN);
static_assert(kKeySize <= crypto_generichash_KEYBYTES_MAX);
static_assert(kSaltSize == crypto_pwhash_argon2id_SALTBYTES);

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(char* text) {
  return reinterpret_cast<unsigned char*>(text);
}

// libsodium must be made ready once; a process without randomness has no
// business going on.
void start_sodium() {
  static const int status = sodium_init();
  assert(status >= 0);
  (void)status;
}

tl::unexpected<Error> no_memory() {
  return fail(ErrorCode::kNoMemory, "no memory for a secret");
}

// A secret of `size` bytes that `write` fills in; false: not enough memory.
template <typename Write>
Result<SecretString> make_secret(std::size_t size, const Write& write) {
  SecretBuilder builder;
  char* const piece = builder.prepare(size);
  if (piece == nullptr || !write(bytes_of(piece))) return no_memory();
  builder.commit(size);
  return builder.take();
}

}  // namespace

std::string random_bytes(std::size_t size) {
  start_sodium();
  std::string bytes(size, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

Result<SecretString> random_key() {
  start_sodium();
  return make_secret(kKeySize, [](unsigned char* out) {
    randombytes_buf(out, kKeySize);
    return true;
  });
}

Result<SecretString> derive_key(const SecretString& key,
                                std::string_view purpose) {
  start_sodium();
  return make_secret(kKeySize, [&](unsigned char* out) {
    return crypto_generichash(out, kKeySize, bytes_of(purpose), purpose.size(),
                              bytes_of(key.expose()), key.size()) == 0;
  });
}

std::string mac_of(const SecretString& key, std::string_view bytes) {
  start_sodium();
  std::string mac(kMacSize, '\0');
  crypto_generichash(bytes_of(mac.data()), mac.size(), bytes_of(bytes),
                     bytes.size(), bytes_of(key.expose()), key.size());
  return mac;
}

bool equal_bytes(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  return a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

SealedRow seal(const SecretString& key, std::string_view associated,
               std::string_view plaintext) {
  assert(key.size() == kKeySize);
  SealedRow row{random_bytes(kNonceSize),
                std::string(plaintext.size() + kTagSize, '\0')};
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      bytes_of(row.sealed.data()), nullptr, bytes_of(plaintext),
      plaintext.size(), bytes_of(associated), associated.size(), nullptr,
      bytes_of(row.nonce), bytes_of(key.expose()));
  return row;
}

std::string_view tag_of(std::string_view sealed) {
  if (sealed.size() < kTagSize) return {};
  return sealed.substr(sealed.size() - kTagSize);
}

Result<std::optional<SecretString>> unseal(const SecretString& key,
                                           std::string_view associated,
                                           std::string_view nonce,
                                           std::string_view sealed) {
  start_sodium();
  assert(key.size() == kKeySize);
  if (nonce.size() != kNonceSize || sealed.size() < kTagSize) {
    return std::nullopt;
  }
  const std::size_t size = sealed.size() - kTagSize;
  SecretBuilder builder;
  // Room for a byte at least: the null pointer means that there is no memory.
  char* const piece = builder.prepare(size + 1);
  if (piece == nullptr) return no_memory();
  // The tag is checked before the first byte is decrypted.
  const int status = crypto_aead_xchacha20poly1305_ietf_decrypt(
      bytes_of(piece), nullptr, nullptr, bytes_of(sealed), sealed.size(),
      bytes_of(associated), associated.size(), bytes_of(nonce),
      bytes_of(key.expose()));
  if (status != 0) return std::nullopt;
  builder.commit(size);
  SOTTO_ASSIGN_OR_RETURN(SecretString plaintext, builder.take());
  return plaintext;
}

Result<SecretString> stretch_passphrase(const SecretString& passphrase,
                                        std::string_view salt,
                                        const PassphraseCost& cost) {
  start_sodium();
  assert(cost.acceptable() && salt.size() == kSaltSize);
  // An empty secret has no address.
  const char* const text = passphrase.empty() ? "" : passphrase.expose().data();
  return make_secret(kKeySize, [&](unsigned char* out) {
    return crypto_pwhash(out, kKeySize, text, passphrase.size(), bytes_of(salt),
                         cost.passes, cost.memory_bytes,
                         crypto_pwhash_ALG_ARGON2ID13) == 0;
  });
}

}  // namespace sotto
