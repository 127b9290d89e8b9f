// SPDX-License-Identifier: Apache-2.0

#include "bench/goals.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sotto::bench {
namespace {

constexpr double kNanosecondsAnExpression = 60;
constexpr double kMebibyte = 1u << 20;

enum class Wanted { kAtMost, kAtLeast };

struct Found {
  double value = 0;
  std::string where{};  // Which of several was the worst.
};

class Table {
 public:
  explicit Table(const Measurements& measured) : measured_(measured) {}

  const Measurements& measured() const { return measured_; }
  std::vector<Goal> take() { return std::move(goals_); }

  // `format`: of the numbers, as in "{:.1f} ns".
  void add(std::string what, Wanted wanted, const char* format, double goal,
           std::optional<double> stretch, const std::optional<Found>& found) {
    const auto spell = [&](double value) {
      return fmt::format(fmt::runtime(format), value);
    };
    const auto meets = [&](double value, double limit) {
      return wanted == Wanted::kAtMost ? value <= limit : value >= limit;
    };
    const char* sign = wanted == Wanted::kAtMost ? "<=" : ">=";
    Goal made;
    made.what = std::move(what);
    made.wanted = fmt::format("{} {}", sign, spell(goal));
    if (stretch) made.stretch = fmt::format("{} {}", sign, spell(*stretch));
    if (found) {
      made.measured = spell(found->value);
      if (!found->where.empty()) made.measured += " (" + found->where + ")";
      made.reached = meets(found->value, goal);
      made.stretch_reached = stretch && meets(found->value, *stretch);
    }
    goals_.push_back(std::move(made));
  }
  void add(std::string what, Wanted wanted, const char* format, double goal,
           std::optional<double> stretch, std::optional<double> value) {
    std::optional<Found> found;
    if (value) found = Found{*value};
    add(std::move(what), wanted, format, goal, stretch, found);
  }

