// SPDX-License-Identifier: Apache-2.0
//
// Every size, density and spelling of a document: parsed, rendered, both;
// beside a memcpy of the output, which is the physical limit, and simdjson
// parsing the document.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstring>
#include <memory>
#include <string>

#include "bench/benchmarks.h"
#include "bench/generate.h"
#include "bench/oracle.h"
#include "bench/peers/peers.h"
#include "bench/sotto_renderer.h"

namespace sotto::bench {
namespace {

constexpr std::size_t kMebibyte = 1u << 20;

// The generator knows the expected bytes; for what is not too large, a tree
// says independently of it what they must mean.
bool expected_is_right(const Workload& workload) {
  const Document& document = workload.document();
  if (document.text.size() > 16 * kMebibyte) return true;
  return same_json(
      document.rendered,
      render_with_nlohmann(document.text, plain_values(workload.secrets)));
}

void add_memcpy(Contest& contest, const Document& document) {
  const auto copy = std::make_shared<std::string>(document.rendered);
  contest.add("memcpy", [copy, &document] {
    std::memcpy(copy->data(), document.rendered.data(), copy->size());
    benchmark::ClobberMemory();
  });
}

void add_parsers(Contest& contest, const Document& document) {
  for (auto& made : parser_peers()) {
    const std::shared_ptr<ParserPeer> peer = std::move(made);
    const std::size_t loaded = peer->load(document.text);
    const auto ok = std::make_shared<bool>(false);
    contest.add(
        peer->name(), [peer, loaded, ok] { *ok = peer->parse(loaded); },
        [ok] { return *ok; });
  }
}

void measure(Session& session, const std::string& name,
             const WorkloadOptions& options) {
  if (!session.wants(name)) return;
  const Workload workload = generate(options);
  const Document& document = workload.document();
  if (!expected_is_right(workload)) {
    session.measurements.fail("generate", name, "the oracle disagrees");
    return;
  }
  SottoRenderer sotto(workload.secrets);
  const auto right = [&] { return sotto.output() == document.rendered; };

  Contest contest(session, name, static_cast<double>(document.text.size()),
                  static_cast<double>(document.expressions));
  add_memcpy(contest, document);
  add_parsers(contest, document);
  contest.add("parse+render", [&] { sotto.render(document.text); }, right);
  contest.add("parse", [&] { sotto.parse(document.text); });
  sotto.compile(document.text);
  contest.add("compiled render", [&] { sotto.render_compiled(); }, right);
  contest.add(
      "compiled, new values", [&] { sotto.render_with_new_values(); }, right);
  contest.run();
}

}  // namespace

void measure_documents(Session& session) {
  struct Size {
    const char* name;
    std::size_t bytes;
    std::size_t secrets;
    bool quick;  // One of those that a quick run measures.
  };
  constexpr Size kSizes[] = {
      {"1k", 1u << 10, 10, true},
      {"64k", 64u << 10, 100, true},
      {"1m", kMebibyte, 1'000, false},
      {"10m", 10 * kMebibyte, 1'000, true},
  };
  for (const Size& size : kSizes) {
    if (session.quick && !size.quick) continue;
    WorkloadOptions options{.bytes = size.bytes, .secrets = size.secrets};
    const auto measure_as = [&](const char* kind) {
      measure(session, fmt::format("{} {}", size.name, kind), options);
    };
    options.density = Density::kSparse;
    measure_as("sparse");
    options.density = Density::kDense;
    measure_as("dense");
    options.density = Density::kTypical;
    measure_as("typical");
    options.minified = true;
    measure_as("minified");
    options.minified = false;
    options.escaped = true;
    measure_as("escaped");
  }
  if (session.quick) return;
  for (const std::size_t secrets : {1u, 100u, 10'000u}) {
    measure(session, fmt::format("10m typical, {} secrets", secrets),
            {.bytes = 10 * kMebibyte, .secrets = secrets});
  }
}

}  // namespace sotto::bench
