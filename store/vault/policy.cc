// SPDX-License-Identifier: Apache-2.0

#include "store/vault/policy.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "base/guarded.h"
#include "store/vault/paths.h"

namespace sotto {
namespace {

// By path: what may be done there. A path holds nothing that would have to be
// escaped.
class Rules {
 public:
  void allow(std::string path, std::string_view capability) {
    rules_[std::move(path)].insert(capability);
  }

  std::string text() const {
    std::string text;
    for (const auto& [path, capabilities] : rules_) {
      std::string list;
      for (const std::string_view each : capabilities) {
        list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", each);
      }
      text += fmt::format("path \"{}\" {{\n  capabilities = [{}]\n}}\n", path,
                          list);
    }
    return text;
  }

 private:
  std::map<std::string, std::set<std::string_view>> rules_;
};

// As a policy has a target of the API.
std::string rule_path(const VaultPaths& paths, std::string_view kind,
                      std::string_view place) {
  return fmt::format("{}/{}/{}", paths.mount(), kind, place);
}

void allow_group(const VaultPaths& paths, std::string_view place,
                 const VaultPolicyOptions& wanted, Rules& rules) {
  rules.allow(rule_path(paths, "data", place), "read");
  if (wanted.write) {
    rules.allow(rule_path(paths, "data", place), "create");
    rules.allow(rule_path(paths, "data", place), "update");
    rules.allow(rule_path(paths, "undelete", place), "update");
  }
  if (wanted.write || wanted.list) {
    // Names and versions, without values.
    rules.allow(rule_path(paths, "subkeys", place), "read");
    rules.allow(rule_path(paths, "metadata", place), "read");
  }
}

// The folders in which scopes and groups are looked for. A policy has a folder
// with its slash.
void allow_folders(const VaultPaths& paths, std::span<const VaultGrant> groups,
                   Rules& rules) {
  std::set<std::string> folders{paths.scopes_folder(),
                                paths.organizations_folder()};
  for (const VaultGrant& grant : groups) {
    folders.insert(paths.groups_folder(grant.scope));
  }
  for (const std::string& folder : folders) {
    rules.allow(
        rule_path(paths, "metadata", folder.empty() ? folder : folder + '/'),
        "list");
  }
}

}  // namespace

Result<std::string> vault_policy(const VaultOptions& options,
                                 std::span<const VaultGrant> groups,
                                 const VaultPolicyOptions& wanted) {
  return guarded([&]() -> Result<std::string> {
    SOTTO_ASSIGN_OR_RETURN(const VaultPaths paths, VaultPaths::make(options));
    Rules rules;
    for (const auto& [scope, group, path] : groups) {
      SOTTO_ASSIGN_OR_RETURN(const std::string place,
                             paths.place(scope, group, path));
      allow_group(paths, place, wanted, rules);
    }
    if (wanted.list) allow_folders(paths, groups, rules);
    return rules.text();
  });
}

}  // namespace sotto
