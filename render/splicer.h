// SPDX-License-Identifier: Apache-2.0
//
// Renders one template many times, or a document that does not fit into
// memory. (For one document with one set of values: render/render.h.)
//
//   Splicer splicer(parsed);
//   if (!splicer.prepare(bindings).ok()) ...       // nothing will be rendered
//   while (...) splicer.splice(window, out);       // the document's bytes
//
// Then again: rewind() for the same values, prepare() for others.

#ifndef SOTTO_RENDER_SPLICER_H_
#define SOTTO_RENDER_SPLICER_H_

#include <cstddef>
#include <string_view>

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
  // Goes back to the document's beginning.
  RenderReport prepare(const Bindings& bindings,
                       const RenderLimits& limits = {});

  // The second: takes the next bytes of the document, appends what they become.
  // The windows may be of any sizes, an expression may begin in one and end in
  // another: its value comes where it begins. Only places are taken from the
  // template, never bytes().
  // False if nothing is prepared or without memory; `out` is then what it was,
  // and the window still to come.
  bool splice(std::string_view window, WipedBuffer& out);

  // Back to the document's beginning.
  void rewind() noexcept;

  // How many bytes a document of `size` bytes becomes. (At most the largest
  // number there is.)
  std::size_t rendered_size(std::size_t size) const noexcept;

 private:
  std::size_t size_until(std::size_t end) const;

  const Template& parsed_;
  Values values_;
  bool prepared_ = false;
  std::size_t position_ = 0;  // In the document: of the next window.
  std::size_t copied_ = 0;    // Text up to here is done; may be ahead.
  std::size_t next_ = 0;      // The next expression.
};

}  // namespace sotto

#endif  // SOTTO_RENDER_SPLICER_H_
