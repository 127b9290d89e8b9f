// SPDX-License-Identifier: Apache-2.0
//
// Prints ratios. A machine's speed changes from minute to minute, what was
// measured side by side in one run can be compared.

#ifndef SOTTO_BENCH_REPORT_H_
#define SOTTO_BENCH_REPORT_H_

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

namespace sotto::bench {

// Collects the median of each benchmark named "what/workload"; finish() then
// prints a line for each, with its ratio to "memcpy/workload",
// "nlohmann/workload" or "hello/workload" if those were measured, and the time
// of one item where items were counted.
class RatioReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

  // Did a benchmark report an error?
  bool failed() const { return failed_; }

 private:
  struct Measured {
    std::int64_t family = 0;  // Of the benchmarks, in order of addition.
    std::string what;
    std::string workload;
    double nanoseconds = 0;
    double items = 0;  // Of one iteration.
  };
  const Measured* find(const std::string& what,
                       const std::string& workload) const;

  std::vector<Measured> measured_;
  bool failed_ = false;
};

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_REPORT_H_
