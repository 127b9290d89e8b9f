// SPDX-License-Identifier: Apache-2.0

#include "store/catalog_hosts.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "base/host_name.h"
#include "base/visible_text.h"
#include "store/catalog_rows.h"
#include "store/catalog_schema.h"

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

Result<void> check(std::string_view group, std::span<const std::string> hosts) {
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

}  // namespace

Result<void> write_hosts(Database& database, const Scope& scope,
                         std::string_view group,
                         std::span<const std::string> hosts) {
  SOTTO_RETURN_IF_ERROR(check(group, hosts));
  {
    SOTTO_ASSIGN_OR_RETURN(Statement unbind,
                           database.use(schema::kUnbindHosts));
    unbind.bind(1, scope.organization()).bind(2, group);
    SOTTO_RETURN_IF_ERROR(unbind.run());
  }
  SOTTO_ASSIGN_OR_RETURN(Statement bind, database.use(schema::kBindHost));
  for (const std::string& host : hosts) {
    const std::string folded = fold_host(host);
    bind.bind(1, scope.organization()).bind(2, group).bind(3, folded);
    SOTTO_RETURN_IF_ERROR(bind.run());
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

Result<void> verify_hosts(Database& database) {
  SOTTO_ASSIGN_OR_RETURN(Statement all, database.use(schema::kListHosts));
  while (true) {
    SOTTO_ASSIGN_OR_RETURN(const bool row, all.step());
    if (!row) return {};
    SOTTO_RETURN_IF_ERROR(read_scope(database, all.text(0)));
    SOTTO_RETURN_IF_ERROR(read_host(database, all.text(2)));
    if (!is_name(all.text(1))) {
      return database.damaged("is damaged: a group's name is not a name");
    }
  }
}

}  // namespace sotto
