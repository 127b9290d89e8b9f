// SPDX-License-Identifier: Apache-2.0

#include "store/vault/health.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "store/vault/answers.h"
#include "store/vault/errors.h"

namespace sotto {
namespace {

// Clocks that are further apart make tokens and certificates end too early or
// too late.
constexpr std::int64_t kMaxSkew = 60;

StoreHealth disconnected(Error error) {
  return {StoreCondition::kDisconnected, std::move(error), {}};
}

StoreHealth degraded(std::string message, std::string hint) {
  return {StoreCondition::kDegraded,
          Error{ErrorCode::kUnreachable, std::move(message), std::move(hint)},
          {}};
}

// What its own word says; none where it says nothing worth telling.
std::optional<StoreHealth> told(const std::string& store,
                                const VaultHealth& health) {
  if (!health.initialized) {
    return disconnected(vault_errors::not_initialized(store));
  }
  if (health.sealed) return disconnected(vault_errors::sealed(store));
  if (health.performance_standby) {
    return degraded(
        fmt::format("store \"{}\" is a performance standby: what was just "
                    "written may not be there yet",
                    store),
        "name the active node in \"address\"");
  }
  if (health.standby) {
    return degraded(fmt::format("store \"{}\" is a standby, which passes calls "
                                "on to the active node",
                                store),
                    "name the active node in \"address\"");
  }
  return std::nullopt;
}

std::optional<StoreHealth> skewed(const std::string& store,
                                  const HttpResponse& answer) {
  if (!answer.date) return std::nullopt;
  const std::int64_t here =
      std::chrono::duration_cast<std::chrono::seconds>(
          std::chrono::system_clock::now().time_since_epoch())
          .count();
  const std::int64_t skew = std::abs(here - *answer.date);
  if (skew <= kMaxSkew) return std::nullopt;
  return degraded(fmt::format("the clocks of this machine and of store \"{}\" "
                              "are {} s apart",
                              store, skew),
                  "set both right: tokens and certificates are judged by them");
}

// Does it take our token, and is there a KV engine that we may use?
Result<void> check_access(VaultConnection& connection, Operation& operation) {
  VaultCall call;
  call.target = "/v1/auth/token/lookup-self";
  SOTTO_ASSIGN_OR_RETURN(const HttpResponse answer,
                         connection.run(std::move(call), operation));
  if (answer.status == 403) {
    return tl::unexpected(vault_errors::invalid_token(connection.store()));
  }
  return connection.check_mount(operation);
}

StoreHealth found(VaultConnection& connection, Operation& operation) {
  VaultCall call;
  call.target = "/v1/sys/health";
  const CallResult answer = connection.try_once(call, operation);
  if (!answer) return disconnected(answer.error().error);
  const auto health = read_vault_health(answer->body.expose());
  if (!health) {
    return disconnected(vault_errors::malformed(connection.store()));
  }
  auto trouble = told(connection.store(), *health);
  if (trouble && trouble->condition == StoreCondition::kDisconnected) {
    return std::move(*trouble);
  }
  if (auto access = check_access(connection, operation); !access) {
    return disconnected(std::move(access).error());
  }
  if (!trouble) trouble = skewed(connection.store(), *answer);
  if (trouble) return std::move(*trouble);
  return {StoreCondition::kConnected, {}, {}};
}

}  // namespace

StoreHealth vault_health(VaultConnection& connection, Operation& operation) {
  StoreHealth health = found(connection, operation);
  health.last_success = connection.last_success();
  return health;
}

}  // namespace sotto
