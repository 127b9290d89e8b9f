// SPDX-License-Identifier: Apache-2.0
//
// Many secrets at once: one write a group, one batch a store. Internal to
// resolver/.

#ifndef SOTTO_RESOLVER_IMPORT_H_
#define SOTTO_RESOLVER_IMPORT_H_

#include <span>
#include <vector>

#include "base/result.h"
#include "resolver/change_listener.h"
#include "resolver/group_schema.h"
#include "resolver/plan.h"
#include "resolver/secret_manager.h"
#include "store/catalog.h"

namespace sotto {

// May all of them be written, each name once?
Result<void> check_items(std::span<const ImportItem> items,
                         const GroupSchemas& schemas);

// As SecretManager::import(), of checked items. The last store that is asked is
// the first one that failed. What was written and recorded is told to
// `changes`.
Result<void> import_all(Catalog& catalog, const StoreSet& stores,
                        const WriteTarget& target,
                        std::vector<ImportItem> items, ChangeFeed& changes);

}  // namespace sotto

#endif  // SOTTO_RESOLVER_IMPORT_H_
