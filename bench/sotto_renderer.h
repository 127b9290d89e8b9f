// SPDX-License-Identifier: Apache-2.0
//
// Sotto as an embedder uses it, for measuring.

#ifndef SOTTO_BENCH_SOTTO_RENDERER_H_
#define SOTTO_BENCH_SOTTO_RENDERER_H_

#include <optional>
#include <string_view>
#include <vector>

#include "base/bindings.h"
#include "base/wiped_buffer.h"
#include "bench/generate.h"
#include "grammar/template.h"
#include "render/splicer.h"

namespace sotto::bench {

// Documents larger than any that is measured, with as many expressions.
ParseOptions roomy_options();

// Values and a buffer that are kept from one render to the next.
class SottoRenderer {
 public:
  explicit SottoRenderer(const std::vector<Secret>& secrets);

  void parse(std::string_view document);
  // parse_template() and render().
  void render(std::string_view document);

  // A template that is kept: rendered with the values of the last time, or with
  // new ones.
  void compile(std::string_view document);
  void render_compiled();
  void render_with_new_values();

  // What the last render made; empty if the document was refused.
  std::string_view output() const { return output_.expose(); }

 private:
  Bindings bindings_;
  std::optional<Template> compiled_;
  std::optional<Splicer> splicer_;
  WipedBuffer output_;
};

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_SOTTO_RENDERER_H_
