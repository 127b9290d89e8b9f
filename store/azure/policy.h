// SPDX-License-Identifier: Apache-2.0
//
// The least that an Azure Key Vault must allow, as commands of its own tool.

#ifndef SOTTO_STORE_AZURE_POLICY_H_
#define SOTTO_STORE_AZURE_POLICY_H_

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sotto {

struct AzurePolicyOptions {
  bool write = false;  // Also what set, delete and restore take.
  // For a vault with access policies, which know the whole vault alone.
  bool whole_vault = false;
};

// What reading the secrets of these names takes; empty if there are none.
// Fails with kUsage for what is no name of a vault.
Result<std::string> azure_policy(std::string_view vault,
                                 std::span<const std::string> names,
                                 const AzurePolicyOptions& wanted);

}  // namespace sotto

#endif  // SOTTO_STORE_AZURE_POLICY_H_
