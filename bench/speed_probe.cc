// SPDX-License-Identifier: Apache-2.0

#include "bench/speed_probe.h"

#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <thread>

namespace sotto::bench {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// A probe that takes longer than this times the fastest one is disturbed.
constexpr double kTolerance = 1.07;
// For how long a sample waits for a quiet moment.
constexpr milliseconds kPatience{250};

// The same work each time: copies within the first cache, and arithmetic.
double probe() {
  static std::array<char, 16384> from;
  static std::array<char, 16384> to;
  const auto began = Clock::now();
  for (std::uint64_t round = 0; round < 8; ++round) {
    std::memcpy(to.data(), from.data(), to.size());
    benchmark::ClobberMemory();
    std::uint64_t a = round;
    std::uint64_t b = round + 1;
    for (int i = 0; i < 400; ++i) {
      a = a * 3 + 1;
      b ^= b << 3;
      benchmark::DoNotOptimize(a);
      benchmark::DoNotOptimize(b);
    }
  }
  return elapsed(began);
}

}  // namespace

double elapsed(Clock::time_point began) {
  return std::chrono::duration<double, std::nano>(Clock::now() - began).count();
}

double thread_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 +
         static_cast<double>(now.tv_nsec);
}

SpeedProbe::SpeedProbe() : best_(probe()) {
  const auto began = Clock::now();
  while (Clock::now() - began < milliseconds(100)) quiet();
}

bool SpeedProbe::quiet() {
  const double now = std::min(probe(), probe());
  best_ = std::min(best_, now);
  return now <= best_ * kTolerance;
}

bool SpeedProbe::wait_until_quiet(Clock::time_point deadline) {
  while (!quiet()) {
    if (Clock::now() > deadline) return false;
    std::this_thread::sleep_for(microseconds(300));
  }
  return true;
}

double SpeedProbe::sample(const std::function<void()>& run, std::size_t calls) {
  const auto deadline = Clock::now() + kPatience;
  while (true) {
    bool ok = wait_until_quiet(deadline);
    const double began = thread_time();
    for (std::size_t i = 0; i < calls; ++i) run();
    const double nanoseconds =
        (thread_time() - began) / static_cast<double>(calls);
    ok = quiet() && ok;
    if (!ok && Clock::now() < deadline) continue;
    ++samples_;
    if (!ok) ++disturbed_;
    return nanoseconds;
  }
}

}  // namespace sotto::bench
