// SPDX-License-Identifier: Apache-2.0

#include "store/vault_store.h"

#include <cassert>
#include <utility>

#include "store/guarded.h"
#include "store/inspection.h"
#include "store/operation.h"
#include "store/vault/connection.h"
#include "store/vault/fetch.h"
#include "store/vault/health.h"
#include "store/vault/inspection.h"
#include "store/vault/listing.h"
#include "store/vault/write.h"

namespace sotto {
namespace {

// Less than the two seconds that are promised.
constexpr std::chrono::milliseconds kHealthTime{1'800};

// Every function is an operation of its own, unless it is part of one.
class ConnectedVault final : public VaultStore, public InspectingStore {
 public:
  explicit ConnectedVault(std::unique_ptr<VaultConnection> connection)
      : connection_(std::move(connection)) {}

  const std::string& name() const override { return connection_->store(); }

  // Others write to a Vault, too.
  bool has_complete_catalog() const override { return false; }

  std::vector<Result<FetchedSecret>> fetch(
      std::span<const Locator> locators) override {
    Operation operation;
    return fetch_within(operation, locators);
  }

  std::vector<Result<FetchedSecret>> fetch_within(
      Operation& operation, std::span<const Locator> locators) override {
    return batch<FetchedSecret>(locators.size(), [&] {
      return fetch_from_vault(*connection_, operation, locators);
    });
  }

  std::vector<Result<Inspection>> inspect(
      Operation& operation, std::span<const Locator> locators) override {
    return batch<Inspection>(locators.size(), [&] {
      return inspect_vault(*connection_, operation, locators);
    });
  }

  std::vector<Result<Version>> put(
      std::span<const GroupWrite> writes) override {
    return batch<Version>(writes.size(), [&] {
      Operation operation;
      return put_into_vault(*connection_, operation, writes);
    });
  }

  Result<std::vector<SecretInfo>> list(const Scope& scope) override {
    return guarded([&] {
      Operation operation;
      return list_vault(*connection_, operation, scope);
    });
  }

  Result<std::vector<SecretInfo>> list_group(const Scope& scope,
                                             std::string_view group) override {
    return guarded([&] {
      Operation operation;
      return list_vault_group(*connection_, operation, scope, group);
    });
  }

  Result<std::vector<Scope>> scopes() override {
    return guarded([&] {
      Operation operation;
      return vault_scopes(*connection_, operation);
    });
  }

  Result<void> check() override {
    return guarded([&]() -> Result<void> {
      Operation operation;
      StoreHealth health = vault_health(*connection_, operation);
      if (health.condition != StoreCondition::kDisconnected) return {};
      return tl::unexpected<Error>(std::move(*health.trouble));
    });
  }

  StoreHealth health() override {
    auto health = guarded([&]() -> Result<StoreHealth> {
      Operation operation(kHealthTime);
      return vault_health(*connection_, operation);
    });
    if (health) return std::move(*health);
    return {StoreCondition::kDisconnected, std::move(health).error(), {}};
  }

  Result<std::vector<VersionInfo>> history(const Scope& scope,
                                           std::string_view group) override {
    return guarded([&] {
      Operation operation;
      return vault_history(*connection_, operation, scope, group);
    });
  }

  Result<Version> restore(const Scope& scope, const SecretRef& ref,
                          std::optional<Version> version,
                          std::optional<Version> expected) override {
    return guarded([&] {
      Operation operation;
      return restore_in_vault(*connection_, operation, scope, ref, version,
                              expected);
    });
  }

 private:
  template <typename T, typename Body>
  static std::vector<Result<T>> batch(std::size_t count, const Body& body) {
    auto done =
        guarded([&]() -> Result<std::vector<Result<T>>> { return body(); });
    if (done) return std::move(*done);
    return failed_batch<T>(count, done.error());
  }

  const std::unique_ptr<VaultConnection> connection_;
};

}  // namespace

std::string_view to_string(VaultMethod method) {
  switch (method) {
    case VaultMethod::kToken:
      return "token";
    case VaultMethod::kTokenFile:
      return "token_file";
    case VaultMethod::kAppRole:
      return "approle";
    case VaultMethod::kJwt:
      return "jwt";
    case VaultMethod::kKubernetes:
      return "kubernetes";
    case VaultMethod::kUserpass:
      return "userpass";
  }
  assert(false);
  return "";
}

Result<std::unique_ptr<VaultStore>> VaultStore::open(VaultOptions options) {
  return guarded([&]() -> Result<std::unique_ptr<VaultStore>> {
    SOTTO_ASSIGN_OR_RETURN(auto connection,
                           VaultConnection::open(std::move(options)));
    return std::unique_ptr<VaultStore>(
        std::make_unique<ConnectedVault>(std::move(connection)));
  });
}

}  // namespace sotto
