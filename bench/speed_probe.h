// SPDX-License-Identifier: Apache-2.0
//
// Knows whether the machine runs at full speed at this moment. A virtual
// machine shares its cores with neighbors and may be half as fast for some
// hundred milliseconds; what is timed then says nothing about a program.

#ifndef SOTTO_BENCH_SPEED_PROBE_H_
#define SOTTO_BENCH_SPEED_PROBE_H_

#include <chrono>
#include <cstddef>
#include <functional>

namespace sotto::bench {

using Clock = std::chrono::steady_clock;

// Nanoseconds since `began`.
double elapsed(Clock::time_point began);

// Nanoseconds that this thread has had a core: what others do to the machine
// in the meantime is not in it.
double thread_time();

class SpeedProbe {
 public:
  SpeedProbe();  // Learns for a tenth of a second what full speed is.

  // Two probes of a few microseconds: is the machine at full speed?
  bool quiet();
  // Sleeps until it is, or until `deadline`.
  bool wait_until_quiet(Clock::time_point deadline);

  // The thread_time() of one call, from `calls` calls in a row that began and
  // ended at full speed; where there is no such moment for a while, from any.
  double sample(const std::function<void()>& run, std::size_t calls);

  // How many samples were taken, and how many of them not at full speed.
  std::size_t samples() const { return samples_; }
  std::size_t disturbed() const { return disturbed_; }

 private:
  double best_ = 0;  // Nanoseconds of the fastest probe so far.
  std::size_t samples_ = 0;
  std::size_t disturbed_ = 0;
};

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_SPEED_PROBE_H_
