// SPDX-License-Identifier: Apache-2.0

#include "resolver/group_write.h"

#include <fmt/format.h>

#include <utility>

#include "resolver/lookup_errors.h"
#include "resolver/store_notes.h"

namespace sotto {

Result<void> check_value(const SecretRef& ref, const SecretString& value) {
  if (value.size() <= kMaxValueSize) return {};
  return fail(ErrorCode::kLimit,
              fmt::format("secret \"{}\" is too large: expected at most {} "
                          "bytes, found {}",
                          to_string(ref), kMaxValueSize, value.size()));
}

Result<void> check_name(const SecretRef& ref) {
  SOTTO_RETURN_IF_ERROR(parse_secret_ref(to_string(ref)));
  return check_not_notes(ref.group);
}

Result<Store*> configured_store(const StoreSet& stores,
                                const std::string& name) {
  if (Store* store = stores.find(name)) return store;
  std::string known;
  for (const Store* store : stores.all()) {
    known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", store->name());
  }
  return fail(ErrorCode::kUsage,
              fmt::format("store \"{}\" is not configured", name),
              known.empty() ? "configure a store in sotto.json"
                            : "configured: " + known);
}

Result<Place> home_of_group(const Catalog& catalog, const WriteTarget& target,
                            const std::string& group) {
  SOTTO_ASSIGN_OR_RETURN(auto home, catalog.home_of(target.scope, group));
  if (!home) return Place{target.store, target.scope, {}};
  return Place{std::move(home->store), target.scope, std::move(home->path)};
}

ChangeKind change_of_setting(const CatalogEntry& entry) {
  return entry.state == SecretState::kDeleted ? ChangeKind::kCreated
                                              : ChangeKind::kUpdated;
}

std::vector<Result<Version>> put_all(Store& store,
                                     std::span<const GroupWrite> writes) {
  std::vector<Result<Version>> results = store.put(writes);
  if (results.size() == writes.size()) return results;
  Error error = wrong_count(store.name(), writes.size(), results.size());
  error.code = ErrorCode::kOutcomeUnknown;
  return std::vector<Result<Version>>(writes.size(),
                                      tl::unexpected<Error>(error));
}

tl::unexpected<Error> not_recorded(std::string_view what, const Error& error) {
  return fail(ErrorCode::kOutcomeUnknown,
              fmt::format("{} written, but the catalog was not: {}", what,
                          error.message),
              "finish it with: sotto catalog sync");
}

}  // namespace sotto
