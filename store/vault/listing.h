// SPDX-License-Identifier: Apache-2.0
//
// What a Vault has, and had, without a value: names, versions, times. Internal
// to store/. Functions may throw std::bad_alloc.
//
// Vault does not know when a single key last changed: every key of a group has
// the group's version and time.

#ifndef SOTTO_STORE_VAULT_LISTING_H_
#define SOTTO_STORE_VAULT_LISTING_H_

#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/operation.h"
#include "store/store.h"
#include "store/vault/connection.h"

namespace sotto {

// As Store has them.
Result<std::vector<SecretInfo>> list_vault(VaultConnection& connection,
                                           Operation& operation,
                                           const Scope& scope);
Result<std::vector<SecretInfo>> list_vault_group(VaultConnection& connection,
                                                 Operation& operation,
                                                 const Scope& scope,
                                                 std::string_view group);
Result<std::vector<Scope>> vault_scopes(VaultConnection& connection,
                                        Operation& operation);

// As VersionedStore::history(). Reads the versions that can be read, for which
// keys a version changed is told by its values alone.
Result<std::vector<VersionInfo>> vault_history(VaultConnection& connection,
                                               Operation& operation,
                                               const Scope& scope,
                                               std::string_view group);

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_LISTING_H_
