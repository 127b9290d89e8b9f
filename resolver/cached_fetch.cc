// SPDX-License-Identifier: Apache-2.0
//
// One thread leads a flight, and all that it has to begin at once are one
// batch. Whoever leads some waits for others only when its own have landed: so
// nobody waits in a circle.

#include "resolver/cached_fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include "resolver/lookup_errors.h"
#include "store/guarded.h"

namespace sotto {
namespace {

// How soon who waits finds out that its operation was cancelled.
constexpr std::chrono::milliseconds kPause{50};

// How long asking ahead may take.
constexpr std::chrono::seconds kAheadTime{10};

KnownKey shared(Result<FetchedSecret> fetched) {
  if (!fetched) {
    return {{}, std::make_shared<const Error>(std::move(fetched).error())};
  }
  auto& [value, version] = *fetched;
  return {{std::make_shared<const SecretString>(std::move(value.text)),
           value.kind, version},
          nullptr};
}

Result<FetchedSecret> own(const KnownKey& known) {
  if (known.error) return tl::unexpected<Error>(*known.error);
  SOTTO_ASSIGN_OR_RETURN(SecretString text, known.value.text->clone());
  return FetchedSecret{{std::move(text), known.value.kind},
                       known.value.version};
}

bool over(const Operation& operation) {
  return operation.cancelled() ||
         std::chrono::steady_clock::now() >= operation.deadline();
}

}  // namespace

CachedFetch::CachedFetch(Store& store, CacheLimits limits, Clock clock)
    : store_(store),
      limits_(limits),
      clock_(clock ? std::move(clock) : std::chrono::steady_clock::now),
      cache_(limits) {}

CachedFetch::~CachedFetch() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    if (ahead_operation_ != nullptr) ahead_operation_->cancel();
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

CachedFetch::Parts CachedFetch::parts_of(std::span<const Locator> locators) {
  Parts parts;
  for (std::size_t i = 0; i < locators.size(); ++i) {
    const auto& [scope, ref, path, version] = locators[i];
    Part& part = parts[{scope, ref.group, path, version}];
    part.places.push_back(i);
    part.keys.push_back(ref.key);
  }
  return parts;
}

std::vector<Locator> CachedFetch::locators_of(
    std::span<const Departure> departures) {
  std::vector<Locator> locators;
  for (const auto& [group, flight] : departures) {
    for (const std::string& key : flight->keys) {
      locators.push_back(
          {group.scope, {group.group, key}, group.path, group.version});
    }
  }
  return locators;
}

CachedFetch::Fetched CachedFetch::fetch(Operation& operation,
                                        std::span<const Locator> locators) {
  if (limits_.keeps_nothing()) return store_.fetch_within(operation, locators);
  Parts parts = parts_of(locators);
  while (!step(parts, operation)) {
  }
  std::vector<std::optional<Result<FetchedSecret>>> placed(locators.size());
  for (const auto& [group, part] : parts) {
    for (std::size_t i = 0; i < part.places.size(); ++i) {
      placed[part.places[i]] = own(part.answers[i]);
    }
  }
  Fetched answers;
  answers.reserve(placed.size());
  for (auto& answer : placed) answers.push_back(*std::move(answer));
  return answers;
}

// Takes all parts a step further; true once all have their answers. What was
// waited for may not have had a key, or may have ended for another's sake: then
// the next step asks for it.
bool CachedFetch::step(Parts& parts, Operation& operation) {
  std::vector<Departure> departures;
  departures.reserve(parts.size());
  try {
    look_up(parts, operation, departures);
  } catch (...) {
    abandon(departures);
    throw;
  }
  if (!departures.empty()) lead(departures, operation);
  for (const Departure& departure : departures) {
    take_answers(parts[departure.group]);
  }
  bool all_answered = true;
  for (auto& [group, part] : parts) {
    if (part.answers.empty()) await(part, operation);
    if (part.answers.empty()) all_answered = false;
  }
  return all_answered;
}

// Answers from memory, finds out what to wait for, and begins flights for the
// rest, which the caller has to lead.
void CachedFetch::look_up(Parts& parts, Operation& operation,
                          std::vector<Departure>& departures) {
  const std::scoped_lock lock(mutex_);
  for (auto& [group, part] : parts) {
    if (part.answers.empty()) look_up(group, part, operation, departures);
  }
}

void CachedFetch::look_up(const CachedGroup& group, Part& part,
                          Operation& operation,
                          std::vector<Departure>& departures) {
  if (auto hit = cache_.find(group, part.keys, clock_())) {
    part.answers = std::move(hit->answers);
    operation.add({.cache_hits = part.keys.size()});
    if (hit->due) ask_ahead(group);
    return;
  }
  const auto under_way = flights_.find(group);
  if (under_way == flights_.end()) {
    departures.push_back(depart(group, part));
    part.flight = departures.back().flight;
    return;
  }
  Departure departure{group, under_way->second};
  part.flight = under_way->second;
  if (take_over(*part.flight, part)) {
    departures.push_back(std::move(departure));
  }
}

// Asks for all that is known of the group besides, so that all of it comes from
// one version.
CachedFetch::Departure CachedFetch::depart(const CachedGroup& group,
                                           const Part& part) {
  Departure departure{group, std::make_shared<Flight>()};
  auto& keys = departure.flight->keys;
  if (part.flight != nullptr) keys = part.flight->next_keys;
  for (const std::string_view key : part.keys) keys.emplace(key);
  for (std::string& key : cache_.keys(group, clock_())) {
    keys.insert(std::move(key));
  }
  flights_.emplace(group, departure.flight);
  return departure;
}

// Of a flight that was begun by another: is it to be led by who needs `part`?
// Otherwise it will be waited for.
bool CachedFetch::take_over(Flight& flight, const Part& part) {
  auto& keys = flight.queued ? flight.keys : flight.next_keys;
  for (const std::string_view key : part.keys) {
    if (!flight.keys.contains(key)) keys.emplace(key);
  }
  if (!flight.queued) return false;
  flight.queued = false;
  std::erase_if(ahead_, [&](const Departure& departure) {
    return departure.flight.get() == &flight;
  });
  return true;
}

// One batch for all. Whatever happens, all of them land.
void CachedFetch::lead(std::span<const Departure> departures,
                       Operation& operation) {
  try {
    const Deadline asked_at = clock_();
    const std::vector<Locator> locators = locators_of(departures);
    Fetched fetched = store_.fetch_within(operation, locators);
    if (fetched.empty()) throw std::bad_alloc();  // As store.h says.
    if (fetched.size() != locators.size()) {
      fetched = failed_batch<FetchedSecret>(
          locators.size(),
          wrong_count(store_.name(), locators.size(), fetched.size()));
    }
    const bool cut_short = over(operation);
    auto next = std::make_move_iterator(fetched.begin());
    while (!departures.empty()) {
      KeyAnswers answers;
      for (const std::string& key : departures.front().flight->keys) {
        answers.emplace(key, shared(*next++));
      }
      land(departures.front(), std::move(answers), cut_short, asked_at);
      departures = departures.subspan(1);
    }
  } catch (...) {
    abandon(departures);
    throw;
  }
}

void CachedFetch::land(const Departure& departure, KeyAnswers answers,
                       bool cut_short, Deadline asked_at) noexcept {
  const auto& [group, flight] = departure;
  const std::scoped_lock lock(mutex_);
  flight->answers = std::move(answers);
  flight->cut_short = cut_short;
  flight->done = true;
  flight->landed.notify_all();
  if (flight->stale) return;
  flights_.erase(group);
  try {
    cache_.take(group, flight->answers, asked_at);
  } catch (const std::bad_alloc&) {
    // It is not kept, then.
  }
}

void CachedFetch::abandon(std::span<const Departure> departures) noexcept {
  for (const Departure& departure : departures) {
    land(departure, {}, /*cut_short=*/true, clock_());
  }
}

// Waits for a flight that another leads, as long as the operation lasts.
void CachedFetch::await(Part& part, Operation& operation) {
  Flight& flight = *part.flight;
  std::unique_lock lock(mutex_);
  while (!flight.done && !over(operation)) {
    const Deadline pause = std::chrono::steady_clock::now() + kPause;
    flight.landed.wait_until(lock, std::min(pause, operation.deadline()));
  }
  if (!flight.done) {
    part.answers.assign(
        part.keys.size(),
        {{}, std::make_shared<const Error>(not_in_time(operation))});
    return;
  }
  lock.unlock();
  const bool usable = std::all_of(
      part.keys.begin(), part.keys.end(), [&](const std::string_view key) {
        const auto answer = flight.answers.find(key);
        return answer != flight.answers.end() &&
               !(flight.cut_short && is_silence(answer->second));
      });
  if (!usable) return;
  take_answers(part);
  operation.add({.cache_hits = part.keys.size()});
}

void CachedFetch::take_answers(Part& part) {
  for (const std::string_view key : part.keys) {
    part.answers.push_back(part.flight->answers.find(key)->second);
  }
}

Error CachedFetch::not_in_time(const Operation& operation) const {
  if (operation.cancelled()) return {ErrorCode::kCancelled, "cancelled", {}};
  return {ErrorCode::kUnreachable, "no answer in time",
          "check the server's load and its log"};
}

void CachedFetch::forget(const CachedGroup& group) noexcept {
  const std::scoped_lock lock(mutex_);
  cache_.drop(group);
  auto flight = flights_.lower_bound(group);
  while (flight != flights_.end() && flight->first.scope == group.scope &&
         flight->first.group == group.group) {
    flight->second->stale = true;
    flights_.erase(flight++);
  }
}

void CachedFetch::forget_all() noexcept {
  const std::scoped_lock lock(mutex_);
  cache_.clear();
  for (const auto& [group, flight] : flights_) flight->stale = true;
  flights_.clear();
}

// With the lock held. What is being asked for already is not asked for again.
// Where that cannot be, who asks when the hard life is over will wait.
void CachedFetch::ask_ahead(const CachedGroup& group) {
  if (flights_.contains(group)) return;
  try {
    if (!thread_.joinable()) thread_ = std::thread([this] { run_ahead(); });
  } catch (const std::system_error&) {
    return;
  }
  ahead_.emplace_back();
  try {
    ahead_.back() = depart(group, {});
  } catch (...) {
    ahead_.pop_back();
    throw;
  }
  ahead_.back().flight->queued = true;
  wake_.notify_one();
}

void CachedFetch::run_ahead() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stopping_ || !ahead_.empty(); });
    if (stopping_) return;
    const std::vector<Departure> departures = std::exchange(ahead_, {});
    for (const Departure& each : departures) each.flight->queued = false;
    Operation operation(kAheadTime);
    ahead_operation_ = &operation;
    lock.unlock();
    try {
      lead(departures, operation);
    } catch (const std::bad_alloc&) {
      // What is known stays, until its hard life is over.
    }
    lock.lock();
    ahead_operation_ = nullptr;
  }
}

}  // namespace sotto
