// SPDX-License-Identifier: Apache-2.0

#include "bench/sotto_renderer.h"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <utility>

#include "render/render.h"

namespace sotto::bench {

ParseOptions roomy_options() {
  ParseOptions options;
  options.limits.expressions = 10'000'000;
  return options;
}

SottoRenderer::SottoRenderer(const std::vector<Secret>& secrets) {
  for (const Secret& secret : secrets) {
    auto value = SecretString::copy_of(secret.value);
    if (!value) std::abort();
    bindings_.bind(secret.ref, std::move(*value));
  }
}

void SottoRenderer::parse(std::string_view document) {
  benchmark::DoNotOptimize(parse_template(document, roomy_options()));
}

void SottoRenderer::render(std::string_view document) {
  output_.clear();
  const Template parsed = parse_template(document, roomy_options());
  benchmark::DoNotOptimize(sotto::render(parsed, bindings_, output_));
}

void SottoRenderer::compile(std::string_view document) {
  compiled_.emplace(parse_template(document, roomy_options()));
  splicer_.emplace(*compiled_);
  if (!splicer_->prepare(bindings_).ok()) std::abort();
}

void SottoRenderer::render_compiled() {
  output_.clear();
  benchmark::DoNotOptimize(splicer_->splice(output_));
}

void SottoRenderer::render_with_new_values() {
  output_.clear();
  benchmark::DoNotOptimize(splicer_->prepare(bindings_).ok());
  benchmark::DoNotOptimize(splicer_->splice(output_));
}

}  // namespace sotto::bench
