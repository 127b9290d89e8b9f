// SPDX-License-Identifier: Apache-2.0

#include "store/vault/listing.h"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "store/store_errors.h"
#include "store/vault/groups.h"

namespace sotto {
namespace {

bool by_name(const SecretInfo& a, const SecretInfo& b) { return a.ref < b.ref; }

// The secrets of one group, as its names tell them.
class GroupLister {
 public:
  GroupLister(const VaultConnection& connection, const Scope& scope,
              std::string_view group, const VaultVersion& version)
      : scope_(scope), group_(group), version_(version) {
    path_ = connection.paths().path_of(scope, group);
  }

  void add(const std::vector<std::string>& keys, SecretState state,
           std::vector<SecretInfo>& infos) const {
    for (const std::string& key : keys) {
      SecretInfo info;
      info.scope = scope_;
      info.ref = {std::string(group_), key};
      info.path = path_;
      info.version = version_.number;
      info.state = state;
      info.updated = version_.created;
      infos.push_back(std::move(info));
    }
  }

 private:
  const Scope& scope_;
  const std::string_view group_;
  const VaultVersion& version_;
  std::string path_;
};

Result<std::vector<SecretInfo>> list_groups(
    VaultConnection& connection, Operation& operation, const Scope& scope,
    std::span<const std::string> groups) {
  std::vector<GroupAt> at;
  for (const std::string& group : groups) {
    SOTTO_ASSIGN_OR_RETURN(std::string place,
                           connection.paths().place(scope, group));
    at.push_back({std::move(place), {}});
  }
  const auto names = read_names(connection, at, operation);
  std::vector<std::string> deleted;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names[i]) return tl::unexpected(names[i].error());
    if (names[i]->state == GroupState::kDeleted) deleted.push_back(at[i].place);
  }
  const auto former = read_former_keys(connection, deleted, operation);
  std::vector<SecretInfo> infos;
  std::size_t next_former = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const VaultGroup& group = names[i]->group;
    const GroupLister lister(connection, scope, groups[i], group.version);
    lister.add(keys_of(group), SecretState::kActive, infos);
    lister.add(deleted_keys_of(group), SecretState::kDeleted, infos);
    if (names[i]->state != GroupState::kDeleted) continue;
    const auto& keys = former[next_former++];
    if (!keys) return tl::unexpected(keys.error());
    lister.add(*keys, SecretState::kDeleted, infos);
  }
  std::sort(infos.begin(), infos.end(), by_name);
  return infos;
}

Result<std::vector<std::string>> list_folder(VaultConnection& connection,
                                             Operation& operation,
                                             const std::string& folder) {
  return std::move(list_folders(connection, {&folder, 1}, operation).front());
}

// The keys that two versions do not have alike.
std::vector<std::string> changed_keys(const VaultGroup& before,
                                      const VaultGroup& after) {
  std::set<std::string> changed;
  for (const std::string& key : keys_of(after)) {
    const VaultMember* const old = before.find(key);
    if (old == nullptr || old->raw != after.find(key)->raw) changed.insert(key);
  }
  for (const std::string& key : keys_of(before)) {
    if (after.find(key) == nullptr) changed.insert(key);
  }
  return {changed.begin(), changed.end()};
}

// Newest first, as they came; one that cannot be read has no keys.
Result<std::vector<VersionInfo>> as_history(
    const std::vector<VaultVersion>& versions,
    const std::vector<Result<ReadGroup>>& reads) {
  static const VaultGroup nothing;
  std::vector<VersionInfo> infos;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    if (!reads[i]) return tl::unexpected(reads[i].error());
    VersionInfo info{versions[i].number, versions[i].created, {}, {}};
    if (reads[i]->state == GroupState::kPresent) {
      const bool has_older = i + 1 < versions.size() && reads[i + 1];
      info.keys = keys_of(reads[i]->group);
      info.changed = changed_keys(has_older ? reads[i + 1]->group : nothing,
                                  reads[i]->group);
    }
    infos.push_back(std::move(info));
  }
  return infos;
}

}  // namespace

Result<std::vector<SecretInfo>> list_vault(VaultConnection& connection,
                                           Operation& operation,
                                           const Scope& scope) {
  const VaultPaths& paths = connection.paths();
  SOTTO_ASSIGN_OR_RETURN(
      const std::vector<std::string> items,
      list_folder(connection, operation, paths.groups_folder(scope)));
  const std::vector<std::string> listed = groups_listed(items);
  std::set<std::string> groups;
  // A group with a path of its own is not where the template has one.
  for (const std::string& group : listed) {
    if (paths.path_of(scope, group).empty()) groups.insert(group);
  }
  for (const std::string& group : paths.mapped_groups(scope)) {
    groups.insert(group);
  }
  const std::vector<std::string> names(groups.begin(), groups.end());
  return list_groups(connection, operation, scope, names);
}

Result<std::vector<SecretInfo>> list_vault_group(VaultConnection& connection,
                                                 Operation& operation,
                                                 const Scope& scope,
                                                 std::string_view group) {
  const std::string name(group);
  return list_groups(connection, operation, scope, {&name, 1});
}

Result<std::vector<Scope>> vault_scopes(VaultConnection& connection,
                                        Operation& operation) {
  const VaultPaths& paths = connection.paths();
  const std::vector<std::string> folders{paths.scopes_folder(),
                                         paths.organizations_folder()};
  auto listed = list_folders(connection, folders, operation);
  for (const auto& folder : listed) {
    if (!folder) return tl::unexpected(folder.error());
  }
  std::set<Scope> scopes;
  if (platform_listed(*listed[0])) scopes.insert(Scope::platform());
  for (Scope& scope : scopes_listed(*listed[1])) {
    scopes.insert(std::move(scope));
  }
  for (Scope& scope : paths.mapped_scopes()) scopes.insert(std::move(scope));
  return std::vector<Scope>(scopes.begin(), scopes.end());
}

Result<std::vector<VersionInfo>> vault_history(VaultConnection& connection,
                                               Operation& operation,
                                               const Scope& scope,
                                               std::string_view group) {
  SOTTO_ASSIGN_OR_RETURN(const std::string place,
                         connection.paths().place(scope, group));
  auto metadata = read_versions(connection, {&place, 1}, operation);
  if (!metadata.front()) {
    return tl::unexpected<Error>(std::move(metadata.front()).error());
  }
  if (!*metadata.front()) {
    return tl::unexpected(
        store_errors::no_group(connection.store(), scope, group));
  }
  const std::vector<VaultVersion>& versions = (**metadata.front()).versions;
  std::vector<GroupAt> at;
  for (const VaultVersion& version : versions) {
    at.push_back({place, version.number});
  }
  return as_history(versions, read_groups(connection, at, operation));
}

}  // namespace sotto
