// SPDX-License-Identifier: Apache-2.0

#include "resolver/journal.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <set>
#include <string_view>
#include <utility>

namespace sotto {
namespace {

tl::unexpected<Error> malformed(const Store& store, std::string_view what) {
  return fail(ErrorCode::kMalformed,
              fmt::format("store \"{}\" listed {}", store.name(), what));
}

// Nothing that the catalog could not keep, nor anybody else's.
Result<void> check_listed(const Store& store, const Scope& scope,
                          std::span<const SecretInfo> infos) {
  constexpr auto kMaxVersion =
      static_cast<Version>(std::numeric_limits<std::int64_t>::max());
  std::set<SecretRef> seen;
  for (const SecretInfo& info : infos) {
    if (!is_name(info.ref.group) || !is_name(info.ref.key)) {
      return malformed(store, "what is not the name of a secret");
    }
    if (info.scope != scope) {
      return malformed(store, "a secret of another scope");
    }
    if (info.version > kMaxVersion || info.state > SecretState::kDeleted) {
      return malformed(store, fmt::format("secret \"{}\" in a state that makes "
                                          "no sense",
                                          to_string(info.ref)));
    }
    if (!seen.insert(info.ref).second) {
      return malformed(store,
                       fmt::format("secret \"{}\" twice", to_string(info.ref)));
    }
  }
  return {};
}

CatalogEntry to_entry(const Store& store, SecretInfo info) {
  return {.scope = std::move(info.scope),
          .ref = std::move(info.ref),
          .store = store.name(),
          .path = std::move(info.path),
          .version = info.version,
          .state = info.state,
          .updated = info.updated};
}

Result<std::vector<CatalogEntry>> to_entries(const Store& store,
                                             const Scope& scope,
                                             std::vector<SecretInfo> infos) {
  SOTTO_RETURN_IF_ERROR(check_listed(store, scope, infos));
  std::vector<CatalogEntry> entries;
  entries.reserve(infos.size());
  for (SecretInfo& info : infos) {
    entries.push_back(to_entry(store, std::move(info)));
  }
  return entries;
}

// Refusals that say: the group is not what the catalog told the caller.
bool shows_news(ErrorCode code) {
  return code == ErrorCode::kConflict || code == ErrorCode::kMissing ||
         code == ErrorCode::kDeleted;
}

}  // namespace

Result<std::vector<CatalogEntry>> list_entries(Store& store,
                                               const Scope& scope) {
  SOTTO_ASSIGN_OR_RETURN(auto infos, store.list(scope));
  return to_entries(store, scope, std::move(infos));
}

Result<std::vector<CatalogEntry>> list_entries(Store& store, const Scope& scope,
                                               const std::string& group) {
  SOTTO_ASSIGN_OR_RETURN(auto infos, store.list_group(scope, group));
  for (const SecretInfo& info : infos) {
    if (info.ref.group != group) {
      return malformed(store, "a secret of another group");
    }
  }
  return to_entries(store, scope, std::move(infos));
}

Result<std::vector<CatalogEntry>> list_groups(Store& store,
                                              std::span<const Intent> groups) {
  const Intent& first = groups.front();
  return groups.size() == 1 ? list_entries(store, first.scope, first.group)
                            : list_entries(store, first.scope);
}

Result<void> confirm(Catalog& catalog, Store& store,
                     std::span<const Intent> groups) {
  return catalog.record(groups, [&] { return list_groups(store, groups); });
}

Result<void> Journal::end(std::span<const Result<Version>> results) {
  std::vector<Intent> written;
  std::vector<Intent> doubtful;
  std::vector<Intent> refused;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (results[i]) {
      written.push_back(groups_[i]);
    } else if (results[i].error().code == ErrorCode::kOutcomeUnknown) {
      continue;
    } else if (shows_news(results[i].error().code)) {
      doubtful.push_back(groups_[i]);
    } else {
      refused.push_back(groups_[i]);
    }
  }
  // Not dropping them does no harm: recover() finds nothing to do.
  (void)catalog_.discard(refused);
  SOTTO_RETURN_IF_ERROR(confirm(catalog_, store_, written));
  (void)confirm(catalog_, store_, doubtful);  // If not now, by recover().
  return {};
}

}  // namespace sotto
