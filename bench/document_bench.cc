// SPDX-License-Identifier: Apache-2.0
//
// Parsing and rendering, beside a memcpy of the output and nlohmann-json's way
// of doing the same.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/bindings.h"
#include "base/wiped_buffer.h"
#include "bench/benchmarks.h"
#include "bench/generate.h"
#include "bench/oracle.h"
#include "grammar/template.h"
#include "render/render.h"

namespace sotto::bench {
namespace {

constexpr std::size_t kMebibyte = 1u << 20;

struct Case {
  std::string name;
  Workload workload;
  Bindings bindings;
  ParseOptions options;
};

[[noreturn]] void die(const Case& c, const char* what) {
  fmt::print(stderr, "{}: {}\n", c.name, what);
  std::exit(1);
}

Bindings bind(const Workload& workload) {
  Bindings bindings;
  for (const Secret& secret : workload.secrets) {
    auto value = SecretString::copy_of(secret.value);
    if (!value) std::abort();
    bindings.bind(secret.ref, std::move(*value));
  }
  return bindings;
}

// Nothing is timed whose result is not right.
void check(const Case& c) {
  const Template parsed = parse_template(c.workload.document, c.options);
  WipedBuffer out;
  if (!parsed.ok()) die(c, "the document was refused");
  if (parsed.expressions().size() != c.workload.expressions) {
    die(c, "not all expressions were found");
  }
  if (!render(parsed, c.bindings, out).ok()) die(c, "it was not rendered");
  if (out.expose() != c.workload.rendered) {
    die(c, "the rendered bytes differ from the generator's");
  }
  if (c.workload.document.size() > 16 * kMebibyte) return;
  const auto tree = nlohmann::ordered_json::parse(out.expose());
  if (tree.dump() !=
      render_with_nlohmann(c.workload.document, values_of(c.workload))) {
    die(c, "the rendered tree differs from the oracle's");
  }
}

template <typename Body>
void add(const std::shared_ptr<Case>& c, const char* what, Body body) {
  const std::string name = fmt::format("{}/{}", what, c->name);
  auto run = [c, body](benchmark::State& state) {
    for (auto _ : state) body(*c);
    state.SetItemsProcessed(state.iterations() *
                            static_cast<std::int64_t>(c->workload.expressions));
  };
  benchmark::RegisterBenchmark(name.c_str(), run)->UseRealTime();
}

void add_memcpy(const std::shared_ptr<Case>& c) {
  auto copy = std::make_shared<std::string>(c->workload.rendered);
  const std::string name = "memcpy/" + c->name;
  auto run = [c, copy](benchmark::State& state) {
    for (auto _ : state) {
      std::memcpy(copy->data(), c->workload.rendered.data(), copy->size());
      benchmark::ClobberMemory();
    }
  };
  benchmark::RegisterBenchmark(name.c_str(), run)->UseRealTime();
}

void add_case(const std::string& name, const WorkloadOptions& options) {
  auto c = std::make_shared<Case>();
  c->name = name;
  c->workload = generate(options);
  c->bindings = bind(c->workload);
  c->options.limits.expressions = 10'000'000;
  check(*c);

  add_memcpy(c);
  add(c, "parse", [](const Case& each) {
    benchmark::DoNotOptimize(
        parse_template(each.workload.document, each.options));
  });
  auto parsed = std::make_shared<Template>(
      parse_template(c->workload.document, c->options));
  auto out = std::make_shared<WipedBuffer>();
  add(c, "render", [parsed, out](const Case& each) {
    out->clear();
    benchmark::DoNotOptimize(render(*parsed, each.bindings, *out));
  });
  add(c, "parse+render", [out](const Case& each) {
    out->clear();
    const Template fresh = parse_template(each.workload.document, each.options);
    benchmark::DoNotOptimize(render(fresh, each.bindings, *out));
  });
  if (options.bytes > 16 * kMebibyte) return;
  auto values = std::make_shared<Values>(values_of(c->workload));
  add(c, "nlohmann", [values](const Case& each) {
    benchmark::DoNotOptimize(
        render_with_nlohmann(each.workload.document, *values));
  });
}

}  // namespace

void add_document_benchmarks(bool large) {
  struct Size {
    const char* name;
    std::size_t bytes;
    std::size_t secrets;
  };
  std::vector<Size> sizes{
      {"1k", 1u << 10, 10},
      {"64k", 64u << 10, 100},
      {"10m", 10 * kMebibyte, 1'000},
  };
  if (large) sizes.push_back({"200m", 200 * kMebibyte, 10'000});
  for (const Size& size : sizes) {
    WorkloadOptions options{.bytes = size.bytes, .secrets = size.secrets};
    const auto named = [&](const char* kind) {
      return fmt::format("{} {}", size.name, kind);
    };
    options.density = Density::kSparse;
    add_case(named("sparse"), options);
    options.density = Density::kDense;
    add_case(named("dense"), options);
    options.density = Density::kTypical;
    add_case(named("typical"), options);
    options.minified = true;
    add_case(named("minified"), options);
  }
}

}  // namespace sotto::bench
