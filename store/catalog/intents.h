// SPDX-License-Identifier: Apache-2.0
//
// The journal: which groups are about to be written, by which process.
// Internal to store/; what writes is called in a write transaction.

#ifndef SOTTO_STORE_CATALOG_INTENTS_H_
#define SOTTO_STORE_CATALOG_INTENTS_H_

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/catalog.h"
#include "store/sqlite/database.h"

namespace sotto {

struct OwnedIntent {
  Intent intent;
  std::string owner;  // A process_identity().
};

Result<void> begin_intent(sqlite::Database& database, const Intent& intent,
                          const std::string& owner);
Result<void> end_intent(sqlite::Database& database, const Intent& intent,
                        const std::string& owner);
Result<std::vector<OwnedIntent>> read_intents(sqlite::Database& database);

// Makes the intents of processes that died this process's own, so that its
// record() ends them and not somebody else's.
Result<void> adopt_intents(sqlite::Database& database,
                           const std::vector<OwnedIntent>& intents,
                           const std::string& owner);

// After the whole of `stores` was recorded: drops the intents of processes that
// died, whose writes are recorded with the rest, and those of other stores.
// Returns how many are left, of processes that may still be writing.
Result<std::size_t> settle_intents(sqlite::Database& database,
                                   std::span<const StoreListing> stores);

}  // namespace sotto

#endif  // SOTTO_STORE_CATALOG_INTENTS_H_
