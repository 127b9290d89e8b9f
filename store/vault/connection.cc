// SPDX-License-Identifier: Apache-2.0

#include "store/vault/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "store/vault/errors.h"

namespace sotto {
namespace {

constexpr int kOk = 200;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;

Result<std::vector<std::string>> origins_of(const VaultOptions& options) {
  std::vector<std::string> origins;
  SOTTO_ASSIGN_OR_RETURN(std::string first, normal_origin(options.address));
  origins.push_back(std::move(first));
  for (const std::string& address : options.other_addresses) {
    SOTTO_ASSIGN_OR_RETURN(std::string other, normal_origin(address));
    origins.push_back(std::move(other));
  }
  return origins;
}

tl::unexpected<Error> no_path(const VaultOptions& options,
                              std::string_view option) {
  return fail(ErrorCode::kInvalidConfig,
              fmt::format("store \"{}\": {} is not a path in a Vault",
                          options.name, option),
              std::string(kVaultPathRule));
}

// What goes into URLs and headers.
Result<void> check_names(const VaultOptions& options) {
  if (!options.name_space.empty() && !is_vault_path(options.name_space)) {
    return no_path(options, "\"namespace\"");
  }
  if (!options.auth.mount.empty() && !is_vault_path(options.auth.mount)) {
    return no_path(options, "the \"mount\" of its \"auth\"");
  }
  if (options.auth.method == VaultMethod::kUserpass &&
      (!is_vault_path(options.auth.user) ||
       options.auth.user.find('/') != std::string::npos)) {
    return fail(ErrorCode::kInvalidConfig,
                fmt::format("store \"{}\": the user of its \"auth\" is none "
                            "that a Vault has",
                            options.name),
                "a user is 1 to 128 of A-Z a-z 0-9 _ . -");
  }
  const bool needs_role = options.auth.method == VaultMethod::kAppRole ||
                          options.auth.method == VaultMethod::kJwt ||
                          options.auth.method == VaultMethod::kKubernetes;
  const auto visible = [](char c) { return c >= 0x20 && c < 0x7F; };
  const std::string& role = options.auth.role;
  if (needs_role &&
      (role.empty() || !std::all_of(role.begin(), role.end(), visible))) {
    return fail(
        ErrorCode::kInvalidConfig,
        fmt::format("store \"{}\": its \"auth\" names no role", options.name),
        options.auth.method == VaultMethod::kAppRole ? "set \"role_id\""
                                                     : "set \"role\"");
  }
  return {};
}

CallRunnerOptions runner_options(const VaultOptions& options) {
  CallRunnerOptions made;
  made.max_window = std::max<std::size_t>(options.max_calls, 1);
  made.initial_window = std::min(made.initial_window, made.max_window);
  return made;
}

}  // namespace

Result<std::unique_ptr<VaultConnection>> VaultConnection::open(
    VaultOptions options) {
  SOTTO_ASSIGN_OR_RETURN(VaultPaths paths, VaultPaths::make(options));
  SOTTO_RETURN_IF_ERROR(check_names(options));
  SOTTO_ASSIGN_OR_RETURN(std::vector<std::string> origins, origins_of(options));
  HttpOptions http;
  http.origins = origins;
  http.ca_file = options.ca_file;
  http.client_cert = options.client_cert;
  http.client_key = options.client_key;
  http.max_connections = std::max<std::size_t>(options.max_calls, 1);
  SOTTO_ASSIGN_OR_RETURN(std::unique_ptr<HttpClient> client,
                         HttpClient::open(std::move(http)));
  return std::unique_ptr<VaultConnection>(
      new VaultConnection(std::move(options), std::move(paths),
                          std::move(origins), std::move(client)));
}

VaultConnection::VaultConnection(VaultOptions options, VaultPaths paths,
                                 std::vector<std::string> origins,
                                 std::unique_ptr<HttpClient> client)
    : options_(std::move(options)),
      paths_(std::move(paths)),
      client_(std::move(client)),
      runner_(*client_, runner_options(options_)),
      calls_(std::move(origins), options_.name_space, *client_, runner_),
      login_(options_, calls_) {}

void VaultConnection::note(const std::vector<CallResult>& results) {
  const bool succeeded = std::any_of(
      results.begin(), results.end(),
      [](const CallResult& result) { return result && result->status == kOk; });
  if (!succeeded) return;
  last_success_.store(
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())
          .time_since_epoch()
          .count(),
      std::memory_order_relaxed);
}

std::optional<Timestamp> VaultConnection::last_success() const {
  const std::int64_t when = last_success_.load(std::memory_order_relaxed);
  if (when == 0) return std::nullopt;
  return Timestamp(std::chrono::seconds(when));
}

