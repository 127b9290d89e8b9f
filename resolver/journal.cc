// SPDX-License-Identifier: Apache-2.0

#include "resolver/journal.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace sotto {
namespace {

using GroupEntries = std::map<std::string, std::vector<CatalogEntry>>;

// What the store lists of each group now, in the order of the list.
Result<GroupEntries> list_groups(Store& store, std::span<const Intent> groups) {
  GroupEntries entries;
  if (groups.empty()) return entries;
  for (const Intent& group : groups) entries[group.group];
  SOTTO_ASSIGN_OR_RETURN(auto infos, store.list(groups.front().scope));
  for (SecretInfo& info : infos) {
    const auto group = entries.find(info.ref.group);
    if (group == entries.end()) continue;
    group->second.push_back(to_entry(store, std::move(info)));
  }
  return entries;
}

// Refusals that say: the group is not what the catalog told the caller.
bool shows_news(ErrorCode code) {
  return code == ErrorCode::kConflict || code == ErrorCode::kMissing ||
         code == ErrorCode::kDeleted;
}

}  // namespace

CatalogEntry to_entry(const Store& store, SecretInfo info) {
  return {.scope = std::move(info.scope),
          .ref = std::move(info.ref),
          .store = store.name(),
          .path = std::move(info.path),
          .version = info.version,
          .state = info.state,
          .updated = info.updated};
}

Result<void> confirm(Catalog& catalog, Store& store,
                     std::span<const Intent> groups) {
  std::vector<Intent> open(groups.begin(), groups.end());
  SOTTO_ASSIGN_OR_RETURN(GroupEntries listed, list_groups(store, open));
  while (!open.empty()) {
    for (const Intent& group : open) {
      SOTTO_RETURN_IF_ERROR(catalog.record(group, listed[group.group]));
    }
    SOTTO_ASSIGN_OR_RETURN(GroupEntries again, list_groups(store, open));
    std::erase_if(open, [&](const Intent& group) {
      return again[group.group] == listed[group.group];
    });
    listed = std::move(again);
  }
  return {};
}

Result<void> Journal::begin() {
  SOTTO_ASSIGN_OR_RETURN(const auto standing, catalog_.intents());
  for (const Intent& group : groups_) {
    begun_before_.push_back(
        std::find(standing.begin(), standing.end(), group) != standing.end());
  }
  return catalog_.begin(groups_);
}

Result<void> Journal::end(std::span<const Result<Version>> results) {
  std::vector<Intent> written;
  std::vector<Intent> doubtful;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (results[i]) {
      written.push_back(groups_[i]);
    } else if (results[i].error().code == ErrorCode::kOutcomeUnknown) {
      continue;
    } else if (begun_before_[i] || shows_news(results[i].error().code)) {
      doubtful.push_back(groups_[i]);
    } else {
      // Not dropping it does no harm: recover() finds nothing to do.
      (void)catalog_.discard(groups_[i]);
    }
  }
  SOTTO_RETURN_IF_ERROR(confirm(catalog_, store_, written));
  (void)confirm(catalog_, store_, doubtful);  // If not now, by recover().
  return {};
}

}  // namespace sotto
