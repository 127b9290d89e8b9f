// SPDX-License-Identifier: Apache-2.0
//
// A Vault that one can ask: calls with the token of the moment, and another try
// with a new one where that helps. Internal to store/.

#ifndef SOTTO_STORE_VAULT_CONNECTION_H_
#define SOTTO_STORE_VAULT_CONNECTION_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/http/call_runner.h"
#include "store/http/client.h"
#include "store/operation.h"
#include "store/store.h"
#include "store/vault/answers.h"
#include "store/vault/calls.h"
#include "store/vault/login.h"
#include "store/vault/paths.h"
#include "store/vault_store.h"

namespace sotto {

// Thread-safe. Functions without a guard of their own may throw
// std::bad_alloc.
class VaultConnection {
 public:
  // As VaultStore::open().
  static Result<std::unique_ptr<VaultConnection>> open(VaultOptions options);

  const std::string& store() const { return options_.name; }
  const VaultPaths& paths() const { return paths_; }

  // Makes the calls, in their order, with a token. Where permission is denied
  // the token is looked at once, and if there is a better one those calls are
  // made again. Any answer is an answer; an Error is why there is none.
  std::vector<Result<HttpResponse>> run(std::vector<VaultCall> calls,
                                        Operation& operation);
  Result<HttpResponse> run(VaultCall call, Operation& operation);

  // The same for one call whose fate matters: HttpFailure and all.
  std::vector<CallResult> run_writes(std::vector<VaultCall>& calls,
                                     Operation& operation);

  // Is it KV version 2 that is mounted there? Asks once; what it learned holds
  // as long as this object does.
  Result<void> require_kv2(Operation& operation);
  // The same, asked anew.
  Result<void> check_mount(Operation& operation);

  // Calls without a token, tried once.
  CallResult try_once(const VaultCall& call, Operation& operation);
  Result<VaultToken> token(Operation& operation) {
    return login_.token(operation);
  }

  // The last time that it answered a call with 200.
  std::optional<Timestamp> last_success() const;

 private:
  VaultConnection(VaultOptions options, VaultPaths paths,
                  std::vector<std::string> origins,
                  std::unique_ptr<HttpClient> client);

  std::vector<CallResult> with_token(std::vector<VaultCall>& calls,
                                     Operation& operation);
  void try_denied_again(std::vector<VaultCall>& calls, const VaultToken& token,
                        std::vector<CallResult>& results, Operation& operation);
  void note(const std::vector<CallResult>& results);
  Result<void> check_listing(Operation& operation);

  const VaultOptions options_;
  const VaultPaths paths_;
  const std::unique_ptr<HttpClient> client_;
  CallRunner runner_;
  VaultCalls calls_;
  VaultLogin login_;
  std::atomic<bool> is_kv2_{false};
  std::atomic<std::int64_t> last_success_{0};  // 0: never.
};

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_CONNECTION_H_
