// SPDX-License-Identifier: Apache-2.0
//
// Which documents refer to which secrets, as a catalog keeps it. Nothing in the
// file is believed: kCorrupt for what makes no sense. Internal to store/; what
// writes is called in a write transaction.

#ifndef SOTTO_STORE_CATALOG_USES_H_
#define SOTTO_STORE_CATALOG_USES_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/catalog.h"
#include "store/sqlite/database.h"

namespace sotto {

// As Catalog::index().
Result<void> write_uses(sqlite::Database& database,
                        std::span<const DocumentUses> documents,
                        std::span<const std::string> gone);

// As Catalog::uses_of().
Result<std::vector<DocumentUses>> read_uses(
    sqlite::Database& database, std::string_view group,
    const std::optional<std::string>& key);

// Reads every row.
Result<void> verify_uses(sqlite::Database& database);

}  // namespace sotto

#endif  // SOTTO_STORE_CATALOG_USES_H_
