// SPDX-License-Identifier: Apache-2.0
//
// sotto secret list|history, sotto catalog list: what there is.

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "service/report/json_report.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

// One line a secret, in columns.
std::string entries_text(std::span<const CatalogEntry> entries,
                         std::span<const HostBinding> bindings) {
  std::size_t name = 0;
  std::size_t scope = 0;
  std::size_t store = 0;
  for (const CatalogEntry& entry : entries) {
    name = std::max(name, to_string(entry.ref).size());
    scope = std::max(scope, to_string(entry.scope).size());
    store = std::max(store, entry.store.size());
  }
  std::string text;
  for (const CatalogEntry& entry : entries) {
    const auto hosts = hosts_in(bindings, entry.scope, entry.ref.group);
    text += fmt::format("{:<{}}  {:<{}}  {:<{}}  version {}  {}  {}{}{}\n",
                        to_string(entry.ref), name, to_string(entry.scope),
                        scope, entry.store, store, entry.version,
                        to_string(entry.state), to_string(entry.updated),
                        hosts.empty() ? "" : "  ", fmt::join(hosts, ", "));
  }
  return text;
}

Result<int> list_entries(const Call& call, bool all_scopes, bool deleted) {
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog, engine.catalog());
  std::optional<Scope> scope;
  if (!all_scopes) scope = engine.config().scope;
  SOTTO_ASSIGN_OR_RETURN(std::vector<CatalogEntry> entries,
                         catalog->list(scope));
  if (!deleted) {
    std::erase_if(entries, [](const CatalogEntry& entry) {
      return entry.state == SecretState::kDeleted;
    });
  }
  SOTTO_ASSIGN_OR_RETURN(const auto bindings, catalog->host_bindings(scope));
  SOTTO_RETURN_IF_ERROR(
      call.terminal.write(call.options.json ? secrets_json(entries, bindings)
                                            : entries_text(entries, bindings)));
  return 0;
}

std::string history_text(std::span<const VersionInfo> versions) {
  std::string text;
  for (const VersionInfo& version : versions) {
    text += fmt::format("version {}  {}  changed {}; holds {}\n",
                        version.version, to_string(version.created),
                        fmt::join(version.changed, ", "),
                        version.keys.empty()
                            ? "nothing"
                            : fmt::format("{}", fmt::join(version.keys, ", ")));
  }
  return text;
}

}  // namespace

Result<int> run_secret_list(const Call& call) {
  return list_entries(call, call.options.all, call.options.deleted);
}

Result<int> run_catalog_list(const Call& call) {
  return list_entries(call, /*all_scopes=*/true, /*deleted=*/true);
}

Result<int> run_secret_history(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(const SecretRef ref,
                         parse_group_or_secret(call.options.operands.front()));
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  const Scope& scope = engine.config().scope;
  SOTTO_ASSIGN_OR_RETURN(SecretManager* const manager,
                         open_manager(call, engine));
  SOTTO_ASSIGN_OR_RETURN(std::vector<VersionInfo> versions,
                         manager->history(scope, ref.group));
  if (!ref.key.empty()) {
    std::erase_if(versions, [&](const VersionInfo& version) {
      return std::find(version.changed.begin(), version.changed.end(),
                       ref.key) == version.changed.end();
    });
    if (versions.empty()) {
      return fail(ErrorCode::kMissing,
                  fmt::format("secret \"{}\" was never defined in {}",
                              to_string(ref), to_string(scope)));
    }
  }
  SOTTO_RETURN_IF_ERROR(call.terminal.write(
      call.options.json ? history_json(scope, ref.group, versions)
                        : history_text(versions)));
  return 0;
}

}  // namespace sotto::tool
