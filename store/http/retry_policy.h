// SPDX-License-Identifier: Apache-2.0
//
// Which calls are made again, when, and how many of them. Internal to store/;
// no clock and no lock in it.

#ifndef SOTTO_STORE_HTTP_RETRY_POLICY_H_
#define SOTTO_STORE_HTTP_RETRY_POLICY_H_

#include <algorithm>
#include <chrono>

#include "store/http/call_runner.h"

namespace sotto {

// What repeating costs, so that a store in trouble is asked less and not more:
// each call pays a little in, each repetition takes one out.
class RetryBudget {
 public:
  void call_made() { left_ = std::min(left_ + kPerCall, kMost); }
  // false: there is none left.
  bool take() {
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }

 private:
  static constexpr double kAtFirst = 10;
  // Enough where three calls in ten fail (each is then made 1.43 times), and no
  // more than half as many calls again, whatever happens.
  static constexpr double kPerCall = 0.4;
  static constexpr double kMost = 100;

  double left_ = kAtFirst;
};

// Says a status that the same call may do better in a while?
inline bool is_passing(int status) {
  switch (status) {
    case 408:
    case 412:
    case 429:
    case 473:
    case 500:
    case 502:
    case 503:
    case 504:
      return true;
    default:
      return false;
  }
}

// Says a status that nothing was done: turned away at the door?
inline bool was_turned_away(int status) {
  return status == 412 || status == 429 || status == 473 || status == 503;
}

// May a call that ended like this be made again?
inline bool may_repeat(const CallResult& result, bool idempotent) {
  if (result) {
    return is_passing(result->status) &&
           (idempotent || was_turned_away(result->status));
  }
  return result.error().may_repeat &&
         (idempotent || !result.error().may_have_arrived);
}

// How long to wait after `tries` tries. `random` is in [0, 1]: full jitter, so
// that those who failed together do not come back together. What the server
// asks for is a floor.
inline std::chrono::milliseconds wait_before_retry(
    const CallRunnerOptions& options, int tries, const CallResult& result,
    double random) {
  using std::chrono::milliseconds;
  milliseconds ceiling = options.first_wait;
  for (int i = 1; i < tries && ceiling < options.longest_wait; ++i) {
    ceiling *= 2;
  }
  ceiling = std::min(ceiling, options.longest_wait);
  milliseconds wait(static_cast<milliseconds::rep>(
      static_cast<double>(ceiling.count()) * random));
  if (result && result->retry_after) wait += milliseconds(*result->retry_after);
  return wait;
}

}  // namespace sotto

#endif  // SOTTO_STORE_HTTP_RETRY_POLICY_H_
