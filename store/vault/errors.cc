// SPDX-License-Identifier: Apache-2.0

#include "store/vault/errors.h"

#include <fmt/format.h>

#include "store/vault/answers.h"

namespace sotto::vault_errors {
namespace {

// Status codes that have a sentence of their own whatever was asked.
constexpr int kRedirect = 307;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kNotYetThere = 412;
constexpr int kTooLarge = 413;
constexpr int kQuota = 429;
constexpr int kStandby = 473;
constexpr int kNotInitialized = 501;
constexpr int kUnavailable = 503;

Error unreachable(std::string message, std::string_view hint) {
  return {ErrorCode::kUnreachable, std::move(message), std::string(hint)};
}

Error standby(std::string_view store) {
  return unreachable(
      fmt::format("store \"{}\" is a standby, which answered with an address "
                  "that is not configured",
                  store),
      "add the address of the active node to \"other_addresses\"");
}

Error not_found(const Purpose& purpose, const HttpResponse& answer) {
  if (read_vault_complaint(answer.body.expose()) == VaultComplaint::kNoRoute) {
    return no_mount(purpose.store, purpose.mount);
  }
  return malformed(purpose.store);
}

// 400 says many things; of those that are no answer, this one passes.
Error bad_request(const Purpose& purpose, const HttpResponse& answer) {
  if (read_vault_complaint(answer.body.expose()) ==
      VaultComplaint::kUpgrading) {
    return unreachable(
        fmt::format("store \"{}\" is upgrading \"{}\" to version 2",
                    purpose.store, purpose.mount),
        "try again in a moment");
  }
  return {ErrorCode::kMalformed,
          fmt::format("store \"{}\" refused the call as invalid (status 400)",
                      purpose.store),
          "the server's log says why"};
}

}  // namespace

std::string_view policy_path(std::string_view target) {
  target.remove_prefix(std::string_view("/v1/").size());
  return target.substr(0, target.find('?'));
}

Error malformed(std::string_view store) {
  return {ErrorCode::kMalformed,
          fmt::format("store \"{}\" gave an answer that is not what a Vault "
                      "promises",
                      store),
          "check that \"address\" leads to a Vault or OpenBao"};
}

Error forbidden(const Purpose& purpose) {
  return {ErrorCode::kForbidden,
          fmt::format("store \"{}\" denies permission, or its token is not "
                      "valid",
                      purpose.store),
          fmt::format("a policy of the token must allow \"{}\" on \"{}\"",
                      purpose.capability, policy_path(purpose.target))};
}

Error sealed(std::string_view store) {
  return unreachable(fmt::format("store \"{}\" is sealed", store),
                     "an operator has to unseal it: vault operator unseal");
}

Error not_initialized(std::string_view store) {
  return unreachable(fmt::format("store \"{}\" is not initialized", store),
                     "an operator has to initialize it: vault operator init");
}

Error no_mount(std::string_view store, std::string_view mount) {
  return {
      ErrorCode::kInvalidConfig,
      fmt::format("store \"{}\" has nothing mounted at \"{}\"", store, mount),
      "set the store's \"mount\" and \"namespace\" to where its KV engine "
      "is"};
}

Error not_kv(std::string_view store, std::string_view mount) {
  return {ErrorCode::kInvalidConfig,
          fmt::format("store \"{}\" has no KV engine at \"{}\", but another",
                      store, mount),
          "set the store's \"mount\" to where its KV engine is"};
}

Error kv_version_1(std::string_view store, std::string_view mount) {
  return {ErrorCode::kInvalidConfig,
          fmt::format("store \"{}\" has version 1 of the KV engine at \"{}\": "
                      "expected version 2",
                      store, mount),
          fmt::format("upgrade it: vault kv enable-versioning {}", mount)};
}

Error invalid_token(std::string_view store) {
  return {ErrorCode::kForbidden,
          fmt::format("the token of store \"{}\" is not valid, or has expired",
                      store),
          "get a new one, as with: vault login"};
}

Error refused(const Purpose& purpose, const HttpResponse& answer) {
  switch (answer.status) {
    case kRedirect:
      return standby(purpose.store);
    case 400:
      return bad_request(purpose, answer);
    case kForbidden:
      return forbidden(purpose);
    case kNotFound:
      return not_found(purpose, answer);
    case kNotYetThere:
      return unreachable(
          fmt::format("store \"{}\" has not caught up with its leader",
                      purpose.store),
          "try again in a moment");
    case kTooLarge:
      return {ErrorCode::kLimit,
              fmt::format("store \"{}\" takes no request of this size",
                          purpose.store),
              "spread the keys over several groups"};
    case kQuota:
      return unreachable(
          fmt::format("store \"{}\" takes no more calls for now: a quota is "
                      "used up",
                      purpose.store),
          "try again later, or have its rate limit raised");
    case kStandby:
      return standby(purpose.store);
    case kNotInitialized:
      return not_initialized(purpose.store);
    case kUnavailable:
      if (read_vault_complaint(answer.body.expose()) ==
          VaultComplaint::kSealed) {
        return sealed(purpose.store);
      }
      break;
    default:
      break;
  }
  if (answer.status >= 500 || answer.status == 408) {
    return unreachable(fmt::format("store \"{}\" answered with status {}",
                                   purpose.store, answer.status),
                       "the server's log says why");
  }
  return malformed(purpose.store);
}

}  // namespace sotto::vault_errors
