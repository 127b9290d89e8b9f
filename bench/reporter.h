// SPDX-License-Identifier: Apache-2.0
//
// Keeps what Google Benchmark measures instead of printing it.

#ifndef SOTTO_BENCH_REPORTER_H_
#define SOTTO_BENCH_REPORTER_H_

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sotto::bench {

class Reporter : public benchmark::BenchmarkReporter {
 public:
  struct Samples {
    std::vector<double> nanoseconds;  // Of one iteration, in each repetition.
    double items = 0;                 // Of one iteration; 0: not counted.
    std::string error;
  };

  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override;

  // By the name that a benchmark was registered with.
  const std::map<std::string, Samples>& all() const { return all_; }
  std::vector<double> samples(const std::string& name) const {
    return all_.at(name).nanoseconds;
  }

 private:
  std::map<std::string, Samples> all_;
};

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_REPORTER_H_
