// SPDX-License-Identifier: Apache-2.0
//
// Where a group is in a Vault, and whose group a place is. Internal to store/.
//
// What goes into a URL is made of segments of A-Z a-z 0-9 _ . - alone, none of
// them "." or "..": nothing to encode, nothing that a server, a proxy or a
// policy could read as another path.

#ifndef SOTTO_STORE_VAULT_PATHS_H_
#define SOTTO_STORE_VAULT_PATHS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "store/vault_store.h"

namespace sotto {

// What a path must be, in the words of the hint that tells it.
inline constexpr std::string_view kVaultPathRule =
    "a path is segments of 1 to 128 of A-Z a-z 0-9 _ . -, parted by '/', none "
    "of them \".\" or \"..\" or with a '.' at its end";

// Is it one or more such segments?
bool is_vault_path(std::string_view path);

// A group by its names.
struct GroupName {
  Scope scope;
  std::string group;

  friend auto operator<=>(const GroupName&, const GroupName&) = default;
  friend bool operator==(const GroupName&, const GroupName&) = default;
};

// Places are paths below the mount: "sotto/org/acme/github". Immutable.
class VaultPaths {
 public:
  // Fails with kInvalidConfig for a mount, prefix or path that is none, two
  // groups with one path, and a path where the groups of the template live.
  static Result<VaultPaths> make(const VaultOptions& options);

  const std::string& mount() const { return mount_; }

  // The place of a group; `path` as in Locator. kUsage for a path that is none
  // or leads to where the template has the groups of another scope.
  Result<std::string> place(const Scope& scope, std::string_view group,
                            std::string_view path = {}) const;

  // What SecretInfo::path says of a group: empty if the template leads to it.
  std::string path_of(const Scope& scope, std::string_view group) const;

  // The groups of `scope` that have a path of their own.
  std::vector<std::string> mapped_groups(const Scope& scope) const;
  std::vector<Scope> mapped_scopes() const;

  // The folders, in which the template has scopes, organizations, groups.
  std::string scopes_folder() const { return prefix_; }
  std::string organizations_folder() const { return below_prefix("org"); }
  std::string groups_folder(const Scope& scope) const;

  // "/v1/secret/data/PLACE", as is "metadata", "subkeys", "undelete".
  std::string target(std::string_view kind, std::string_view place) const;

 private:
  std::string below_prefix(std::string_view name) const;
  bool is_of_template(std::string_view path) const;

  std::string mount_;
  std::string prefix_;
  std::map<std::pair<Scope, std::string>, std::string> paths_;
};

// The groups, scopes and organizations among what a folder lists; what is not
// Sotto's is left out. Sorted.
std::vector<std::string> groups_listed(const std::vector<std::string>& items);
bool platform_listed(const std::vector<std::string>& items);
std::vector<Scope> scopes_listed(const std::vector<std::string>& items);

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_PATHS_H_
