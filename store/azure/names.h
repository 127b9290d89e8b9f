// SPDX-License-Identifier: Apache-2.0
//
// Under which name an Azure Key Vault has a secret. A Key Vault knows names of
// 1 to 127 of 0-9 a-z A-Z -, and takes no notice of case; ours are sorted out
// so that no two secrets have one name there, and each can be told from it:
//
//   github.GH_TOKEN of platform  ->  sotto--platform--github--gh-0token
//   my-db.Password of org/acme   ->  sotto--org--acme--my-1db--p-lassword
//
// Parts are joined by "--". In a part '-' begins what has no letter of its own:
// "-0" is '_', "-1" is '-'; behind "-l" letters are small, behind "-u" capital.
// A key begins with capital letters, everything else with small ones.

#ifndef SOTTO_STORE_AZURE_NAMES_H_
#define SOTTO_STORE_AZURE_NAMES_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_ref.h"

namespace sotto {

inline constexpr std::size_t kMaxAzureName = 127;

// Can a Key Vault have this name: 3 to 24 of 0-9 a-z A-Z -?
bool is_azure_vault(std::string_view name);

// Fails with kLimit for a name that would be too long there.
Result<std::string> azure_secret_name(const Scope& scope, const SecretRef& ref);

}  // namespace sotto

#endif  // SOTTO_STORE_AZURE_NAMES_H_
