// SPDX-License-Identifier: Apache-2.0

#include "render/render.h"

#include "render/splicer.h"

namespace sotto {

RenderReport render(const Template& parsed, const Bindings& bindings,
                    WipedBuffer& out, const RenderLimits& limits) {
  Splicer splicer(parsed);
  RenderReport report = splicer.prepare(bindings, limits);
  if (report.ok() && !splicer.splice(out)) {
    return RenderReport::no_memory();
  }
  return report;
}

}  // namespace sotto
