// SPDX-License-Identifier: Apache-2.0
//
// What is said of a Vault's refusals: one sentence and one next step for each.
// Internal to store/.

#ifndef SOTTO_STORE_VAULT_ERRORS_H_
#define SOTTO_STORE_VAULT_ERRORS_H_

#include <string>
#include <string_view>

#include "base/result.h"
#include "store/http/client.h"

namespace sotto::vault_errors {

// What a call was for.
struct Purpose {
  std::string_view store;       // As configured.
  std::string_view mount;       // "secret"
  std::string_view capability;  // What a policy must allow: "read".
  std::string_view target;      // "/v1/secret/data/..."
};

// Of an answer that is no success and that the caller makes no sense of.
Error refused(const Purpose& purpose, const HttpResponse& answer);

Error malformed(std::string_view store);
Error forbidden(const Purpose& purpose);
Error sealed(std::string_view store);
Error not_initialized(std::string_view store);
Error no_mount(std::string_view store, std::string_view mount);
Error not_kv(std::string_view store, std::string_view mount);
Error kv_version_1(std::string_view store, std::string_view mount);
Error invalid_token(std::string_view store);

// Where a policy has the path of a call: "secret/data/...".
std::string_view policy_path(std::string_view target);

}  // namespace sotto::vault_errors

#endif  // SOTTO_STORE_VAULT_ERRORS_H_
