// SPDX-License-Identifier: Apache-2.0

#include "resolver/recovery.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "resolver/journal.h"
#include "resolver/store_notes.h"

namespace sotto {
namespace {

// Whose trouble an error is: of the groups that were to be confirmed, or of
// everybody.
struct Trouble {
  Error error;
  bool own = false;
};

std::optional<Trouble> try_to_confirm(Catalog& catalog, Store& store,
                                      std::span<const Intent> groups) {
  bool store_failed = false;
  const auto noting = [&](auto answer) {
    store_failed = !answer;
    return answer;
  };
  const Intent& first = groups.front();
  const Result<void> done =
      first.group == kNotesGroup
          ? catalog.record_hosts(
                first,
                [&] {
                  return noting(read_noted_hosts(store, {&first.scope, 1}));
                })
          : catalog.record(groups,
                           [&] { return noting(list_groups(store, groups)); });
  if (done) return std::nullopt;
  const ErrorCode code = done.error().code;
  const bool everybodys =
      code == ErrorCode::kNoMemory || code == ErrorCode::kCancelled;
  // The catalog's own conflict: a name or a place that another store has too.
  const bool own =
      !everybodys && (store_failed || code == ErrorCode::kConflict);
  return Trouble{done.error(), own};
}

// May it be one group's alone, of several? A store that does not answer is not
// asked once more for each.
bool is_of_one_group(ErrorCode code) {
  return code == ErrorCode::kConflict || code == ErrorCode::kMalformed;
}

UnfinishedWrite unfinished(const Intent& intent, Error error) {
  error.message = fmt::format(
      "a write to group \"{}\" of {} in store \"{}\" is not finished: {}",
      intent.group, to_string(intent.scope), intent.store, error.message);
  return {intent, std::move(error)};
}

}  // namespace

Result<void> recover_groups(Catalog& catalog, Store& store,
                            std::span<const Intent> groups,
                            Recovery& recovery) {
  const auto trouble = try_to_confirm(catalog, store, groups);
  if (!trouble) {
    recovery.finished += groups.size();
    return {};
  }
  if (!trouble->own) return tl::unexpected<Error>(trouble->error);
  const bool asks_again =
      groups.size() > 1 && is_of_one_group(trouble->error.code);
  for (const Intent& group : groups) {
    if (asks_again) {
      SOTTO_RETURN_IF_ERROR(
          recover_groups(catalog, store, {&group, 1}, recovery));
    } else {
      recovery.unfinished.push_back(unfinished(group, trouble->error));
    }
  }
  return {};
}

Result<Recovery> recover_all(Catalog& catalog, const StoreSet& stores) {
  SOTTO_ASSIGN_OR_RETURN(const auto intents, catalog.intents());
  // Each scope of a store is listed once; its notes are read by themselves.
  std::map<std::tuple<std::string, Scope, bool>, std::vector<Intent>> open;
  for (const Intent& intent : intents) {
    open[{intent.store, intent.scope, intent.group == kNotesGroup}].push_back(
        intent);
  }
  Recovery recovery;
  for (const auto& [place, groups] : open) {
    Store* const store = stores.find(std::get<0>(place));
    if (store == nullptr) continue;  // sync() drops them.
    SOTTO_RETURN_IF_ERROR(recover_groups(catalog, *store, groups, recovery));
  }
  return recovery;
}

}  // namespace sotto
