// SPDX-License-Identifier: Apache-2.0
//
// One small document after another, all different, in random order: what a
// service does. A document that is rendered again and again would train the
// processor's predictions and stay in its fastest cache.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bench/benchmarks.h"
#include "bench/generate.h"
#include "bench/peers/peers.h"
#include "bench/sotto_renderer.h"

namespace sotto::bench {
namespace {

constexpr char kWorkload[] = "rotating 1.4k";
constexpr std::size_t kBlock = 250;  // Documents in a row, one contender.

struct Contender {
  std::string what;
  std::function<void(std::size_t)> run;
  std::vector<double> latencies{};
};

// Nanoseconds of each call, the clock's own time included.
std::vector<double> time_block(const Contender& contender,
                               const std::vector<std::size_t>& order) {
  std::vector<double> latencies;
  for (const std::size_t document : order) {
    const auto began = Clock::now();
    contender.run(document);
    latencies.push_back(elapsed(began));
  }
  return latencies;
}

void time_all(Session& session, std::vector<Contender>& contenders,
              std::size_t documents, std::size_t rounds) {
  Random random(7);
  std::vector<std::size_t> order(kBlock);
  for (std::size_t round = 0; round < rounds; ++round) {
    for (Contender& contender : contenders) {
      for (std::size_t& each : order) each = random.below(documents);
      session.probe.wait_until_quiet(Clock::now() +
                                     std::chrono::milliseconds(100));
      const auto latencies = time_block(contender, order);
      if (!session.probe.quiet() && round % 4 != 0) continue;
      contender.latencies.insert(contender.latencies.end(), latencies.begin(),
                                 latencies.end());
    }
  }
}

void report(Session& session, Contender& contender, double bytes,
            double items) {
  std::vector<double>& all = contender.latencies;
  std::sort(all.begin(), all.end());
  const auto add = [&](const char* suffix, std::size_t percent) {
    session.measurements.add({.what = contender.what + suffix,
                              .workload = kWorkload,
                              .median = all[all.size() * percent / 100],
                              .best = all.front(),
                              .bytes = bytes,
                              .items = items});
  };
  add(" p50", 50);
  add(" p99", 99);
}

bool all_right(SottoRenderer& sotto, const std::vector<Document>& documents) {
  return std::all_of(documents.begin(), documents.end(),
                     [&](const Document& document) {
                       sotto.render(document.text);
                       return sotto.output() == document.rendered;
                     });
}

}  // namespace

void measure_rotating(Session& session) {
  if (!session.wants(kWorkload)) return;
  const Workload workload =
      generate({.bytes = 1434, .secrets = 1'000, .documents = 6'500});
  const std::vector<Document>& documents = workload.documents;
  double bytes = 0;
  double items = 0;
  for (const Document& document : documents) {
    bytes += static_cast<double>(document.text.size());
    items += static_cast<double>(document.expressions);
  }

  SottoRenderer sotto(workload.secrets);
  if (!all_right(sotto, documents)) {
    session.measurements.fail("parse+render", kWorkload,
                              "the result differs from the expected one");
    return;
  }
  std::vector<Contender> contenders;
  contenders.push_back({"parse+render", [&](std::size_t i) {
                          sotto.render(documents[i].text);
                        }});
  std::string copy(1u << 20, ' ');
  contenders.push_back({"memcpy", [&](std::size_t i) {
                          const std::string& text = documents[i].rendered;
                          std::memcpy(copy.data(), text.data(), text.size());
                          benchmark::ClobberMemory();
                        }});
  const auto peers = parser_peers();
  for (const auto& peer : peers) {
    for (const Document& document : documents) peer->load(document.text);
    contenders.push_back(
        {peer->name(), [&peer](std::size_t i) { peer->parse(i); }});
  }
  time_all(session, contenders, documents.size(), session.quick ? 20 : 80);
  const auto count = static_cast<double>(documents.size());
  for (Contender& contender : contenders) {
    report(session, contender, bytes / count, items / count);
  }
}

}  // namespace sotto::bench
