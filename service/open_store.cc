// SPDX-License-Identifier: Apache-2.0

#include "service/open_store.h"

#include <fmt/format.h>

#include <utility>

#include "resolver/cached_store.h"
#include "service/passphrase.h"
#include "service/vault_environment.h"
#include "store/local_store.h"
#include "store/vault_store.h"

namespace sotto {
namespace {

Result<SecretString> passphrase(const Config& config, const StoreConfig& store,
                                const EngineOptions& options) {
  if (!config.passphrase_file.empty()) {
    return read_passphrase_file(config.passphrase_file);
  }
  if (options.passphrase) return options.passphrase(store.name);
  return fail(ErrorCode::kWrongKey,
              fmt::format("the store \"{}\" needs a passphrase", store.name),
              "name a file that holds it in SOTTO_PASSPHRASE_FILE");
}

Error as_file(Error error) {
  // What is missing is a file, and not a secret.
  if (error.code == ErrorCode::kMissing) error.code = ErrorCode::kIo;
  return error;
}

Result<std::unique_ptr<VersionedStore>> open_local(
    const Config& config, const StoreConfig& store,
    const EngineOptions& options) {
  LocalKey key;
  key.file = store.key_file;
  if (key.file.empty()) {
    // Not to ask for a passphrase that will open nothing.
    const auto wanted = LocalStore::needs_passphrase(store.path);
    if (wanted && !*wanted) {
      return fail(ErrorCode::kInvalidConfig,
                  fmt::format("the store \"{}\" is opened by a key file, and "
                              "none is configured",
                              store.name),
                  "add its \"key_file\" to the configuration");
    }
    // If that cannot be told, opening it will tell why.
    if (wanted) {
      SOTTO_ASSIGN_OR_RETURN(key.passphrase,
                             passphrase(config, store, options));
    }
  }
  auto opened = LocalStore::open(store.name, store.path, key);
  if (!opened) return tl::unexpected<Error>(as_file(std::move(opened).error()));
  return std::unique_ptr<VersionedStore>(*std::move(opened));
}

Result<std::unique_ptr<VersionedStore>> open_vault(
    const Config& config, const StoreConfig& store,
    const EngineOptions& options) {
  static const Credentials none;
  const Credentials& credentials =
      options.credentials ? *options.credentials : none;
  SOTTO_ASSIGN_OR_RETURN(
      VaultOptions vault,
      vault_options(config, store, credentials, options.password));
  SOTTO_ASSIGN_OR_RETURN(std::unique_ptr<VersionedStore> opened,
                         VaultStore::open(std::move(vault)));
  if (store.vault->cache.keeps_nothing()) return opened;
  return std::make_unique<CachedStore>(std::move(opened), store.vault->cache);
}

}  // namespace

Result<std::unique_ptr<VersionedStore>> open_store(
    const Config& config, const StoreConfig& store,
    const EngineOptions& options) {
  return store.is_remote() ? open_vault(config, store, options)
                           : open_local(config, store, options);
}

bool would_ask(const Config& config, const StoreConfig& store) {
  return !store.is_remote() && store.key_file.empty() &&
         config.passphrase_file.empty();
}

Result<void> check_unopened(const StoreConfig& store) {
  const auto readable = LocalStore::needs_passphrase(store.path);
  if (!readable) return tl::unexpected<Error>(as_file(readable.error()));
  return {};
}

}  // namespace sotto
