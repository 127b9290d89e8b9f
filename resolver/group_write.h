// SPDX-License-Identifier: Apache-2.0
//
// What every write has in common: its checks, its way to a store, and what is
// said of it. Internal to resolver/.

#ifndef SOTTO_RESOLVER_GROUP_WRITE_H_
#define SOTTO_RESOLVER_GROUP_WRITE_H_

#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "base/secret_string.h"
#include "resolver/change_listener.h"
#include "resolver/plan.h"
#include "resolver/secret_manager.h"
#include "store/catalog.h"
#include "store/store.h"

namespace sotto {

// Names are checked at this edge: no store is ever given another.
Result<void> check_name(const SecretRef& ref);
Result<void> check_value(const SecretRef& ref, const SecretString& value);

// kUsage if there is none of that name.
Result<Store*> configured_store(const StoreSet& stores,
                                const std::string& name);

// Where a write to a group goes: where it is, else to the target's store.
Result<Place> home_of_group(const Catalog& catalog, const WriteTarget& target,
                            const std::string& group);

// What it means to set a secret that the catalog has like that.
ChangeKind change_of_setting(const CatalogEntry& entry);

// Writes a batch; as many results, whatever the store does.
std::vector<Result<Version>> put_all(Store& store,
                                     std::span<const GroupWrite> writes);

// The store has it, the catalog may not. `what`: "secret \"a.B\" was".
tl::unexpected<Error> not_recorded(std::string_view what, const Error& error);

// What `body`, which speaks of a write that may have been done, returns. It
// must not end as "no memory", which would say that nothing was.
template <typename Body>
auto after_write(const Body& body) noexcept -> decltype(body()) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    // Short enough to need no memory itself.
    return fail(ErrorCode::kOutcomeUnknown, "outcome unknown");
  }
}

}  // namespace sotto

#endif  // SOTTO_RESOLVER_GROUP_WRITE_H_
