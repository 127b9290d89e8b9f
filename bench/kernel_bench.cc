// SPDX-License-Identifier: Apache-2.0
//
// The scanner alone, on each of its kernels that this processor supports;
// beside nlohmann-json validating the same without building anything.

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "bench/benchmarks.h"
#include "bench/generate.h"
#include "grammar/scanner.h"

namespace sotto::bench {
namespace {

constexpr std::size_t kDepth = 512;

// Counts runs of '<'.
class CountAngles : public AngleHandler {
 public:
  explicit CountAngles(std::string_view text) : text_(text) {}

  std::size_t on_angle(std::size_t at) override {
    ++count_;
    return std::min(text_.find_first_not_of('<', at), text_.size());
  }
  void on_key(std::size_t) override {}
  std::size_t count() const { return count_; }

 private:
  std::string_view text_;
  std::size_t count_ = 0;
};

// The same, byte by byte: in valid JSON they stand in strings alone.
std::size_t count_angles(std::string_view text) {
  std::size_t count = 0;
  char before = ' ';
  for (const char each : text) {
    if (each == '<' && before != '<') ++count;
    before = each;
  }
  return count;
}

void measure(Session& session, const std::string& name,
             const WorkloadOptions& options) {
  if (!session.wants(name)) return;
  const Workload workload = generate(options);
  const Document& document = workload.document();
  const std::size_t angles = count_angles(document.text);
  Contest contest(session, name, static_cast<double>(document.text.size()),
                  static_cast<double>(document.expressions));
  std::size_t found = 0;
  for (const ScannerKernel& kernel : scanner_kernels()) {
    if (!kernel.supported()) {
      session.measurements.leave_out(
          fmt::format("scan {}", kernel.name),
          "this processor does not have the instructions");
      continue;
    }
    contest.add(
        fmt::format("scan {}", kernel.name),
        [&] {
          CountAngles handler(document.text);
          ScanState state;
          const bool valid =
              kernel.scan(state, {.bytes = document.text}, kDepth, handler);
          found = valid ? handler.count() : 0;
        },
        [&] { return found == angles; });
  }
  bool accepted = false;
  contest.add(
      "nlohmann-json SAX",
      [&] { accepted = nlohmann::json::accept(document.text); },
      [&] { return accepted; });
  contest.run();
}

}  // namespace

void measure_kernels(Session& session) {
  WorkloadOptions options{.bytes = 64u << 10};
  measure(session, "kernels 64k typical", options);
  options.bytes = 10u << 20;
  options.secrets = 1'000;
  if (!session.quick) {
    measure(session, "kernels 10m typical", options);
    options.density = Density::kDense;
    measure(session, "kernels 10m dense", options);
  }
  options.density = Density::kTypical;
  options.minified = true;
  measure(session, "kernels 10m minified", options);
}

}  // namespace sotto::bench
