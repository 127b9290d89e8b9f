// SPDX-License-Identifier: Apache-2.0
//
// sotto secret bind: the hosts that the values of a group may be sent to.

#include <fmt/format.h>

#include <set>
#include <vector>

#include "service/report/json_report.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

std::string bound_text(const Scope& scope, const std::string& group,
                       const std::vector<std::string>& hosts) {
  return hosts.empty() ? fmt::format("{} of {} is bound to no host\n", group,
                                     to_string(scope))
                       : fmt::format("{} of {} is bound to {}\n", group,
                                     to_string(scope), fmt::join(hosts, ", "));
}

Result<std::vector<std::string>> bound_hosts(Engine& engine,
                                             const std::string& group) {
  SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog, engine.catalog());
  SOTTO_ASSIGN_OR_RETURN(
      const GroupHosts hosts,
      catalog->hosts_of({&group, 1}, {&engine.config().scope, 1}));
  return hosts.empty() ? std::vector<std::string>() : hosts.begin()->second;
}

// A group that is not there yet may be bound; but it may be a slip, too.
Result<void> warn_if_unknown(const Call& call, Engine& engine,
                             const std::string& group) {
  const Scope& scope = engine.config().scope;
  SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog, engine.catalog());
  SOTTO_ASSIGN_OR_RETURN(const auto home, catalog->home_of(scope, group));
  if (home) return {};
  call.terminal.warn(
      fmt::format("group \"{}\" is not defined in {}", group, to_string(scope)),
      known_group_hint(*catalog, scope, group));
  return {};
}

}  // namespace

Result<int> run_secret_bind(const Call& call) {
  const std::string& group = call.options.operands.front();
  const HostChange change{call.options.hosts, call.options.unbind};
  SOTTO_RETURN_IF_ERROR(check_group(group));
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  std::vector<std::string> hosts;
  if (change.add.empty() && change.remove.empty()) {
    SOTTO_ASSIGN_OR_RETURN(hosts, bound_hosts(engine, group));
  } else {
    SOTTO_ASSIGN_OR_RETURN(const WriteTarget target,
                           write_target(engine.config()));
    SOTTO_ASSIGN_OR_RETURN(SecretManager* const manager,
                           open_manager(call, engine));
    SOTTO_ASSIGN_OR_RETURN(hosts, manager->bind_hosts(target, group, change));
    SOTTO_RETURN_IF_ERROR(warn_if_unknown(call, engine, group));
  }
  const Scope& scope = engine.config().scope;
  SOTTO_RETURN_IF_ERROR(
      call.terminal.write(call.options.json ? bound_json(scope, group, hosts)
                                            : bound_text(scope, group, hosts)));
  return 0;
}

}  // namespace sotto::tool
