// SPDX-License-Identifier: Apache-2.0

#include "store/vault/paths.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "store/store_errors.h"

namespace sotto {
namespace {

constexpr std::size_t kMaxSegment = 128;
constexpr std::string_view kPlatform = "platform";
constexpr std::string_view kOrganizations = "org";

bool is_segment(std::string_view segment) {
  return !segment.empty() && segment.size() <= kMaxSegment &&
         segment.back() != '.' &&
         std::all_of(segment.begin(), segment.end(),
                     [](char c) { return is_name_char(c) || c == '.'; });
}

Result<void> check_option(const VaultOptions& options, std::string_view option,
                          std::string_view path) {
  if (is_vault_path(path)) return {};
  return fail(ErrorCode::kInvalidConfig,
              fmt::format("store \"{}\": \"{}\" is not a path in a Vault",
                          options.name, option),
              std::string(kVaultPathRule));
}

// Whose path is not what it should be.
tl::unexpected<Error> wrong_path(const VaultOptions& options,
                                 const std::pair<Scope, std::string>& group,
                                 std::string_view trouble,
                                 std::string_view hint) {
  return fail(
      ErrorCode::kInvalidConfig,
      fmt::format("store \"{}\": the path of {} {}", options.name,
                  store_errors::group_name(group.first, group.second), trouble),
      std::string(hint));
}

constexpr std::string_view kOfTemplate =
    "lies where groups without a path of their own are";
constexpr std::string_view kLeaveOut =
    "leave the path out, or name one outside of the prefix";

}  // namespace

bool is_vault_path(std::string_view path) {
  while (true) {
    const std::size_t slash = path.find('/');
    if (!is_segment(path.substr(0, slash))) return false;
    if (slash == path.npos) return true;
    path.remove_prefix(slash + 1);
  }
}

Result<VaultPaths> VaultPaths::make(const VaultOptions& options) {
  SOTTO_RETURN_IF_ERROR(check_option(options, "mount", options.mount));
  if (!options.prefix.empty()) {
    SOTTO_RETURN_IF_ERROR(check_option(options, "prefix", options.prefix));
  }
  VaultPaths paths;
  paths.mount_ = options.mount;
  paths.prefix_ = options.prefix;
  paths.paths_ = options.paths;
  std::set<std::string_view> seen;
  for (const auto& [group, path] : options.paths) {
    if (!is_name(group.second)) {
      return fail(ErrorCode::kInvalidConfig,
                  fmt::format("store \"{}\": a group with a path of its own "
                              "has a name that is none",
                              options.name),
                  std::string(kNameRule));
    }
    if (!is_vault_path(path)) {
      return wrong_path(options, group, "is not a path in a Vault",
                        kVaultPathRule);
    }
    if (paths.is_of_template(path)) {
      return wrong_path(options, group, kOfTemplate, kLeaveOut);
    }
    if (!seen.insert(path).second) {
      return wrong_path(options, group, "is that of another group, too",
                        "give each group a path of its own");
    }
  }
  return paths;
}

std::string VaultPaths::below_prefix(std::string_view name) const {
  return prefix_.empty() ? std::string(name)
                         : fmt::format("{}/{}", prefix_, name);
}

std::string VaultPaths::groups_folder(const Scope& scope) const {
  if (scope.is_platform()) return below_prefix(kPlatform);
  return below_prefix(
      fmt::format("{}/{}", kOrganizations, scope.organization()));
}

bool VaultPaths::is_of_template(std::string_view path) const {
  return path.starts_with(below_prefix(kPlatform) + '/') ||
         path.starts_with(below_prefix(kOrganizations) + '/');
}

Result<std::string> VaultPaths::place(const Scope& scope,
                                      std::string_view group,
                                      std::string_view path) const {
  if (!is_name(group)) {
    return fail(ErrorCode::kUsage, "a group's name is not a name",
                std::string(kNameRule));
  }
  if (!path.empty()) {
    if (!is_vault_path(path)) {
      return fail(ErrorCode::kUsage,
                  fmt::format("the path of {} is not a path in a Vault",
                              store_errors::group_name(scope, group)),
                  std::string(kVaultPathRule));
    }
    if (is_of_template(path)) {
      return fail(
          ErrorCode::kUsage,
          fmt::format("the path of {} {}",
                      store_errors::group_name(scope, group), kOfTemplate),
          "run: sotto catalog sync");
    }
    return std::string(path);
  }
  std::string own = path_of(scope, group);
  if (!own.empty()) return own;
  return fmt::format("{}/{}", groups_folder(scope), group);
}

std::string VaultPaths::path_of(const Scope& scope,
                                std::string_view group) const {
  const auto found = paths_.find({scope, std::string(group)});
  return found == paths_.end() ? std::string() : found->second;
}

std::vector<std::string> VaultPaths::mapped_groups(const Scope& scope) const {
  std::vector<std::string> groups;
  for (const auto& [group, path] : paths_) {
    if (group.first == scope) groups.push_back(group.second);
  }
  return groups;
}

std::vector<Scope> VaultPaths::mapped_scopes() const {
  std::set<Scope> scopes;
  for (const auto& [group, path] : paths_) scopes.insert(group.first);
  return {scopes.begin(), scopes.end()};
}

std::string VaultPaths::target(std::string_view kind,
                               std::string_view place) const {
  if (place.empty()) return fmt::format("/v1/{}/{}", mount_, kind);
  return fmt::format("/v1/{}/{}/{}", mount_, kind, place);
}

std::vector<std::string> groups_listed(const std::vector<std::string>& items) {
  std::set<std::string> groups;
  for (const std::string& item : items) {
    if (is_name(item)) groups.insert(item);
  }
  return {groups.begin(), groups.end()};
}

bool platform_listed(const std::vector<std::string>& items) {
  return std::find(items.begin(), items.end(), fmt::format("{}/", kPlatform)) !=
         items.end();
}

std::vector<Scope> scopes_listed(const std::vector<std::string>& items) {
  std::set<Scope> scopes;
  for (const std::string& item : items) {
    if (item.empty() || item.back() != '/') continue;
    auto scope = Scope::parse(
        fmt::format("{}/{}", kOrganizations, item.substr(0, item.size() - 1)));
    if (scope) scopes.insert(std::move(*scope));
  }
  return {scopes.begin(), scopes.end()};
}

}  // namespace sotto
