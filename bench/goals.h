// SPDX-License-Identifier: Apache-2.0
//
// What we want to reach, and whether this run did: the table of
// docs/performance.md.

#ifndef SOTTO_BENCH_GOALS_H_
#define SOTTO_BENCH_GOALS_H_

#include <optional>
#include <string>
#include <vector>

#include "bench/measurements.h"

namespace sotto::bench {

struct Goal {
  std::string what;
  std::string wanted;    // "<= 1.00"
  std::string stretch;   // What would be better still; may be empty.
  std::string measured;  // Empty: it was not measured.
  bool reached = false;
  bool stretch_reached = false;
};

std::vector<Goal> goals(const Measurements& measured);

// parse+render over what simdjson takes for parsing alone, plus 60 ns an
// expression; empty if one of them was not measured.
std::optional<double> of_bound(const Measurements& measured,
                               const std::string& workload);

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_GOALS_H_
