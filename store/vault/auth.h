// SPDX-License-Identifier: Apache-2.0
//
// The calls by which a token is come by, one method after the other. Knows
// nothing of time and threads (store/vault/login.h does). Internal to store/.

#ifndef SOTTO_STORE_VAULT_AUTH_H_
#define SOTTO_STORE_VAULT_AUTH_H_

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret_string.h"
#include "store/operation.h"
#include "store/vault/answers.h"
#include "store/vault/calls.h"
#include "store/vault/credential.h"
#include "store/vault_store.h"

namespace sotto {

// Is the token somebody else's work, and only read here?
inline bool is_static(VaultMethod method) {
  return method == VaultMethod::kToken || method == VaultMethod::kTokenFile;
}

// Used by one thread at a time.
class VaultAuthenticator {
 public:
  VaultAuthenticator(const VaultOptions& options, VaultCalls& calls)
      : store_(options.name), auth_(options.auth), calls_(calls) {}

  // A token that is read or asked for. `stamp`: of the file it came from.
  Result<SecretString> read_token(FileStamp& stamp);

  // Logs in. `refused` is set if the store did not like what it was shown.
  Result<VaultSession> login(Operation& operation, bool& refused);

  // Lets a token live longer. kForbidden: it cannot be.
  Result<VaultSession> renew(std::shared_ptr<const SecretString> token,
                             Operation& operation);

  // Does the store take this token?
  Result<bool> is_valid(std::shared_ptr<const SecretString> token,
                        Operation& operation);

 private:
  Result<SecretString> credential(FileStamp& stamp);
  Result<const SecretString*> secret_id(Operation& operation, bool& refused);
  Result<SecretString> unwrap(SecretString wrapping, Operation& operation,
                              bool& refused);
  Result<void> check_wrapping(const SecretString& wrapping,
                              Operation& operation, bool& refused);
  Result<VaultSession> log_in_with(const SecretString& credential,
                                   Operation& operation, bool& refused);
  Result<VaultSession> read_session(const CallResult& answer, bool& refused);
  Error refusal() const;
  std::string mount() const;

  const std::string store_;
  const VaultAuth auth_;
  VaultCalls& calls_;
  // The secret id that came out of a wrapping token, which opens but once.
  std::optional<SecretString> unwrapped_;
  FileStamp unwrapped_from_;
};

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_AUTH_H_
