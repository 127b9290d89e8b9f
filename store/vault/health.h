// SPDX-License-Identifier: Apache-2.0
//
// How a Vault is: what is wrong with it, or with us, in one sentence. Internal
// to store/. Reads no secret.

#ifndef SOTTO_STORE_VAULT_HEALTH_H_
#define SOTTO_STORE_VAULT_HEALTH_H_

#include "store/operation.h"
#include "store/store.h"
#include "store/vault/connection.h"

namespace sotto {

// As Store::health(), within the time of the operation. std::bad_alloc.
StoreHealth vault_health(VaultConnection& connection, Operation& operation);

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_HEALTH_H_
