// SPDX-License-Identifier: Apache-2.0
//
// Who Sotto is to a Vault: how a token is come by, kept alive and replaced.
// Internal to store/. Facts: the vendor's documentation of each auth method,
// /v1/auth/{mount}/login and auth/token/renew-self.

#ifndef SOTTO_STORE_VAULT_LOGIN_H_
#define SOTTO_STORE_VAULT_LOGIN_H_

#include <memory>
#include <string>

#include "base/result.h"
#include "base/secret_string.h"
#include "store/call_runner.h"
#include "store/operation.h"
#include "store/vault_store.h"

namespace sotto {

// A token, and which of its generations it is.
struct VaultToken {
  std::shared_ptr<const SecretString> value;
  std::uint64_t generation = 0;
};

// Thread-safe. One login serves whoever waits for it; at two thirds of its
// life (with jitter) a token is renewed, and replaced if it cannot be. After
// two logins that were refused within a minute none is tried until the minute
// is over: a store that counts failures must not lock the role.
class VaultLogin {
 public:
  // `address` and `name_space` as in VaultOptions.
  VaultLogin(const VaultOptions& options, CallRunner& calls);
  ~VaultLogin();

  // The token of this moment. Fails with kForbidden (refused: method, role and
  // next step, never the credential), kUnreachable, kUnsafeFile, ...
  Result<VaultToken> token(Operation& operation);

  // The store refused `token`: is there any point in another try? Looks the
  // token up once (auth/token/lookup-self); if it is no longer valid, forgets
  // it, so that the next token() logs in anew (a static token is read again),
  // and answers true. false: the token is fine, the path is forbidden.
  Result<bool> replaceable(const VaultToken& token, Operation& operation);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_LOGIN_H_
