// SPDX-License-Identifier: Apache-2.0
//
// Template + Bindings -> bytes.
//
//   Bindings bindings;
//   bindings.bind({"github", "TOKEN"}, std::move(token));
//   WipedBuffer out;
//   const RenderReport report = render(parsed, bindings, out);
//   if (!report.ok()) ...  // out is as it was; report says why, place by place

#ifndef SOTTO_RENDER_RENDER_H_
#define SOTTO_RENDER_RENDER_H_

#include <cstddef>
#include <vector>

#include "base/bindings.h"
#include "base/diagnostic.h"
#include "base/wiped_buffer.h"
#include "grammar/template.h"

namespace sotto {

struct RenderLimits {
  std::size_t value_bytes = 1u << 20;  // Of one value, before escaping.
  std::size_t depth = 512;             // Of what FN.json puts in, as placed.
};

struct RenderReport {
  std::vector<Diagnostic> diagnostics;  // Sorted; warnings too.

  bool ok() const { return !has_error(diagnostics); }
};

// Appends the rendered document to `out`: the template's bytes, each
// expression replaced by its value, escaped for where it stands. One pass;
// text that came from a value is never looked at again.
//
// All or nothing: after an error `out` is what it was, and the report has
// every failing place (at most 100 of a rule, then their number). The template
// must be ok(); one that is not is reported by its own diagnostics.
//
// Pure: no I/O, no global state; the same template may be rendered by several
// threads at once.
RenderReport render(const Template& parsed, const Bindings& bindings,
                    WipedBuffer& out, const RenderLimits& limits = {});

}  // namespace sotto

#endif  // SOTTO_RENDER_RENDER_H_
