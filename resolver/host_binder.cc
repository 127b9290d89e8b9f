// SPDX-License-Identifier: Apache-2.0

#include "resolver/host_binder.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "base/host_name.h"
#include "base/visible_text.h"
#include "resolver/group_write.h"
#include "resolver/store_notes.h"
#include "store/catalog/hosts.h"

namespace sotto {
namespace {

Result<void> change_hosts(std::set<std::string>& hosts,
                          const std::string& group, const HostChange& change) {
  for (const std::string& host : change.remove) {
    if (hosts.erase(fold_host(host)) > 0) continue;
    return fail(ErrorCode::kMissing,
                fmt::format("group \"{}\" is not bound to \"{}\"", group,
                            visible_line(host)),
                hosts.empty() ? "it is bound to no host"
                              : fmt::format("it is bound to: {}",
                                            fmt::join(hosts, ", ")));
  }
  for (const std::string& host : change.add) hosts.insert(fold_host(host));
  return {};
}

}  // namespace

Result<std::vector<std::string>> HostBinder::bind(
    const HostChange& change) const {
  SOTTO_RETURN_IF_ERROR(check_hosts(group_, change.add));
  SOTTO_RETURN_IF_ERROR(check_hosts(group_, change.remove));
  SOTTO_RETURN_IF_ERROR(check_not_notes(group_));
  SOTTO_ASSIGN_OR_RETURN(const Place home,
                         home_of_group(catalog_, target_, group_));
  SOTTO_ASSIGN_OR_RETURN(Store* const store,
                         configured_store(stores_, home.store));
  SOTTO_ASSIGN_OR_RETURN(const auto elsewhere, bound_elsewhere(home.store));
  SOTTO_ASSIGN_OR_RETURN(Hosts hosts,
                         change_at_home(*store, elsewhere, change));
  SOTTO_RETURN_IF_ERROR(unbind_elsewhere(elsewhere));
  return hosts;
}

Result<std::vector<HostBinding>> HostBinder::bound_elsewhere(
    const std::string& home) const {
  SOTTO_ASSIGN_OR_RETURN(auto bindings, catalog_.host_bindings(target_.scope));
  std::erase_if(bindings, [&](const HostBinding& binding) {
    return binding.group != group_ || binding.store == home;
  });
  return bindings;
}

// What is bound elsewhere comes here with it.
Result<std::vector<std::string>> HostBinder::change_at_home(
    Store& home, std::span<const HostBinding> elsewhere,
    const HostChange& change) const {
  Hosts after;
  const auto change_groups = [&](GroupHosts& groups) -> Result<void> {
    const Hosts& before = groups[group_];
    std::set<std::string> hosts(before.begin(), before.end());
    for (const HostBinding& binding : elsewhere) hosts.insert(binding.host);
    SOTTO_RETURN_IF_ERROR(change_hosts(hosts, group_, change));
    after.assign(hosts.begin(), hosts.end());
    groups[group_] = after;
    if (after.empty()) groups.erase(group_);
    return {};
  };
  SOTTO_RETURN_IF_ERROR(
      change_noted_hosts(catalog_, home, target_.scope, change_groups));
  return after;
}

Result<void> HostBinder::unbind_elsewhere(
    std::span<const HostBinding> elsewhere) const {
  std::set<std::string> names;
  for (const HostBinding& binding : elsewhere) names.insert(binding.store);
  for (const std::string& name : names) {
    if (name.empty()) {
      SOTTO_RETURN_IF_ERROR(catalog_.bind_hosts(target_.scope, group_, {}));
    } else if (Store* const store = stores_.find(name)) {
      SOTTO_RETURN_IF_ERROR(
          change_noted_hosts(catalog_, *store, target_.scope,
                             [&](GroupHosts& groups) -> Result<void> {
                               groups.erase(group_);
                               return {};
                             }));
    }
  }
  return {};
}

}  // namespace sotto
