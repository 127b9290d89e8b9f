// SPDX-License-Identifier: Apache-2.0

#include "bench/contest.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <utility>

#include "bench/reporter.h"

namespace sotto::bench {
namespace {

// A sample is so long that the clock does not matter and so short that the
// machine's speed seldom changes within it.
constexpr double kSampleNanoseconds = 400'000;

}  // namespace

Contest::Contest(Session& session, std::string workload, double bytes,
                 double items)
    : session_(session),
      workload_(std::move(workload)),
      bytes_(bytes),
      items_(items) {}

void Contest::add(std::string what, std::function<void()> run,
                  const std::function<bool()>& right) {
  run();
  if (!right()) {
    session_.measurements.fail(what, workload_,
                               "the result differs from the expected one");
    return;
  }
  add(std::move(what), std::move(run));
}

void Contest::add(std::string what, std::function<void()> run) {
  const auto began = Clock::now();
  run();
  const double calls = kSampleNanoseconds / std::max(elapsed(began), 1.0);
  contenders_.push_back({std::move(what), std::move(run),
                         static_cast<std::size_t>(std::max(calls, 1.0))});
}

std::size_t Contest::repetitions() const {
  if (session_.quick) return 5;
  return bytes_ > 50e6 ? 5 : 11;
}

void Contest::run() {
  for (Contender& contender : contenders_) {
    benchmark::RegisterBenchmark(
        contender.what.c_str(),
        [this, &contender](benchmark::State& state) {
          for (auto _ : state) {
            state.SetIterationTime(
                session_.probe.sample(contender.run, contender.calls) / 1e9);
          }
        })
        ->UseManualTime()
        ->Iterations(1)
        ->Repetitions(static_cast<int>(repetitions()));
  }
  Reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::ClearRegisteredBenchmarks();
  for (Contender& contender : contenders_) {
    session_.measurements.add({.what = contender.what,
                               .workload = workload_,
                               .bytes = bytes_,
                               .items = items_},
                              reporter.samples(contender.what));
  }
  contenders_.clear();
}

}  // namespace sotto::bench
