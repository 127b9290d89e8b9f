// SPDX-License-Identifier: Apache-2.0
//
// Values out of a Vault: a call for each group and version, whatever number of
// its keys is wanted. Internal to store/.

#ifndef SOTTO_STORE_VAULT_FETCH_H_
#define SOTTO_STORE_VAULT_FETCH_H_

#include <span>
#include <vector>

#include "base/result.h"
#include "store/operation.h"
#include "store/store.h"
#include "store/vault/connection.h"

namespace sotto {

// As Store::fetch_within(). std::bad_alloc.
std::vector<Result<FetchedSecret>> fetch_from_vault(
    VaultConnection& connection, Operation& operation,
    std::span<const Locator> locators);

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_FETCH_H_
