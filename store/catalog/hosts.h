// SPDX-License-Identifier: Apache-2.0
//
// The hosts that a catalog's groups are bound to. Nothing in the file is
// believed: kCorrupt for what makes no sense. Internal to store/, but for
// check_hosts().

#ifndef SOTTO_STORE_CATALOG_HOSTS_H_
#define SOTTO_STORE_CATALOG_HOSTS_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "store/catalog.h"
#include "store/sqlite/database.h"

namespace sotto {

// Are these the names of a group and of hosts? kUsage else.
Result<void> check_hosts(std::string_view group,
                         std::span<const std::string> hosts);

// As Catalog::bind_hosts(), in a write transaction.
Result<void> write_hosts(sqlite::Database& database, const Scope& scope,
                         std::string_view group,
                         std::span<const std::string> hosts);

// As Catalog::hosts_of().
Result<GroupHosts> read_hosts(sqlite::Database& database,
                              std::span<const std::string> groups,
                              std::span<const Scope> scopes);

// As Catalog::host_bindings().
Result<std::vector<HostBinding>> read_bindings(
    sqlite::Database& database, const std::optional<Scope>& scope);

// Makes what the catalog has of a store's notes on these scopes into what they
// say. In a write transaction.
Result<void> mirror_hosts(sqlite::Database& database, const std::string& store,
                          const std::vector<NotedHosts>& noted);

// The same of all stores there are: what others said is dropped.
Result<void> rebuild_hosts(sqlite::Database& database,
                           std::span<const StoreListing> stores);

}  // namespace sotto

#endif  // SOTTO_STORE_CATALOG_HOSTS_H_
