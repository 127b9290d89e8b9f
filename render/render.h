// SPDX-License-Identifier: Apache-2.0
//
// Template + Bindings -> bytes.
//
//   Bindings bindings;
//   bindings.bind({"github", "TOKEN"}, std::move(token));
//   WipedBuffer out;
//   const RenderReport report = render(parsed, bindings, out);
//   if (!report.ok()) ...  // out is as it was; report.diagnostics(parsed)
//                          // says why, place by place

#ifndef SOTTO_RENDER_RENDER_H_
#define SOTTO_RENDER_RENDER_H_

#include "base/bindings.h"
#include "base/wiped_buffer.h"
#include "grammar/template.h"
#include "render/render_report.h"
#include "render/values.h"

namespace sotto {

// Appends the rendered document to `out`: the template's bytes, each
// expression replaced by its value, escaped for where it stands. One pass;
// text that came from a value is never looked at again.
//
// All or nothing: after an error `out` is what it was, and the report has
// every failing place. A template that is not ok() is reported by its own
// diagnostics.
//
// Pure: no I/O, no global state; the same template may be rendered by several
// threads at once. Who renders one again and again holds a Splicer
// (render/splicer.h).
RenderReport render(const Template& parsed, const Bindings& bindings,
                    WipedBuffer& out, const RenderLimits& limits = {});

}  // namespace sotto

#endif  // SOTTO_RENDER_RENDER_H_
