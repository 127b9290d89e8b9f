// SPDX-License-Identifier: Apache-2.0
//
// Who Sotto is to a Vault: how a token is come by, kept alive and replaced.
// Internal to store/. Facts: the vendor's documentation of each auth method,
// /v1/auth/{mount}/login and auth/token/renew-self.

#ifndef SOTTO_STORE_VAULT_LOGIN_H_
#define SOTTO_STORE_VAULT_LOGIN_H_

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "base/secret_string.h"
#include "store/operation.h"
#include "store/vault/calls.h"
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
  // Borrows the calls.
  VaultLogin(const VaultOptions& options, VaultCalls& calls);
  ~VaultLogin();

  // The token of this moment. Fails with kForbidden (refused: method, role and
  // next step, never the credential), kUnreachable, kUnsafeFile, ...
  Result<VaultToken> token(Operation& operation);

  // The store refused `token`: is there any point in another try? Looks the
  // token up (auth/token/lookup-self), at most once in a few seconds; if it is
  // no longer valid, forgets it, so that the next token() logs in anew (a
  // static token is read again), and answers true. false: the token is fine,
  // the path is forbidden. Fails with kForbidden for a static token that is
  // still the same.
  Result<bool> replaceable(const VaultToken& token, Operation& operation);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_LOGIN_H_
