// SPDX-License-Identifier: Apache-2.0
//
// What the environment, and the user's own files, say of stores of type
// "vault" (docs/configuration.md). Internal to service/.

#ifndef SOTTO_SERVICE_VAULT_ENVIRONMENT_H_
#define SOTTO_SERVICE_VAULT_ENVIRONMENT_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_string.h"
#include "service/config.h"
#include "store/vault_store.h"

namespace sotto {

// By the name of the variable that held it.
using Credentials = std::map<std::string, SecretString, std::less<>>;

// Who can be asked for the password of `user` of a store; none: nobody.
using AskPassword = std::function<Result<SecretString>(std::string_view store,
                                                       std::string_view user)>;

// SOTTO_VAULT_ADDR, _NAMESPACE and _CACERT win over what the file says of the
// one store of type "vault"; VAULT_ADDR, VAULT_NAMESPACE, VAULT_CACERT,
// VAULT_CLIENT_CERT and VAULT_CLIENT_KEY are what counts where it says nothing.
// Fails with kInvalidConfig for an address that is none, and for a variable
// that several stores would be meant by.
Result<void> apply_vault_environment(Config& config);

// What `store` is to be opened with: where its credential comes from is
// decided. `credentials` and `ask` must live as long as what comes out. Fails
// with kInvalidConfig: no address, a token that is another server's,
// VAULT_SKIP_VERIFY.
Result<VaultOptions> vault_options(const Config& config,
                                   const StoreConfig& store,
                                   const Credentials& credentials,
                                   const AskPassword& ask);

}  // namespace sotto

#endif  // SOTTO_SERVICE_VAULT_ENVIRONMENT_H_
