// SPDX-License-Identifier: Apache-2.0
//
// What was measured in this run, by name: goals are computed from it, tables
// print it.

#ifndef SOTTO_BENCH_MEASUREMENTS_H_
#define SOTTO_BENCH_MEASUREMENTS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sotto::bench {

struct Measurement {
  enum class Unit { kNanoseconds, kBytes };

  std::string what;      // "parse+render"
  std::string workload;  // "64k typical"
  double median = 0;
  double best = 0;
  double bytes = 0;  // Of the document; 0: it makes no sense to ask.
  double items = 0;  // Of the document's expressions, of a query's names, ...
  Unit unit = Unit::kNanoseconds;
};

// Nothing in these tables is ever a guess: what gave a wrong result has no
// number and fails the run, what was not there is named with the reason.
class Measurements {
 public:
  void add(Measurement measured) { all_.push_back(std::move(measured)); }
  // Adds the median and the best of samples. There must be one.
  void add(Measurement about, std::vector<double> samples);

  // A wrong result: said at once, and the run fails.
  void fail(std::string_view what, std::string_view workload,
            std::string_view why);
  bool failed() const { return failed_; }

  void leave_out(std::string_view what, std::string_view why);
  const std::vector<std::string>& left_out() const { return left_out_; }

  const std::vector<Measurement>& all() const { return all_; }
  // Null if there is none.
  const Measurement* find(std::string_view what,
                          std::string_view workload) const;
  std::optional<double> median(std::string_view what,
                               std::string_view workload) const;
  // median / median: for things that are timed side by side.
  std::optional<double> ratio(std::string_view what, std::string_view other,
                              std::string_view workload) const;
  // How many times longer a peer takes: its best sample over our median, which
  // is in the peer's favor.
  std::optional<double> times_slower(std::string_view peer,
                                     std::string_view ours,
                                     std::string_view workload) const;

 private:
  std::vector<Measurement> all_;
  std::vector<std::string> left_out_;
  bool failed_ = false;
};

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_MEASUREMENTS_H_
