// SPDX-License-Identifier: Apache-2.0
//
// How a CachedStore fetches: from memory, from what another is asking for
// already, or from the store. Internal to resolver/.

#ifndef SOTTO_RESOLVER_CACHED_FETCH_H_
#define SOTTO_RESOLVER_CACHED_FETCH_H_

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "resolver/secret_cache.h"
#include "store/operation.h"
#include "store/store.h"

namespace sotto {

// Thread-safe. Borrows the store.
class CachedFetch {
 public:
  using Clock = std::function<Deadline()>;
  using Fetched = std::vector<Result<FetchedSecret>>;

  CachedFetch(Store& store, CacheLimits limits, Clock clock);
  ~CachedFetch();

  // As CachedStore::fetch_within(). Throws std::bad_alloc.
  Fetched fetch(Operation& operation, std::span<const Locator> locators);

  // Nothing that was known of the group is answered from now on. `group` has
  // neither path nor version: all of them are meant.
  void forget(const CachedGroup& group) noexcept;
  void forget_all() noexcept;

 private:
  // What is being asked of the store for one group, one at a time: who needs
  // the group waits for it.
  struct Flight {
    std::set<std::string, std::less<>> keys;  // Asked for.
    // What those who wait need besides: the next flight asks for it.
    std::set<std::string, std::less<>> next_keys;
    bool queued = false;  // For the thread, which has not begun it.
    bool stale = false;   // The group was written meanwhile: not to be kept.
    bool done = false;
    // Fixed once it is done. Did it end for the sake of who led it, whose time
    // was over? Then its trouble is nobody else's.
    bool cut_short = false;
    KeyAnswers answers;
    std::condition_variable landed;
  };

  struct Departure {
    CachedGroup group;
    std::shared_ptr<Flight> flight;
  };

  // What one fetch needs of one group.
  struct Part {
    std::vector<std::size_t> places;  // Into its locators.
    std::vector<std::string_view> keys;
    std::shared_ptr<Flight> flight;  // Led by this fetch, or waited for.
    std::vector<KnownKey> answers;   // Empty until it has them.
  };

  using Parts = std::map<CachedGroup, Part>;

  static Parts parts_of(std::span<const Locator> locators);
  static std::vector<Locator> locators_of(
      std::span<const Departure> departures);

  bool step(Parts& parts, Operation& operation);
  void look_up(Parts& parts, Operation& operation,
               std::vector<Departure>& departures);
  void look_up(const CachedGroup& group, Part& part, Operation& operation,
               std::vector<Departure>& departures);
  Departure depart(const CachedGroup& group, const Part& part);
  bool take_over(Flight& flight, const Part& part);
  void lead(std::span<const Departure> departures, Operation& operation);
  void land(const Departure& departure, KeyAnswers answers, bool cut_short,
            Deadline asked_at) noexcept;
  void abandon(std::span<const Departure> departures) noexcept;
  void await(Part& part, Operation& operation);
  static void take_answers(Part& part);
  Error not_in_time(const Operation& operation) const;

  void ask_ahead(const CachedGroup& group);
  void run_ahead();

  Store& store_;
  const CacheLimits limits_;
  const Clock clock_;

  std::mutex mutex_;  // Of what follows, and of flights until they are done.
  SecretCache cache_;
  std::map<CachedGroup, std::shared_ptr<Flight>> flights_;  // Not stale.
  std::vector<Departure> ahead_;  // To be led by the thread.
  std::condition_variable wake_;
  bool stopping_ = false;
  Operation* ahead_operation_ = nullptr;
  std::thread thread_;  // Begun when it is first needed.
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_CACHED_FETCH_H_
