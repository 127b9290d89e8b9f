// SPDX-License-Identifier: Apache-2.0

#include "bench/measurements.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace sotto::bench {

void Measurements::add(Measurement about, std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  about.median = samples[samples.size() / 2];
  about.best = samples.front();
  add(std::move(about));
}

void Measurements::fail(std::string_view what, std::string_view workload,
                        std::string_view why) {
  failed_ = true;
  fmt::print(stderr, "FAILED {}, {}: {}\n", what, workload, why);
}

void Measurements::leave_out(std::string_view what, std::string_view why) {
  std::string line = fmt::format("{}: {}", what, why);
  if (std::find(left_out_.begin(), left_out_.end(), line) == left_out_.end()) {
    left_out_.push_back(std::move(line));
  }
}

const Measurement* Measurements::find(std::string_view what,
                                      std::string_view workload) const {
  const auto found =
      std::find_if(all_.begin(), all_.end(), [&](const Measurement& each) {
        return each.what == what && each.workload == workload;
      });
  return found == all_.end() ? nullptr : &*found;
}

std::optional<double> Measurements::median(std::string_view what,
                                           std::string_view workload) const {
  const Measurement* found = find(what, workload);
  return found ? std::optional(found->median) : std::nullopt;
}

std::optional<double> Measurements::ratio(std::string_view what,
                                          std::string_view other,
                                          std::string_view workload) const {
  const Measurement* above = find(what, workload);
  const Measurement* below = find(other, workload);
  if (!above || !below) return std::nullopt;
  return above->median / below->median;
}

std::optional<double> Measurements::times_slower(
    std::string_view peer, std::string_view ours,
    std::string_view workload) const {
  const Measurement* theirs = find(peer, workload);
  const Measurement* mine = find(ours, workload);
  if (!theirs || !mine) return std::nullopt;
  return theirs->best / mine->median;
}

}  // namespace sotto::bench
