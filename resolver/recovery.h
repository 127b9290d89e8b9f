// SPDX-License-Identifier: Apache-2.0
//
// What a crash left between a store and the catalog, finished. Internal to
// resolver/.

#ifndef SOTTO_RESOLVER_RECOVERY_H_
#define SOTTO_RESOLVER_RECOVERY_H_

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"
#include "resolver/plan.h"
#include "resolver/secret_manager.h"
#include "store/catalog.h"
#include "store/store.h"

namespace sotto {

struct Recovery {
  std::size_t finished = 0;                 // Groups.
  std::vector<UnfinishedWrite> unfinished;  // By store, scope and group.
};

// Tells the catalog of writes to groups of one scope in one store. The trouble
// of one group is no hindrance to the others; that of the catalog itself is the
// error, and so are kNoMemory and kCancelled.
Result<void> recover_groups(Catalog& catalog, Store& store,
                            std::span<const Intent> groups, Recovery& recovery);

// The same of every write that was begun and never confirmed.
Result<Recovery> recover_all(Catalog& catalog, const StoreSet& stores);

}  // namespace sotto

#endif  // SOTTO_RESOLVER_RECOVERY_H_
