// SPDX-License-Identifier: Apache-2.0
//
// The hosts that a catalog's groups are bound to. Nothing in the file is
// believed: kCorrupt for what makes no sense. Internal to store/.

#ifndef SOTTO_STORE_CATALOG_HOSTS_H_
#define SOTTO_STORE_CATALOG_HOSTS_H_

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "store/sqlite.h"

namespace sotto {

using GroupHosts = std::map<std::string, std::vector<std::string>, std::less<>>;

// As Catalog::bind_hosts(), in a write transaction.
Result<void> write_hosts(sqlite::Database& database, const Scope& scope,
                         std::string_view group,
                         std::span<const std::string> hosts);

// As Catalog::hosts_of().
Result<GroupHosts> read_hosts(sqlite::Database& database,
                              std::span<const std::string> groups,
                              std::span<const Scope> scopes);

// Reads every row.
Result<void> verify_hosts(sqlite::Database& database);

}  // namespace sotto

#endif  // SOTTO_STORE_CATALOG_HOSTS_H_
