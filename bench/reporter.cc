// SPDX-License-Identifier: Apache-2.0

#include "bench/reporter.h"

#include <algorithm>
#include <cstdint>

namespace sotto::bench {

void Reporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    Samples& samples = all_[run.run_name.function_name];
    if (run.error_occurred) {
      samples.error = run.error_message;
      continue;
    }
    if (run.run_type != Run::RT_Iteration) continue;
    const double seconds =
        run.real_accumulated_time /
        static_cast<double>(std::max<std::int64_t>(run.iterations, 1));
    samples.nanoseconds.push_back(seconds * 1e9);
    const auto rate = run.counters.find("items_per_second");
    if (rate != run.counters.end()) {
      samples.items = rate->second.value * seconds;
    }
  }
}

}  // namespace sotto::bench
