// SPDX-License-Identifier: Apache-2.0
//
// How the hosts that a group is bound to are changed. Internal to resolver/.

#ifndef SOTTO_RESOLVER_HOST_BINDER_H_
#define SOTTO_RESOLVER_HOST_BINDER_H_

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "resolver/plan.h"
#include "resolver/secret_manager.h"
#include "store/catalog.h"

namespace sotto {

// For one group. Borrows what it is given.
class HostBinder {
 public:
  HostBinder(Catalog& catalog, const StoreSet& stores,
             const WriteTarget& target, const std::string& group)
      : catalog_(catalog), stores_(stores), target_(target), group_(group) {}

  // As SecretManager::bind_hosts(). Throws std::bad_alloc.
  Result<std::vector<std::string>> bind(const HostChange& change) const;

 private:
  using Hosts = std::vector<std::string>;

  // Where others than the store `home` have the group bound.
  Result<std::vector<HostBinding>> bound_elsewhere(
      const std::string& home) const;
  Result<Hosts> change_at_home(Store& home,
                               std::span<const HostBinding> elsewhere,
                               const HostChange& change) const;
  Result<void> unbind_elsewhere(std::span<const HostBinding> elsewhere) const;

  Catalog& catalog_;
  const StoreSet& stores_;
  const WriteTarget& target_;
  const std::string& group_;
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_HOST_BINDER_H_
