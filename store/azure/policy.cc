// SPDX-License-Identifier: Apache-2.0

#include "store/azure/policy.h"

#include <fmt/format.h>

#include "base/guarded.h"
#include "store/azure/names.h"

namespace sotto {
namespace {

// One assignment a secret. No role that comes with Azure may write and not
// purge.
std::string role_assignments(std::string_view vault,
                             std::span<const std::string> names, bool write) {
  std::string text = fmt::format(
      "VAULT=$(az keyvault show --name {} --query id --output tsv)\n", vault);
  for (const std::string& name : names) {
    text += fmt::format(
        "az role assignment create --assignee \"$PRINCIPAL\" --role \"Key "
        "Vault Secrets {}\" --scope \"$VAULT/secrets/{}\"\n",
        write ? "Officer" : "User", name);
  }
  return text;
}

std::string access_policy(std::string_view vault, bool write) {
  return fmt::format(
      "az keyvault set-policy --name {} --object-id \"$PRINCIPAL\" "
      "--secret-permissions get{}\n",
      vault, write ? " set delete recover" : "");
}

}  // namespace

Result<std::string> azure_policy(std::string_view vault,
                                 std::span<const std::string> names,
                                 const AzurePolicyOptions& wanted) {
  return guarded([&]() -> Result<std::string> {
    if (!is_azure_vault(vault)) {
      return fail(ErrorCode::kUsage,
                  fmt::format("\"{}\" is not the name of a Key Vault", vault),
                  "a name is 3 to 24 of 0-9 a-z A-Z -");
    }
    if (names.empty()) return std::string();
    return wanted.whole_vault ? access_policy(vault, wanted.write)
                              : role_assignments(vault, names, wanted.write);
  });
}

}  // namespace sotto
