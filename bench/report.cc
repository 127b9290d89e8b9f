// SPDX-License-Identifier: Apache-2.0

#include "bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace sotto::bench {
namespace {

std::string duration(double nanoseconds) {
  if (nanoseconds < 0) return "-" + duration(-nanoseconds);
  if (nanoseconds < 1e3) return fmt::format("{:.1f} ns", nanoseconds);
  if (nanoseconds < 1e6) return fmt::format("{:.2f} us", nanoseconds / 1e3);
  if (nanoseconds < 1e9) return fmt::format("{:.2f} ms", nanoseconds / 1e6);
  return fmt::format("{:.2f} s", nanoseconds / 1e9);
}

}  // namespace

bool RatioReporter::ReportContext(const Context&) { return true; }

void RatioReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.error_occurred) {
      failed_ = true;
      fmt::print(stderr, "{}: {}\n", run.benchmark_name(), run.error_message);
      continue;
    }
    if (run.aggregate_name != "median") continue;
    const std::string& name = run.run_name.function_name;
    const std::size_t slash = name.find('/');
    const double nanoseconds = run.GetAdjustedRealTime();
    const auto items = run.counters.find("items_per_second");
    measured_.push_back({run.family_index, name.substr(0, slash),
                         name.substr(slash + 1), nanoseconds,
                         items == run.counters.end()
                             ? 0.0
                             : items->second.value * nanoseconds / 1e9});
  }
}

const RatioReporter::Measured* RatioReporter::find(
    const std::string& what, const std::string& workload) const {
  for (const Measured& row : measured_) {
    if (row.what == what && row.workload == workload) return &row;
  }
  return nullptr;
}

void RatioReporter::Finalize() {
  // They were run in turns: back to the order in which they were added.
  std::sort(
      measured_.begin(), measured_.end(),
      [](const Measured& a, const Measured& b) { return a.family < b.family; });
  fmt::print("{:<15}{:<22}{:>11}{:>12}{:>11}{:>14}{:>11}\n", "what", "workload",
             "time", "an item", "/ memcpy", "nlohmann /", "- hello");
  const auto number = [](double value) { return fmt::format("{:.2f}", value); };
  for (const Measured& row : measured_) {
    const Measured* memcpy = find("memcpy", row.workload);
    const Measured* nlohmann = find("nlohmann", row.workload);
    const Measured* hello = find("hello", row.workload);
    const auto column = [&](const Measured* other, const std::string& text) {
      return other && other != &row ? text : std::string("-");
    };
    fmt::print(
        "{:<15}{:<22}{:>11}{:>12}{:>11}{:>14}{:>11}\n", row.what, row.workload,
        duration(row.nanoseconds),
        row.items > 0 ? duration(row.nanoseconds / row.items) : "-",
        column(memcpy,
               memcpy ? number(row.nanoseconds / memcpy->nanoseconds) : ""),
        column(nlohmann,
               nlohmann ? number(nlohmann->nanoseconds / row.nanoseconds) : ""),
        column(hello,
               hello ? duration(row.nanoseconds - hello->nanoseconds) : ""));
  }
}

}  // namespace sotto::bench
