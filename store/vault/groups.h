// SPDX-License-Identifier: Apache-2.0
//
// Groups as they are read from a Vault, many side by side. Internal to store/.
// Functions may throw std::bad_alloc.

#ifndef SOTTO_STORE_VAULT_GROUPS_H_
#define SOTTO_STORE_VAULT_GROUPS_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/wiped_buffer.h"
#include "store/operation.h"
#include "store/store.h"
#include "store/vault/answers.h"
#include "store/vault/connection.h"

namespace sotto {

// A group is read and written whole; requests have that limit, too.
inline constexpr std::size_t kMaxVaultGroup = 32u << 20;

enum class GroupState : std::uint8_t {
  kPresent,
  kAbsent,     // Never written, or not this version of it.
  kDeleted,    // Can be undeleted.
  kDestroyed,  // Cannot.
};

// What was read of one. The members point into the bytes.
struct ReadGroup {
  GroupState state = GroupState::kAbsent;
  VaultGroup group;
  WipedBuffer bytes;
};

// A place, and the version that is wanted there; the latest if none.
struct GroupAt {
  std::string place;
  std::optional<Version> version;

  friend auto operator<=>(const GroupAt&, const GroupAt&) = default;
  friend bool operator==(const GroupAt&, const GroupAt&) = default;
};

// The groups that some names are in, each once, in the order in which they
// come; and of each name which of them, or why there is none to ask for.
struct GroupsOfNames {
  std::vector<GroupAt> groups;
  std::vector<Result<std::size_t>> whose;
};
GroupsOfNames groups_of(const VaultConnection& connection,
                        std::span<const Locator> locators);

// That a name was never there, in the version that was asked for if one was.
Error missing_in_vault(const std::string& store, const Locator& locator);

// With values: one call each. Absence is proven: where nothing is found it is
// made sure, once, that KV version 2 is what does not have it.
std::vector<Result<ReadGroup>> read_groups(VaultConnection& connection,
                                           std::span<const GroupAt> groups,
                                           Operation& operation);

// The same, names alone.
std::vector<Result<ReadGroup>> read_names(VaultConnection& connection,
                                          std::span<const GroupAt> groups,
                                          Operation& operation);

// The versions of each; none where there never was a group.
std::vector<Result<std::optional<VaultMetadata>>> read_versions(
    VaultConnection& connection, std::span<const std::string> places,
    Operation& operation);

// What a folder lists; nothing where there is none.
std::vector<Result<std::vector<std::string>>> list_folders(
    VaultConnection& connection, std::span<const std::string> folders,
    Operation& operation);

// The keys that deleted groups had, as the newest version tells that can be
// read.
std::vector<Result<std::vector<std::string>>> read_former_keys(
    VaultConnection& connection, std::span<const std::string> places,
    Operation& operation);

// The keys among a group's members, and those that left a tombstone. What is
// no name is somebody else's, and left alone.
std::vector<std::string> keys_of(const VaultGroup& group);
std::vector<std::string> deleted_keys_of(const VaultGroup& group);

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_GROUPS_H_
