// SPDX-License-Identifier: Apache-2.0

#include "store/vault/calls.h"

#include <algorithm>

namespace sotto {
namespace {

constexpr int kRedirect = 307;

}  // namespace

VaultCalls::VaultCalls(std::vector<std::string> origins, std::string name_space,
                       HttpClient& client, CallRunner& runner)
    : origins_(std::move(origins)),
      name_space_(std::move(name_space)),
      client_(client),
      runner_(runner) {}

HttpRequest VaultCalls::request(const VaultCall& call,
                                std::size_t origin) const {
  HttpRequest request;
  request.method = call.method;
  request.url = origins_[origin] + call.target;
  // Some proxies of Vault's own let nothing else pass.
  request.headers.push_back({"X-Vault-Request", "true"});
  if (!name_space_.empty()) {
    request.headers.push_back({"X-Vault-Namespace", name_space_});
  }
  if (call.token != nullptr) {
    request.credential_header = "X-Vault-Token";
    request.credential = call.token;
  }
  request.body = call.body;
  request.max_response = call.max_response;
  return request;
}

Call VaultCalls::make(const VaultCall& call, std::size_t origin) const {
  return {[this, &call, origin]() -> Result<HttpRequest> {
            return request(call, origin);
          },
          call.idempotent};
}

// Which of the addresses a redirect leads to. Its path is not looked at: the
// call that was made is made there.
std::optional<std::size_t> VaultCalls::origin_of(
    const std::string& location) const {
  const std::size_t scheme = location.find("://");
  if (scheme == location.npos) return std::nullopt;
  const auto origin = normal_origin(
      std::string_view(location).substr(0, location.find('/', scheme + 3)));
  if (!origin) return std::nullopt;
  const auto found = std::find(origins_.begin(), origins_.end(), *origin);
  if (found == origins_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - origins_.begin());
}

std::vector<CallResult> VaultCalls::run(std::span<const VaultCall> calls,
                                        Operation& operation) {
  const std::size_t active = active_.load(std::memory_order_relaxed);
  std::vector<Call> made;
  for (const VaultCall& call : calls) made.push_back(make(call, active));
  std::vector<CallResult> results = runner_.run(made, operation);
  std::vector<std::size_t> redirected;
  made.clear();
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i]) {
      // The address that was remembered may be gone.
      if (active != 0) active_.store(0, std::memory_order_relaxed);
      continue;
    }
    if (results[i]->status != kRedirect) continue;
    const auto origin = origin_of(results[i]->location);
    if (!origin || *origin == active) continue;
    active_.store(*origin, std::memory_order_relaxed);
    redirected.push_back(i);
    made.push_back(make(calls[i], *origin));
  }
  if (redirected.empty()) return results;
  std::vector<CallResult> again = runner_.run(made, operation);
  for (std::size_t i = 0; i < redirected.size(); ++i) {
    results[redirected[i]] = std::move(again[i]);
  }
  return results;
}

CallResult VaultCalls::run(const VaultCall& call, Operation& operation) {
  return std::move(run({&call, 1}, operation).front());
}

CallResult VaultCalls::try_once(const VaultCall& call, Operation& operation) {
  return client_.send(request(call, 0), operation.deadline(), operation);
}

}  // namespace sotto
