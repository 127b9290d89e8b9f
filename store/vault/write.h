// SPDX-License-Identifier: Apache-2.0
//
// Values into a Vault: read, change, write on condition that nobody else has
// written. Internal to store/.

#ifndef SOTTO_STORE_VAULT_WRITE_H_
#define SOTTO_STORE_VAULT_WRITE_H_

#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "store/operation.h"
#include "store/store.h"
#include "store/vault/connection.h"

namespace sotto {

// As Store::put(). A Vault writes group by group: what can be known before the
// first of them is written (a wrong version, a key that is not there, no
// permission to read) stops them all; what goes wrong later is one group's.
// std::bad_alloc.
std::vector<Result<Version>> put_into_vault(VaultConnection& connection,
                                            Operation& operation,
                                            std::span<const GroupWrite> writes);

// As VersionedStore::restore().
Result<Version> restore_in_vault(VaultConnection& connection,
                                 Operation& operation, const Scope& scope,
                                 const SecretRef& ref,
                                 std::optional<Version> version,
                                 std::optional<Version> expected);

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_WRITE_H_
