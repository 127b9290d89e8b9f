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
  if (groups.empty()) return {};
  std::vector<Intent> open(groups.begin(), groups.end());
  SOTTO_ASSIGN_OR_RETURN(GroupEntries listed, list_groups(store, open));
  while (true) {
    for (const Intent& group : open) {
      SOTTO_RETURN_IF_ERROR(catalog.record(group, listed[group.group]));
    }
    SOTTO_ASSIGN_OR_RETURN(GroupEntries again, list_groups(store, open));
    std::erase_if(open, [&](const Intent& group) {
      return again[group.group] == listed[group.group];
    });
    if (open.empty()) return {};
    // What record() ended stands again until what it recorded is right.
    SOTTO_RETURN_IF_ERROR(catalog.begin(open));
    listed = std::move(again);
  }
}

Result<void> Journal::end(std::span<const Result<Version>> results) {
  std::vector<Intent> written;
  std::vector<Intent> doubtful;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (results[i]) {
      written.push_back(groups_[i]);
    } else if (results[i].error().code == ErrorCode::kOutcomeUnknown) {
      continue;
    } else if (shows_news(results[i].error().code)) {
      doubtful.push_back(groups_[i]);
    } else {
      // Not dropping it does no harm: recover() finds nothing to do.
      (void)catalog_.discard(groups_[i]);
    }
  }
  const std::scoped_lock turn(recording_);
  SOTTO_RETURN_IF_ERROR(confirm(catalog_, store_, written));
  (void)confirm(catalog_, store_, doubtful);  // If not now, by recover().
  return {};
}

}  // namespace sotto
