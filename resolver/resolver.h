// SPDX-License-Identifier: Apache-2.0
//
// Names -> values: plans, asks each store once a round, and binds.
//
//   Resolver resolver(catalog, stores);
//   Result<Resolution> resolution = resolver.resolve(parsed, caller);
//   render(parsed, resolution->bindings, out);

#ifndef SOTTO_RESOLVER_RESOLVER_H_
#define SOTTO_RESOLVER_RESOLVER_H_

#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

#include "base/bindings.h"
#include "base/diagnostic.h"
#include "base/result.h"
#include "grammar/template.h"
#include "resolver/plan.h"
#include "store/catalog.h"
#include "store/operation.h"

namespace sotto {

// What a resolution took.
struct ResolutionCost {
  std::size_t rounds = 0;  // Of store calls; 1 unless alternatives needed more.
  std::size_t batches = 0;               // Calls of Store::fetch_within().
  std::size_t fetched = 0;               // Distinct secrets asked for.
  CallCounts calls;                      // What stores elsewhere made of it.
  std::chrono::microseconds elapsed{0};  // Catalog and stores.
};

struct Resolution {
  // Every reference that was needed: its value, or why there is none.
  // References of alternatives that were not needed are not mentioned.
  Bindings bindings;
  ResolutionCost cost;
};

// Borrows the catalog and the stores. Thread-safe.
class Resolver {
 public:
  Resolver(const Catalog& catalog, const StoreSet& stores)
      : catalog_(catalog), stores_(stores) {}

  // Fetches what the template needs: each distinct secret once, one batch a
  // store; another round only for an alternative whose forerunner the round
  // before proved absent. Stores are asked side by side. Fails only if the
  // catalog cannot be read (or kNoMemory); what a store refuses is in the
  // bindings. A template that is not ok() needs nothing.
  //
  // No store is asked for what `given` has a value of; the bindings of the
  // resolution begin with it.
  //
  // All rounds together take kOperationTime at most: what a store has not
  // answered by then is kUnreachable.
  Result<Resolution> resolve(const Template& parsed, const Caller& caller,
                             Bindings given = {}) const;

  // The same for all of `templates` at once: what several need is fetched once,
  // and all keys of a group come from one version in all of them.
  Result<Resolution> resolve(std::span<const Template* const> templates,
                             const Caller& caller, Bindings given = {}) const;

  // The same as part of an operation of the caller's, who may cancel it: each
  // round gets what is left of its time.
  Result<Resolution> resolve_within(Operation& operation,
                                    std::span<const Template* const> templates,
                                    const Caller& caller,
                                    Bindings given = {}) const;

  // What resolve() would do, without asking a store: every reference of the
  // template, and the batches of the first round.
  Result<Plan> plan(const Template& parsed, const Caller& caller) const;
  // The same for all of `templates` at once.
  Result<Plan> plan(std::span<const Template* const> templates,
                    const Caller& caller) const;

 private:
  const Catalog& catalog_;
  const StoreSet& stores_;
};

// The references of all templates; sorted and unique. Throws std::bad_alloc.
std::vector<SecretRef> references_of(
    std::span<const Template* const> templates);

// Adds to what parse_template() and render() report what the catalog knows, in
// the scopes that the caller looks in: the nearest defined name, the groups
// that hold a key, how it could be defined. "undefined-secret" becomes
// "undefined-group" where the whole group is unknown. If the catalog cannot be
// read, the diagnostics stay as they are.
void add_hints(std::vector<Diagnostic>& diagnostics, const Template& parsed,
               const Catalog& catalog, const Caller& caller);

// For somebody who names a secret, or a group, that this scope does not have:
// the nearest name that it has, or else where to look. May throw bad_alloc.
std::string known_name_hint(const Catalog& catalog, const Scope& scope,
                            const SecretRef& ref);
std::string known_group_hint(const Catalog& catalog, const Scope& scope,
                             std::string_view group);

}  // namespace sotto

#endif  // SOTTO_RESOLVER_RESOLVER_H_
