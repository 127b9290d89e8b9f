// SPDX-License-Identifier: Apache-2.0
//
// What Sotto itself keeps in a store, because no listing tells it: the hosts
// that groups are bound to. Internal to resolver/.
//
// It stands in a group of its own in each scope, "_sotto", whose key "hosts"
// has a line a group:
//
//   github api.github.com uploads.github.com
//
// The group is written with CAS, as any other; it is no secret, and no document
// can refer to it.

#ifndef SOTTO_RESOLVER_STORE_NOTES_H_
#define SOTTO_RESOLVER_STORE_NOTES_H_

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "store/catalog.h"
#include "store/store.h"

namespace sotto {

inline constexpr std::string_view kNotesGroup = "_sotto";

// Fails with kUsage for the one group that is not for secrets.
Result<void> check_not_notes(std::string_view group);

// What a store notes of these scopes. kMalformed for what makes no sense; what
// the store refuses to show is none.
Result<std::vector<NotedHosts>> read_noted_hosts(Store& store,
                                                 std::span<const Scope> scopes);

// Changes what a store notes of one scope, and then the catalog: `change` may
// be asked again, if somebody else is faster. Nothing is written if it changes
// nothing.
Result<void> change_noted_hosts(
    Catalog& catalog, Store& store, const Scope& scope,
    const std::function<Result<void>(GroupHosts&)>& change);

// Makes the catalog agree with the notes of a store on one scope, and ends the
// intent.
Result<void> confirm_notes(Catalog& catalog, Store& store, const Intent& notes);

}  // namespace sotto

#endif  // SOTTO_RESOLVER_STORE_NOTES_H_
