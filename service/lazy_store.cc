// SPDX-License-Identifier: Apache-2.0

#include "service/lazy_store.h"

#include <fmt/format.h>

#include "service/passphrase.h"
#include "store/guarded.h"

namespace sotto {

LazyStore::LazyStore(StoreConfig config, std::filesystem::path passphrase_file,
                     Passphrase passphrase)
    : config_(std::move(config)),
      passphrase_file_(std::move(passphrase_file)),
      passphrase_(std::move(passphrase)) {}

Result<void> LazyStore::ensure_open() {
  SOTTO_RETURN_IF_ERROR(open());
  return {};
}

Result<LocalStore*> LazyStore::open() {
  const std::scoped_lock lock(mutex_);
  if (store_ == nullptr) {
    SOTTO_ASSIGN_OR_RETURN(store_, open_now());
  }
  return store_.get();
}

Result<std::unique_ptr<LocalStore>> LazyStore::open_now() const {
  LocalKey key;
  key.file = config_.key_file;
  if (key.file.empty()) {
    // Not to ask for a passphrase that will open nothing.
    const auto wanted = LocalStore::needs_passphrase(config_.path);
    if (wanted && !*wanted) {
      return fail(ErrorCode::kInvalidConfig,
                  fmt::format("the store \"{}\" is opened by a key file, and "
                              "none is configured",
                              config_.name),
                  "add its \"key_file\" to the configuration");
    }
    // If that cannot be told, opening it will tell why.
    if (wanted) {
      SOTTO_ASSIGN_OR_RETURN(key.passphrase, passphrase());
    }
  }
  auto store = LocalStore::open(config_.name, config_.path, key);
  // What is missing is a file, and not a secret.
  if (!store && store.error().code == ErrorCode::kMissing) {
    store.error().code = ErrorCode::kIo;
  }
  return store;
}

Result<SecretString> LazyStore::passphrase() const {
  if (!passphrase_file_.empty()) return read_passphrase_file(passphrase_file_);
  if (passphrase_) return passphrase_(config_.name);
  return fail(ErrorCode::kWrongKey,
              fmt::format("the store \"{}\" needs a passphrase", config_.name),
              "name a file that holds it in SOTTO_PASSPHRASE_FILE");
}

std::vector<Result<FetchedSecret>> LazyStore::fetch(
    std::span<const Locator> locators) {
  const auto store = open();
  if (!store)
    return failed_batch<FetchedSecret>(locators.size(), store.error());
  return (*store)->fetch(locators);
}

std::vector<Result<Version>> LazyStore::put(
    std::span<const GroupWrite> writes) {
  const auto store = open();
  if (!store) return failed_batch<Version>(writes.size(), store.error());
  return (*store)->put(writes);
}

Result<std::vector<SecretInfo>> LazyStore::list(const Scope& scope) {
  SOTTO_ASSIGN_OR_RETURN(LocalStore* const store, open());
  return store->list(scope);
}

Result<std::vector<SecretInfo>> LazyStore::list_group(const Scope& scope,
                                                      std::string_view group) {
  SOTTO_ASSIGN_OR_RETURN(LocalStore* const store, open());
  return store->list_group(scope, group);
}

Result<std::vector<Scope>> LazyStore::scopes() {
  SOTTO_ASSIGN_OR_RETURN(LocalStore* const store, open());
  return store->scopes();
}

Result<void> LazyStore::check() {
  SOTTO_ASSIGN_OR_RETURN(LocalStore* const store, open());
  return store->check();
}

Result<std::vector<VersionInfo>> LazyStore::history(const Scope& scope,
                                                    std::string_view group) {
  SOTTO_ASSIGN_OR_RETURN(LocalStore* const store, open());
  return store->history(scope, group);
}

Result<Version> LazyStore::restore(const Scope& scope, const SecretRef& ref,
                                   std::optional<Version> version,
                                   std::optional<Version> expected) {
  SOTTO_ASSIGN_OR_RETURN(LocalStore* const store, open());
  return store->restore(scope, ref, version, expected);
}

std::vector<Result<FetchedSecret>> StoreInUse::fetch(
    std::span<const Locator> locators) {
  if (!open_error_) {
    if (auto opened = store_.ensure_open(); !opened) {
      open_error_ = std::move(opened).error();
    }
  }
  if (open_error_) {
    return failed_batch<FetchedSecret>(locators.size(), *open_error_);
  }
  return store_.fetch(locators);
}

}  // namespace sotto