void VaultConnection::try_denied_again(std::vector<VaultCall>& calls,
                                       const VaultToken& token,
                                       std::vector<CallResult>& results,
                                       Operation& operation) {
  std::vector<std::size_t> denied;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i] && results[i]->status == kForbidden) denied.push_back(i);
  }
  if (denied.empty()) return;
  const auto fail_denied = [&](const Error& error) {
    for (const std::size_t i : denied) {
      results[i] = tl::unexpected(HttpFailure{error, false, false});
    }
  };
  const auto replaceable = login_.replaceable(token, operation);
  if (!replaceable) return fail_denied(replaceable.error());
  if (!*replaceable) return;
  const auto better = login_.token(operation);
  if (!better) return fail_denied(better.error());
  std::vector<VaultCall> again;
  for (const std::size_t i : denied) {
    calls[i].token = better->value;
    again.push_back(calls[i]);
  }
  std::vector<CallResult> answers = calls_.run(again, operation);
  for (std::size_t i = 0; i < denied.size(); ++i) {
    results[denied[i]] = std::move(answers[i]);
  }
}

std::vector<CallResult> VaultConnection::with_token(
    std::vector<VaultCall>& calls, Operation& operation) {
  const auto token = login_.token(operation);
  if (!token) {
    std::vector<CallResult> results;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      results.push_back(
          tl::unexpected(HttpFailure{token.error(), false, false}));
    }
    return results;
  }
  for (VaultCall& call : calls) call.token = token->value;
  std::vector<CallResult> results = calls_.run(calls, operation);
  try_denied_again(calls, *token, results, operation);
  note(results);
  return results;
}

std::vector<CallResult> VaultConnection::run_writes(
    std::vector<VaultCall>& calls, Operation& operation) {
  return with_token(calls, operation);
}

std::vector<Result<HttpResponse>> VaultConnection::run(
    std::vector<VaultCall> calls, Operation& operation) {
  std::vector<Result<HttpResponse>> answers;
  if (calls.empty()) return answers;
  for (CallResult& result : with_token(calls, operation)) {
    if (result) {
      answers.emplace_back(std::move(*result));
    } else {
      answers.emplace_back(tl::unexpected(std::move(result.error().error)));
    }
  }
  return answers;
}

Result<HttpResponse> VaultConnection::run(VaultCall call,
                                          Operation& operation) {
  std::vector<VaultCall> calls;
  calls.push_back(std::move(call));
  return std::move(run(std::move(calls), operation).front());
}

CallResult VaultConnection::try_once(const VaultCall& call,
                                     Operation& operation) {
  return calls_.try_once(call, operation);
}

Result<void> VaultConnection::require_kv2(Operation& operation) {
  if (is_kv2_.load(std::memory_order_relaxed)) return {};
  SOTTO_RETURN_IF_ERROR(check_mount(operation));
  is_kv2_.store(true, std::memory_order_relaxed);
  return {};
}

// Told by whatever the token may see of the mount; where that is nothing, the
// answer to a listing tells a wrong mount from a policy.
Result<void> VaultConnection::check_mount(Operation& operation) {
  VaultCall call;
  call.target = fmt::format("/v1/sys/internal/ui/mounts/{}", paths_.mount());
  const std::string target = call.target;
  SOTTO_ASSIGN_OR_RETURN(const HttpResponse answer,
                         run(std::move(call), operation));
  if (answer.status == kForbidden) return check_listing(operation);
  if (answer.status != kOk) {
    return tl::unexpected(vault_errors::refused(
        {store(), paths_.mount(), "read", target}, answer));
  }
  const auto mount = read_vault_mount(answer.body.expose());
  if (!mount) return tl::unexpected(vault_errors::malformed(store()));
  // "generic" is what the first Vaults called it.
  if (mount->type != "kv" && mount->type != "generic") {
    return tl::unexpected(vault_errors::not_kv(store(), paths_.mount()));
  }
  if (mount->version != "2") {
    return tl::unexpected(vault_errors::kv_version_1(store(), paths_.mount()));
  }
  return {};
}

Result<void> VaultConnection::check_listing(Operation& operation) {
  VaultCall call;
  call.method = HttpMethod::kList;
  call.target = paths_.target("metadata", paths_.scopes_folder());
  const std::string target = call.target;
  SOTTO_ASSIGN_OR_RETURN(const HttpResponse answer,
                         run(std::move(call), operation));
  if (answer.status == kOk) return {};
  if (answer.status == kNotFound &&
      read_vault_complaint(answer.body.expose()) == VaultComplaint::kNone) {
    return {};
  }
  return tl::unexpected(
      vault_errors::refused({store(), paths_.mount(), "list", target}, answer));
}

}  // namespace sotto
