// SPDX-License-Identifier: Apache-2.0
//
// What a Vault tells of names without a value: which there are (subkeys), and
// which the token may read (sys/capabilities-self). Internal to store/. Source:
// the vendor's API documentation of kv-v2 and of sys/capabilities-self.

#ifndef SOTTO_STORE_VAULT_INSPECTION_H_
#define SOTTO_STORE_VAULT_INSPECTION_H_

#include <span>
#include <vector>

#include "base/result.h"
#include "store/inspection.h"
#include "store/operation.h"
#include "store/store.h"
#include "store/vault/connection.h"

namespace sotto {

// As InspectingStore::inspect(): one call a group, and one for the permissions
// of all of them. A token that may read a group but not its names is told
// nothing of its state. Function may throw std::bad_alloc.
std::vector<Result<Inspection>> inspect_vault(
    VaultConnection& connection, Operation& operation,
    std::span<const Locator> locators);

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_INSPECTION_H_
