// SPDX-License-Identifier: Apache-2.0
//
// The calls of one Vault: its addresses, its namespace, its headers. Knows no
// token but what a call brings. Internal to store/.

#ifndef SOTTO_STORE_VAULT_CALLS_H_
#define SOTTO_STORE_VAULT_CALLS_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_string.h"
#include "base/wiped_buffer.h"
#include "store/http/call_runner.h"
#include "store/http/client.h"
#include "store/vault_store.h"

namespace sotto {

struct VaultCall {
  HttpMethod method = HttpMethod::kGet;
  std::string target;  // "/v1/secret/data/..."
  std::shared_ptr<const WipedBuffer> body;
  std::shared_ptr<const SecretString> token;  // None: a call of nobody.
  bool idempotent = true;
  std::size_t max_response = 0;  // As in HttpRequest.
};

// Borrows the client and the runner. Thread-safe.
class VaultCalls {
 public:
  // `origins`: address and other addresses, as normal_origin() has them.
  VaultCalls(std::vector<std::string> origins, std::string name_space,
             HttpClient& client, CallRunner& runner);

  // Makes all of them, as CallRunner does. A standby's redirect to one of the
  // addresses is obeyed once, and remembered: the next calls go there at once.
  std::vector<CallResult> run(std::span<const VaultCall> calls,
                              Operation& operation);
  CallResult run(const VaultCall& call, Operation& operation);

  // One try at the first address, whatever comes of it.
  CallResult try_once(const VaultCall& call, Operation& operation);

 private:
  Call make(const VaultCall& call, std::size_t origin) const;
  HttpRequest request(const VaultCall& call, std::size_t origin) const;
  std::optional<std::size_t> origin_of(const std::string& location) const;

  const std::vector<std::string> origins_;
  const std::string name_space_;
  HttpClient& client_;
  CallRunner& runner_;
  std::atomic<std::size_t> active_{0};  // Of origins_: where calls go.
};

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_CALLS_H_