 private:
  const Measurements& measured_;
  std::vector<Goal> goals_;
};

// The greatest of something over all workloads where it can be told.
template <typename Function>
std::optional<Found> greatest(const Measurements& measured,
                              const std::string& what, Function value_of) {
  std::optional<Found> worst;
  for (const Measurement& each : measured.all()) {
    if (each.what != what) continue;
    const std::optional<double> value = value_of(each);
    if (value && (!worst || *value > worst->value)) {
      worst = Found{*value, each.workload};
    }
  }
  return worst;
}

// Documents that are escaped or name more secrets are measured besides.
bool is_in_goal(const std::string& workload) {
  return workload.ends_with(" sparse") || workload.ends_with(" typical") ||
         workload.ends_with(" dense") || workload.ends_with(" minified");
}

void add_documents(Table& table) {
  const Measurements& m = table.measured();
  table.add(
      "validated parse + render / (simdjson DOM parse + 60 ns a "
      "reference), the worst document",
      Wanted::kAtMost, "{:.2f}", 1.0, 0.8,
      greatest(m, "parse+render", [&](const Measurement& each) {
        return is_in_goal(each.workload) ? of_bound(m, each.workload)
                                         : std::nullopt;
      }));
  const char* workload = "64k typical";
  std::optional<double> share = m.ratio("memcpy", "compiled render", workload);
  if (share) *share *= 100;
  table.add("compiled render, 64 KiB typical, of memcpy's speed",
            Wanted::kAtLeast, "{:.0f} %", 50, 85, share);
  std::optional<double> each_reference;
  if (const Measurement* found = m.find("compiled render", workload)) {
    each_reference = found->median / found->items;
  }
  table.add("compiled render, 64 KiB typical, a reference", Wanted::kAtMost,
            "{:.1f} ns", 15, 8, each_reference);
  std::optional<double> rotating;
  const auto ours = m.median("parse+render p50", "rotating 1.4k");
  const auto yardstick = m.median("simdjson p50", "rotating 1.4k");
  if (ours && yardstick) rotating = *ours / *yardstick;
  table.add("rotating 1.4 KiB documents, p50 / simdjson DOM parse",
            Wanted::kAtMost, "{:.2f}", 1.3, 1.0, rotating);
}

void add_peers(Table& table) {
  struct Peer {
    const char* name;
    double goal;
    double stretch;
  };
  const Measurements& m = table.measured();
  constexpr Peer kLibraries[] = {{"yyjson", 3, 5},
                                 {"inja", 10, 30},
                                 {"nlohmann-json tree", 25, 60},
                                 {"python json+re", 50, 100}};
  for (const Peer& peer : kLibraries) {
    table.add(
        fmt::format("10 MiB typical: {}", peer.name), Wanted::kAtLeast,
        "{:.1f} x", peer.goal, peer.stretch,
        m.times_slower(peer.name, "parse+render", "libraries 10m typical"));
  }
  constexpr Peer kPrograms[] = {{"perl s///ge", 8, 0},
                                {"node JSON", 25, 0},
                                {"python json+re", 60, 0},
                                {"jq gsub", 100, 0}};
  for (const Peer& peer : kPrograms) {
    table.add(fmt::format("10 MiB typical, whole process: {}", peer.name),
              Wanted::kAtLeast, "{:.1f} x", peer.goal, std::nullopt,
              m.times_slower(peer.name, "sotto render", "command 10m typical"));
  }
}

void add_large_files(Table& table) {
  const Measurements& m = table.measured();
  const std::string workload = "200m typical";
  table.add("200 MiB to tmpfs / cat", Wanted::kAtMost, "{:.2f}", 2.5, 1.7,
            m.ratio("sotto render > tmpfs", "cat > tmpfs", workload));
  std::optional<double> speed;
  if (const auto* found = m.find("sotto render > /dev/null", workload)) {
    speed = found->bytes / found->median;
  }
  table.add("200 MiB to /dev/null", Wanted::kAtLeast, "{:.2f} GB/s", 1, 2,
            speed);
  std::optional<double> memory;
  const auto all = m.median("peak memory", workload);
  const auto secrets = m.median("peak memory", "every secret once");
  const auto one = m.median("peak memory", "one secret");
  if (all && secrets && one) memory = (*all - (*secrets - *one)) / kMebibyte;
  table.add("peak memory above the secrets' own, 200 MiB file", Wanted::kAtMost,
            "{:.1f} MiB", 4, 3, memory);
  // The row above holds the program itself against the goal; this one does not.
  std::optional<double> document;
  if (all && secrets) document = (*all - *secrets) / kMebibyte;
  table.add("peak memory above a small document with the same secrets",
            Wanted::kAtMost, "{:.1f} MiB", 4, 3, document);
}

void add_start(Table& table) {
  const Measurements& m = table.measured();
  for (const char* what : {"sotto version", "sotto render 1 KiB"}) {
    std::optional<double> added;
    const auto ours = m.median(what, "cold start");
    const auto hello = m.median("hello", "cold start");
    if (ours && hello) added = (*ours - *hello) / 1e6;
    table.add(fmt::format("cold start of {}, above a static hello", what),
              Wanted::kAtMost, "{:.2f} ms", 0.3, 0.1, added);
  }
  table.add("copies of libcurl mapped by a local render", Wanted::kAtMost,
            "{:.0f}", 0, std::nullopt,
            m.median("libcurl mapped", "cold start"));
}

void add_kernels(Table& table) {
  const Measurements& m = table.measured();
  table.add("scanner: AVX2 / AVX-512, the worst document", Wanted::kAtMost,
            "{:.2f}", 1.6, std::nullopt,
            greatest(m, "scan avx2", [&](const Measurement& each) {
              return m.ratio("scan avx2", "scan avx512", each.workload);
            }));
  auto slowest = greatest(m, "scan portable", [&](const Measurement& each) {
    return m.ratio("scan portable", "nlohmann-json SAX", each.workload);
  });
  if (slowest) slowest->value = 1 / slowest->value;
  table.add("nlohmann-json SAX / portable scanner, the worst document",
            Wanted::kAtLeast, "{:.1f} x", 3, std::nullopt, slowest);
}

// By how many percent a byte costs more in the larger of two documents.
std::optional<Found> growth_of_bytes(const Measurements& measured) {
  std::optional<Found> worst;
  const Measurement* cheapest = nullptr;
  const auto a_byte = [](const Measurement& each) {
    return each.median / each.bytes;
  };
  for (const Measurement& each : measured.all()) {
    if (!each.workload.starts_with("growth ")) continue;
    if (cheapest) {
      const double added = (a_byte(each) / a_byte(*cheapest) - 1) * 100;
      if (!worst || added > worst->value) {
        worst = Found{added, fmt::format("{} to {}", cheapest->workload,
                                         each.workload.substr(7))};
      }
    }
    if (!cheapest || a_byte(each) < a_byte(*cheapest)) cheapest = &each;
  }
  return worst;
}

// By how many percent a reference costs more among 100,000 than among 10,000.
std::optional<double> growth_of_references(const Measurements& measured) {
  const auto cost = [&](const char* count) {
    return measured.median("parse+render", fmt::format("references {}", count));
  };
  const auto one = cost("1");
  const auto some = cost("10000");
  const auto many = cost("100000");
  if (!one || !some || !many) return std::nullopt;
  const double among_some = (*some - *one) / 9'999;
  const double among_many = (*many - *one) / 99'999;
  return (among_many / among_some - 1) * 100;
}

void add_growth(Table& table) {
  const Measurements& m = table.measured();
  table.add("more for a byte as the input grows, 1 KiB to 200 MiB",
            Wanted::kAtMost, "{:.0f} %", 15, std::nullopt, growth_of_bytes(m));
  table.add("more for a reference as they grow, 1 to 100,000", Wanted::kAtMost,
            "{:.0f} %", 15, std::nullopt, growth_of_references(m));
  auto slowest = greatest(m, "parse", [](const Measurement& each) {
    return each.workload.starts_with("hostile ") ? std::optional(each.median)
                                                 : std::nullopt;
  });
  if (slowest) slowest->value /= 1e9;
  table.add("10 MiB of a hostile shape, the slowest", Wanted::kAtMost,
            "{:.3f} s", 1, std::nullopt, slowest);
}

// What libcurl and we cost above the sockets.
void add_http(Table& table) {
  const auto above = [&](const char* workload) -> std::optional<double> {
    const Measurement* const ours =
        table.measured().find("HTTP client", workload);
    const Measurement* const sockets =
        table.measured().find("sockets alone", workload);
    if (ours == nullptr || sockets == nullptr) return std::nullopt;
    return (ours->median - sockets->median) / ours->items / 1e3;
  };
  table.add("a call above its socket, 100 side by side", Wanted::kAtMost,
            "{:.0f} us", 60, std::nullopt, above("http 100 calls"));
  table.add("a call above its socket, one after the other", Wanted::kAtMost,
            "{:.0f} us", 60, std::nullopt, above("http one call"));
}

void add_lint(Table& table) {
  const Measurements& m = table.measured();
  const std::string folder = "lint 1000 workflows";
  const auto milliseconds = [](std::optional<double> nanoseconds) {
    if (nanoseconds) *nanoseconds /= 1e6;
    return nanoseconds;
  };
  table.add("lint of 1,000 workflows, 50 MiB, 10,000 names", Wanted::kAtMost,
            "{:.0f} ms", 100, std::nullopt,
            milliseconds(m.median("sotto lint", folder)));
  auto share = m.times_slower("actionlint", "sotto lint", folder);
  if (share) share = 1 / *share;
  table.add("the same / actionlint on as many bytes of its own",
            Wanted::kAtMost, "{:.3f}", 0.05, std::nullopt, share);
  table.add("the same again, nothing changed", Wanted::kAtMost, "{:.2f} x", 0.3,
            std::nullopt, m.ratio("sotto lint, again", "sotto lint", folder));
  std::optional<double> memory = m.median("peak memory", folder);
  if (memory) *memory /= kMebibyte;
  table.add("the same, peak memory", Wanted::kAtMost, "{:.1f} MiB", 64,
            std::nullopt, memory);
  const auto more = [&](const std::string& what, const std::string& than) {
    std::optional<double> added = m.median(what, "lint one file");
    const auto other = m.median(than, "lint one file");
    if (added && other) *added -= *other;
    return milliseconds(other ? added : std::nullopt);
  };
  table.add("lint of one file of 4 KiB, above a static hello", Wanted::kAtMost,
            "{:.2f} ms", 3, std::nullopt,
            more("sotto lint 4 KiB, 10000 names", "hello"));
  for (const char* what : {"sotto lint 4 KiB", "sotto lint undefined names"}) {
    table.add(fmt::format("{}, 1,000,000 names above 10,000", what),
              Wanted::kAtMost, "{:.2f} ms", 5, std::nullopt,
              more(fmt::format("{}, 1000000 names", what),
                   fmt::format("{}, 10000 names", what)));
  }
  table.add("lsp: a key press in 1 MiB to its diagnostics, p99",
            Wanted::kAtMost, "{:.1f} ms", 20, std::nullopt,
            milliseconds(m.median("key press p99", "lsp 1 MiB")));
}

}  // namespace

std::optional<double> of_bound(const Measurements& measured,
                               const std::string& workload) {
  const Measurement* ours = measured.find("parse+render", workload);
  const Measurement* yardstick = measured.find("simdjson", workload);
  if (!ours || !yardstick) return std::nullopt;
  return ours->median /
         (yardstick->median + kNanosecondsAnExpression * ours->items);
}

std::vector<Goal> goals(const Measurements& measured) {
  Table table(measured);
  add_documents(table);
  add_peers(table);
  add_large_files(table);
  add_start(table);
  add_kernels(table);
  add_growth(table);
  add_http(table);
  add_lint(table);
  return table.take();
}

}  // namespace sotto::bench
