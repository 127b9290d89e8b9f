// SPDX-License-Identifier: Apache-2.0
//
// A resolution goes in rounds: find out what is needed, ask every store for
// its part at once, take in the answers, and see what is needed now.

#include "resolver/resolver.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <iterator>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>

#include "resolver/lookup.h"
#include "resolver/lookup_errors.h"
#include "resolver/needs.h"

namespace sotto {
namespace {

using Answers = std::vector<Result<FetchedSecret>>;

Answers failed(const StoreBatch& batch, const Error& error) {
  Answers answers;
  answers.reserve(batch.locators.size());
  for (std::size_t i = 0; i < batch.locators.size(); ++i) {
    answers.emplace_back(tl::unexpected<Error>(error));
  }
  return answers;
}

// One answer for each locator, whatever the store does.
Answers ask(Store& store, const StoreBatch& batch, Operation& operation) {
  try {
    Answers answers = store.fetch_within(operation, batch.locators);
    if (answers.size() == batch.locators.size()) return answers;
    return failed(
        batch, wrong_count(batch.store, batch.locators.size(), answers.size()));
  } catch (const std::bad_alloc&) {
    return failed(batch, no_memory());
  } catch (const std::exception&) {
    return failed(batch, {ErrorCode::kMalformed, "it threw an exception", {}});
  }
}

// Asks all stores side by side: the first in this thread, each other in one of
// its own. What a thread throws (no memory to say so) reaches the caller.
std::vector<Answers> ask_all(const StoreSet& stores,
                             std::span<const StoreBatch> batches,
                             Operation& operation) {
  std::vector<Answers> answers(batches.size());
  std::vector<std::exception_ptr> thrown(batches.size());
  const auto ask_one = [&](std::size_t i) noexcept {
    try {
      answers[i] = ask(*stores.find(batches[i].store), batches[i], operation);
    } catch (...) {
      thrown[i] = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;
    threads.reserve(batches.size());
    for (std::size_t i = 1; i < batches.size(); ++i) {
      try {
        threads.emplace_back(ask_one, i);
      } catch (const std::system_error&) {
        ask_one(i);  // No thread to be had: one after the other will do.
      }
    }
    if (!batches.empty()) ask_one(0);
  }
  for (const std::exception_ptr& exception : thrown) {
    if (exception) std::rethrow_exception(exception);
  }
  return answers;
}

// The state of one resolution.
class Rounds {
 public:
  Rounds(Needs needs, const StoreSet& stores, const Caller& caller,
         std::vector<PlannedRef> refs, Bindings given = {})
      : stores_(stores),
        caller_(caller),
        refs_(std::move(refs)),
        standings_(refs_.size(), Standing::kUnknown),
        next_place_(refs_.size(), 0),
        versions_(refs_.size(), 0),
        needs_(std::move(needs)) {
    resolution_.bindings = std::move(given);
    for (std::size_t i = 0; i < refs_.size(); ++i) {
      if (resolution_.bindings.find(refs_[i].ref) != nullptr) {
        standings_[i] = Standing::kFound;
        refs_[i].error.reset();
      }
      if (refs_[i].error) standings_[i] = standing_of(*refs_[i].error);
    }
  }

  // What the first round asks for.
  Plan plan() && {
    Plan plan;
    plan.batches = next_batches();
    plan.refs = std::move(refs_);
    return plan;
  }

  Resolution run(Operation& operation) && {
    for (;;) {
      const std::vector<StoreBatch> batches = next_batches();
      if (batches.empty()) break;
      std::vector<Answers> answers = ask_all(stores_, batches, operation);
      for (std::size_t i = 0; i < batches.size(); ++i) {
        take(batches[i], std::move(answers[i]));
      }
      ++resolution_.cost.rounds;
      resolution_.cost.batches += batches.size();
    }
    bind_known_errors();
    return std::move(resolution_);
  }

 private:
  static Standing standing_of(const Error& error) {
    return error.code == ErrorCode::kMissing ? Standing::kAbsent
                                             : Standing::kTrouble;
  }

  std::vector<StoreBatch> next_batches() {
    std::vector<Ask> asks;
    for (const std::size_t ref : needs_.next(standings_)) {
      asks.push_back({ref, next_place_[ref]});
    }
    std::vector<StoreBatch> batches = batch_by_store(refs_, asks);
    if (resolution_.cost.rounds > 0) pin_versions(batches);
    return batches;
  }

  // All keys of a group come from one version: a later round reads the one
  // that an earlier round saw.
  void pin_versions(std::vector<StoreBatch>& batches) const {
    using Group = std::tuple<std::string, Scope, std::string, std::string>;
    const auto group_of = [&](const std::string& store,
                              const Locator& locator) {
      return Group(store, locator.scope, locator.path, locator.ref.group);
    };
    std::map<Group, Version> seen;
    for (std::size_t i = 0; i < refs_.size(); ++i) {
      if (versions_[i] == 0) continue;
      const Place& place = refs_[i].places[next_place_[i]];
      Version& version =
          seen[Group(place.store, place.scope, place.path, refs_[i].ref.group)];
      version = std::max(version, versions_[i]);
    }
    for (StoreBatch& batch : batches) {
      for (Locator& locator : batch.locators) {
        const auto found = seen.find(group_of(batch.store, locator));
        if (found != seen.end()) locator.version = found->second;
      }
    }
  }

  void take(const StoreBatch& batch, Answers answers) {
    resolution_.cost.fetched += answers.size();
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const std::size_t ref = batch.refs[i];
      if (answers[i]) {
        found(ref, std::move(*answers[i]));
      } else if (answers[i].error().code == ErrorCode::kMissing) {
        absent(ref, batch.locators[i].version);
      } else {
        settle(ref, store_refused(refs_[ref].ref,
                                  refs_[ref].places[next_place_[ref]], caller_,
                                  std::move(answers[i].error())));
      }
    }
  }

  void found(std::size_t ref, FetchedSecret fetched) {
    versions_[ref] = fetched.version;
    standings_[ref] = Standing::kFound;
    resolution_.bindings.bind(refs_[ref].ref, std::move(fetched.value));
  }

  // Proven by one place: the next one is asked, if there is one. That it is
  // not in a pinned version proves nothing against the catalog.
  void absent(std::size_t ref, std::optional<Version> pinned) {
    if (pinned && refs_[ref].places[next_place_[ref]].catalogued) {
      settle(ref, changed_meanwhile(refs_[ref].ref, *pinned));
      return;
    }
    if (++next_place_[ref] < refs_[ref].places.size()) return;
    std::optional<Error>& otherwise = refs_[ref].otherwise;
    settle(ref,
           otherwise ? std::move(*otherwise) : not_defined(refs_[ref].ref));
  }

  void settle(std::size_t ref, Error error) {
    standings_[ref] = standing_of(error);
    resolution_.bindings.bind_error(refs_[ref].ref, std::move(error));
  }

  // What the plan knew before any store was asked, where it was needed.
  void bind_known_errors() {
    for (std::size_t i = 0; i < refs_.size(); ++i) {
      if (refs_[i].error && needs_.needed(i)) {
        settle(i, std::move(*refs_[i].error));
      }
    }
  }

  const StoreSet& stores_;
  const Caller& caller_;
  std::vector<PlannedRef> refs_;  // As Needs::references(), place by place;
                                  // so are the next three.
  std::vector<Standing> standings_;
  std::vector<std::size_t> next_place_;
  std::vector<Version> versions_;  // That a value came from; 0: none.
  Needs needs_;
  Resolution resolution_;
};

// What was counted since `before`: an operation may be more than one
// resolution.
CallCounts counted_since(const CallCounts& before, const Operation& operation) {
  CallCounts counts = operation.counts();
  counts.calls -= before.calls;
  counts.retries -= before.retries;
  counts.logins -= before.logins;
  counts.bytes_sent -= before.bytes_sent;
  counts.bytes_received -= before.bytes_received;
  counts.cache_hits -= before.cache_hits;
  return counts;
}

}  // namespace

Result<Resolution> Resolver::resolve(const Template& parsed,
                                     const Caller& caller,
                                     Bindings given) const {
  return resolve(std::array{&parsed}, caller, std::move(given));
}

Result<Resolution> Resolver::resolve(std::span<const Template* const> templates,
                                     const Caller& caller,
                                     Bindings given) const {
  Operation operation;
  return resolve_within(operation, templates, caller, std::move(given));
}

Result<Resolution> Resolver::resolve_within(
    Operation& operation, std::span<const Template* const> templates,
    const Caller& caller, Bindings given) const {
  try {
    const auto begun = std::chrono::steady_clock::now();
    const CallCounts counted = operation.counts();
    std::vector<const Template*> sound;
    std::copy_if(templates.begin(), templates.end(), std::back_inserter(sound),
                 [](const Template* parsed) { return parsed->ok(); });
    Needs needs(sound);
    if (needs.references().empty()) return Resolution{std::move(given), {}};
    SOTTO_ASSIGN_OR_RETURN(
        auto refs, look_up(catalog_, stores_, needs.references(), caller));
    Resolution resolution = Rounds(std::move(needs), stores_, caller,
                                   std::move(refs), std::move(given))
                                .run(operation);
    resolution.cost.calls = counted_since(counted, operation);
    resolution.cost.elapsed =
        std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - begun);
    return resolution;
  } catch (const std::bad_alloc&) {
    return tl::unexpected<Error>(no_memory());
  }
}

Result<Plan> Resolver::plan(const Template& parsed,
                            const Caller& caller) const {
  return plan(std::array{&parsed}, caller);
}

Result<Plan> Resolver::plan(std::span<const Template* const> templates,
                            const Caller& caller) const {
  try {
    Needs needs(templates);
    SOTTO_ASSIGN_OR_RETURN(
        auto refs, look_up(catalog_, stores_, needs.references(), caller));
    return Rounds(std::move(needs), stores_, caller, std::move(refs)).plan();
  } catch (const std::bad_alloc&) {
    return tl::unexpected<Error>(no_memory());
  }
}

}  // namespace sotto
