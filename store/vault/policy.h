// SPDX-License-Identifier: Apache-2.0
//
// The least that a Vault must allow, as a policy in its own language.

#ifndef SOTTO_STORE_VAULT_POLICY_H_
#define SOTTO_STORE_VAULT_POLICY_H_

#include <compare>
#include <span>
#include <string>

#include "base/result.h"
#include "base/secret_ref.h"
#include "store/vault_store.h"

namespace sotto {

// A group; `path` as in Locator.
struct VaultGrant {
  Scope scope;
  std::string group;
  std::string path;

  friend auto operator<=>(const VaultGrant&, const VaultGrant&) = default;
  friend bool operator==(const VaultGrant&, const VaultGrant&) = default;
};

struct VaultPolicyOptions {
  bool write = false;  // Also what set, delete, restore and history take.
  bool list = false;   // Also what a synchronization of the catalog takes.
};

// What reading `groups` takes, and nothing else. Fails with kInvalidConfig, and
// kUsage for a path, as the store itself does.
Result<std::string> vault_policy(const VaultOptions& options,
                                 std::span<const VaultGrant> groups,
                                 const VaultPolicyOptions& wanted);

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_POLICY_H_
