// SPDX-License-Identifier: Apache-2.0

#include "store/catalog/hosts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/host_name.h"
#include "base/visible_text.h"
#include "store/catalog/rows.h"
#include "store/catalog/schema.h"

namespace sotto {
namespace {

namespace schema = catalog_schema;
using sqlite::Database;
using sqlite::KeyRow;
using sqlite::Statement;

Result<std::string> read_host(const Database& database,
                              std::string_view column) {
  if (is_host_pattern(column)) return std::string(column);
  return database.damaged("is damaged: a host is not one");
}

Result<void> bind_host(Database& database, const Scope& scope,
                       std::string_view group, std::string_view host,
                       std::string_view store) {
  const std::string folded = fold_host(host);
  SOTTO_ASSIGN_OR_RETURN(Statement bind, database.use(schema::kBindHost));
  return bind.bind(1, scope.organization())
      .bind(2, group)
      .bind(3, folded)
      .bind(4, store)
      .run();
}

}  // namespace

Result<void> check_hosts(std::string_view group,
                         std::span<const std::string> hosts) {
  if (!is_name(group)) {
    return fail(
        ErrorCode::kUsage,
        fmt::format("\"{}\" is not the name of a group", visible_line(group)),
        std::string(kNameRule));
  }
  for (const std::string& host : hosts) {
    if (is_host_pattern(host)) continue;
    return fail(ErrorCode::kUsage,
                fmt::format("\"{}\" is not a host", visible_line(host)),
                std::string(kHostRule));
  }
  return {};
}

Result<void> write_hosts(Database& database, const Scope& scope,
                         std::string_view group,
                         std::span<const std::string> hosts) {
  SOTTO_RETURN_IF_ERROR(check_hosts(group, hosts));
  {
    SOTTO_ASSIGN_OR_RETURN(Statement unbind,
                           database.use(schema::kUnbindGroup));
    unbind.bind(1, scope.organization()).bind(2, group);
    SOTTO_RETURN_IF_ERROR(unbind.run());
  }
  for (const std::string& host : hosts) {
    SOTTO_RETURN_IF_ERROR(bind_host(database, scope, group, host, ""));
  }
  return {};
}

Result<GroupHosts> read_hosts(Database& database,
                              std::span<const std::string> groups,
                              std::span<const Scope> scopes) {
  std::vector<KeyRow> keys;
  keys.reserve(groups.size() * scopes.size());
  for (const std::string& group : groups) {
    for (const Scope& scope : scopes) {
      keys.push_back({scope.organization(), group, ""});
    }
  }
  SOTTO_ASSIGN_OR_RETURN(Statement statement, database.use(schema::kHosts));
  statement.bind_keys(1, keys);
  GroupHosts found;
  std::size_t of = keys.size();  // The key that the last host was found for.
  while (true) {
    SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
    if (!row) return found;
    const auto position = static_cast<std::size_t>(statement.integer(0));
    const std::string& group = groups[position / scopes.size()];
    // Scopes behind the first that binds the group say nothing.
    if (position != of && found.contains(group)) continue;
    of = position;
    SOTTO_ASSIGN_OR_RETURN(std::string host,
                           read_host(database, statement.text(1)));
    found[group].push_back(std::move(host));
  }
}

Result<std::vector<HostBinding>> read_bindings(
    Database& database, const std::optional<Scope>& scope) {
  SOTTO_ASSIGN_OR_RETURN(
      Statement all,
      database.use(scope ? schema::kListScopeHosts : schema::kListHosts));
  if (scope) all.bind(1, scope->organization());
  std::vector<HostBinding> bindings;
  while (true) {
    SOTTO_ASSIGN_OR_RETURN(const bool row, all.step());
    if (!row) return bindings;
    HostBinding binding;
    SOTTO_ASSIGN_OR_RETURN(binding.scope, read_scope(database, all.text(0)));
    binding.group = all.text(1);
    if (!is_name(binding.group)) {
      return database.damaged("is damaged: a group's name is not a name");
    }
    SOTTO_ASSIGN_OR_RETURN(binding.host, read_host(database, all.text(2)));
    binding.store = all.text(3);
    bindings.push_back(std::move(binding));
  }
}

Result<void> mirror_hosts(Database& database, const std::string& store,
                          const std::vector<NotedHosts>& noted) {
  for (const auto& [scope, groups] : noted) {
    if (!groups) continue;
    {
      SOTTO_ASSIGN_OR_RETURN(Statement unbind,
                             database.use(schema::kUnbindStore));
      SOTTO_RETURN_IF_ERROR(
          unbind.bind(1, scope.organization()).bind(2, store).run());
    }
    for (const auto& [group, hosts] : *groups) {
      SOTTO_RETURN_IF_ERROR(check_hosts(group, hosts));
      for (const std::string& host : hosts) {
        SOTTO_RETURN_IF_ERROR(bind_host(database, scope, group, host, store));
      }
    }
  }
  return {};
}

namespace {

// Do the notes of a store, as far as they could be read, leave this as it is?
bool stays(const HostBinding& binding, const StoreListing& store,
           const std::vector<NotedHosts>& noted) {
  if (!store.hosts) return true;
  return std::ranges::any_of(noted, [&](const NotedHosts& notes) {
    return notes.scope == binding.scope && !notes.hosts;
  });
}

}  // namespace

Result<void> rebuild_hosts(Database& database,
                           std::span<const StoreListing> stores) {
  SOTTO_ASSIGN_OR_RETURN(std::vector<HostBinding> before,
                         read_bindings(database, std::nullopt));
  std::vector<std::vector<NotedHosts>> noted(stores.size());
  for (std::size_t i = 0; i < stores.size(); ++i) {
    if (!stores[i].hosts) continue;
    SOTTO_ASSIGN_OR_RETURN(noted[i], stores[i].hosts());
  }
  std::erase_if(before, [&](const HostBinding& binding) {
    if (binding.store.empty()) return false;
    for (std::size_t i = 0; i < stores.size(); ++i) {
      if (stores[i].store != binding.store) continue;
      return !stays(binding, stores[i], noted[i]);
    }
    return true;
  });
  SOTTO_RETURN_IF_ERROR(database.execute(schema::kUnbindAll));
  for (const HostBinding& kept : before) {
    SOTTO_RETURN_IF_ERROR(
        bind_host(database, kept.scope, kept.group, kept.host, kept.store));
  }
  for (std::size_t i = 0; i < stores.size(); ++i) {
    SOTTO_RETURN_IF_ERROR(mirror_hosts(database, stores[i].store, noted[i]));
  }
  return {};
}

}  // namespace sotto
