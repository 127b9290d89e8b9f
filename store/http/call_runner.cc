// SPDX-License-Identifier: Apache-2.0
//
// Whoever asks for calls drives them: begins what the window lets in, waits for
// answers and for the times of repetitions. There is no thread here.

#include "store/http/call_runner.h"

#include <sodium.h>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

#include "store/http/call_window.h"
#include "store/http/retry_policy.h"

namespace sotto {
namespace {

using Clock = std::chrono::steady_clock;

// A cancellation is seen after this at the latest.
constexpr std::chrono::milliseconds kGlance{20};

double random_unit() {
  return static_cast<double>(randombytes_random()) /
         static_cast<double>(std::numeric_limits<std::uint32_t>::max());
}

CallWindow::End end_of(const CallResult& result) {
  if (!result) return CallWindow::End::kNoAnswer;
  return result->status == 429 || result->status == 503
             ? CallWindow::End::kRefusedAsTooMuch
             : CallWindow::End::kAnswered;
}

CallResult ended_early(ErrorCode code, std::string message, std::string hint) {
  return tl::unexpected(
      HttpFailure{.error = {code, std::move(message), std::move(hint)},
                  .may_repeat = false,
                  .may_have_arrived = false});
}

CallResult stopped() {
  return ended_early(ErrorCode::kCancelled, "stopped before it was sent", "");
}

CallResult out_of_time() {
  return ended_early(ErrorCode::kUnreachable,
                     "the time was over before it could be sent",
                     "try again, or ask for less at once");
}

}  // namespace

struct CallRunner::Impl {
  Impl(HttpClient& http, CallRunnerOptions given)
      : client(http),
        options(given),
        window(given.initial_window, given.max_window) {}

  class Batch;

  HttpClient& client;
  const CallRunnerOptions options;
  std::mutex mutex;
  std::condition_variable changed;  // An answer has come, a place is free.
  CallWindow window;                // Guarded by it, as is:
  RetryBudget budget;
};

class CallRunner::Impl::Batch {
 public:
  Batch(Impl& runner, std::span<const Call> calls, Operation& operation)
      : runner_(runner), operation_(operation), slots_(calls.size()) {
    answered_.reserve(calls.size());
    news_.reserve(calls.size());
    for (std::size_t i = 0; i < calls.size(); ++i) {
      slots_[i].call = &calls[i];
      ready_.push_back(&slots_[i]);
    }
  }
  // Whatever happens, answers have a place to go to.
  ~Batch() {
    std::unique_lock lock(runner_.mutex);
    runner_.changed.wait(lock, [this] { return under_way_ == 0; });
  }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  std::vector<CallResult> run();

 private:
  // One call, from its first try to its last answer.
  struct Slot {
    const Call* call = nullptr;
    int tries = 0;
    std::optional<HttpRequest> request;  // Made, and not yet sent.
    Clock::time_point not_before;
    std::uint64_t place = 0;  // In the window.
    std::optional<CallResult> answer;
  };

  void settle_answers();
  void settle(Slot& slot);
  void wake_rested();
  void begin_what_may();
  bool begin(Slot& slot);
  void send(Slot& slot);
  void take_answer(Slot& slot, CallResult result) noexcept;
  void end_what_waits();
  void wait();

  bool is_over() const {
    return operation_.cancelled() || Clock::now() >= operation_.deadline();
  }
  void end(Slot& slot, CallResult result) {
    slot.answer.emplace(std::move(result));
    ++ended_;
  }

