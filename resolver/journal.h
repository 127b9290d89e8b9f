// SPDX-License-Identifier: Apache-2.0
//
// How a write stays whole between a store and the catalog: an intent before,
// what the store lists afterwards. Internal to resolver/.

#ifndef SOTTO_RESOLVER_JOURNAL_H_
#define SOTTO_RESOLVER_JOURNAL_H_

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/catalog.h"
#include "store/store.h"

namespace sotto {

// What a store lists of a scope, or of one group of it, as the catalog keeps
// it. A store is not believed: kMalformed for what it cannot mean.
Result<std::vector<CatalogEntry>> list_entries(Store& store,
                                               const Scope& scope);
Result<std::vector<CatalogEntry>> list_entries(Store& store, const Scope& scope,
                                               const std::string& group);

// The same of groups that share a scope; more may be listed than was asked.
Result<std::vector<CatalogEntry>> list_groups(Store& store,
                                              std::span<const Intent> groups);

// Makes the catalog agree with the store on these groups, which share one
// scope and are the store's, and ends one intent of each.
Result<void> confirm(Catalog& catalog, Store& store,
                     std::span<const Intent> groups);

// The intents of one write to groups of one scope in one store.
class Journal {
 public:
  Journal(Catalog& catalog, Store& store, std::vector<Intent> groups)
      : catalog_(catalog), store_(store), groups_(std::move(groups)) {}

  // Before the store is written.
  Result<void> begin() { return catalog_.begin(groups_); }

  // After it: one result a group, as begun. Fails if the catalog could not be
  // told of something that was written. A group that was refused is dropped
  // from the journal, or brought up to date where the refusal shows that the
  // catalog is behind; an unknown outcome is left for recover().
  Result<void> end(std::span<const Result<Version>> results);

 private:
  Catalog& catalog_;
  Store& store_;
  std::vector<Intent> groups_;
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_JOURNAL_H_
