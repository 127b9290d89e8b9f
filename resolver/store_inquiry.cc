// SPDX-License-Identifier: Apache-2.0

#include "resolver/store_inquiry.h"

#include <fmt/format.h>

#include <utility>

#include "resolver/lookup.h"
#include "resolver/lookup_errors.h"

namespace sotto {
namespace {

Error is_gone(const SecretRef& ref, const std::string& store) {
  return {ErrorCode::kMissing,
          fmt::format("secret \"{}\" is in the catalog, and store \"{}\" does "
                      "not have it",
                      to_string(ref), store),
          "run: sotto catalog sync"};
}

}  // namespace

void StoreInquiry::ask(std::span<PlannedRef> refs, Operation& operation) {
  const auto name_of = [](const PlannedRef& planned, const Place& place) {
    return Name(place.store, place.scope, place.path, planned.ref);
  };
  std::vector<Ask> open;  // Of each reference the place that is next.
  for (std::size_t i = 0; i < refs.size(); ++i) {
    if (!refs[i].error && !refs[i].places.empty()) open.push_back({i, 0});
  }
  while (!open.empty()) {
    std::vector<Ask> unknown;
    for (const Ask& each : open) {
      const PlannedRef& planned = refs[each.ref];
      if (!known_.contains(name_of(planned, planned.places[each.place]))) {
        unknown.push_back(each);
      }
    }
    for (const StoreBatch& batch : batch_by_store(refs, unknown)) {
      inspect(batch, operation);
    }
    std::erase_if(open, [&](Ask& each) {
      PlannedRef& planned = refs[each.ref];
      const Place& place = planned.places[each.place];
      if (settle(planned, place, known_.at(name_of(planned, place)))) {
        return true;
      }
      if (++each.place < planned.places.size()) return false;
      planned.error = planned.otherwise  ? *planned.otherwise
                      : place.catalogued ? is_gone(planned.ref, place.store)
                                         : not_defined(planned.ref);
      return true;
    });
  }
}

void StoreInquiry::inspect(const StoreBatch& batch, Operation& operation) {
  auto answers =
      sotto::inspect(*stores_.find(batch.store), operation, batch.locators);
  for (std::size_t i = 0; i < batch.locators.size(); ++i) {
    const Locator& locator = batch.locators[i];
    auto answer =
        answers.size() == batch.locators.size()
            ? std::move(answers[i])
            : tl::unexpected<Error>(wrong_count(
                  batch.store, batch.locators.size(), answers.size()));
    if (answer && (!answer->readable || !answer->state))
      mute_.insert(batch.store);
    known_.emplace(Name(batch.store, locator.scope, locator.path, locator.ref),
                   std::move(answer));
  }
}

// false: it is not there, and the next place is asked.
bool StoreInquiry::settle(PlannedRef& planned, const Place& place,
                          const Result<Inspection>& answer) {
  if (!answer) {
    if (answer.error().code == ErrorCode::kMissing) return false;
    planned.error = store_refused(planned.ref, place, caller_, answer.error());
  } else if (answer->state == SecretState::kDisabled) {
    planned.error = is_disabled(planned.ref, place.scope, caller_);
  } else if (answer->state == SecretState::kDeleted) {
    planned.error = was_deleted(planned.ref, place.scope, caller_);
  } else if (answer->readable == false) {
    planned.error = store_refused(
        planned.ref, place, caller_,
        {ErrorCode::kForbidden, "this caller may not read it", {}});
  }
  return true;
}

}  // namespace sotto