  Impl& runner_;
  Operation& operation_;
  std::vector<Slot> slots_;
  std::size_t ended_ = 0;
  std::deque<Slot*> ready_;     // To be begun as soon as there is room.
  std::vector<Slot*> resting_;  // To be begun again, later.
  std::vector<Slot*> news_;     // What answered_ was when it was looked at.
  // Guarded by the runner's lock:
  std::vector<Slot*> answered_;  // Not yet looked at.
  std::size_t under_way_ = 0;
};

std::vector<CallResult> CallRunner::Impl::Batch::run() {
  while (true) {
    settle_answers();
    if (is_over()) end_what_waits();
    wake_rested();
    begin_what_may();
    if (ended_ == slots_.size()) break;
    wait();
  }
  std::vector<CallResult> results;
  results.reserve(slots_.size());
  for (Slot& slot : slots_) results.push_back(std::move(*slot.answer));
  return results;
}

void CallRunner::Impl::Batch::settle_answers() {
  news_.clear();
  {
    const std::lock_guard lock(runner_.mutex);
    news_.swap(answered_);
  }
  for (Slot* const slot : news_) settle(*slot);
}

// Is that its answer, or is it to be asked again?
void CallRunner::Impl::Batch::settle(Slot& slot) {
  const CallResult& answer = *slot.answer;
  const bool again = may_repeat(answer, slot.call->idempotent) &&
                     slot.tries < runner_.options.max_tries && !is_over();
  if (again) {
    const auto wait =
        wait_before_retry(runner_.options, slot.tries, answer, random_unit());
    slot.not_before = Clock::now() + wait;
    const std::lock_guard lock(runner_.mutex);
    if (slot.not_before < operation_.deadline() && runner_.budget.take()) {
      resting_.push_back(&slot);
      return;
    }
  }
  ++ended_;
}

void CallRunner::Impl::Batch::wake_rested() {
  const Clock::time_point now = Clock::now();
  std::erase_if(resting_, [&](Slot* slot) {
    if (slot->not_before > now) return false;
    ready_.push_back(slot);
    return true;
  });
}

void CallRunner::Impl::Batch::begin_what_may() {
  while (!ready_.empty() && begin(*ready_.front())) ready_.pop_front();
}

// false: there is no room for it.
bool CallRunner::Impl::Batch::begin(Slot& slot) {
  const auto has_room = [this] {
    const std::lock_guard lock(runner_.mutex);
    return runner_.window.has_room();
  };
  if (!has_room()) return false;
  if (!slot.request) {
    // May take its time: it may log in, by calls through this very runner. So
    // no place is held meanwhile.
    auto request = slot.call->request();
    if (!request) {
      end(slot, tl::unexpected(HttpFailure{.error = std::move(request).error(),
                                           .may_repeat = false,
                                           .may_have_arrived = false}));
      return true;
    }
    slot.request = std::move(*request);
  }
  {
    const std::lock_guard lock(runner_.mutex);
    if (!runner_.window.has_room()) return false;
    slot.place = runner_.window.begin();
    if (slot.tries == 0) runner_.budget.call_made();
    ++under_way_;
  }
  send(slot);
  return true;
}

void CallRunner::Impl::Batch::send(Slot& slot) {
  if (++slot.tries > 1) {
    CallCounts counts;
    counts.retries = 1;
    operation_.add(counts);
  }
  HttpRequest request = std::move(*slot.request);
  slot.request.reset();
  runner_.client.start(std::move(request), operation_.deadline(), operation_,
                       [this, &slot](CallResult result) {
                         take_answer(slot, std::move(result));
                       });
}

void CallRunner::Impl::Batch::take_answer(Slot& slot,
                                          CallResult result) noexcept {
  const std::lock_guard lock(runner_.mutex);
  runner_.window.end(slot.place, end_of(result));
  slot.answer.emplace(std::move(result));
  answered_.push_back(&slot);  // There is room for each slot once.
  --under_way_;
  runner_.changed.notify_all();
}

// The last answer is what it comes to, where there was one.
void CallRunner::Impl::Batch::end_what_waits() {
  ready_.insert(ready_.end(), resting_.begin(), resting_.end());
  resting_.clear();
  for (Slot* const slot : ready_) {
    if (operation_.cancelled()) {
      end(*slot, stopped());
    } else if (slot->answer) {
      ++ended_;
    } else {
      end(*slot, out_of_time());
    }
  }
  ready_.clear();
}

void CallRunner::Impl::Batch::wait() {
  Clock::time_point until = Clock::now() + kGlance;
  for (const Slot* const slot : resting_) {
    until = std::min(until, slot->not_before);
  }
  std::unique_lock lock(runner_.mutex);
  runner_.changed.wait_until(lock, until, [this] {
    return !answered_.empty() || (!ready_.empty() && runner_.window.has_room());
  });
}

CallRunner::CallRunner(HttpClient& client, CallRunnerOptions options)
    : impl_(std::make_unique<Impl>(client, options)) {}
CallRunner::~CallRunner() = default;

std::vector<CallResult> CallRunner::run(std::span<const Call> calls,
                                        Operation& operation) {
  return Impl::Batch(*impl_, calls, operation).run();
}

CallResult CallRunner::run(const Call& call, Operation& operation) {
  return std::move(run(std::span(&call, 1), operation).front());
}

}  // namespace sotto
