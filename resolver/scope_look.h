// SPDX-License-Identifier: Apache-2.0
//
// Why a reference means what it does: every scope that was looked in.

#ifndef SOTTO_RESOLVER_SCOPE_LOOK_H_
#define SOTTO_RESOLVER_SCOPE_LOOK_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "resolver/plan.h"
#include "store/catalog.h"

namespace sotto {

// What is known of one reference in one scope.
struct ScopeLook {
  Scope scope;
  std::optional<CatalogEntry> entry;  // None: the catalog has none here.
  // Stores that are asked although the catalog does not have it in them.
  std::vector<std::string> asked;
  // false: the caller does not look here, where it is active.
  bool in_order = true;
  // The first one that the catalog has: it is taken, or it is why nothing is.
  bool decides = false;
};

// Of each of `refs`, which make_plan() or Resolver::plan() looked up: the
// scopes of the lookup order, in that order; behind them, of what none of those
// has, the others in which it is active. Not to be told to somebody who may not
// read those. Fails as Catalog::find() does.
Result<std::vector<std::vector<ScopeLook>>> look_at_scopes(
    const Catalog& catalog, std::span<const PlannedRef> refs,
    const Caller& caller);

}  // namespace sotto

#endif  // SOTTO_RESOLVER_SCOPE_LOOK_H_
