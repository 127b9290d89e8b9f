// SPDX-License-Identifier: Apache-2.0
//
// Renders one template many times. (For one set of values, once:
// render/render.h.)
//
//   Splicer splicer(parsed);
//   if (!splicer.prepare(bindings).ok()) ...       // nothing will be rendered
//   while (...) splicer.splice(out);               // the whole document
//
// Then again: prepare() for other values.

#ifndef SOTTO_RENDER_SPLICER_H_
#define SOTTO_RENDER_SPLICER_H_

#include <cstddef>

#include "base/bindings.h"
#include "base/unprintable.h"
#include "base/wiped_buffer.h"
#include "grammar/template.h"
#include "render/render_report.h"
#include "render/values.h"

namespace sotto {

// A template in two steps. The first evaluates each distinct expression and
// escapes its value for where it stands, once, into one piece of memory that is
// wiped when it goes. The second copies: a piece of the document, a value, a
// piece of the document, a value.
//
// Belongs to one thread; the template may be shared.
class Splicer : private Unprintable<Splicer> {
 public:
  // Borrows the template, which must outlive this and stay where it is.
  explicit Splicer(const Template& parsed) noexcept;

  // The first step; what the template alone determines is kept for the next
  // call. All or nothing: unless the report is ok(), nothing can be spliced.
  RenderReport prepare(const Bindings& bindings,
                       const RenderLimits& limits = {});

  // The second: appends the rendered document, as often as is wanted. False if
  // nothing is prepared or without memory; `out` is then what it was.
  bool splice(WipedBuffer& out) const;

  // How many bytes the document becomes, once it is prepared. (At most the
  // largest number there is.)
  std::size_t rendered_size() const noexcept;

 private:
  const Template& parsed_;
  Values values_;
  bool prepared_ = false;
};

}  // namespace sotto

#endif  // SOTTO_RENDER_SPLICER_H_
