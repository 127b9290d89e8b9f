// SPDX-License-Identifier: Apache-2.0

#include "resolver/scope_look.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace sotto {
namespace {

// `entries` are the catalog's in `scopes`.
std::vector<ScopeLook> looks_in_order(
    const PlannedRef& planned, std::span<const Scope> scopes,
    std::span<std::optional<CatalogEntry>> entries) {
  std::vector<ScopeLook> looks(scopes.size());
  bool decided = false;
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    ScopeLook& look = looks[i];
    look.scope = scopes[i];
    look.entry = std::move(entries[i]);
    look.decides = !decided && look.entry.has_value();
    decided = decided || look.decides;
    for (const Place& place : planned.places) {
      if (place.scope == look.scope && !place.catalogued) {
        look.asked.push_back(place.store);
      }
    }
  }
  return looks;
}

// What the caller may have meant.
Result<void> add_others(const Catalog& catalog, const SecretRef& ref,
                        std::vector<ScopeLook>& looks) {
  SOTTO_ASSIGN_OR_RETURN(std::vector<Scope> scopes, catalog.scopes_of(ref));
  std::erase_if(scopes, [&](const Scope& scope) {
    return std::ranges::find(looks, scope, &ScopeLook::scope) != looks.end();
  });
  SOTTO_ASSIGN_OR_RETURN(auto entries, catalog.find({&ref, 1}, scopes));
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    ScopeLook& look = looks.emplace_back();
    look.scope = std::move(scopes[i]);
    look.entry = std::move(entries[i]);
    look.in_order = false;
  }
  return {};
}

}  // namespace

Result<std::vector<std::vector<ScopeLook>>> look_at_scopes(
    const Catalog& catalog, std::span<const PlannedRef> refs,
    const Caller& caller) {
  std::vector<SecretRef> names;
  names.reserve(refs.size());
  for (const PlannedRef& planned : refs) names.push_back(planned.ref);
  const std::vector<Scope> scopes = caller.scope.lookup_order();
  SOTTO_ASSIGN_OR_RETURN(auto entries, catalog.find(names, scopes));
  std::vector<std::vector<ScopeLook>> all;
  all.reserve(refs.size());
  for (std::size_t i = 0; i < refs.size(); ++i) {
    const auto row =
        std::span(entries).subspan(i * scopes.size(), scopes.size());
    all.push_back(looks_in_order(refs[i], scopes, row));
    if (!refs[i].entry) {
      SOTTO_RETURN_IF_ERROR(add_others(catalog, names[i], all.back()));
    }
  }
  return all;
}

}  // namespace sotto
