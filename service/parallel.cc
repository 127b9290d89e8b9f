// SPDX-License-Identifier: Apache-2.0

#include "service/parallel.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "service/no_signals.h"

namespace sotto {
namespace {

// What the threads of one parallel_for() share.
class Work {
 public:
  Work(std::size_t count,
       const std::function<Result<void>(std::size_t)>& work) noexcept
      : count_(count), work_(work) {}

  // Does what is left, one after the other.
  void run() noexcept {
    while (!failed_.load(std::memory_order_relaxed)) {
      const std::size_t i = next_.fetch_add(1, std::memory_order_relaxed);
      if (i >= count_) return;
      Result<void> done = guarded([&] { return work_(i); });
      if (!done) note(i, std::move(done.error()));
    }
  }

  // Once all threads have ended.
  Result<void> outcome() && {
    if (!failed_) return {};
    return tl::unexpected<Error>(std::move(error_));
  }

 private:
  // All below the lowest i that fails have begun before it, so that it is
  // reached whichever thread is first.
  void note(std::size_t i, Error error) noexcept {
    const std::scoped_lock lock(mutex_);
    if (failed_ && failed_at_ < i) return;
    failed_at_ = i;
    error_ = std::move(error);
    failed_ = true;
  }

  const std::size_t count_;
  const std::function<Result<void>(std::size_t)>& work_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;
  std::size_t failed_at_ = 0;  // With error_, guarded by mutex_.
  Error error_;
};

// As many as can be had.
std::vector<std::jthread> start_threads(std::size_t count, Work& work) {
  std::vector<std::jthread> threads;
  threads.reserve(count);
  const NoSignals no_signals;
  try {
    while (threads.size() < count) {
      threads.emplace_back([&work] { work.run(); });
    }
  } catch (const std::system_error&) {
    // Those that there are do it, and this one.
  }
  return threads;
}

}  // namespace

std::size_t processor_count() noexcept {
  return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

Result<void> parallel_for(std::size_t count,
                          const std::function<Result<void>(std::size_t)>& work,
                          std::size_t threads) {
  return guarded([&]() -> Result<void> {
    const std::size_t others =
        std::min(count, std::max<std::size_t>(1, threads));
    Work shared(count, work);
    {
      const std::vector<std::jthread> helpers =
          others > 1 ? start_threads(others - 1, shared)
                     : std::vector<std::jthread>();
      shared.run();
    }
    return std::move(shared).outcome();
  });
}

Result<void> side_by_side(const std::function<Result<void>()>& here,
                          const std::function<Result<void>()>& there) {
  Result<void> other;
  const auto run_other = [&]() noexcept { other = guarded(there); };
  std::jthread helper;
  if (processor_count() > 1) {
    const NoSignals no_signals;
    try {
      helper = std::jthread(run_other);
    } catch (const std::exception&) {
      // Without a thread, or the memory for one.
    }
  }
  Result<void> done = guarded(here);
  if (helper.joinable()) {
    helper.join();
  } else if (done) {
    run_other();
  }
  return done ? other : done;
}

}  // namespace sotto
