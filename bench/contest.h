// SPDX-License-Identifier: Apache-2.0
//
// Things that do the same work, timed in turns in one run.

#ifndef SOTTO_BENCH_CONTEST_H_
#define SOTTO_BENCH_CONTEST_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/measurements.h"
#include "bench/speed_probe.h"

namespace sotto::bench {

// What all benchmarks of a run share.
struct Session {
  SpeedProbe probe;
  Measurements measurements;
  bool quick = false;
  std::string only;  // Measure only what has this in its name.

  bool wants(std::string_view name) const {
    return name.find(only) != std::string_view::npos;
  }
};

// The contenders of one workload. They are registered with Google Benchmark,
// which mixes their samples; each sample is taken while the machine is quiet.
class Contest {
 public:
  // `bytes` and `items` of the workload, for the tables.
  Contest(Session& session, std::string workload, double bytes, double items);

  // `right` is asked after a first run: is the result what it must be? If
  // not, the run fails and there is no number.
  void add(std::string what, std::function<void()> run,
           const std::function<bool()>& right);
  // For what has no result to be checked, such as memcpy.
  void add(std::string what, std::function<void()> run);

  void run();

 private:
  struct Contender {
    std::string what;
    std::function<void()> run;
    std::size_t calls = 1;  // In one sample.
  };
  std::size_t repetitions() const;

  Session& session_;
  std::string workload_;
  double bytes_;
  double items_;
  std::vector<Contender> contenders_;
};

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_CONTEST_H_
