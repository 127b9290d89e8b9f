// SPDX-License-Identifier: Apache-2.0
//
// The words for everything that can be wrong with looking a secret up.
// Internal to resolver/.

#ifndef SOTTO_RESOLVER_LOOKUP_ERRORS_H_
#define SOTTO_RESOLVER_LOOKUP_ERRORS_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_ref.h"
#include "resolver/plan.h"

namespace sotto {

// "define it with: sotto secret set a.B"
std::string define_hint(const SecretRef& ref);

// A place is named only where it differs from the caller's own scope.
Error not_defined(const SecretRef& ref);
Error was_deleted(const SecretRef& ref, const Scope& scope,
                  const Caller& caller);
Error is_disabled(const SecretRef& ref, const Scope& scope,
                  const Caller& caller);
Error store_not_configured(const SecretRef& ref, std::string_view store);

// What a store answered, in the words of a lookup: its own message follows
// ours, its own hint stays.
Error store_refused(const SecretRef& ref, const Place& place,
                    const Caller& caller, Error error);

// It is not in the version of its group that other keys were read from: the
// group was written in between (or the catalog is wrong).
Error changed_meanwhile(const SecretRef& ref, Version version);

// The store answered with another number of results than it was asked for.
Error wrong_count(std::string_view store, std::size_t asked,
                  std::size_t answered);

// The call cannot be made for lack of memory.
Error no_memory();

}  // namespace sotto

#endif  // SOTTO_RESOLVER_LOOKUP_ERRORS_H_
